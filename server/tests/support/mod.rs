//! A real server on a free port, and a client that speaks bytes to it.

pub mod program;

use axum::{
    body::Body,
    http::{Request, Response},
};
use clap::Parser;
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use leptos::config::LeptosOptions;
use server::{cli::Options, http as server_http, serve, terminal::links::Announcement};
use std::{net::SocketAddr, path::Path, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

/// Longer than anything here takes: a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server with the welcome deck under the code `room`.
pub struct Server {
    pub address: SocketAddr,
    pub key: String,
    /// The host's key.
    pub host: String,
    pub directory: TempDir,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_in(TempDir::new().expect("a temporary directory"), &[]).await
    }

    pub async fn start_in(directory: TempDir, options: &[&str]) -> Self {
        let data = directory.path().join("data");
        let options = Options::parse_from(
            ["webslides", "--code", "room", "--data", path(&data)]
                .iter()
                .chain(options),
        );
        let any = "127.0.0.1:0".parse().expect("an address");
        let listener = server_http::listen(any).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let leptos = LeptosOptions::builder().output_name("webslides").build();
        let (tell, told) = oneshot::channel();
        let mut tell = Some(tell);
        let (end, ended) = oneshot::channel::<()>();
        let announce = move |announcement: &Announcement| {
            let talk = announcement.talks.first();
            let key_of = |link: &str| link.split_once("?key=").map(|(_, key)| key.to_owned());
            let presenter = talk.and_then(|talk| key_of(&talk.presenter));
            if let Some(tell) = tell.take() {
                let _ = tell.send(presenter.zip(key_of(&announcement.host)));
            }
            Ok(())
        };
        let task = tokio::spawn(async move {
            let end = async {
                let _ = ended.await;
            };
            serve(options, leptos, listener, announce, end)
                .await
                .expect("it serves");
        });
        let (key, host) = soon(told).await.expect("it starts").expect("keys");
        Self {
            address,
            key,
            host,
            directory,
            end,
            task,
        }
    }

    /// Shuts it down as a signal would, and returns its directory for the next one.
    pub async fn end(self) -> TempDir {
        self.end.send(()).expect("it was running");
        soon(self.task).await.expect("it ended in peace");
        self.directory
    }

    /// Sends these bytes as they are, and reads the whole answer.
    pub async fn send(&self, request: &[u8]) -> Answer {
        let mut socket = TcpStream::connect(self.address)
            .await
            .expect("a connection");
        socket.write_all(request).await.expect("it is written");
        let mut bytes = Vec::new();
        soon(socket.read_to_end(&mut bytes))
            .await
            .expect("it is read");
        Answer::parse(&bytes)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(
            format!("GET {path} HTTP/1.1\r\nhost: room\r\nconnection: close\r\n\r\n").as_bytes(),
        )
        .await
    }

    /// A request as a browser sends it, with its cookies.
    pub async fn ask(&self, method: &str, path: &str, cookies: &str) -> Answer {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: room\r\ncookie: {cookies}\r\n\
             content-length: 0\r\nconnection: close\r\n\r\n"
        );
        self.send(request.as_bytes()).await
    }

    /// How many devices present the talk, or ask to.
    pub async fn remotes(&self) -> usize {
        let key = &self.key;
        let request = format!(
            "GET /t/room/remotes HTTP/1.1\r\nhost: room\r\nauthorization: Bearer {key}\r\n\
             connection: close\r\n\r\n"
        );
        let page = self.send(request.as_bytes()).await;
        assert_eq!(page.status, 200, "{page:?}");
        page.body.matches("/revoke\"").count()
    }

    /// A form as a program sends it, with the presenter's key.
    pub async fn post(&self, path: &str, form: impl AsRef<[u8]>) -> Answer {
        let key = self.key.clone();
        self.post_with(path, &[("authorization", &format!("Bearer {key}"))], form)
            .await
    }

    pub async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        form: impl AsRef<[u8]>,
    ) -> Answer {
        let form = form.as_ref();
        let mut request = format!(
            "POST {path} HTTP/1.1\r\nhost: room\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
            form.len()
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        self.send(&[request.as_bytes(), form].concat()).await
    }

    pub async fn state(&self) -> serde_json::Value {
        self.get("/t/room/state").await.json()
    }

    /// Over HTTP/2 without TLS.
    pub async fn get_by_http_2(&self, path: &str) -> Response<Incoming> {
        self.get_with_window(path, u16::MAX).await
    }

    /// The same with an HTTP/2 window of `window` bytes.
    pub async fn get_with_window(&self, path: &str, window: u16) -> Response<Incoming> {
        let mut sender = self.by_http_2(window).await;
        let request = self.request(path);
        soon(sender.send_request(request)).await.expect("an answer")
    }

    /// An HTTP/2 connection whose streams have a window of `window` bytes.
    pub async fn by_http_2(&self, window: u16) -> http2::SendRequest<Body> {
        let socket = TcpStream::connect(self.address).await.expect("it listens");
        let mut client = http2::Builder::new(TokioExecutor::new());
        client.initial_stream_window_size(u32::from(window));
        let shaken = client.handshake(TokioIo::new(socket)).await;
        let (sender, connection) = shaken.expect("a handshake");
        tokio::spawn(connection);
        sender
    }

    pub fn request(&self, path: &str) -> Request<Body> {
        let request = Request::get(format!("http://{}{path}", self.address));
        request.body(Body::empty()).expect("a request")
    }

    pub async fn stream(&self) -> Stream {
        self.stream_from("", "").await
    }

    /// An event stream, requested with this query and these header lines.
    pub async fn stream_from(&self, query: &str, headers: &str) -> Stream {
        let mut socket = TcpStream::connect(self.address)
            .await
            .expect("a connection");
        let request = format!("GET /t/room/events{query} HTTP/1.1\r\nhost: room\r\n{headers}\r\n");
        socket
            .write_all(request.as_bytes())
            .await
            .expect("it is written");
        let mut stream = Stream {
            socket,
            bytes: Vec::new(),
            head: String::new(),
            text: String::new(),
        };
        stream.read_head().await;
        stream
    }
}

/// A parsed answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let chunked = head.contains("transfer-encoding: chunked");
        Self {
            status: status.unwrap_or_else(|| panic!("no answer: {text:?}")),
            body: if chunked {
                dechunked(&mut body.as_bytes().to_vec())
            } else {
                body.to_owned()
            },
            head: head.to_owned(),
        }
    }

    /// The cookies that a browser sends from now on: those set and not removed.
    pub fn cookies(&self) -> String {
        let set = self
            .head
            .lines()
            .filter_map(|line| line.strip_prefix("set-cookie: "));
        let kept = set.filter(|cookie| !cookie.contains("Max-Age=0"));
        let pairs: Vec<_> = kept.filter_map(|cookie| cookie.split(';').next()).collect();
        pairs.join("; ")
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The `code` of an error body, which must have a message, too.
    pub fn error_code(&self) -> String {
        let json = self.json();
        let code = json["error"]["code"].as_str();
        let message = json["error"]["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "an error without a sentence: {self:?}");
        code.unwrap_or_else(|| panic!("an error without a code: {self:?}"))
            .to_owned()
    }
}

/// An open event stream.
pub struct Stream {
    socket: TcpStream,
    bytes: Vec<u8>,
    pub head: String,
    text: String,
}

impl Stream {
    async fn read_head(&mut self) {
        loop {
            if let Some(end) = position(&self.bytes, b"\r\n\r\n") {
                let rest = self.bytes.split_off(end + 4);
                self.head = String::from_utf8_lossy(&self.bytes).into_owned();
                self.bytes = rest;
                return;
            }
            assert!(
                self.more().await,
                "closed before the head: {:?}",
                self.bytes
            );
        }
    }

    /// The next block of lines up to an empty one, unparsed. `None` at a clean end.
    pub async fn block(&mut self) -> Option<String> {
        loop {
            self.text.push_str(&dechunked(&mut self.bytes));
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            if self.bytes.starts_with(b"0\r\n\r\n") || !self.more().await {
                return None;
            }
        }
    }

    /// The same without the lines that open or end a stream.
    pub async fn event(&mut self) -> Option<String> {
        let block = self.block().await?;
        let lines = block.lines();
        let lines = lines.filter(|line| *line != ":" && !line.starts_with("retry: "));
        Some(lines.collect::<Vec<_>>().join("\n"))
    }

    /// Whether this stream got a seat.
    pub async fn is_seated(&mut self) -> bool {
        let first = self.event().await.expect("a word");
        first != "event: full\ndata: {}"
    }

    /// The data of the next unnamed event.
    pub async fn snapshot(&mut self) -> serde_json::Value {
        loop {
            let block = self.event().await.expect("the stream goes on");
            if block.starts_with("id: ") {
                let data = block.split_once("\ndata: ").expect("an event has data").1;
                return serde_json::from_str(data).expect("the data is JSON");
            }
        }
    }

    async fn more(&mut self) -> bool {
        let mut buffer = [0; 4_096];
        let read = soon(self.socket.read(&mut buffer))
            .await
            .expect("it is read");
        self.bytes
            .extend_from_slice(buffer.get(..read).expect("within the buffer"));
        read > 0
    }
}

/// Takes every whole chunk out of `bytes`.
fn dechunked(bytes: &mut Vec<u8>) -> String {
    let mut text = Vec::new();
    // The empty last chunk is kept: it marks a clean end.
    while let Some(line) = position(bytes, b"\r\n").filter(|_| !bytes.starts_with(b"0\r\n")) {
        let size = String::from_utf8_lossy(&bytes[..line]).into_owned();
        let size =
            usize::from_str_radix(&size, 16).unwrap_or_else(|_| panic!("no chunk: {size:?}"));
        if bytes.len() < line + 2 + size + 2 {
            break;
        }
        text.extend_from_slice(&bytes[line + 2..line + 2 + size]);
        bytes.drain(..line + 2 + size + 2);
    }
    String::from_utf8(text).expect("UTF-8")
}

fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("it took too long")
}

pub fn path(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
