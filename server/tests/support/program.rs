//! The program as a process of its own, in a directory of its own.

use super::path;
use serde_json::Value;
use socket2::{Domain, Socket, Type};
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write, stderr},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Longer than anything here takes: a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(180);

/// Set where the machine forbids user namespaces: tests that need one are skipped.
const WITHOUT_NAMESPACES: &str = "WEBSLIDES_TEST_WITHOUT_NAMESPACES";

/// A directory for one test, with a data directory and the site that the program needs to start.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        let place = Self(TempDir::new().expect("a temporary directory"));
        fs::create_dir_all(place.path("site/pkg")).expect("a folder");
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        fs::create_dir(&folder).expect("a folder");
        folder
    }

    pub fn command(&self, options: &[&str]) -> Command {
        // Another build, for tests that are slow without optimisation.
        let program = env::var("WEBSLIDES_BIN");
        let program = program.unwrap_or_else(|_| env!("CARGO_BIN_EXE_webslides").to_owned());
        let mut command = Command::new(program);
        command
            .env("LEPTOS_SITE_ROOT", self.path("site"))
            .args(["--data", path(&self.path("data")), "--code", "room"])
            .args(options);
        command
    }

    /// Runs the program where it must refuse to start; returns what it printed on stderr.
    pub fn refused(&self, options: &[&str]) -> String {
        let mut child = self
            .command(options)
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("it can be asked") {
                break status;
            }
            if start.elapsed() > PATIENCE {
                child.kill().expect("it ran");
                panic!("{options:?} should be refused, and is served");
            }
            std::thread::yield_now();
        };
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("its complaints");
        stderr.read_to_string(&mut said).expect("text");
        assert_eq!(status.code(), Some(2), "{options:?}: {said}");
        said
    }

    /// Starts the program on a free port; returns what it printed until it was ready.
    pub fn started(&self, options: &[&str]) -> (Running, String) {
        let any = ["--listen", "127.0.0.1:0"];
        Self::start(&mut self.command(&[&any, options].concat()))
    }

    /// The same with a disk that can be filled; see [`Running::fill_disk`].
    pub fn on_a_disk_that_may_fill(&self, options: &[&str]) -> (Running, String) {
        // A write past RLIMIT_FSIZE fails as on a full disk, once the signal that comes first is
        // ignored.
        Self::start(&mut self.in_shell("trap '' XFSZ", options))
    }

    /// The command in a shell that runs `first` before it.
    pub fn in_shell(&self, first: &str, options: &[&str]) -> Command {
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("{first} && exec \"$@\""), "bash"]);
        run_by(shell, &self.command(options))
    }

    /// The same as root in a namespace of its own, such as `--mount`. `None` where namespaces are
    /// forbidden and [`WITHOUT_NAMESPACES`] is set.
    ///
    /// # Panics
    /// When they are forbidden and it is not set.
    pub fn apart(&self, namespace: &str, first: &str, options: &[&str]) -> Option<Command> {
        let apart = [namespace, "--map-root-user"];
        let tried = Command::new("unshare").args(apart).arg("true").output();
        let tried = tried.expect("unshare of util-linux");
        if !tried.status.success() {
            let why = String::from_utf8_lossy(&tried.stderr);
            assert!(
                env::var_os(WITHOUT_NAMESPACES).is_some(),
                "this test needs what `unshare {} --map-root-user` makes: {why}Allow user namespaces \
                 (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, \
                 kernel.apparmor_restrict_unprivileged_userns), or leave such tests out with \
                 {WITHOUT_NAMESPACES}=1.",
                namespace
            );
            // Not by `eprintln!`, whose output is captured when a test passes.
            let test = thread::current();
            let test = test.name().unwrap_or_default();
            let _ = writeln!(stderr(), "left out, by {WITHOUT_NAMESPACES}: {test}");
            return None;
        }
        let mut unshare = Command::new("unshare");
        unshare.args(apart);
        Some(run_by(unshare, &self.in_shell(first, options)))
    }

    /// Runs a command that must start.
    pub fn start(command: &mut Command) -> (Running, String) {
        Self::tried(command).unwrap_or_else(|said| panic!("it ended: {said}"))
    }

    /// Runs a command that may start or be refused: `Err` has what it printed on stderr.
    pub fn tried(command: &mut Command) -> Result<(Running, String), String> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut printed = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        while !printed.contains("Ctrl-C") {
            if out.read_line(&mut printed).expect("text") == 0 {
                let output = child.wait_with_output().expect("it ends");
                let said = String::from_utf8(output.stderr).expect("text");
                assert_eq!(output.status.code(), Some(2), "{printed}{said}");
                return Err(said);
            }
        }
        let stderr = child.stderr.take().expect("its complaints");
        let (lines, complaints) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                // The test may have ended.
                let _ = lines.send(line + "\n");
            }
        });
        let running = Running {
            child,
            out,
            complaints,
            said: String::new(),
        };
        Ok((running, printed))
    }
}

/// Appends `program` with its arguments and its environment to a command that runs another.
fn run_by(mut command: Command, program: &Command) -> Command {
    let environment = program.get_envs();
    command
        .arg(program.get_program())
        .args(program.get_args())
        .envs(environment.filter_map(|(name, value)| Some((name, value?))));
    command
}

/// A started program, killed when its test ends.
pub struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    /// Lines of stderr, until it ends.
    complaints: mpsc::Receiver<String>,
    /// The lines received so far.
    said: String,
}

impl Running {
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a process's number")
    }

    /// Peak resident memory, in MiB.
    pub fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("it runs");
        let (_, peak) = status.split_once("VmHWM:").expect("its peak");
        let kibibytes = peak.split_whitespace().next().expect("a number");
        kibibytes.parse::<u64>().expect("a number") >> 10
    }

    /// Limits files to 4 KiB, as a full disk would, or lifts the limit.
    pub fn fill_disk(&self, is_full: bool) {
        let most = if is_full { 4_096 } else { rlimit::INFINITY };
        let limits = Some((most, rlimit::INFINITY));
        rlimit::prlimit(self.pid(), rlimit::Resource::FSIZE, limits, None)
            .expect("its limit is set");
    }

    /// Waits until stderr contains `word`; returns all of stderr so far.
    pub fn until_it_says(&mut self, word: &str) -> &str {
        while !self.said.contains(word) {
            let line = self.complaints.recv_timeout(PATIENCE);
            let line =
                line.unwrap_or_else(|_| panic!("it never said {word:?}, but: {}", self.said));
            self.said += &line;
        }
        &self.said
    }

    /// Waits for the next announcement of links; returns what was printed up to its end.
    pub fn announced_again(&mut self) -> String {
        let mut printed = String::new();
        while !printed.contains("Ctrl-C") {
            let read = self.out.read_line(&mut printed).expect("text");
            assert_ne!(read, 0, "it ended: {printed}");
        }
        printed
    }

    /// Waits until its import is complete.
    pub fn until_imported(&mut self) {
        let mut printed = String::new();
        while !printed.contains("all slides are ready") {
            let read = self.out.read_line(&mut printed).expect("text");
            assert_ne!(read, 0, "it ended: {printed}");
        }
    }

    /// The process ids of its workers.
    pub fn workers(&self) -> Vec<i32> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).expect("it runs");
        tasks
            .flat_map(|task| {
                // The thread may have ended since.
                let children = task.expect("a thread").path().join("children");
                let children = fs::read_to_string(children).unwrap_or_default();
                let numbers = children.split_whitespace();
                numbers
                    .map(|number| number.parse().expect("a number"))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// Sends SIGTERM, and waits for its end.
    pub fn end(mut self) {
        let process = nix::unistd::Pid::from_raw(self.pid());
        nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGTERM).expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Kills it; returns all of stderr.
    pub fn complaints(mut self) -> String {
        self.child.kill().expect("it ran");
        let mut said = std::mem::take(&mut self.said);
        said.extend(self.complaints.iter());
        said
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn ask(printed: &str, head: &str) -> String {
    ask_with(printed, head, "")
}

pub fn ask_with(printed: &str, head: &str, body: impl AsRef<[u8]>) -> String {
    String::from_utf8(answer(printed, head, body)).expect("text")
}

/// The same as bytes: an answer may be a picture.
pub fn answer(printed: &str, head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut socket = connected(printed);
    let length = body.len();
    let head =
        format!("{head}\r\nhost: room\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    std::io::Write::write_all(&mut socket, &[head.as_bytes(), body].concat())
        .expect("it is written");
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).expect("an answer");
    answer
}

/// Posts a form as a page's script does; returns status and body.
pub fn post(printed: &str, path: &str, key: &str, form: &str) -> (u16, String) {
    let head = format!(
        "POST {path} HTTP/1.1\r\naccept: application/json\r\nauthorization: Bearer {key}\r\n\
         content-type: application/x-www-form-urlencoded"
    );
    let answer = ask_with(printed, &head, form);
    let (status, body) = parts(&answer);
    (status, body.to_owned())
}

/// The state of the talk `room`.
pub fn state(printed: &str) -> Value {
    let answer = ask(printed, "GET /t/room/state HTTP/1.1");
    let (status, body) = parts(&answer);
    assert_eq!(status, 200, "{answer}");
    serde_json::from_str(body).expect("a state")
}

/// Waits until `is_so`. Sleeps in between: polling without a pause takes CPU time from what is waited for.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "never happened: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

pub fn connected(printed: &str) -> TcpStream {
    TcpStream::connect(address(printed)).expect("it listens")
}

/// A connection from another loopback address: another device to the server.
pub fn connected_from(printed: &str, device: [u8; 4]) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let local = SocketAddr::from((device, 0));
    socket.bind(&local.into()).expect("an address");
    socket
        .connect(&address(printed).into())
        .expect("it listens");
    socket.into()
}

fn address(printed: &str) -> SocketAddr {
    let (_, address) = printed.split_once("http://").expect("a link");
    let (address, _) = address.split_once('/').expect("its end");
    address.parse().expect("an address")
}

/// The presenter's key in what was printed.
pub fn key(printed: &str) -> String {
    let (_, key) = printed.split_once("?key=").expect("a key");
    key.split_whitespace().next().expect("its end").to_owned()
}

/// The host's key in what was printed.
pub fn host_key(printed: &str) -> String {
    let (_, key) = printed.split_once("/?key=").expect("the host's link");
    key.split_whitespace().next().expect("its end").to_owned()
}

/// An answer's status and its body.
pub fn parts(answer: &str) -> (u16, &str) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).expect("a status");
    (status.parse().expect("a number"), body)
}
