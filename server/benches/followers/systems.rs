//! The systems that are compared: how each is started, told to publish, and measured.

use std::{
    env, fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

#[derive(Clone, Copy)]
pub enum System {
    /// The release build of this program.
    Us,
    /// The same with its data in memory. The difference is the cost of waiting for the disk.
    UsInMemory,
    /// Another build of it, where `WEBSLIDES_BEFORE` names one.
    Before,
    /// What most would write: axum's own `Sse` over a `watch`.
    AxumSse,
    /// nginx' module for this very purpose, its buffer at one message.
    Nchan,
    /// A bare epoll loop: what the kernel alone costs.
    Epoll,
}

pub struct Running {
    child: Child,
    port: u16,
    publisher: TcpStream,
    system: System,
    key: String,
    revision: u64,
    event: String,
    _directory: TempDir,
}

impl System {
    pub const ALL: [Self; 6] = [
        Self::Us,
        Self::Before,
        Self::UsInMemory,
        Self::Nchan,
        Self::AxumSse,
        Self::Epoll,
    ];

    const fn is_us(self) -> bool {
        matches!(self, Self::Us | Self::UsInMemory | Self::Before)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Us => "WebSlides",
            Self::UsInMemory => " in memory",
            Self::Before => " before",
            Self::AxumSse => "axum Sse",
            Self::Nchan => "nchan",
            Self::Epoll => "bare epoll",
        }
    }

    /// `None` if it is not installed. Peers publish `event` with the revision inserted.
    pub fn start(self, event: &str) -> Option<Running> {
        let directory = match self {
            Self::UsInMemory => TempDir::new_in("/dev/shm").ok()?,
            _ => TempDir::new().expect("a temporary directory"),
        };
        let port = free_port();
        let links = directory.path().join("links.json");
        let child = self.command(directory.path(), port, &links)?.spawn().ok()?;
        let publisher = connect(port);
        let mut running = Running {
            child,
            port,
            publisher,
            system: self,
            key: String::new(),
            revision: 0,
            event: event.to_owned(),
            _directory: directory,
        };
        if self.is_us() {
            running.key = key(&links);
        }
        Some(running)
    }

    /// The program on core 0, with nothing of ours in its environment.
    fn command(self, directory: &Path, port: u16, links: &Path) -> Option<Command> {
        let mut command = Command::new("taskset");
        command
            .args(["-c", "0"])
            .stdout(Stdio::null())
            .stdin(Stdio::null());
        match self {
            Self::Us | Self::UsInMemory | Self::Before => {
                let program = if matches!(self, Self::Before) {
                    env::var("WEBSLIDES_BEFORE").ok()?
                } else {
                    env::var("WEBSLIDES_BIN")
                        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_webslides").to_owned())
                };
                command
                    .arg(program)
                    .args(["--code", "bench", "--listen", &format!("0.0.0.0:{port}")])
                    .arg("--data")
                    .arg(directory.join("data"))
                    .arg("--links")
                    .arg(links);
            }
            Self::AxumSse | Self::Epoll => {
                let peer = if matches!(self, Self::Epoll) {
                    "epoll"
                } else {
                    "axum"
                };
                let this = env::current_exe().expect("this program");
                command
                    .arg(this)
                    .args(["--peer", &format!("{peer}:{port}")]);
            }
            Self::Nchan => {
                let module = "/usr/lib/nginx/modules/ngx_nchan_module.so";
                if !Path::new(module).exists() {
                    return None;
                }
                let file = directory.join("nginx.conf");
                fs::write(&file, nchan(module, directory, port)).expect("a file");
                command.args(["nginx", "-e", "stderr", "-c"]).arg(file);
            }
        }
        Some(command)
    }
}

/// One worker, no log, a buffer of one message: the newest is what counts.
fn nchan(module: &str, directory: &Path, port: u16) -> String {
    let directory = directory.display();
    format!(
        "load_module {module};
        daemon off; master_process off; worker_processes 1; worker_rlimit_nofile 20000;
        pid {directory}/nginx.pid; error_log stderr crit;
        events {{ worker_connections 19000; }}
        http {{
            access_log off; client_body_temp_path {directory}/body;
            proxy_temp_path {directory}/p; fastcgi_temp_path {directory}/f;
            uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s;
            keepalive_requests 100000;
            server {{
                listen 0.0.0.0:{port} backlog=4096;
                location = /events {{
                    nchan_subscriber eventsource; nchan_channel_id bench;
                    nchan_message_buffer_length 1;
                }}
                location = /publish {{
                    nchan_publisher; nchan_channel_id bench;
                    nchan_message_buffer_length 1; nchan_message_timeout 0;
                }}
            }}
        }}"
    )
}

impl Running {
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    pub const fn events_path(&self) -> &'static str {
        match self.system {
            System::Us | System::UsInMemory | System::Before => "/t/bench/events",
            _ => "/events",
        }
    }

    pub const fn newest(&self) -> u64 {
        self.revision
    }

    pub const fn next(&self) -> u64 {
        self.revision + 1
    }

    /// So that there is an event when followers come. Ours begins with one.
    pub fn start_from(&mut self, revision: u64) {
        if !self.system.is_us() {
            self.ask_to_publish(revision);
            self.read_answer();
        }
    }

    /// Asks that `revision` be made the newest, durably where the system has that.
    pub fn ask_to_publish(&mut self, revision: u64) {
        let request = match self.system {
            System::Us | System::UsInMemory | System::Before => {
                let slide = 1 + revision % 2;
                let form = format!("code=bench&slide={slide}");
                post(
                    "/api/go_to",
                    &format!(
                        "authorization: Bearer {}\r\ncontent-type: application/x-www-form-urlencoded\r\n",
                        self.key
                    ),
                    &form,
                )
            }
            _ => {
                let event = self.event.replace("REVISION", &revision.to_string());
                post("/publish", "", &event)
            }
        };
        self.publisher
            .write_all(request.as_bytes())
            .expect("it is written");
        self.revision = revision;
    }

    pub fn read_answer(&mut self) {
        read_answer(&mut self.publisher);
    }

    /// Of CPU so far, of all threads.
    pub fn cpu(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("it runs");
        let nanoseconds = tasks
            .filter_map(|task| fs::read_to_string(task.ok()?.path().join("schedstat")).ok())
            .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
            .sum();
        Duration::from_nanos(nanoseconds)
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .expect("VmRSS");
        let kib: u64 = line
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .expect("a number");
        kib * 1_024
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What our events say, for the peers to say the same: each carries the same bytes.
pub fn our_event() -> String {
    let mut ours = System::Us.start("").expect("it starts");
    let request = "GET /t/bench/state HTTP/1.1\r\nhost: bench\r\n\r\n";
    ours.publisher
        .write_all(request.as_bytes())
        .expect("it is written");
    let state = read_answer(&mut ours.publisher);
    let with_place = state.replace("\"revision\":0,", "\"revision\":REVISION,");
    assert!(with_place != state, "{state}");
    with_place
}

fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

/// The whole answer, so that the next one is not taken for it.
fn read_answer(socket: &mut TcpStream) -> String {
    let mut seen = Vec::new();
    loop {
        let mut buffer = [0; 4_096];
        let read = socket.read(&mut buffer).expect("an answer");
        assert!(read > 0, "closed: {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&seen);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_lowercase();
        assert!(head.starts_with("http/1.1 20"), "{text}");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| {
                length.trim().parse::<usize>().expect("a number")
            });
        if body.len() >= length {
            return body.to_owned();
        }
    }
}

fn key(links: &Path) -> String {
    let start = Instant::now();
    loop {
        if let Ok(text) = fs::read_to_string(links) {
            let (_, after) = text.split_once("?key=").expect("a key");
            return after.split('"').next().expect("its end").to_owned();
        }
        assert!(start.elapsed() < Duration::from_secs(10), "no links");
        thread::sleep(Duration::from_millis(10));
    }
}

fn connect(port: u16) -> TcpStream {
    let start = Instant::now();
    loop {
        if let Ok(socket) = TcpStream::connect(("127.0.0.1", port)) {
            socket.set_nodelay(true).expect("no delay");
            return socket;
        }
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "it does not listen"
        );
        thread::sleep(Duration::from_millis(10));
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .port()
}
