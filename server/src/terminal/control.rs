//! The host's commands from another terminal: list, rename, end, delete and export talks.
//!
//! Only one process can open the data directory. While that is a server, commands go to a socket in the
//! directory, which only the host's own account may open. Else this process opens the store.

use crate::{
    live::Hub,
    store::{EmbeddedStore, Store, StoreError},
    talks::{EndError, OpenError, Talk, TalkTitle, Talks, history},
};
use clap::Subcommand;
use model::talk::TalkCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    fs::{self, File},
    io,
    os::{
        fd::AsRawFd,
        unix::{fs::PermissionsExt, net::SocketAddr},
    },
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    task::JoinHandle,
    time::timeout,
};
use tracing::error;

/// The socket's name in the data directory.
const SOCKET: &str = "control.sock";

/// The length of a command, which is one line.
const MAX_COMMAND_BYTES: u64 = 4_096;

/// How long a command may take.
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Serialize, Deserialize, Subcommand)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// List the talks that are kept; rename, end or delete one
    Talks {
        #[command(subcommand)]
        #[serde(default)]
        then: Option<TalksCommand>,
    },
    /// Write a talk as JSON
    Export { code: TalkCode },
}

#[derive(Debug, Clone, Serialize, Deserialize, Subcommand)]
#[serde(rename_all = "snake_case")]
pub enum TalksCommand {
    /// End a talk: its followers see that it is over
    End { code: TalkCode },
    /// Give a talk another title
    Rename { code: TalkCode, title: TalkTitle },
    /// End a talk and remove it, and its slides unless another talk shows them
    Delete { code: TalkCode },
}

/// Why a command failed, in sentences for the host.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("there is no talk {0} here. `webslides talks` lists them.")]
    NoSuchTalk(TalkCode),
    #[error("{}: {}", .0.display(), .1)]
    Store(PathBuf, StoreError),
    #[error("the talk's history cannot be read: {0}.")]
    History(#[from] StoreError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the talk could not be ended: {0}.")]
    End(#[from] EndError),
    #[error("the talk could not be renamed: {0}.")]
    Rename(StoreError),
    #[error("the talk could not be deleted: {0}.")]
    Delete(EndError),
    #[error("{} holds no talks yet. Say where they are kept with --data.", .0.display())]
    NoData(PathBuf),
    #[error("the running server did not answer: {0}.")]
    NoAnswer(io::Error),
    /// The running server's own sentence.
    #[error("{0}")]
    Refused(String),
}

/// Carries a command out. Returns what to print.
///
/// # Errors
/// When there is no such talk, or neither a server nor the store can be reached. See [`ControlError`].
pub async fn run(data: &Path, command: Command) -> Result<String, ControlError> {
    if let Ok(server) = connect(data).await {
        let answer = timeout(TIMEOUT, send(server, &command)).await;
        return match answer.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(Answer { said, error: None }) => Ok(said),
            Ok(Answer {
                error: Some(error), ..
            }) => Err(ControlError::Refused(error)),
            Err(error) => Err(ControlError::NoAnswer(error)),
        };
    }
    if !EmbeddedStore::is_in(data) {
        return Err(ControlError::NoData(data.to_owned()));
    }
    let store = Store::open(data)
        .await
        .map_err(|error| ControlError::Store(data.to_owned(), error))?;
    carry_out(&Talks::start(store, Hub::new(0)).await?, command).await
}

async fn connect(data: &Path) -> io::Result<UnixStream> {
    let socket = SocketPath::in_directory(data)?;
    UnixStream::connect(&socket.path).await
}

/// A path of the socket that is short enough for the system.
struct SocketPath {
    path: PathBuf,
    /// Keeps `path` valid where it goes by this file's number.
    _directory: Option<File>,
}

impl SocketPath {
    /// The system takes about 100 bytes. In a directory with a longer path, the socket is named by the
    /// number of the open directory.
    fn in_directory(data: &Path) -> io::Result<Self> {
        let path = data.join(SOCKET);
        if SocketAddr::from_pathname(&path).is_ok() {
            return Ok(Self {
                path,
                _directory: None,
            });
        }
        let directory = File::open(data)?;
        Ok(Self {
            path: format!("/proc/self/fd/{}/{SOCKET}", directory.as_raw_fd()).into(),
            _directory: Some(directory),
        })
    }
}

/// Answers the host's commands until it is aborted. Holds the talks, and with them the store's lock.
///
/// # Errors
/// When the socket can't be made.
pub fn listen(data: &Path, talks: Talks) -> io::Result<JoinHandle<()>> {
    let socket = SocketPath::in_directory(data)?;
    // A killed process left it behind: this one has the store's lock, so no other server runs.
    match fs::remove_file(&socket.path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&socket.path)?;
    fs::set_permissions(&socket.path, fs::Permissions::from_mode(0o600))?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((client, _)) => {
                    let answering = timeout(TIMEOUT, answer(client, talks.clone()));
                    tokio::spawn(async move {
                        if let Ok(Err(error)) = answering.await {
                            error!(%error, "a command from another terminal was not answered");
                        }
                    });
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }))
}

#[derive(Serialize, Deserialize)]
struct Answer {
    said: String,
    #[serde(default)]
    error: Option<String>,
}

async fn send(server: UnixStream, command: &Command) -> io::Result<Answer> {
    let mut server = BufReader::new(server);
    let mut line = serde_json::to_vec(command)?;
    line.push(b'\n');
    server.write_all(&line).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    Ok(serde_json::from_slice(&answer)?)
}

async fn answer(client: UnixStream, talks: Talks) -> io::Result<()> {
    let mut client = BufReader::new(client);
    let mut line = String::new();
    (&mut client)
        .take(MAX_COMMAND_BYTES)
        .read_line(&mut line)
        .await?;
    let command = serde_json::from_str(&line)?;
    let answer = match carry_out(&talks, command).await {
        Ok(said) => Answer { said, error: None },
        Err(error) => Answer {
            said: String::new(),
            error: Some(error.to_string()),
        },
    };
    client.write_all(&serde_json::to_vec(&answer)?).await
}

async fn carry_out(talks: &Talks, command: Command) -> Result<String, ControlError> {
    let find = |code: &TalkCode| {
        talks
            .find(code)
            .ok_or_else(|| ControlError::NoSuchTalk(code.clone()))
    };
    match command {
        Command::Talks { then: None } => Ok(list(talks)),
        Command::Talks { then: Some(then) } => match then {
            TalksCommand::End { code } => {
                find(&code)?.end().await?;
                Ok(format!("The talk {code} is over.\n"))
            }
            TalksCommand::Rename { code, title } => {
                let renamed = find(&code)?.rename(title.clone()).await;
                renamed.map_err(ControlError::Rename)?;
                Ok(format!("The talk {code} is called {title} now.\n"))
            }
            TalksCommand::Delete { code } => {
                let is_lost = talks.lost().iter().any(|(lost, _)| *lost == code);
                let deleted = if is_lost {
                    talks.delete_lost(&code).await.map_err(EndError::from)
                } else {
                    talks.delete(&find(&code)?).await
                };
                deleted.map_err(ControlError::Delete)?;
                Ok(format!("The talk {code} is deleted. Its code is free.\n"))
            }
        },
        Command::Export { code } => {
            let talk = find(&code)?;
            Ok(format!("{:#}\n", exported(talks, &talk).await?))
        }
    }
}

fn list(talks: &Talks) -> String {
    let (open, lost) = (talks.all(), talks.lost());
    if open.is_empty() && lost.is_empty() {
        return "No talks yet.\n".to_owned();
    }
    let open = open.iter().map(|talk| {
        let snapshot = talk.snapshot();
        let state = &snapshot.state;
        let position = if state.over {
            "over".to_owned()
        } else {
            format!("slide {} of {}", state.slide, state.slides)
        };
        listed(talk.code(), &position, &snapshot.talk)
    });
    let lost = lost.iter().map(|(code, title)| {
        let title = title.as_ref().map(TalkTitle::as_str).unwrap_or_default();
        listed(code, "slides missing", title)
    });
    open.chain(lost).collect()
}

fn listed(code: &TalkCode, position: &str, title: &str) -> String {
    let line = format!("{:<32}  {position:<18}  {title}", code.as_str());
    format!("{}\n", line.trim_end())
}

/// A talk as JSON, without its keys.
async fn exported(talks: &Talks, talk: &Talk) -> Result<Value, StoreError> {
    let state = talk.snapshot().state.clone();
    let history = history::read(talks.store().journal().as_ref(), talk.code(), &state).await?;
    Ok(json!({
        "code": talk.code(),
        "state": state,
        "deck": talk.deck().as_ref(),
        "history": history,
    }))
}
