//! Keys prove a role. The server keeps only their hashes.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Proves that its holder presents a talk, or is the host. 128 bits from the system's generator, written
/// as 26 of a-z and 2-7. Can't be printed by accident: only [`reveal`](Self::reveal) gives its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

/// SHA-256 of a key's text. A guess of 128 bits needs no slow hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyHash(String);

impl Key {
    const LENGTH: usize = 26;

    /// # Errors
    /// When the system has no random numbers.
    pub fn made_up() -> Result<Self, getrandom::Error> {
        let mut bits = [0_u8; 16];
        getrandom::fill(&mut bits)?;
        Ok(Self(BASE32_NOPAD.encode(&bits).to_ascii_lowercase()))
    }

    /// A key that only a holder of this one can make: the same each time for the same `purpose`.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(self.0.as_bytes())
            .chain_update([0])
            .chain_update(purpose.as_bytes())
            .finalize();
        let mut text = BASE32_NOPAD.encode(&digest).to_ascii_lowercase();
        text.truncate(Self::LENGTH);
        Self(text)
    }

    /// A key as a client sent it, unchecked: only the right one has the right hash.
    pub fn sent(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// A key from a link. Chat programs take the full stop or bracket behind a link for a part of it, so
    /// a key of full length ends where its alphabet does.
    pub fn of_link(text: &str) -> Self {
        let text = text.trim();
        let is_own = |c: char| matches!(c, 'a'..='z' | '2'..='7');
        let end = text.find(|c| !is_own(c)).unwrap_or(text.len());
        let whole = text.get(..end).filter(|own| own.len() == Self::LENGTH);
        Self::sent(whole.unwrap_or(text))
    }

    pub fn hash(&self) -> KeyHash {
        KeyHash(HEXLOWER.encode(&Sha256::digest(self.0.as_bytes())))
    }

    /// The key's text, for links and cookies only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl KeyHash {
    /// The first 8 digits of 0-9 and a-f: enough to tell hashes apart.
    pub fn short(&self) -> String {
        self.0.chars().take(8).collect()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_links_key_ends_where_its_letters_do() {
        let key = Key::made_up().expect("random numbers");
        for end in ["", ".", ")", ").", ">", "\"", "…", "。", " and more", "\n"] {
            let text = format!("{}{end}", key.reveal());
            assert!(Key::of_link(&text) == key, "{end:?}");
        }
    }

    #[test]
    fn a_derived_key_is_a_key_of_its_own() {
        let key = Key::made_up().expect("random numbers");
        let derived = key.derived("a");
        assert!(derived == key.derived("a") && derived != key.derived("b") && derived != key);
        assert!(derived != Key::made_up().expect("random numbers").derived("a"));
        assert!(Key::of_link(&format!("{}.", derived.reveal())) == derived);
    }

    #[test]
    fn another_text_is_no_key() {
        let key = Key::made_up().expect("random numbers");
        let text = key.reveal();
        for other in [
            format!("{text}a"),
            format!(".{text}"),
            format!("{text}{text}"),
        ] {
            assert!(Key::of_link(&other) != key, "{other}");
        }
        assert!(Key::of_link("wrong.") == Key::sent("wrong."));
        assert!(Key::of_link(text.get(..25).unwrap_or_default()) != key);
    }
}
