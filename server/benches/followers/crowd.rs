//! Many followers in one thread, as cheap as possible, because the server is measured and not they.

use memchr::memmem;
use mio::{Events, Interest, Poll, Token, net::TcpStream};
use std::{
    io::{ErrorKind, Read, Write},
    net::SocketAddr,
    time::{Duration, Instant},
};

/// Number of loopback addresses that a server listens on: each gives about 28,000 ports.
const ADDRESSES: usize = 8;

/// Number of connections that may be opening at once: less than the listen queue of each system.
const UNDER_WAY: usize = 1_000;

/// A follower that has not received the event by then counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long one event took to reach the crowd.
pub struct Round {
    pub median: Duration,
    pub last: Duration,
}

pub struct Crowd {
    poll: Poll,
    address: SocketAddr,
    request: String,
    followers: Vec<Follower>,
    lost: usize,
}

struct Follower {
    socket: TcpStream,
    asked: bool,
    /// The end of what was read, in case an event was cut in two.
    tail: Vec<u8>,
    has: bool,
    gone: bool,
}

impl Crowd {
    pub fn new(address: SocketAddr, path: &str) -> Self {
        Self {
            poll: Poll::new().expect("epoll"),
            address,
            request: format!(
                "GET {path} HTTP/1.1\r\nhost: bench\r\naccept: text/event-stream\r\n\r\n"
            ),
            followers: Vec::new(),
            lost: 0,
        }
    }

    pub fn lost(&self) -> usize {
        self.lost
    }

    /// Connects followers, and waits until each has the current event.
    pub fn connect(&mut self, followers: usize, revision: u64) -> Duration {
        let start = Instant::now();
        let needle = needle(revision);
        let mut ready = 0;
        let mut events = Events::with_capacity(4_096);
        while ready + self.lost < followers && start.elapsed() < PATIENCE * 3 {
            while self.followers.len() < followers
                && self.followers.len() - ready - self.lost < UNDER_WAY
            {
                self.add();
            }
            self.poll
                .poll(&mut events, Some(Duration::from_secs(1)))
                .expect("poll");
            for event in &events {
                let Token(which) = event.token();
                let follower = &mut self.followers[which];
                if !follower.asked && event.is_writable() {
                    follower.asked = true;
                    if follower.socket.write_all(self.request.as_bytes()).is_err() {
                        follower.gone = true;
                        self.lost += 1;
                        continue;
                    }
                }
                match follower.read(&needle) {
                    Some(true) => ready += 1,
                    Some(false) => {}
                    None => self.lost += 1,
                }
            }
        }
        self.lost = followers - ready;
        start.elapsed()
    }

    /// Publishes an event with `ask`, and reads until every follower has it. `ask` need not wait for the
    /// answer to its request.
    pub fn round(&mut self, revision: u64, ask: impl FnOnce()) -> Round {
        let needle = needle(revision);
        let mut waiting = 0;
        for follower in &mut self.followers {
            follower.has = false;
            waiting += usize::from(!follower.gone);
        }
        let mut events = Events::with_capacity(4_096);
        let mut waits = Vec::with_capacity(waiting);
        let start = Instant::now();
        ask();
        while waits.len() < waiting && start.elapsed() < PATIENCE {
            // Never sleeps: waking this thread would cost the measured system time, the more the slower it
            // is, and a network card needs no waking.
            self.poll
                .poll(&mut events, Some(Duration::ZERO))
                .expect("poll");
            for event in &events {
                let Token(which) = event.token();
                match self.followers[which].read(&needle) {
                    Some(true) => waits.push(start.elapsed()),
                    Some(false) => {}
                    None => {
                        self.lost += 1;
                        waiting -= 1;
                    }
                }
            }
        }
        self.lost += waiting - waits.len();
        assert!(!waits.is_empty(), "nobody got event {revision}");
        Round {
            median: waits[waits.len() / 2],
            last: waits[waits.len() - 1],
        }
    }

    fn add(&mut self) {
        let which = self.followers.len();
        let host = u8::try_from(1 + which % ADDRESSES).expect("few addresses");
        let address = SocketAddr::from(([127, 0, 0, host], self.address.port()));
        let mut socket = TcpStream::connect(address).expect("a socket");
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll
            .registry()
            .register(&mut socket, Token(which), interest)
            .expect("registered");
        self.followers.push(Follower {
            socket,
            asked: false,
            tail: Vec::new(),
            has: false,
            gone: false,
        });
    }
}

impl Follower {
    /// Reads what has arrived. Returns whether the event came just now; `None` if the connection is gone.
    fn read(&mut self, needle: &[u8]) -> Option<bool> {
        if self.gone || !self.asked {
            return Some(false);
        }
        let mut buffer = [0; 8_192];
        let mut came = false;
        loop {
            match self.socket.read(&mut buffer) {
                Ok(0) => {
                    self.gone = true;
                    return None;
                }
                Ok(read) => {
                    self.tail.extend_from_slice(&buffer[..read]);
                    if !self.has && memmem::find(&self.tail, needle).is_some() {
                        self.has = true;
                        came = true;
                    }
                    let cut = self.tail.len().saturating_sub(needle.len());
                    self.tail.drain(..cut);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(came),
                Err(_) => {
                    self.gone = true;
                    return None;
                }
            }
        }
    }
}

/// How an event says its revision; a ping does without the comma.
fn needle(revision: u64) -> Vec<u8> {
    format!("\"revision\":{revision},").into_bytes()
}
