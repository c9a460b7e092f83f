//! The command line: errors end with a clear sentence and exit code 2.

use crate::support::{
    path,
    program::{Place, ask, ask_with, connected, key, parts},
};
use insta::assert_snapshot;
use std::{
    fmt::Write as _,
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::Command,
};

fn picture(path: &Path) {
    image::RgbImage::new(16, 9).save(path).expect("an image");
}

#[test]
fn a_deck_that_is_missing() {
    let place = Place::new();
    let said = place.refused(&["--listen", "127.0.0.1:0", "/no/such/deck"]);
    assert_eq!(
        said,
        "webslides: /no/such/deck does not exist. Give a PDF, a Markdown file or a folder of \
         images.\n"
    );
}

#[test]
fn a_deck_that_is_empty() {
    let place = Place::new();
    let folder = place.folder("deck");
    let said = place.refused(&["--listen", "127.0.0.1:0", path(&folder)]);
    let end = "is empty. Put your slides there as images (PNG, JPEG, WebP, GIF, SVG).\n";
    assert!(said.ends_with(end), "{said}");
}

#[test]
fn a_deck_without_images() {
    let place = Place::new();
    let folder = place.folder("deck");
    fs::write(folder.join("notes.txt"), "words").expect("a file");
    let said = place.refused(&["--listen", "127.0.0.1:0", path(&folder)]);
    assert!(
        said.contains("there is no PNG, JPEG, WebP, GIF or SVG in it"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_deck_that_nobody_knows() {
    let place = Place::new();
    let file = place.path("talk.pptx");
    fs::write(&file, "words").expect("a file");
    let said = place.refused(&["--listen", "127.0.0.1:0", path(&file)]);
    assert!(
        said.contains("WebSlides can't show") && said.contains("talk.pptx. Give a PDF"),
        "{said}"
    );
}

#[test]
fn a_pipe_that_nobody_fills_is_no_deck() {
    let place = Place::new();
    let pipe = place.path("talk.md");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let said = place.refused(&["--listen", "127.0.0.1:0", path(&pipe)]);
    assert!(said.contains("WebSlides can't show"), "{said}");
}

#[test]
fn a_folder_that_cannot_be_read() {
    let place = Place::new();
    // A path through a file can't be read, not even by root.
    let file = place.path("file");
    fs::write(&file, "words").expect("a file");
    let said = place.refused(&["--listen", "127.0.0.1:0", path(&file.join("deck"))]);
    assert!(said.contains("cannot be read"), "{said}");
}

#[test]
fn a_broken_image_among_good_ones_is_named_and_shown_empty() {
    let place = Place::new();
    let folder = place.folder("My talk");
    for name in [
        "slide2.png",
        "slide10.png",
        "slide1.jpg",
        "slide3.webp",
        "slide4.gif",
    ] {
        picture(&folder.join(name));
    }
    let good = fs::read(folder.join("slide2.png")).expect("an image");
    fs::write(folder.join("slide5.png"), &good[..50]).expect("a file");
    fs::write(folder.join("slide6.png"), "no image at all").expect("a file");
    fs::write(folder.join("slide7.png"), "").expect("a file");
    fs::write(folder.join("notes.txt"), "words").expect("a file");
    fs::write(folder.join(".hidden"), "words").expect("a file");

    let links = place.path("links.json");
    let (mut running, printed) = place.started(&["--links", path(&links), path(&folder)]);
    running.until_imported();
    assert!(
        printed.contains("My talk  (6 slides, code room)"),
        "{printed}"
    );
    let written = fs::read_to_string(&links).expect("the links");
    let written: serde_json::Value = serde_json::from_str(&written).expect("JSON");
    let talk = &written["talks"][0];
    assert_eq!(
        (&talk["code"], &talk["slides"]),
        (&"room".into(), &6.into())
    );
    for (name, end) in [
        ("audience", "/t/room"),
        ("projector", "/t/room/screen"),
        ("events", "/t/room/events"),
    ] {
        let link = talk[name].as_str().expect("a link");
        assert!(
            link.starts_with("http://127.0.0.1:") && link.ends_with(end),
            "{link}"
        );
        assert!(name == "events" || printed.contains(link), "{printed}");
    }
    let said = running.until_it_says("slide5.png");
    for file in [
        "page 5 could not be read: slide5.png is broken or incomplete",
        "slide6.png is not",
        "slide7.png is empty",
        "notes.txt has no image",
    ] {
        assert!(said.contains(file), "{file} in {said}");
    }
    assert_eq!(said.lines().count(), 4, "{said}");
}

#[test]
fn a_port_that_is_taken() {
    let place = Place::new();
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = other.local_addr().expect("an address");
    let said = place.refused(&["--listen", &address.to_string()]);
    let port = address.port();
    assert_eq!(
        said,
        format!(
            "webslides: port {port} is taken. Stop what uses it, or choose another with --listen \
             127.0.0.1:PORT.\n"
        )
    );
}

#[test]
fn a_second_process_on_the_same_data() {
    let place = Place::new();
    let (_running, _) = place.started(&[]);
    let said = place.refused(&["--listen", "127.0.0.1:0"]);
    assert!(
        said.contains("another WebSlides uses this data directory"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// Output and exit code of the program with these arguments.
fn printed_for(words: &[&str]) -> (String, Option<i32>) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_webslides"));
    let output = program.args(words).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8(said).expect("text"), output.status.code())
}

#[test]
fn options_that_are_wrong() {
    let mut told = String::new();
    for words in [
        &["--code", "a"][..],
        &["--listen", "here"],
        &["--public-url", "ftp://x"],
        &["--public-url", "https://x/path"],
        &["--let-go-after", "0"],
        &["--max-followers", "many"],
        &["--log", "loud"],
        &["--log-format", "xml"],
        &["--max-pages", "0"],
        &["--max-deck-memory", "1"],
        &["--no-such-option"],
        &["talks", "end"],
        &["talks", "rename", "room"],
        &["export", "a"],
    ] {
        let (said, code) = printed_for(words);
        assert_eq!(code, Some(2), "{said}");
        write!(told, "$ webslides {}\n{said}\n", words.join(" ")).expect("into a string");
    }
    assert_snapshot!(told);
}

#[test]
fn help_names_every_option_and_command() {
    for (name, words) in [
        ("help", &["--help"][..]),
        ("help_talks", &["talks", "--help"]),
        ("help_talks_rename", &["talks", "rename", "--help"]),
        ("help_export", &["export", "--help"]),
    ] {
        let (said, code) = printed_for(words);
        assert_eq!(code, Some(0), "{said}");
        assert_snapshot!(name, said);
    }
}

#[test]
fn the_public_address_is_what_links_say() {
    let place = Place::new();
    let (_running, printed) = place.started(&["--public-url", "https://slides.example"]);
    assert!(
        printed.contains("Audience   https://slides.example/t/room\n"),
        "{printed}"
    );
    let (_, begin) = printed.split_once("Begin here").expect("where to begin");
    let begin = begin.lines().nth(1).expect("an address").trim();
    assert!(
        begin.starts_with("https://slides.example/?key=") && begin.ends_with("&lobby=room"),
        "{begin}"
    );
    assert!(
        printed.contains("https://slides.example/t/room/present?key="),
        "{printed}"
    );
}

#[test]
fn whatever_shows_a_link_that_only_this_computer_can_open_says_so() {
    let place = Place::new();
    let (_running, printed) = place.started(&[]);
    assert!(printed.contains("Only this computer"), "{printed}");
    let head = format!(
        "host: localhost\r\nauthorization: Bearer {}\r\nconnection: close\r\n\
         content-length: 0\r\n\r\n",
        key(&printed)
    );
    for request in [
        "GET /t/room/screen HTTP/1.1",
        "GET /t/room/links HTTP/1.1",
        "GET /t/room/present HTTP/1.1",
        "POST /t/room/remotes HTTP/1.1",
    ] {
        let mut socket = connected(&printed);
        write!(socket, "{request}\r\n{head}").expect("it is written");
        let mut page = String::new();
        socket.read_to_string(&mut page).expect("an answer");
        let (status, page) = parts(&page);
        assert_eq!(status, 200, "{request}: {page}");
        assert!(
            page.contains("Only this computer can open these links"),
            "{request}: {page}"
        );
    }
}

#[test]
fn the_time_goes_on_over_a_restart_whatever_the_wall_says() {
    let place = Place::new();
    let now = |printed: &str| -> u64 {
        let role = ask(printed, "GET /t/room/role HTTP/1.1");
        let role: serde_json::Value = serde_json::from_str(parts(&role).1).expect("JSON");
        role["now"].as_u64().expect("a time")
    };
    let (running, printed) = place.started(&[]);
    let before = now(&printed);
    drop(running);
    // As if the wall's clock had been set back by an hour before the restart.
    const HOUR_MS: u64 = 3_600_000;
    let file = place.path("data/steady.json");
    let kept = fs::read(&file).expect("what is kept");
    let mut kept: serde_json::Value = serde_json::from_slice(&kept).expect("JSON");
    kept["time"] = (kept["time"].as_u64().expect("a time") + HOUR_MS).into();
    fs::write(&file, kept.to_string()).expect("it is written");
    let (_running, printed) = place.started(&[]);
    let passed = now(&printed) - before;
    assert!(
        (HOUR_MS..HOUR_MS + 60_000).contains(&passed),
        "{passed} ms have passed"
    );
}

/// A laptop that is started before it is on the Wi-Fi, in a network of its own.
#[test]
fn links_follow_the_network_that_the_computer_is_in() {
    let place = Place::new();
    let file = place.path("links.json");
    let options = ["--listen", ":0", "--links", path(&file)];
    let Some(mut alone) = place.apart("--net", "ip link set lo up", &options) else {
        return;
    };
    let (mut running, printed) = Place::start(&mut alone);
    assert!(
        printed.contains("Only this computer can open these links"),
        "{printed}"
    );
    assert!(printed.contains("http://127.0.0.1:"), "{printed}");

    let pid = running.pid().to_string();
    let inside = |commands: &str| {
        let status = Command::new("nsenter")
            .args([
                "--target",
                &pid,
                "--net",
                "--user",
                "--preserve-credentials",
            ])
            .args(["bash", "-ec", commands])
            .status()
            .expect("nsenter of util-linux");
        assert!(status.success(), "{commands}");
    };
    inside(
        "ip link add wlan7 type veth peer name other && ip addr add 10.9.8.7/24 dev wlan7 && \
         ip link set other up && ip link set wlan7 up",
    );
    let printed = running.announced_again();
    assert!(
        printed.contains("has changed") && !printed.contains("Only this"),
        "{printed}"
    );
    let first = printed.find("http://").expect("a link");
    assert!(
        printed[first..].starts_with("http://10.9.8.7:"),
        "{printed}"
    );
    let links = fs::read_to_string(&file).expect("the links");
    assert!(
        links.contains("http://10.9.8.7:") && !links.contains("127.0.0.1"),
        "{links}"
    );

    inside("ip addr del 10.9.8.7/24 dev wlan7 && ip addr add fd00::7/64 dev wlan7 nodad");
    let mut printed = running.announced_again();
    while !printed.contains("http://[fd00::7]:") {
        printed = running.announced_again();
    }
    let port = printed
        .split_once("http://[fd00::7]:")
        .and_then(|(_, rest)| rest.split_once('/'))
        .map(|(port, _)| port.to_owned())
        .expect("a port");
    // The server listens on that address, too.
    inside(&format!("exec 3<>/dev/tcp/fd00::7/{port}"));
}

#[test]
fn a_port_that_browsers_refuse_to_open() {
    let place = Place::new();
    let said = place.refused(&["--listen", ":6666"]);
    assert_eq!(
        said,
        "webslides: browsers refuse to open port 6666, which belongs to another protocol. Choose \
         another with --listen :PORT.\n"
    );
    let said = place.refused(&["--listen", "127.0.0.1:0", "--public-url", "http://x:6000"]);
    assert_eq!(
        said,
        "webslides: browsers refuse to open http://x:6000/, whose port belongs to another \
         protocol. Let the proxy listen on another one.\n"
    );
    // Browsers open the proxy's port.
    let (_running, _) = place.started(&[
        "--listen",
        "127.0.0.1:6666",
        "--public-url",
        "https://x.example",
    ]);
}

#[test]
fn what_is_kept_is_the_hosts_alone() {
    use std::os::unix::fs::PermissionsExt;

    fn check(folder: &std::path::Path) -> usize {
        let mode = |path: &std::path::Path| {
            let about = fs::symlink_metadata(path).expect("it is there");
            about.permissions().mode() & 0o077
        };
        assert_eq!(mode(folder), 0, "{}", folder.display());
        let entries = fs::read_dir(folder).expect("a folder");
        entries
            .map(|entry| entry.expect("a file").path())
            .map(|path| {
                assert_eq!(mode(&path), 0, "{}", path.display());
                if path.is_dir() { check(&path) } else { 1 }
            })
            .sum()
    }
    let place = Place::new();
    fs::create_dir(place.path("data")).expect("a folder");
    let (_running, _) = place.started(&[]);
    assert!(check(&place.path("data")) > 3, "it looked at the files");
}

/// An answer of a started program, over a socket of its own.
#[test]
fn the_host_sees_what_was_done_and_whether_all_is_well() {
    let place = Place::new();
    let (_running, printed) = place.started(&[]);
    let health = ask(&printed, "GET /healthz HTTP/1.1");
    assert!(
        health.starts_with("HTTP/1.1 200") && health.ends_with("ok\n"),
        "{health}"
    );

    let refused = ask_with(&printed, "POST /api/next HTTP/1.1", "code=room");
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
    let text = ask(&printed, "GET /metrics HTTP/1.1");
    for line in [
        "content-type: text/plain; version=0.0.4",
        "webslides_commands_total{command=\"next\",outcome=\"no_key\"} 1",
        "webslides_followers{talk=\"room\",state=\"silent\"} 0",
        "webslides_store_transactions_total ",
    ] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    // Metrics name codes, so they are refused to clients behind a proxy.
    let far = ask(
        &printed,
        "GET /metrics HTTP/1.1\r\nx-forwarded-for: 192.0.2.1",
    );
    assert!(far.starts_with("HTTP/1.1 404"), "{far}");
}

#[test]
fn the_log_has_a_line_for_each_request_and_never_a_key() {
    for format in ["text", "json"] {
        let place = Place::new();
        let (running, printed) = place.started(&["--log", "info", "--log-format", format]);
        let (_, key) = printed.split_once("?key=").expect("a key");
        let key = key.split_whitespace().next().expect("its end").to_owned();
        ask(&printed, &format!("GET /t/room/present?key={key} HTTP/1.1"));
        ask(
            &printed,
            &format!("GET /t/room/state HTTP/1.1\r\nauthorization: Bearer {key}"),
        );
        ask(
            &printed,
            &format!("POST /t/room/present HTTP/1.1\r\ncookie: webslides-room={key}"),
        );
        let said = running.complaints();
        assert_eq!(said.lines().count(), 3, "{said}");
        assert!(
            said.contains("/t/room/present") && said.contains("303"),
            "{said}"
        );
        assert!(!said.contains(&key), "{said}");
        if format == "json" {
            for line in said.lines() {
                let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
                assert!(
                    line["path"]
                        .as_str()
                        .is_some_and(|path| path.starts_with("/t/room"))
                );
            }
        }
    }
}

/// Output of a second process with the same data directory.
fn printed_by(place: &Place, command: &[&str]) -> String {
    let data = place.path("data");
    let output = Command::new(env!("CARGO_BIN_EXE_webslides"))
        .args(command)
        .args(["--data", path(&data)])
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn talks_are_listed_exported_and_ended_while_they_run_and_after() {
    let place = Place::new();
    let (running, printed) = place.started(&[]);
    let (_, key) = printed.split_once("?key=").expect("a key");
    let key = key.split_whitespace().next().expect("its end").to_owned();
    let listed = printed_by(&place, &["talks"]);
    assert!(
        listed.starts_with("room ") && listed.contains("slide 1 of 6"),
        "{listed}"
    );
    let exported = printed_by(&place, &["export", "room"]);
    assert!(!exported.contains(&key), "{exported}");
    let exported: serde_json::Value = serde_json::from_str(&exported).expect("JSON");
    assert_eq!(exported["state"]["slide"], 1);
    assert_eq!(exported["history"], serde_json::json!([]));
    assert_eq!(exported["deck"]["slides"].as_array().map(Vec::len), Some(6));

    assert_eq!(
        printed_by(&place, &["talks", "end", "ROOM"]),
        "The talk room is over.\n"
    );
    // A stream with an older id gets the last event. One that knows it, or has none, gets 204, after
    // which a browser does not reconnect.
    let stream = ask(&printed, "GET /t/room/events?last_event_id=x-0 HTTP/1.1");
    assert!(stream.contains("\"over\":true"), "{stream}");
    let (_, id) = stream.split_once("\nid: ").expect("an id");
    let (id, _) = id.split_once('\n').expect("its end");
    for knows in [format!("?last_event_id={id}"), String::new()] {
        let stream = ask(&printed, &format!("GET /t/room/events{knows} HTTP/1.1"));
        assert!(stream.starts_with("HTTP/1.1 204"), "{stream}");
    }
    let bearer = format!("POST /api/next HTTP/1.1\r\nauthorization: Bearer {key}");
    let refused = ask_with(&printed, &bearer, "code=room");
    assert!(
        refused.starts_with("HTTP/1.1 410") && refused.contains("\"over\""),
        "{refused}"
    );
    drop(running);

    // Without a server, from the store itself.
    assert!(printed_by(&place, &["talks"]).contains("over"));
    let unknown = place.refused(&["talks", "end", "nope"]);
    assert!(unknown.contains("there is no talk nope here"), "{unknown}");

    // The code is free for another talk, and the old key is not good for it.
    let (_running, printed) = place.started(&[]);
    let refused = ask_with(&printed, &bearer, "code=room");
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
    assert!(printed_by(&place, &["talks"]).contains("slide 1 of 6"));
}

/// A command from another terminal: whether it succeeded, and its output.
fn command(data: &Path, words: &[&str]) -> (bool, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_webslides"));
    let output = program.args(words).args(["--data", path(data)]).output();
    let output = output.expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8(said).expect("text");
    (output.status.success(), said)
}

/// What a person's desktop is asked to open, when the program starts in their terminal.
#[cfg(target_os = "linux")]
fn opened_by(place: &Place) -> (String, impl Drop + use<>) {
    use std::os::unix::fs::PermissionsExt;
    let (desktop, opened) = (place.folder("desktop"), place.path("opened"));
    let browser = desktop.join("xdg-open");
    let script = format!(
        "#!/bin/sh\nprintf %s \"$1\" >{0}.new && mv {0}.new {0}\n",
        path(&opened)
    );
    fs::write(&browser, script).expect("a browser");
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).expect("a program");
    let quoted = |word: &std::ffi::OsStr| format!("'{}'", word.to_string_lossy());
    let program = place.command(&["--listen", "127.0.0.1:0"]);
    let words = [program.get_program()]
        .into_iter()
        .chain(program.get_args());
    let words: Vec<_> = words.map(quoted).collect();
    // It has a terminal there.
    let mut terminal = Command::new("script");
    let line = format!("exec {}", words.join(" "));
    terminal.args(["--quiet", "--command", &line, "/dev/null"]);
    for (name, value) in program.get_envs() {
        terminal.env(name, value.unwrap_or_default());
    }
    for name in ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"] {
        terminal.env_remove(name);
    }
    let others = std::env::var("PATH").unwrap_or_default();
    terminal.env("PATH", format!("{}:{others}", path(&desktop)));
    terminal.env("DISPLAY", ":0");
    let (running, _) = Place::start(&mut terminal);
    loop {
        if let Ok(address) = fs::read_to_string(&opened) {
            return (address, running);
        }
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_browsers_command_line_has_a_word_that_works_once_and_no_key() {
    let place = Place::new();
    let (address, running) = opened_by(&place);
    let (_, query) = address.split_once("/?").expect("a query");
    assert!(
        query.starts_with("start=") && query.ends_with("&lobby=room"),
        "{address}"
    );
    let request = format!("GET /?{query} HTTP/1.1");
    let entered = ask(&address, &request);
    assert!(entered.contains("location: /t/room/lobby\r"), "{entered}");
    let (_, cookie) = entered.split_once("set-cookie: ").expect("a cookie");
    let cookie = cookie.split(';').next().expect("its end");
    let (_, host) = cookie.split_once('=').expect("a key");
    assert!(!address.contains(host), "{address}");
    let lobby = ask(
        &address,
        &format!("GET /t/room/lobby HTTP/1.1\r\ncookie: {cookie}"),
    );
    assert_eq!(parts(&lobby).0, 200, "{lobby}");
    // Whoever reads the command line later comes too late. The browser that was in comes in again.
    let late = ask(&address, &request);
    assert!(late.contains("location: /?refused=key\r"), "{late}");
    assert!(!late.contains("set-cookie"), "{late}");
    let again = ask(&address, &format!("{request}\r\ncookie: {cookie}"));
    assert!(again.contains("location: /t/room/lobby\r"), "{again}");
    drop(running);
}

#[test]
fn a_folder_that_holds_no_talks_stays_as_it_is() {
    let place = Place::new();
    let folder = place.folder("elsewhere");
    for words in [
        &["talks"][..],
        &["export", "room"],
        &["talks", "end", "room"],
    ] {
        let (good, said) = command(&folder, words);
        assert!(!good && said.contains("holds no talks yet"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let inside = fs::read_dir(&folder).expect("a folder");
    assert_eq!(inside.count(), 0, "something was made in it");
}

#[test]
fn a_server_whose_data_lie_deep_is_reached_from_another_terminal() {
    let place = Place::new();
    let deep = place.path(&"d".repeat(150));
    let (_running, _) = place.started(&["--data", path(&deep)]);
    let (good, said) = command(&deep, &["talks"]);
    assert!(good && said.starts_with("room "), "{said}");
}

#[test]
fn a_server_that_cannot_be_reached_from_other_terminals_says_so_and_serves() {
    let place = Place::new();
    // No socket can take a folder's place.
    fs::create_dir_all(place.path("data/control.sock")).expect("a folder");
    let (mut running, printed) = place.started(&[]);
    running.until_it_says("other terminals cannot reach this server");
    assert_eq!(parts(&ask(&printed, "GET /t/room/state HTTP/1.1")).0, 200);
}
