//! Who may present a talk.

use super::Talk;
use crate::{
    access::{Key, KeyHash},
    store::StoreError,
    talks::{Device, LinkState, OpenError, Remotes, RemovedBy, now, opening},
};
use model::talk::TalkCode;
use std::sync::Arc;

impl Talk {
    /// Whether it is the key of a presenter's link, or of a device that was admitted by one.
    pub fn has_key(&self, key: &KeyHash) -> bool {
        let published = self.published.borrow();
        let record = &published.shown.record;
        record.presenter_keys.contains(key) || record.remotes.may_present(key)
    }

    /// Whether it is the key of a presenter's link.
    pub fn is_link(&self, key: &KeyHash) -> bool {
        let published = self.published.borrow();
        published.shown.record.presenter_keys.contains(key)
    }

    /// The state of a presenter's link, or of a link that admits one device. `None` for an unknown link.
    pub fn link_state(&self, key: &KeyHash) -> Option<LinkState> {
        if self.is_link(key) {
            return Some(LinkState::Open);
        }
        self.remotes().pairing_state(key, now())
    }

    pub fn remotes(&self) -> Remotes {
        self.published.borrow().shown.record.remotes.clone()
    }

    /// Admits a device by a presenter's link, and returns the key that it presents with.
    pub(in crate::talks) async fn admit(
        self: &Arc<Self>,
        link: KeyHash,
        device: Device,
        ask: bool,
    ) -> Result<Key, OpenError> {
        let (key, name) = device.with_key()?;
        let hash = key.hash();
        self.change(move |shown| {
            let remotes = &mut shown.record.remotes;
            remotes.admit(hash, link, name, now(), ask);
            true
        })
        .await?;
        Ok(key)
    }

    /// Admits a device by a link that admits one. `None` if the link admits none any more: of two devices at
    /// once, one gets in.
    pub(in crate::talks) async fn admit_once(
        self: &Arc<Self>,
        link: KeyHash,
        device: Device,
        ask: bool,
    ) -> Result<Option<Key>, OpenError> {
        let (key, name) = device.with_key()?;
        let hash = key.hash();
        let admitted = self.change(move |shown| {
            let remotes = &mut shown.record.remotes;
            remotes.admit_once(hash, link, name, now(), ask)
        });
        Ok(admitted.await?.then_some(key))
    }

    /// Makes a link that admits one device, in place of the one before. The `host` can tell its key from
    /// then on; see [`pairing_key`](Self::pairing_key).
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn pair(self: &Arc<Self>, host: Key) -> Result<(), StoreError> {
        let code = self.code().clone();
        let paired = self.change(move |shown| {
            let link = |number| pairing_key(&host, &code, number).hash();
            shown.record.remotes.pair(link, now());
            true
        });
        paired.await.map(drop)
    }

    /// The key of the newest link that admits one device, if this host's key made it. The store has only its
    /// hash, and the page that shows it is asked for again and again.
    pub fn pairing_key(&self, host: &Key) -> Option<Key> {
        let remotes = self.remotes();
        let pairing = remotes.pairing()?;
        let key = pairing_key(host, self.code(), pairing.number);
        (key.hash() == pairing.link).then_some(key)
    }

    /// Lets a waiting device present. Any other number is no error.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn allow(self: &Arc<Self>, number: u64) -> Result<(), StoreError> {
        let allowed = self.change(move |shown| shown.record.remotes.allow(number));
        allowed.await.map(drop)
    }

    /// Removes a device, and the link that it came by: it would come back. Removed already is no error.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn revoke(self: &Arc<Self>, number: u64, by: RemovedBy) -> Result<(), StoreError> {
        let revoked = self.change(move |shown| {
            let record = &mut shown.record;
            let links = &mut record.presenter_keys;
            record.remotes.revoke(number, by, links, now())
        });
        revoked.await.map(drop)
    }

    /// Undoes a removal of a moment ago. Whether it could be undone.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn restore(self: &Arc<Self>, number: u64) -> Result<bool, StoreError> {
        let restored = self.change(move |shown| {
            let record = &mut shown.record;
            let links = &mut record.presenter_keys;
            record.remotes.restore(number, links, now())
        });
        restored.await
    }

    /// A new key, for one more presenter's link.
    ///
    /// # Errors
    /// When it can't be stored.
    pub async fn link(self: &Arc<Self>) -> Result<Key, OpenError> {
        let key = Key::made_up()?;
        let hash = key.hash();
        self.change(move |shown| {
            opening::remember(&mut shown.record, hash);
            true
        })
        .await?;
        Ok(key)
    }
}

fn pairing_key(host: &Key, code: &TalkCode, number: u64) -> Key {
    host.derived(&format!("pair {code} {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{live::Hub, store::Store, talks::Talks};
    use model::deck::{Deck, DeckId, Face, Slide};
    use std::path::Path;

    async fn talks(directory: &Path) -> Talks {
        // The talks before it let go of the store when their tasks end.
        let store = loop {
            match Store::open(directory).await {
                Ok(store) => break store,
                Err(StoreError::InUse) => tokio::task::yield_now().await,
                Err(error) => panic!("{error}"),
            }
        };
        let hub = Hub::new(1).start();
        Talks::start(store, hub).await.expect("talks")
    }

    fn device() -> Device {
        Device {
            name: "iPhone".to_owned(),
            key: None,
        }
    }

    #[tokio::test]
    async fn of_two_phones_at_once_one_gets_in_and_a_restart_lets_in_no_other() {
        let directory = tempfile::tempdir().expect("a directory");
        let slide = Slide::new("a slide".to_owned(), Face::pending(16, 9));
        let deck = Deck::new(
            DeckId::new("deck".to_owned()),
            "A deck".to_owned(),
            vec![slide],
        );
        let (host, code) = (Key::sent("host"), "room".parse().expect("a code"));
        let link = {
            let talks = talks(directory.path()).await;
            let opened = talks.open(Some(code), deck.expect("a deck")).await;
            let (talk, _) = opened.expect("opened");
            talk.pair(host.clone()).await.expect("stored");
            let link = talk.pairing_key(&host).expect("the host's");
            assert!(talk.pairing_key(&Key::sent("another")).is_none());
            assert_eq!(talk.link_state(&link.hash()), Some(LinkState::Open));
            let (one, two) = tokio::join!(
                talks.admit_once(&talk, &link, device()),
                talks.admit_once(&talk, &link, device()),
            );
            let keys = [one.expect("stored"), two.expect("stored")];
            let admitted: Vec<_> = keys.iter().flatten().collect();
            assert_eq!(admitted.len(), 1);
            assert!(talk.has_key(&admitted[0].hash()) && !talk.has_key(&link.hash()));
            link
        };
        let talks = talks(directory.path()).await;
        let talk = talks
            .find(&"room".parse().expect("a code"))
            .expect("it goes on");
        assert_eq!(talk.link_state(&link.hash()), Some(LinkState::Used));
        let late = talks.admit_once(&talk, &link, device()).await;
        assert!(late.expect("read").is_none());
        // Another link, and a guess.
        talk.pair(host.clone()).await.expect("stored");
        let newer = talk.pairing_key(&host).expect("the host's");
        assert_eq!(talk.link_state(&newer.hash()), Some(LinkState::Open));
        assert_eq!(talk.link_state(&Key::sent("guess").hash()), None);
    }
}
