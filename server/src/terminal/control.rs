//! What the host does with talks from another terminal: list, rename, end, delete, export.
//!
//! One process has the data directory. While that is a server, it is asked over a socket in the
//! directory, which only the host's own account may open; else the store is opened here.

use crate::{
    live::Hub,
    store::{EmbeddedStore, StoreError},
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
    sync::Arc,
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

/// A question is a line; none is longer.
const MAX_QUESTION_BYTES: u64 = 4_096;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

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

/// Sentences for the host.
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
    /// What the running server said.
    #[error("{0}")]
    Said(String),
}

/// Carries a command out and gives what it prints.
///
/// # Errors
/// When there is no such talk, or neither a server nor the store can be reached.
pub async fn run(data: &Path, command: Command) -> Result<String, ControlError> {
    if let Ok(server) = connect(data).await {
        let answer = timeout(PATIENCE, ask(server, &command)).await;
        return match answer.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(Answer { said, error: None }) => Ok(said),
            Ok(Answer {
                error: Some(error), ..
            }) => Err(ControlError::Said(error)),
            Err(error) => Err(ControlError::NoAnswer(error)),
        };
    }
    if !EmbeddedStore::is_in(data) {
        return Err(ControlError::NoData(data.to_owned()));
    }
    let store =
        EmbeddedStore::open(data).map_err(|error| ControlError::Store(data.to_owned(), error))?;
    carry_out(
        &Talks::start(Arc::new(store), Hub::start(0, false))?,
        command,
    )
    .await
}

async fn connect(data: &Path) -> io::Result<UnixStream> {
    let way = Way::to(data)?;
    UnixStream::connect(way.socket()).await
}

/// How the socket is reached.
struct Way {
    directory: PathBuf,
    /// Held while `directory` is a name of this process for it.
    _held: Option<File>,
}

impl Way {
    /// A socket's address is short. In a directory whose path is not, it is named by the opened
    /// directory's number.
    fn to(data: &Path) -> io::Result<Self> {
        let path = data.join(SOCKET);
        if SocketAddr::from_pathname(path).is_ok() {
            return Ok(Self {
                directory: data.to_owned(),
                _held: None,
            });
        }
        let held = File::open(data)?;
        Ok(Self {
            directory: format!("/proc/self/fd/{}", held.as_raw_fd()).into(),
            _held: Some(held),
        })
    }

    fn socket(&self) -> PathBuf {
        self.directory.join(SOCKET)
    }
}

/// Answers the host's questions until it is aborted: it holds the talks, and so their store.
///
/// # Errors
/// When the socket can't be made.
pub fn listen(data: &Path, talks: Talks) -> io::Result<JoinHandle<()>> {
    let way = Way::to(data)?;
    let path = data.join(SOCKET);
    // Left behind by a process that was killed: the store's lock says that it is gone.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(way.socket())?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((socket, _)) => {
                    let answering = timeout(PATIENCE, answer(socket, talks.clone()));
                    tokio::spawn(async move {
                        if let Ok(Err(error)) = answering.await {
                            error!(%error, "the host was not answered");
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

async fn ask(server: UnixStream, command: &Command) -> io::Result<Answer> {
    let mut server = BufReader::new(server);
    let mut question = serde_json::to_vec(command)?;
    question.push(b'\n');
    server.write_all(&question).await?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).await?;
    Ok(serde_json::from_slice(&answer)?)
}

async fn answer(host: UnixStream, talks: Talks) -> io::Result<()> {
    let mut host = BufReader::new(host);
    let mut question = String::new();
    (&mut host)
        .take(MAX_QUESTION_BYTES)
        .read_line(&mut question)
        .await?;
    let command = serde_json::from_str(&question)?;
    // A task of its own: nobody waits for ever, and what was begun must come to its end.
    let carried_out = tokio::spawn(async move { carry_out(&talks, command).await }).await;
    let answer = match carried_out.map_err(io::Error::other)? {
        Ok(said) => Answer { said, error: None },
        Err(error) => Answer {
            said: String::new(),
            error: Some(error.to_string()),
        },
    };
    host.write_all(&serde_json::to_vec(&answer)?).await
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
                talks.end(&*find(&code)?).await?;
                Ok(format!("The talk {code} is over.\n"))
            }
            TalksCommand::Rename { code, title } => {
                let renamed = talks.rename(&*find(&code)?, title.clone()).await;
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
            Ok(format!("{:#}\n", exported(talks, &talk)?))
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
        let place = if state.over {
            "over".to_owned()
        } else {
            format!("slide {} of {}", state.slide, state.slides)
        };
        listed(talk.code(), &place, &snapshot.talk)
    });
    let lost = lost.iter().map(|(code, title)| {
        let title = title.as_ref().map(TalkTitle::as_str).unwrap_or_default();
        listed(code, "slides missing", title)
    });
    open.chain(lost).collect()
}

fn listed(code: &TalkCode, place: &str, title: &str) -> String {
    let line = format!("{:<32}  {place:<18}  {title}", code.as_str());
    format!("{}\n", line.trim_end())
}

/// All of a talk but its keys.
fn exported(talks: &Talks, talk: &Talk) -> Result<Value, StoreError> {
    let state = talk.snapshot().state.clone();
    let history = history::read(talks.store(), talk.code(), &state)?;
    Ok(json!({
        "code": talk.code(),
        "state": state,
        "deck": talk.deck().as_ref(),
        "history": history,
    }))
}
