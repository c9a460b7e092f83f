//! The worker process, with decks that do what they should not. This program is the test, the
//! workers, and for one test a server that is killed.

#![expect(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test with a main of its own, which clippy does not know for one"
)]

mod colours;
mod misdeeds;

use libtest_mimic::{Arguments, Failed, Trial};
use reading::{
    kind::Kind,
    source::{Bounds, Outline},
    worker::{
        ARGUMENT, Walls,
        protocol::{self, FaceParts, PageParts},
        serve::{self, Reader},
    },
};
use server::importing::workers::{Import, ImportError, Limits, Pool};
use std::{
    env,
    ffi::OsStr,
    fs,
    future::Future,
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const SERVER: &str = "a-server-that-is-killed";

fn main() -> ExitCode {
    match env::args_os().nth(1) {
        Some(argument) if argument == ARGUMENT => return worker(),
        Some(argument) if argument == SERVER => return server(),
        _ => {}
    }
    let mut arguments = Arguments::from_args();
    // Tests look at the child processes of this one.
    arguments.test_threads = Some(1);
    let mut trials = Vec::new();
    macro_rules! trials {
        ($($name:ident),* $(,)?) => {
            $(trials.push(Trial::test(stringify!($name), || run($name())));)*
        };
    }
    trials![
        a_deck_is_opened_and_its_pages_are_read,
        pages_may_be_asked_for_all_at_once,
        a_deck_with_a_password_needs_the_right_one,
        what_a_source_says_of_its_deck_is_said,
        a_page_that_loops_is_ended_and_the_next_one_is_read,
        a_deck_that_never_opens_is_ended,
        a_page_that_eats_memory_is_ended_and_the_next_one_is_read,
        a_page_that_crashes_is_named_and_the_next_one_is_read,
        a_page_is_not_blamed_for_what_others_left,
        what_a_library_prints_is_no_answer,
        a_worker_reads_its_folder_and_nothing_else,
        a_worker_reaches_no_network_no_file_and_no_process,
        each_wall_that_is_left_out_leaves_what_the_others_hold,
        a_worker_makes_no_thread_and_asks_for_no_signal,
        what_is_missing_of_the_walls_is_known_before_a_deck_is,
        a_worker_is_held_by_all_that_this_system_has,
        garbage_from_a_worker_is_refused,
        a_lie_about_many_things_costs_no_more_memory_than_its_frame,
        a_dropped_import_leaves_no_process_and_no_folder,
        a_question_that_is_dropped_ends_its_worker,
        what_a_deck_may_take_in_all_ends_it_though_each_page_succeeds,
        never_more_workers_than_seats,
        a_slow_deck_lets_others_in,
        workers_die_with_the_server,
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(test: impl Future<Output = ()>) -> Result<(), Failed> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(async {
            test.await;
            wait_until("no process is left", || children().is_empty()).await;
        });
    Ok(())
}

/// The sources of these tests take the places of real ones.
const COLOURS: Kind = Kind::Images;
const MISDEEDS: Kind = Kind::Markdown;

/// A worker, or a compromised one that answers with the bytes of a file.
fn worker() -> ExitCode {
    if let Ok(bytes) = fs::read("said") {
        let _ = io::stdout().write_all(&bytes);
        let _ = io::stdout().flush();
        thread::sleep(Duration::from_secs(1_000));
    }
    let without = fs::read_to_string("without.txt").unwrap_or_default();
    let walls = Walls {
        network: without != "network",
        files: without != "files",
        calls: without != "calls",
    };
    let sources: serve::Sources<'_> = &[
        (COLOURS, Reader::Deck(colours::open)),
        (MISDEEDS, Reader::Deck(misdeeds::open)),
    ];
    serve::run_behind(sources, walls)
}

/// Prints its worker's process id, and keeps it busy.
fn server() -> ExitCode {
    let served = run(async {
        let import = misdeeds(&pool(Limits::default()), "fine\nloop").await;
        import.page(0, &[]).await.expect("a page");
        println!("{}", children()[0]);
        import.page(1, &[]).await.expect_err("it loops");
    });
    assert!(served.is_ok());
    ExitCode::SUCCESS
}

fn pool(limits: Limits) -> Arc<Pool> {
    Arc::new(Pool::new(limits).expect("a pool"))
}

fn limits() -> Limits {
    Limits {
        memory: 300 << 20,
        time: Duration::from_secs(5),
        workers: 2,
        bounds: Bounds::default(),
        ..Limits::default()
    }
}

fn hasty() -> Limits {
    Limits {
        time: Duration::from_secs(1),
        ..limits()
    }
}

fn deck(file: &str, content: impl AsRef<[u8]>) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join(file), content).expect("a file");
    folder
}

async fn colours(pool: &Arc<Pool>, content: &str) -> Result<(Import, Outline), ImportError> {
    Import::open(pool.clone(), deck("colours.txt", content), COLOURS, None).await
}

async fn misdeeds(pool: &Arc<Pool>, content: &str) -> Import {
    let folder = deck("misdeeds.txt", content);
    let opened = Import::open(pool.clone(), folder, MISDEEDS, None).await;
    opened.expect("a deck").0
}

/// The text of each page, or the error.
async fn pages(import: &Import, count: u32) -> Vec<String> {
    let mut pages = Vec::new();
    for index in 0..count {
        pages.push(match import.page(index, &[]).await {
            Ok(page) => page.text,
            Err(error) => error.to_string(),
        });
    }
    pages
}

/// Child processes, zombies included.
fn children() -> Vec<String> {
    let mut children = Vec::new();
    for task in fs::read_dir("/proc/self/task").expect("tasks") {
        let path = task.expect("a task").path().join("children");
        let numbers = fs::read_to_string(path).unwrap_or_default();
        children.extend(numbers.split_whitespace().map(str::to_owned));
    }
    children
}

async fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed().as_secs() < 60, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn width(page: &PageParts) -> Vec<u32> {
    match &page.face {
        FaceParts::Pictures { renditions, .. } => renditions.iter().map(|p| p.width).collect(),
        FaceParts::Html(_) => Vec::new(),
    }
}

async fn a_deck_is_opened_and_its_pages_are_read() {
    let (import, outline) = colours(&pool(limits()), "red\ngreen blue")
        .await
        .expect("a deck");
    assert_eq!(outline.title.as_deref(), Some("Colours"));
    let slides: Vec<_> = outline
        .slides
        .iter()
        .map(|slide| &slide.pages[..])
        .collect();
    assert_eq!(slides, [&[0][..], &[1, 2]]);
    let page = import.page(2, &[1920, 320]).await.expect("a page");
    assert_eq!(
        (page.text.as_str(), width(&page)),
        ("page 2", vec![320, 640])
    );
    let error = import.page(3, &[320]).await.expect_err("no such page");
    assert_eq!(
        error.to_string(),
        "page 4 is not there: the deck has 3 pages"
    );
}

async fn pages_may_be_asked_for_all_at_once() {
    let (import, _) = colours(&pool(limits()), "red\n".repeat(40).as_str())
        .await
        .expect("a deck");
    let import = Arc::new(import);
    let asked: Vec<_> = (0..40)
        .map(|index| {
            let import = import.clone();
            tokio::spawn(async move { import.page(index, &[64]).await.expect("a page").text })
        })
        .collect();
    for (index, page) in asked.into_iter().enumerate() {
        assert_eq!(page.await.expect("it ran"), format!("page {index}"));
    }
}

async fn a_deck_with_a_password_needs_the_right_one() {
    let pool = pool(limits());
    let open = async |password| {
        let folder = deck("colours.txt", "password sesame\nred");
        match Import::open(pool.clone(), folder, COLOURS, password).await {
            Ok((import, _)) => import.page(0, &[64]).await.expect("a page").text,
            Err(error) => error.to_string(),
        }
    };
    assert!(open(None).await.contains("protected by a password"));
    assert_eq!(open(Some("open")).await, "this is not its password");
    assert_eq!(open(Some("sesame")).await, "page 0");
}

async fn what_a_source_says_of_its_deck_is_said() {
    let pool = pool(limits());
    let error = async |file, content: &str, kind| {
        let opened = Import::open(pool.clone(), deck(file, content), kind, None).await;
        opened.map(drop).expect_err("no deck").to_string()
    };
    assert_eq!(error("a.txt", "", COLOURS).await, "there is no colours.txt");
    assert!(
        error("colours.txt", "", COLOURS)
            .await
            .starts_with("it is empty")
    );
    assert!(
        error("colours.txt", "", Kind::Zip)
            .await
            .starts_with("this is no kind of deck")
    );
    let many = error("colours.txt", &"red\n".repeat(2_001), COLOURS).await;
    assert_eq!(many, "it has 2001 pages; 2000 can be shown");
}

async fn a_page_that_loops_is_ended_and_the_next_one_is_read() {
    let import = misdeeds(&pool(hasty()), "fine\nloop\nfine\nsleep\nfine").await;
    let late = |page| format!("page {page} took more than 1 s");
    assert_eq!(
        pages(&import, 5).await,
        ["done", &late(2), "done", &late(4), "done"]
    );
}

async fn a_deck_that_never_opens_is_ended() {
    let folder = deck("misdeeds.txt", "opening loop");
    let opened = Import::open(pool(hasty()), folder, MISDEEDS, None).await;
    let error = opened.map(drop).expect_err("it loops").to_string();
    assert_eq!(error, "the deck took more than 1 s");
}

async fn a_page_that_eats_memory_is_ended_and_the_next_one_is_read() {
    let import = misdeeds(&pool(limits()), "eat\nfine").await;
    assert_eq!(
        pages(&import, 2).await,
        ["page 1 needed more than 300 MiB of memory", "done"]
    );
}

async fn a_page_that_crashes_is_named_and_the_next_one_is_read() {
    let import = misdeeds(
        &pool(limits()),
        "panic\nfine\nabort\nleave\noverflow\nhang-up\nfine",
    )
    .await;
    let ended = |page| format!("page {page} could not be read: its reader ended unexpectedly");
    assert_eq!(
        pages(&import, 7).await,
        [
            &ended(1),
            "done",
            &ended(3),
            &ended(4),
            &ended(5),
            &ended(6),
            "done"
        ]
    );
}

async fn a_page_is_not_blamed_for_what_others_left() {
    let import = misdeeds(&pool(limits()), &"keep\n".repeat(6)).await;
    assert_eq!(pages(&import, 6).await, ["done"; 6]);
}

async fn what_a_library_prints_is_no_answer() {
    let import = misdeeds(&pool(limits()), "print\nchatter\nfine").await;
    assert_eq!(pages(&import, 3).await, ["done"; 3]);
}

async fn a_worker_reads_its_folder_and_nothing_else() {
    let other = deck("secret", "words");
    let secret = other.path().join("secret");
    let home = env::var("HOME").unwrap_or("/home".into());
    let import = misdeeds(
        &pool(limits()),
        &format!(
            "environment\nlist {home}\nread misdeeds.txt\nlist .\nread /etc/passwd\nread {}\nlist /\nread /proc/self/maps\nread ../../etc/passwd",
            secret.display()
        ),
    )
    .await;
    assert_eq!(
        pages(&import, 9).await,
        [
            if env::var_os("HOME").is_some() {
                "HOME"
            } else {
                ""
            },
            "refused",
            "allowed",
            "allowed",
            "refused",
            "refused",
            "refused",
            "refused",
            "refused"
        ]
    );
}

async fn a_worker_reaches_no_network_no_file_and_no_process() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a listener");
    let address = listener.local_addr().expect("an address");
    let content = format!(
        "connect {address}\ndatagram\nsocket\nwrite new.txt\nwrite /tmp/new.txt\nchange misdeeds.txt\ndelete misdeeds.txt\nrun /bin/true\nrun /proc/self/exe\nsignal\nsurvive\nunlimited"
    );
    let import = misdeeds(&pool(limits()), &content).await;
    let pages = pages(&import, 12).await;
    for (misdeed, outcome) in content.lines().zip(pages) {
        assert_eq!(outcome, "refused", "{misdeed}");
    }
}

async fn a_worker_makes_no_thread_and_asks_for_no_signal() {
    let content = "thread\nasync\nenlarge\nlist .\nread misdeeds.txt\nduplicate";
    let import = misdeeds(&pool(limits()), content).await;
    let expected = [
        "refused", "refused", "refused", "allowed", "allowed", "allowed",
    ];
    assert_eq!(pages(&import, 6).await, expected);
}

/// What a worker may do without one of its walls.
async fn each_wall_that_is_left_out_leaves_what_the_others_hold() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a listener");
    let address = listener.local_addr().expect("an address");
    let content = format!(
        "connect {address}\nread /etc/passwd\nlist /\nwrite new.txt\nwrite /tmp/webslides.txt\n\
         change misdeeds.txt\ndelete misdeeds.txt\nrun /bin/true\nsignal\nthread\nasync"
    );
    for (wall, allowed) in [
        // The filter of calls has no sockets.
        ("network", &[][..]),
        // Files of all may be read, and nothing be written.
        ("files", &["read /etc/passwd", "list /"]),
        // A thread harms nobody without a file, a network or a signal.
        ("calls", &["thread", "async"]),
    ] {
        let folder = deck("misdeeds.txt", &content);
        fs::write(folder.path().join("without.txt"), wall).expect("written");
        let opened = Import::open(pool(limits()), folder, MISDEEDS, None).await;
        let (import, _) = opened.expect("a deck");
        let pages = pages(&import, 11).await;
        for (misdeed, outcome) in content.lines().zip(pages) {
            let expected = if allowed.contains(&misdeed) {
                "allowed"
            } else {
                "refused"
            };
            assert_eq!(outcome, expected, "{misdeed} without the wall of {wall}");
        }
    }
}

async fn what_is_missing_of_the_walls_is_known_before_a_deck_is() {
    let pool = pool(limits());
    for wall in ["", "network", "files", "calls"] {
        let folder = deck("without.txt", wall);
        let told = pool.confinement(folder.path()).await.expect("it says");
        let missing = told.missing().unwrap_or_default();
        assert!(missing.contains(wall), "{wall}: {missing}");
    }
    wait_until("they are gone", || children().is_empty()).await;
}

async fn a_lie_about_many_things_costs_no_more_memory_than_its_frame() {
    const MANY: usize = 23 << 20;
    // The length of a sequence as it is on the wire, and so many items of one byte each: slides
    // without pages, warnings, and files of a page.
    let sequence = |before: &[u8], item: u8| {
        let mut length = Vec::new();
        let mut left = MANY;
        while left > 0x7f {
            length.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        length.push(left as u8);
        let mut said = [before, &length].concat();
        said.resize(said.len() + MANY, item);
        said
    };
    for (what, content) in [
        ("slides", sequence(&[1, 0], 0)),
        ("warnings", sequence(&[1, 0, 0], 0)),
        ("links", sequence(&[2, 0, 0, 0], 0)),
        ("classes", sequence(&[2, 0, 0, 0, 0, 1, 0, 0], 0)),
        ("files", sequence(&[2, 0, 0, 0, 0, 1, 0, 0, 0], 0)),
    ] {
        let before = most_memory();
        let understood = protocol::understood::<protocol::Answer>(&content);
        assert!(understood.is_err(), "{what}");
        let more = most_memory().saturating_sub(before);
        // Twice the frame while it is built.
        assert!(more < 80 << 10, "{what} took {more} KiB");
    }
}

/// Peak resident memory of this process, in KiB.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("readable");
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let most = most.and_then(|most| most.split_whitespace().next());
    most.and_then(|most| most.parse().ok()).expect("a number")
}

async fn a_worker_is_held_by_all_that_this_system_has() {
    let import = misdeeds(&pool(limits()), "fine").await;
    let [worker] = &children()[..] else {
        panic!("one worker")
    };
    let about =
        |file: &str| fs::read_to_string(format!("/proc/{worker}/{file}")).expect("readable");
    let status = about("status");
    let line = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.expect("a line").trim().to_owned()
    };
    assert_eq!(line("Name:"), "webslides-deck");
    assert_eq!(line("NoNewPrivs:"), "1");
    assert_eq!(line("CapEff:"), "0000000000000000");
    assert_eq!(line("CapPrm:"), "0000000000000000");
    assert_eq!(line("Seccomp:"), "2");
    let limits = about("limits");
    for (name, most) in [
        ("Max address space", "314572800"),
        ("Max file size", "0"),
        ("Max core file size", "0"),
        ("Max open files", "64"),
    ] {
        let line = limits.lines().find_map(|line| line.strip_prefix(name));
        let soft = line.and_then(|line| line.split_whitespace().next());
        assert_eq!(soft, Some(most), "{name}");
    }
    let home = env::var("HOME").map(|home| format!("HOME={home}\0"));
    assert_eq!(about("environ"), home.unwrap_or_default());
    assert_eq!(about("oom_score_adj"), "1000\n");
    let descriptors = fs::read_dir(format!("/proc/{worker}/fd")).expect("descriptors");
    assert_eq!(descriptors.count(), 4, "three pipes, and one for answers");
    let stat = about("stat");
    let fields: Vec<_> = stat
        .rsplit(')')
        .next()
        .expect("fields")
        .split_whitespace()
        .collect();
    let niceness: i32 = fields[16].parse().expect("a number");
    assert!(niceness >= 10, "{niceness}");
    drop(import);
}

async fn garbage_from_a_worker_is_refused() {
    let outline = Outline {
        title: None,
        slides: Vec::new(),
        warnings: Vec::new(),
        any_size: false,
    };
    let answer = |answer| protocol::frame(&answer, u32::MAX).expect("a frame");
    let nothing = answer(protocol::Answer::Opened(outline));
    for said in [
        &b"HTTP/1.1 200 OK\r\n\r\n"[..],
        &[255; 64],
        &[0, 0, 0, 0],
        &[1, 0, 0, 0, 99],
        &nothing,
        &answer(protocol::Answer::Failed(
            reading::source::SourceError::Damaged("\u{1b}[2J".into()),
        )),
    ] {
        let opened = Import::open(pool(limits()), deck("said", said), COLOURS, None).await;
        let error = opened.map(drop).expect_err("garbage").to_string();
        assert!(
            error.starts_with("the deck could not be read: its reader"),
            "{said:?}: {error}"
        );
    }
    // Announced and never sent.
    let opened = Import::open(pool(hasty()), deck("said", [0, 0, 1, 0, 7]), COLOURS, None).await;
    let error = opened.map(drop).expect_err("garbage").to_string();
    assert_eq!(error, "the deck took more than 1 s");
    wait_until("they are gone", || children().is_empty()).await;
}

async fn a_dropped_import_leaves_no_process_and_no_folder() {
    let folder = deck("colours.txt", "red\nblue");
    let path = folder.path().to_owned();
    let pool = pool(limits());
    let opened = Import::open(pool.clone(), folder, COLOURS, None).await;
    let (import, _) = opened.expect("a deck");
    let (first, second) = tokio::join!(import.page(0, &[64]), import.page(1, &[64]));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(children().len(), 2);
    drop(import);
    assert!(!Path::new(&path).exists());
    wait_until("they are reaped", || children().is_empty()).await;
}

async fn a_question_that_is_dropped_ends_its_worker() {
    let import = misdeeds(&pool(limits()), "loop\nfine").await;
    let page = import.page(0, &[]);
    let late = tokio::time::timeout(Duration::from_millis(100), page).await;
    assert!(late.is_err());
    wait_until("it is reaped", || children().is_empty()).await;
    assert_eq!(import.page(1, &[]).await.expect("a page").text, "done");
}

async fn never_more_workers_than_seats() {
    let pool = pool(limits());
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let pool = pool.clone();
        readers.spawn(async move {
            let (import, _) = colours(&pool, "red\ngreen\nblue").await.expect("a deck");
            for page in 0..3 {
                import.page(page, &[64]).await.expect("a page");
            }
            // Kept open: an idle import gives up its seat.
            import
        });
    }
    let mut open = Vec::new();
    while let Some(import) = readers.join_next().await {
        let alive = children()
            .into_iter()
            .filter(|child| !is_zombie(child))
            .count();
        assert!(alive <= 2, "{alive} workers");
        open.push(import.expect("it was read"));
    }
    assert_eq!(open.len(), 6);
}

fn is_zombie(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.is_empty() || stat.contains(") Z ") || stat.contains(") X ")
}

async fn a_slow_deck_lets_others_in() {
    let pool = pool(hasty());
    let slow = Arc::new(misdeeds(&pool, &"sleep\n".repeat(100)).await);
    let mut asked = tokio::task::JoinSet::new();
    for page in 0..100 {
        let slow = slow.clone();
        asked.spawn(async move { slow.page(page, &[]).await.map(drop) });
    }
    wait_until("it has both seats", || children().len() == 2).await;
    let start = Instant::now();
    let (import, _) = colours(&pool, "red\ngreen").await.expect("a deck");
    import.page(1, &[64]).await.expect("a page");
    // A page and a start after another, and not all pages that were asked for before.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

async fn workers_die_with_the_server() {
    let program: PathBuf = env::current_exe().expect("this program");
    let mut server = Command::new(program)
        .arg(OsStr::new(SERVER))
        .stdout(Stdio::piped())
        .spawn()
        .expect("a server");
    let mut lines = io::BufRead::lines(io::BufReader::new(server.stdout.take().expect("output")));
    let worker = lines.next().expect("a line").expect("a number");
    assert!(!is_zombie(&worker), "it works");
    server.kill().expect("killed");
    server.wait().expect("reaped");
    wait_until("its worker is gone", || is_zombie(&worker)).await;
}

/// A PDF of 1.5 MB wanted 15 GB and an hour.
async fn what_a_deck_may_take_in_all_ends_it_though_each_page_succeeds() {
    let written = Limits {
        output: 1,
        ..limits()
    };
    let worked = Limits {
        deck_time: Duration::from_nanos(1),
        ..limits()
    };
    for (limits, words, read) in [
        (written, "together (--max-deck-output)", 0),
        (worked, "minutes in all (--max-deck-time)", 1),
    ] {
        let (import, _) = colours(&pool(limits), "red\nblue\nred")
            .await
            .expect("a deck");
        for page in 0..3 {
            let answer = import.page(page, &[64]).await.map(drop);
            if page < read {
                answer.expect("a page");
            } else {
                let error = answer.expect_err("a bound").to_string();
                assert!(error.contains(words), "{error}");
            }
        }
    }
}
