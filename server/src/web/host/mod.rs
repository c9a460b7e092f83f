//! The host's pages: decks that are uploaded, and the talks made of them.

mod home;
mod links;
mod lobby;
mod qr;
mod remotes;
mod talks;
mod upload;

pub use home::{enter, home, now};
pub use links::{import, links, talk_ways, ways};
pub use lobby::{lobby, pair};
pub use remotes::{add_remote, allow, ask_revoke, back, device, remotes, restore, revoke};
pub use talks::{again, ask_delete, ask_title, delete, end, rename};
pub use upload::upload;

use super::{
    Shared,
    addresses::{Addresses, Bases},
};
use crate::{
    access::Key,
    importing::Decks,
    store::{Entry, List, StoreError},
    talks::{Talks, Visitor},
};
use axum::http::{HeaderMap, header};
use std::{
    fs, io,
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::{sync::Semaphore, task::JoinSet};
use upload::slots::Slots;

/// How many of the host's keys stay good.
const MAX_KEYS: usize = 10_000;

/// The host's uploads at once; more wait a while. Each takes room on the disk. Guests have slots of their
/// own, so that none of them keeps the host out.
const HOST_UPLOADS: usize = 3;

/// Guests' uploads at once. With fewer slots, a few slow networks would keep everybody else waiting.
const GUEST_UPLOADS: usize = 16;

/// Decks of guests that are opened at once.
const GUEST_DECKS: usize = 3;

/// What the host's pages need, and the imports that they began. Cheap to clone.
#[derive(Clone)]
pub struct Hosting {
    decks: Decks,
    /// Anyone in the room may create talks.
    is_open: bool,
    addresses: Addresses,
    /// Uploads are gathered here. A start empties it: their requests are gone.
    uploads: Arc<Path>,
    host_slots: Slots,
    guest_slots: Slots,
    guest_decks: Arc<Semaphore>,
    imports: Arc<Mutex<JoinSet<()>>>,
}

impl Hosting {
    /// Also gives the host's new key.
    ///
    /// # Errors
    /// When the store can't be used, or the folder for uploads can't be made.
    pub async fn new(
        decks: Decks,
        talks: &Talks,
        data: &Path,
        addresses: Addresses,
        is_open: bool,
    ) -> Result<(Self, Key), StoreError> {
        let key = Key::made_up()?;
        let journal = talks.store().journal();
        let content = serde_json::to_vec(&key.hash())?;
        let list = List::HostKeys;
        journal.append(Entry { list, content }).await?;
        let kept = journal.read(&List::HostKeys, 0, MAX_KEYS).await?;
        let kept = kept
            .iter()
            .filter_map(|key| serde_json::from_slice(key).ok());
        // The new one in any case: the list may be longer than what is read of it.
        talks.have_host(kept.chain([key.hash()]).collect());
        let uploads = data.join("uploads");
        match fs::remove_dir_all(&uploads) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir_all(&uploads)?,
        }
        let hosting = Self {
            decks,
            is_open,
            addresses,
            uploads: uploads.into(),
            host_slots: Slots::new(HOST_UPLOADS),
            guest_slots: Slots::new(GUEST_UPLOADS),
            guest_decks: Arc::new(Semaphore::new(GUEST_DECKS)),
            imports: Arc::default(),
        };
        Ok((hosting, key))
    }

    pub fn may_create(&self, visitor: &Visitor) -> bool {
        self.is_open || visitor.is_host()
    }

    /// The addresses with which the links of a page begin.
    fn bases(&self, shared: &Shared, headers: &HeaderMap) -> Bases {
        self.addresses.of_page(headers, shared.is_secure(headers))
    }
}

/// Whether a script or a program asks. A form without script never asks for JSON.
pub fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept.is_some_and(|accept| accept == "application/json")
}
