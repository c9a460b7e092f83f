//! Keys prove a role. The server keeps their hashes only.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// Whoever has it presents a talk, or is the host. 128 bits from the system's generator, written as 26 of a-z and 2-7.
/// Can't be printed by accident: only [`reveal`](Self::reveal) gives its text.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

/// SHA-256 of a key's text. A guess of 128 bits needs no slow hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyHash(String);

impl Key {
    /// # Errors
    /// When the system has no random numbers.
    pub fn made_up() -> Result<Self, getrandom::Error> {
        let mut bits = [0_u8; 16];
        getrandom::fill(&mut bits)?;
        Ok(Self(BASE32_NOPAD.encode(&bits).to_ascii_lowercase()))
    }

    /// A key as somebody sent it. Anything can be sent; only the right one has the right hash.
    pub fn sent(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub fn hash(&self) -> KeyHash {
        KeyHash(HEXLOWER.encode(&Sha256::digest(self.0.as_bytes())))
    }

    /// The key's text: for the presenter's link and cookie, and nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl KeyHash {
    /// Enough of it to tell one from another: 8 of 0-9 and a-f.
    pub fn short(&self) -> String {
        self.0.chars().take(8).collect()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}
