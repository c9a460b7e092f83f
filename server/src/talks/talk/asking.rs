//! Devices that ask for the remote of a talk, and what its presenters answer.

use super::Talk;
use crate::{
    access::{Asker, Key, KeyHash},
    live::Asking,
    store::{Remote, StoreError},
    talks::{
        now,
        requests::{NotAsked, Request, RequestState, Requests},
    },
};
use app::routes;
use model::talk::RemoteRequest;
use std::sync::{Arc, MutexGuard, PoisonError};
use tokio::time::Instant;

impl Talk {
    /// A device asks for the remote, with a key that only its browser has.
    ///
    /// # Errors
    /// When it may not ask now.
    pub fn ask(&self, key: &Key, name: String, asker: Option<Asker>) -> Result<(), NotAsked> {
        self.requests().ask(key, name, asker, Instant::now())?;
        self.tell_who_asks();
        Ok(())
    }

    /// What became of the request of the device with this key. The device's page asks for this again and
    /// again, and so says that it still waits.
    pub fn request_of(&self, key: &KeyHash) -> Option<RequestState> {
        let now = Instant::now();
        let (state, waits) = {
            let mut requests = self.requests();
            (requests.state(key, now), requests.hear(key, now))
        };
        if waits {
            self.say_who_asks();
        }
        state
    }

    /// Lets in a device that asks. One that was answered already is no error: two presenters may have.
    ///
    /// # Errors
    /// When it can't be stored. The device then goes on asking.
    pub async fn accept(self: &Arc<Self>, id: u32) -> Result<(), StoreError> {
        let found = self.requests().find(id).cloned();
        let Some(request) = found.filter(|_| !self.is_over()) else {
            return Ok(());
        };
        let (key, name) = (request.key().clone(), request.name);
        self.change(move |shown| {
            let is_over = shown.record.state.over;
            !is_over && shown.record.remotes.accept(key, name, now())
        })
        .await?;
        self.requests().accepted(id);
        self.tell_who_asks();
        Ok(())
    }

    /// Sends away a device that asks.
    pub fn decline(&self, id: u32) {
        self.requests().decline(id, Instant::now());
        self.tell_who_asks();
    }

    /// For ten minutes nobody may ask.
    pub fn stop_asking(&self) {
        self.requests().be_quiet(Instant::now());
        self.tell_who_asks();
    }

    /// Everybody may ask again.
    pub fn let_ask(&self) {
        self.requests().let_ask();
    }

    /// Whether nobody may ask for now.
    pub fn is_quiet(&self) -> bool {
        self.requests().is_quiet(Instant::now())
    }

    /// Tells the presenters at once.
    fn tell_who_asks(&self) {
        self.say_who_asks();
        self.channel.say_presence();
    }

    /// The devices that wait to be let in, for the presenters.
    pub fn requests_for_the_remote(&self) -> Vec<RemoteRequest> {
        let waiting = self.waiting(&self.requests()).into_iter();
        waiting.map(|asking| asking.request).collect()
    }

    /// Updates what the presenters are told of devices that wait to be let in.
    pub(super) fn say_who_asks(&self) {
        let requests = self.requests();
        // Under the lock, so that nothing older overwrites this.
        self.channel.attendance().ask(self.waiting(&requests));
    }

    /// Devices that came by a link and have to ask first, then those that ask without one.
    fn waiting(&self, requests: &Requests) -> Vec<Asking> {
        if self.is_over() {
            return Vec::new();
        }
        let remotes = self.remotes();
        let by_link = remotes.waiting().map(|it| self.waiting_by_link(it));
        let by_request = requests.shown(Instant::now());
        let by_request = by_request.map(|it| self.asking_by_request(it));
        by_link.chain(by_request).collect()
    }

    fn waiting_by_link(&self, remote: &Remote) -> Asking {
        Asking {
            request: RemoteRequest {
                name: remote.name.clone(),
                number: remote.number,
                accept: routes::allow(&self.code, remote.number),
                decline: routes::revoke(&self.code, remote.number),
            },
            until: None,
        }
    }

    fn asking_by_request(&self, request: &Request) -> Asking {
        Asking {
            request: RemoteRequest {
                name: request.name.clone(),
                number: request.number.into(),
                accept: routes::accept(&self.code, request.id),
                decline: routes::decline(&self.code, request.id),
            },
            until: Some(request.shown_until()),
        }
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        // Nothing panics while it holds this.
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
