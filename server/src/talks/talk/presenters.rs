//! Who may present a talk.

use super::Talk;
use crate::{
    access::{Key, KeyHash},
    store::StoreError,
    talks::{Device, OpenError, Remotes, now, opening},
};
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
        let Device { name, key } = device;
        let key = match key {
            Some(key) => key,
            None => Key::made_up()?,
        };
        let hash = key.hash();
        self.change(move |shown| {
            let remotes = &mut shown.record.remotes;
            remotes.admit(hash, link, name, now(), ask);
            true
        })
        .await?;
        Ok(key)
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
    pub async fn revoke(self: &Arc<Self>, number: u64) -> Result<(), StoreError> {
        let revoked = self.change(move |shown| {
            let link = shown.record.remotes.revoke(number);
            let keys = &mut shown.record.presenter_keys;
            keys.retain(|key| Some(key) != link.as_ref());
            link.is_some()
        });
        revoked.await.map(drop)
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
