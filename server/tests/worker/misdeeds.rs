//! A deck whose pages do what a decoder never does: each line of misdeeds.txt is a page.

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use reading::{
    segments::Segment,
    source::{Bounds, Face, Html, Outline, Page, SlideOutline, Source, SourceError},
};
use std::{
    fs::{self, File},
    hint::black_box,
    io::{self, Write},
    net::{TcpStream, UdpSocket},
    os::{fd::AsFd, unix::net::UnixDatagram},
    path::Path,
    process::{self, Command},
    thread,
    time::Duration,
};

struct Misdeeds(Vec<String>);

pub fn open(folder: &Path, _: Option<&str>, _: &Bounds) -> Result<Box<dyn Source>, SourceError> {
    let text = fs::read_to_string(folder.join("misdeeds.txt")).expect("misdeeds.txt");
    let pages: Vec<_> = text.lines().map(str::to_owned).collect();
    if let Some(misdeed) = pages.first().and_then(|line| line.strip_prefix("opening ")) {
        commit(misdeed);
    }
    Ok(Box::new(Misdeeds(pages)))
}

impl Source for Misdeeds {
    fn outline(&self) -> Outline {
        let pages = 0..self.0.len() as u32;
        Outline {
            title: None,
            slides: pages.map(SlideOutline::of).collect(),
            warnings: Vec::new(),
            any_size: false,
        }
    }

    fn page(&mut self, index: u32, _: u32) -> Result<Page, SourceError> {
        Ok(Page {
            title: None,
            text: commit(&self.0[index as usize]),
            notes: None,
            notes_are_markdown: false,
            links: Vec::new(),
            face: Face::Html(Html {
                segments: vec![Segment::Markup("<p>Nothing</p>".into())],
                steps: 0,
                classes: Vec::new(),
            }),
            warnings: Vec::new(),
        })
    }
}

/// What came of it, in words.
fn commit(misdeed: &str) -> String {
    let (misdeed, object) = misdeed.split_once(' ').unwrap_or((misdeed, ""));
    match misdeed {
        "loop" => loop {
            black_box(0);
        },
        "sleep" => thread::sleep(Duration::from_secs(1_000)),
        "eat" => {
            let mut eaten: Vec<Vec<u8>> = Vec::new();
            loop {
                eaten.push(black_box(vec![1; 4 << 20]));
            }
        }
        // What a page leaves behind, for those that come after it.
        "keep" => std::mem::forget(black_box(vec![1_u8; 100 << 20])),
        "panic" => panic!("as decoders do"),
        "abort" => process::abort(),
        "leave" => process::exit(0),
        "overflow" => return format!("{}", deep(0)),
        "print" => {
            print!("no answer");
            io::stdout().flush().expect("it goes to the log");
        }
        "chatter" => eprintln!("{}", "words ".repeat(200_000)),
        "hang-up" => drop(nix::unistd::close(3)),
        "read" => return told(fs::read(object)),
        "list" => return told(fs::read_dir(object)),
        "write" => return told(File::create(object)),
        "change" => return told(File::options().write(true).open(object)),
        "delete" => return told(fs::remove_file(object)),
        "connect" => return told(TcpStream::connect(object)),
        "datagram" => return told(UdpSocket::bind("127.0.0.1:0")),
        "socket" => return told(UnixDatagram::unbound()),
        "run" => return told(Command::new(object).spawn()),
        "signal" => return told(nix::sys::signal::kill(nix::unistd::getppid(), None)),
        "survive" => return told(rustix::process::set_parent_process_death_signal(None)),
        "unlimited" => {
            return told(rlimit::Resource::NOFILE.set(1, 1));
        }
        "thread" => return told(thread::Builder::new().spawn(|| {})),
        "async" => return told(fcntl(io::stdin(), FcntlArg::F_SETFL(OFlag::O_ASYNC))),
        "enlarge" => return told(fcntl(io::stderr(), FcntlArg::F_SETPIPE_SZ(1 << 17))),
        "duplicate" => return told(io::stderr().as_fd().try_clone_to_owned()),
        "environment" => {
            let names: Vec<_> = std::env::vars().map(|(name, _)| name).collect();
            return names.join(" ");
        }
        _ => {}
    }
    "done".into()
}

fn told<T, E>(outcome: Result<T, E>) -> String {
    match outcome {
        Ok(_) => "allowed".into(),
        Err(_) => "refused".into(),
    }
}

fn deep(depth: u64) -> u64 {
    if depth == u64::MAX {
        return 0;
    }
    let page = black_box([depth; 512]);
    1 + deep(depth + 1) + page[7]
}
