//! Who may present a talk.

use super::Talk;
use crate::{
    access::{Key, KeyHash},
    store::{Journal, StoreError},
    talks::{Device, OpenError, Remotes, now, opening},
};

impl Talk {
    /// Whether it is the key of a presenter's link, or of a device that came by one.
    pub fn has_key(&self, key: &KeyHash) -> bool {
        let published = self.published.borrow();
        let record = &published.record;
        record.presenter_keys.contains(key) || record.remotes.may_present(key)
    }

    /// Whether it is the key of a link, which any device may come by.
    pub fn is_link(&self, key: &KeyHash) -> bool {
        self.published.borrow().record.presenter_keys.contains(key)
    }

    pub fn remotes(&self) -> Remotes {
        self.published.borrow().record.remotes.clone()
    }

    /// Admits a device that came by the presenter's `link`, and gives the key that it presents with.
    pub(in crate::talks) async fn admit(
        &self,
        journal: &dyn Journal,
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
        self.change(journal, |staged| {
            let remotes = &mut staged.record.remotes;
            remotes.admit(hash, link, name, now(), ask);
            true
        })
        .await?;
        Ok(key)
    }

    pub(in crate::talks) async fn allow(
        &self,
        journal: &dyn Journal,
        number: u64,
    ) -> Result<(), StoreError> {
        self.change(journal, |staged| staged.record.remotes.allow(number))
            .await
    }

    /// Takes a device off, and the link that it came by: it would come back.
    pub(in crate::talks) async fn revoke(
        &self,
        journal: &dyn Journal,
        number: u64,
    ) -> Result<(), StoreError> {
        self.change(journal, |staged| {
            let link = staged.record.remotes.revoke(number);
            let keys = &mut staged.record.presenter_keys;
            keys.retain(|key| Some(key) != link.as_ref());
            link.is_some()
        })
        .await
    }

    /// A fresh key for one more presenter's link.
    pub(in crate::talks) async fn link(&self, journal: &dyn Journal) -> Result<Key, OpenError> {
        let key = Key::made_up()?;
        let hash = key.hash();
        self.change(journal, |staged| {
            opening::remember(&mut staged.record, hash);
            true
        })
        .await?;
        Ok(key)
    }
}
