//! One run of the server, from its options to its end.

use crate::{
    access::{Key, StartWord},
    cli::Options,
    http::{self, Limits, Unsent},
    importing::{
        Begun, DeckError, Decks, Rest, bring,
        watched::{self, Fingerprint, Watched},
    },
    live::Hub,
    observe::{log, metrics, print, steady},
    store::{Store, StoreError},
    talks::{OpenError, Talk, Talks},
    terminal::{
        browser, control,
        links::{Announcement, Links, LinksFile},
    },
    web::{
        Shared,
        addresses::{Addresses, Bases, refused_by_browsers},
        host::Hosting,
        router::router,
        site,
    },
};
use app::routes;
use axum::{Router, http::Uri};
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::BuildError;
use reading::worker::protocol::{Confinement, Held};
use std::{
    fs, io,
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::NamedTempFile;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};
use tracing::warn;

/// Open files that connections leave to the rest of the server: the store, pictures, workers.
const RESERVED_FILES: usize = 40;

/// Why the server could not start, in sentences for the host.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("cannot record metrics: {0}.")]
    Metrics(#[from] BuildError),
    #[error("the pages are not built. Run `make build` first.")]
    NotBuilt,
    #[error("{}: {}", .0.display(), .1)]
    Store(PathBuf, StoreError),
    #[error(transparent)]
    Deck(#[from] DeckError),
    #[error(transparent)]
    Talk(#[from] OpenError),
    #[error("port {} is taken. Stop what uses it, or choose another with --listen {}.", .0.port(), other_port(*.0))]
    PortTaken(SocketAddr),
    #[error("browsers refuse to open port {}, which belongs to another protocol. Choose another with --listen {}.", .0.port(), other_port(*.0))]
    PortRefused(SocketAddr),
    #[error(
        "browsers refuse to open {0}, whose port belongs to another protocol. Let the proxy listen on another one."
    )]
    PublicPortRefused(Uri),
    #[error("cannot listen on {0}: {1}. Choose another address with --listen.")]
    Listen(SocketAddr, io::Error),
    #[error(
        "this system can't keep the program that reads guests' decks away from the files of this \
         computer, so guests may not bring decks here. Leave out --open, or run on Linux 5.13 or newer with \
         Landlock."
    )]
    NoWall,
    #[error("cannot write the links to {}: {}.", .0.display(), .1)]
    Links(PathBuf, io::Error),
}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// When it can't start; see [`RunError`].
pub async fn run(options: Options) -> Result<(), RunError> {
    log::install(options.log, options.log_format);
    metrics::install()?;
    let leptos = site::find().ok_or(RunError::NotBuilt)?;
    // Behind a proxy, browsers connect to the proxy's port.
    match &options.public_url {
        Some(public) if public.port_u16().is_some_and(refused_by_browsers) => {
            return Err(RunError::PublicPortRefused(public.clone()));
        }
        None if refused_by_browsers(options.listen.port()) => {
            return Err(RunError::PortRefused(options.listen));
        }
        _ => {}
    }
    // First, because a taken port is the most frequent failure, and the quickest to find.
    let listener = listen(options.listen)?;
    let file = options.links.clone();
    let opens = !options.no_browser && browser::may_open();
    let announce = |announcement: &Announcement| {
        if let Some(file) = &file {
            write_links(file, &announcement.for_programs())
                .map_err(|error| RunError::Links(file.clone(), error))?;
        }
        print(&announcement.in_words());
        // Not once more when the network changes: the page stays open.
        if opens
            && !announcement.again
            && let Err(error) = browser::open(&announcement.start)
        {
            warn!(%error, "no browser was opened");
        }
        Ok(())
    };
    serve(options, leptos, listener, announce, end_signal()).await
}

/// Serves on `listener` until `end` completes. Calls `announce` once the server is ready, and again when
/// the links change with this machine's network. Needs neither signals nor a terminal, for tests.
///
/// # Errors
/// When it can't start; see [`RunError`].
pub async fn serve(
    options: Options,
    leptos: LeptosOptions,
    listener: TcpListener,
    mut announce: impl FnMut(&Announcement) -> Result<(), RunError>,
    end: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let address = listener
        .local_addr()
        .map_err(|error| RunError::Listen(options.listen, error))?;
    let data = options.data.clone();
    let patience = options.let_go_after;
    let Opened {
        shared,
        addresses,
        decks,
        announced,
        rests,
        watches,
    } = open(options, leptos, address).await?;
    // Without it the server can still show talks.
    let control = control::listen(&data, shared.talks.clone())
        .inspect_err(|error| warn!(%error, "other terminals cannot reach this server"))
        .ok();
    let now = addresses.now();
    announce(&announced.at(&now))?;
    let announcing = addresses.watch(now, |bases| {
        // The links that were announced before may still work.
        let again = Announcement {
            again: true,
            ..announced.at(bases)
        };
        if let Err(error) = announce(&again) {
            warn!(%error, "the new links were not announced");
        }
    });
    // Aborted with the server. The next start resumes them.
    let mut imports = JoinSet::new();
    imports.spawn(bring::resume(decks.clone(), shared.talks.clone()));
    for (rest, talk) in rests {
        imports.spawn(bring::finish(rest, talk, shared.talks.clone()));
    }
    for watched in watches {
        imports.spawn(watched.watch());
    }

    let (hub, unsent) = (shared.hub.clone(), shared.unsent.clone());
    let router = router(shared);
    let limits = Limits {
        connections: most_connections(),
        patience,
        unsent,
    };
    let serving = http::accept(listener, limits, router, async {
        end.await;
        decks.end();
        hub.end();
    });
    tokio::select! {
        () = serving => {}
        () = announcing => {}
    }
    // Imports and control hold the store, whose lock the next start needs.
    imports.shutdown().await;
    if let Some(control) = control {
        control.abort();
        let _ = control.await;
    }
    Ok(())
}

/// The server without sockets: its routes and its talks' links. For fuzzers, which need more requests than
/// sockets can carry.
///
/// # Errors
/// When it can't start; see [`RunError`].
///
/// ```
/// use axum::{body::Body, http::Request};
/// use clap::Parser;
/// use leptos::config::LeptosOptions;
/// use server::{cli::Options, in_process};
/// use tower::ServiceExt;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let data = tempfile::tempdir()?;
/// let mut options = Options::parse_from(["webslides", "--code", "room"]);
/// options.data = data.path().to_owned();
/// let leptos = LeptosOptions::builder().output_name("webslides").build();
/// let (router, links) = in_process(options, leptos).await?;
/// assert!(links[0].audience.ends_with("/t/room"));
///
/// let request = Request::get("/t/room/state").body(Body::empty())?;
/// assert_eq!(router.oneshot(request).await?.status(), 200);
/// # Ok(())
/// # }
/// ```
pub async fn in_process(
    options: Options,
    leptos: LeptosOptions,
) -> Result<(Router, Vec<Links>), RunError> {
    let address = options.listen;
    let opened = open(options, leptos, address).await?;
    let links = opened.announced.at(&opened.addresses.now()).talks;
    Ok((router(opened.shared), links))
}

struct Opened {
    shared: Shared,
    addresses: Addresses,
    decks: Decks,
    announced: Announced,
    /// Imports to finish once every talk is open: two talks may show the same deck.
    rests: Vec<(Rest, Arc<Talk>)>,
    watches: Vec<Watched>,
}

/// The keys of the links that are announced, again whenever this machine's address changes.
struct Announced {
    /// The address for a browser on this machine.
    own: String,
    host: Key,
    /// Stands for the host's key in the command line of the browser that is opened.
    start: Key,
    talks: Vec<(Arc<Talk>, Key)>,
}

impl Announced {
    fn at(&self, bases: &Bases) -> Announcement {
        let base = &bases.likeliest;
        let host = self.host.reveal();
        let only = match self.talks.as_slice() {
            [(talk, _)] => Some(talk.code()),
            _ => None,
        };
        let begin = match only {
            Some(code) => routes::host_link_to_lobby(host, code),
            None => routes::host_link(host),
        };
        let start = routes::start_link(self.start.reveal(), only);
        Announcement {
            begin: format!("{}{begin}", self.own),
            start: format!("{}{start}", self.own),
            host: format!("{base}{}", routes::host_link(host)),
            talks: self
                .talks
                .iter()
                .map(|(talk, key)| Links::new(base, talk, key))
                .collect(),
            others: bases.others.clone(),
            warning: bases.reach.warning(),
            again: false,
        }
    }
}

/// Opens the store with its talks, and a talk for each deck of the options.
async fn open(
    options: Options,
    leptos: LeptosOptions,
    address: SocketAddr,
) -> Result<Opened, RunError> {
    // Leptos spawns through this. It may be set already: a test runs several servers.
    let _ = any_spawner::Executor::init_tokio();
    let (store, decks) = open_store(&options).await?;
    // Before the decks are read, so that whatever is saved meanwhile counts as a change.
    let watched = options.decks.iter().filter(|_| options.watch);
    let fingerprints: Vec<_> = watched
        .map(|path| watched::fingerprint(path).ok())
        .collect();
    let begun = bring::begin(&options.decks, options.password.as_deref(), &decks, &store).await?;

    let hub = start_hub(&options);
    let talks = Talks::start(store, hub.clone()).await?;
    if options.ask_first {
        talks.ask_first();
    }
    let addresses = Addresses::new(address, options.public_url.as_ref());
    let made = Hosting::new(
        decks.clone(),
        &talks,
        &options.data,
        addresses.clone(),
        options.open,
    );
    let storing = |error| RunError::Store(options.data.clone(), error);
    let (hosting, host) = made.await.map_err(storing)?;
    let start = StartWord::default();
    let word = start.made_up(host.clone());
    let word = word.map_err(|error| storing(StoreError::from(error)))?;
    let mut opened = Opened {
        shared: Shared {
            talks,
            hub,
            leptos,
            host: Some(hosting),
            guesses: Arc::default(),
            start,
            unsent: Unsent::default(),
            public: options.public_url.clone().map(Arc::new),
        },
        announced: Announced {
            own: addresses.own(),
            host,
            start: word,
            talks: Vec::new(),
        },
        addresses,
        decks,
        rests: Vec::new(),
        watches: Vec::new(),
    };
    opened.show(begun, fingerprints, options).await?;
    Ok(opened)
}

async fn open_store(options: &Options) -> Result<(Store, Decks), RunError> {
    let store = Store::open(&options.data)
        .await
        .map_err(|error| RunError::Store(options.data.clone(), error))?;
    if let Err(error) = steady::go_on(&options.data) {
        warn!(%error, "the clock cannot be kept: after a restart, clocks of talks take the wall clock's time");
    }
    let decks = Decks::new(store.clone(), &options.data, &options.deck_limits)?;
    if options.open {
        walled(decks.confinement().await?)?;
    }
    Ok((store, decks))
}

fn start_hub(options: &Options) -> Hub {
    let hub = Hub::new(most_followers(options.max_followers));
    if options.no_acknowledgements {
        hub.without_acknowledgements().start()
    } else {
        hub.start()
    }
}

impl Opened {
    /// Opens a talk for each deck. `fingerprints` are of the decks that are watched: all of the options', or none.
    async fn show(
        &mut self,
        begun: Vec<Begun>,
        fingerprints: Vec<Option<Fingerprint>>,
        options: Options,
    ) -> Result<(), RunError> {
        let talks = &self.shared.talks;
        let mut code = options.code;
        let mut watched = options.decks.into_iter().zip(fingerprints);
        for begun in begun {
            bring::complain(&begun.warnings);
            bring::keep_warnings(&begun, talks);
            let Begun {
                deck,
                rest,
                awaited,
                ..
            } = begun;
            let (talk, key) = talks.open(code.take(), deck).await?;
            drop(awaited);
            self.announced.talks.push((talk.clone(), key));
            if let Some((path, shown)) = watched.next() {
                self.watches.push(Watched {
                    path,
                    shown,
                    password: options.password.clone(),
                    decks: self.decks.clone(),
                    talk,
                    talks: talks.clone(),
                    rest,
                });
            } else if let Some(rest) = rest {
                self.rests.push((rest, talk));
            }
        }
        Ok(())
    }
}

/// Guests may bring decks only where workers can't read the host's files.
fn walled(confinement: Confinement) -> Result<(), RunError> {
    match confinement.files {
        Held::Fully | Held::Partly => Ok(()),
        Held::Not => Err(RunError::NoWall),
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, RunError> {
    http::listen(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => RunError::PortTaken(address),
        _ => RunError::Listen(address, error),
    })
}

/// The number of files that the system lets this process open, without [`RESERVED_FILES`]. Raises the
/// process's limit first.
fn most_connections() -> usize {
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(1_024);
    usize::try_from(files)
        .unwrap_or(usize::MAX)
        .saturating_sub(RESERVED_FILES)
        .max(1)
}

/// The number of followers that were `asked` for, limited so that pages and presenters have connections left.
fn most_followers(asked: Option<usize>) -> usize {
    let connections = most_connections();
    let most = http::most_followers(connections);
    match asked {
        Some(asked) if asked > most => {
            eprintln!(
                "webslides: this process may not open enough files for {asked} followers; {most} get a \
                 seat. Raise the limit of open files (ulimit -n)."
            );
            most
        }
        Some(asked) => asked,
        None => most.min(connections / 10 * 9),
    }
}

/// An argument of `--listen` with the same address and a port to choose.
fn other_port(address: SocketAddr) -> String {
    if address.ip().is_unspecified() && address.is_ipv6() {
        ":PORT".to_owned()
    } else if address.is_ipv6() {
        format!("[{}]:PORT", address.ip())
    } else {
        format!("{}:PORT", address.ip())
    }
}

/// Atomic, because programs wait for the file. Readable for the host's account only, because it contains
/// keys.
fn write_links(file: &Path, links: &LinksFile<'_>) -> io::Result<()> {
    let content = serde_json::to_vec_pretty(links)?;
    // A device, pipe or link, such as /dev/stdout, is not replaced.
    let is_special = fs::symlink_metadata(file).is_ok_and(|file| !file.is_file());
    if is_special {
        return fs::write(file, content);
    }
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut beside = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    beside.write_all(&content)?;
    beside.persist(file)?;
    Ok(())
}

/// Completes with the first Ctrl-C or SIGTERM. Handles them only from its first poll on, when the server is
/// ready: until then, and where the system has no handlers, either ends the program at once.
async fn end_signal() {
    let (interrupt, terminate) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    );
    if let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    } else {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use tempfile::TempDir;

    #[test]
    fn links_are_written_to_what_is_no_plain_file_and_do_not_take_its_place() {
        let directory = TempDir::new().expect("a temporary directory");
        let (plain, linked) = (directory.path().join("a"), directory.path().join("b"));
        symlink(&plain, &linked).expect("a link");
        let links = LinksFile {
            host: "http://host",
            talks: &[],
        };
        for file in [&linked, &plain] {
            write_links(file, &links).expect("written");
            let content = fs::read_to_string(&plain).expect("readable");
            assert!(content.contains("http://host"));
        }
        let is_link = |file| fs::symlink_metadata(file).is_ok_and(|file| file.is_symlink());
        assert!(is_link(&linked));
    }

    #[test]
    fn nobody_else_brings_decks_where_no_wall_is_around_files() {
        let behind = |files| Confinement {
            network: Held::Not,
            files,
            calls: Held::Fully,
        };
        assert!(walled(behind(Held::Fully)).is_ok());
        assert!(walled(behind(Held::Partly)).is_ok());
        let refused = walled(behind(Held::Not)).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|words| words.contains("Leave out --open")));
    }
}
