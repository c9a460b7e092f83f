//! One worker process: starts it, exchanges messages, and reaps it.

use super::schedule::Seat;
use reading::worker::{
    ARGUMENT,
    protocol::{self, Answer, FrameError, Request},
};
use std::{
    env, fs, io,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    runtime::Handle,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

/// How much of a worker's standard error is kept to explain its end.
const KEPT_LOG: usize = 4 << 10;

/// Timeout for what the system does at once with a process that was killed.
const MOMENT: Duration = Duration::from_secs(1);

/// Starts workers from a dedicated thread. The signal that ends a worker with the server is sent when
/// the *thread* that started it ends, and the threads of a runtime come and go.
pub struct Starter {
    orders: mpsc::Sender<Order>,
    program: PathBuf,
}

struct Order {
    command: Command,
    started: oneshot::Sender<io::Result<Child>>,
}

impl Starter {
    /// Starts this program as the worker, even if its file was replaced since.
    ///
    /// # Errors
    /// When the thread can't be created.
    pub fn new(runtime: Handle) -> io::Result<Self> {
        let (orders, incoming) = mpsc::channel::<Order>();
        thread::Builder::new()
            .name("workers".into())
            .spawn(move || {
                let _runtime = runtime.enter();
                for mut order in incoming {
                    // The caller is gone. Dropping the process kills it.
                    let _ = order.started.send(order.command.spawn());
                }
            })?;
        Ok(Self {
            orders,
            program: "/proc/self/exe".into(),
        })
    }

    /// Starts a worker. `seat` is released once the process is gone.
    ///
    /// # Errors
    /// When the process can't be started.
    pub async fn start(&self, directory: &Path, seat: Seat) -> io::Result<Process> {
        let mut command = Command::new(&self.program);
        command
            .arg0("webslides")
            .arg(ARGUMENT)
            .env_clear()
            // The user's own fonts are below it.
            .envs(env::var_os("HOME").map(|home| ("HOME", home)))
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl+C in the terminal must reach only the server, which ends its workers itself.
            .process_group(0)
            .kill_on_drop(true);
        let (started, child) = oneshot::channel();
        let gone = |_| io::Error::other("the thread that starts workers has ended");
        self.orders
            .send(Order { command, started })
            .map_err(|_| gone(()))?;
        let child = child.await.map_err(|_| gone(()))??;
        Process::new(child, seat)
    }
}

/// A worker. Dropping it kills and reaps it.
pub struct Process {
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    log: Log,
    clock: ProcessorClock,
    life: Life,
}

/// Measures a process's processor time.
#[derive(Debug, Clone, Copy)]
pub struct ProcessorClock(Option<u32>);

impl ProcessorClock {
    /// The processor time so far, to a hundredth of a second. Zero when the process is gone.
    pub fn read(self) -> Duration {
        let read = || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", self.0?)).ok()?;
            // The fields from the third on follow the process's name, which may contain anything.
            let (_, fields) = stat.rsplit_once(')')?;
            let mut fields = fields.split_whitespace().skip(11);
            let user: u64 = fields.next()?.parse().ok()?;
            let system: u64 = fields.next()?.parse().ok()?;
            // Linux reports hundredths of a second on every machine.
            Some(Duration::from_millis(
                user.saturating_add(system).saturating_mul(10),
            ))
        };
        read().unwrap_or_default()
    }
}

/// How a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It exceeded its memory limit.
    Memory,
    /// The system killed it because memory ran out.
    Taken,
    /// It exceeded its processor time.
    Processor,
    /// It crashed, exited, or sent garbage.
    Unexpected,
}

impl Process {
    fn new(mut child: Child, seat: Seat) -> io::Result<Self> {
        let missing = || io::Error::other("a worker without its pipes");
        Ok(Self {
            requests: child.stdin.take().ok_or_else(missing)?,
            answers: BufReader::new(child.stdout.take().ok_or_else(missing)?),
            clock: ProcessorClock(child.id()),
            log: Log::of(child.stderr.take().ok_or_else(missing)?),
            life: Life::of(child, seat),
        })
    }

    /// # Errors
    /// When the worker is gone, or its answer can't be decoded. It must not be used again.
    pub async fn ask(&mut self, request: &Request) -> Result<(), FrameError> {
        let frame = protocol::frame(request, protocol::MAX_REQUEST_BYTES)?;
        self.requests.write_all(&frame).await?;
        Ok(self.requests.flush().await?)
    }

    /// Receives an answer. Memory grows with the received bytes, not with the announced length.
    ///
    /// # Errors
    /// As `ask`.
    pub async fn answer(&mut self, max: u32) -> Result<Answer, FrameError> {
        let mut prefix = [0; 4];
        self.answers.read_exact(&mut prefix).await?;
        let length = u64::from(protocol::length(prefix, max)?);
        let mut content = Vec::new();
        let mut frame = (&mut self.answers).take(length);
        frame.read_to_end(&mut content).await?;
        if u64::try_from(content.len()) != Ok(length) {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        protocol::understood(&content)
    }

    pub const fn clock(&self) -> ProcessorClock {
        self.clock
    }

    /// Reaps a worker that closed its pipes, and returns how it ended.
    pub async fn end(self) -> End {
        let status = self.life.end().await;
        let log = self.log.all().await;
        if !log.is_empty() {
            tracing::debug!(log, "a worker ended");
        }
        status.map_or(End::Unexpected, |status| how(status, &log))
    }

    /// Kills and reaps the process.
    pub async fn kill(self) {
        self.life.kill().await;
    }
}

/// The process, watched by a task, so that it is reaped and its seat released even if nobody waits.
struct Life {
    /// Dropped, the process is killed.
    wanted: oneshot::Sender<()>,
    ended: oneshot::Receiver<ExitStatus>,
}

impl Life {
    fn of(mut child: Child, seat: Seat) -> Self {
        let (wanted, unwanted) = oneshot::channel::<()>();
        let (has_ended, ended) = oneshot::channel();
        tokio::spawn(async move {
            let by_itself = tokio::select! {
                status = child.wait() => status.ok(),
                _ = unwanted => None,
            };
            match by_itself {
                Some(status) => {
                    let _ = has_ended.send(status);
                }
                None => {
                    let _ = child.kill().await;
                }
            }
            drop(seat);
        });
        Self { wanted, ended }
    }

    /// The exit status. `None` when it had to be killed. A process that crashes closes its pipes slightly
    /// before it can be reaped.
    async fn end(mut self) -> Option<ExitStatus> {
        if let Ok(Ok(status)) = timeout(MOMENT, &mut self.ended).await {
            return Some(status);
        }
        self.kill().await;
        None
    }

    async fn kill(self) {
        drop(self.wanted);
        let _ = timeout(MOMENT, self.ended).await;
    }
}

fn how(status: ExitStatus, log: &str) -> End {
    // The message of `std` when an allocation fails.
    const NO_MEMORY: &str = "memory allocation of ";
    match status
        .signal()
        .and_then(rustix::process::Signal::from_named_raw)
    {
        Some(rustix::process::Signal::ABORT) if log.contains(NO_MEMORY) => End::Memory,
        Some(rustix::process::Signal::KILL) => End::Taken,
        Some(rustix::process::Signal::XCPU) => End::Processor,
        _ => End::Unexpected,
    }
}

/// The last lines of a worker's standard error. It is drained all the time, so that a full pipe does not
/// block the worker.
struct Log {
    kept: Arc<Mutex<Vec<u8>>>,
    reading: JoinHandle<()>,
}

impl Log {
    fn of(mut pipe: ChildStderr) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let reading = tokio::spawn({
            let kept = kept.clone();
            async move {
                let mut some = [0; 1 << 10];
                while let Ok(length @ 1..) = pipe.read(&mut some).await {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.extend(some.iter().take(length));
                    let old = kept.len().saturating_sub(KEPT_LOG);
                    kept.drain(..old);
                }
            }
        });
        Self { kept, reading }
    }

    /// The text, after the worker has ended, without control characters.
    async fn all(mut self) -> String {
        let _ = timeout(MOMENT, &mut self.reading).await;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept)
            .trim()
            .replace(char::is_control, " ")
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.reading.abort();
    }
}
