//! Devices that ask for the remote, and remotes that are removed, over real sockets.

use crate::support::{Answer, Server};
use serde_json::Value;

/// A browser: it keeps its cookies.
struct Browser<'a> {
    server: &'a Server,
    cookies: String,
}

impl<'a> Browser<'a> {
    fn of(server: &'a Server) -> Self {
        Self {
            server,
            cookies: String::new(),
        }
    }

    /// One that came by the presenter's link.
    async fn presenter(server: &'a Server) -> Self {
        let mut browser = Self::of(server);
        browser
            .open(&format!("/t/room/present?key={}", server.key))
            .await;
        browser.post("/t/room/present", "").await;
        browser
    }

    async fn open(&mut self, path: &str) -> Answer {
        let answer = self.server.ask("GET", path, &self.cookies).await;
        self.keep(&answer);
        answer
    }

    async fn post(&mut self, path: &str, form: &str) -> Answer {
        let answer = self.sent(path, form).await;
        self.keep(&answer);
        answer
    }

    /// The same, and its answer is lost.
    async fn sent(&self, path: &str, form: &str) -> Answer {
        let headers = [("cookie", self.cookies.as_str())];
        self.server.post_with(path, &headers, form).await
    }

    /// Sets and removes cookies as a browser does.
    fn keep(&mut self, answer: &Answer) {
        let name = |cookie: &str| cookie.split('=').next().unwrap_or_default().to_owned();
        for line in answer.head.lines() {
            let Some(cookie) = line.strip_prefix("set-cookie: ") else {
                continue;
            };
            let kept = self.cookies.split("; ").filter(|it| !it.is_empty());
            let mut kept: Vec<_> = kept.filter(|it| name(it) != name(cookie)).collect();
            if !cookie.contains("Max-Age=0") {
                kept.extend(cookie.split(';').next());
            }
            self.cookies = kept.join("; ");
        }
    }

    async fn ask(&mut self, name: &str) -> Answer {
        self.post("/t/room/remotes/ask", &format!("name={name}"))
            .await
    }

    async fn presents(&self) -> bool {
        let answer = self.server.ask("GET", "/t/room/role", &self.cookies).await;
        answer.json()["presents"] == true
    }

    /// The heading of the remote's page.
    async fn heading(&mut self) -> String {
        let page = self.open("/t/room/present").await;
        let heading = page.body.split_once("<h1>").map_or("", |(_, rest)| rest);
        let heading = heading
            .split_once("</h1>")
            .map_or("", |(heading, _)| heading);
        heading.to_owned()
    }

    /// What presenters see of it.
    async fn room(&self) -> Value {
        let path = "/t/room/state?view=present&seat=1";
        let answer = self.server.ask("GET", path, &self.cookies).await;
        answer.json()["presence"].clone()
    }

    /// Where the presenter lets in, or sends away, the first that asks.
    async fn answer(&self, which: &str) -> String {
        let room = self.room().await;
        let address = room["request"][which].as_str();
        address
            .unwrap_or_else(|| panic!("nobody asks: {room}"))
            .to_owned()
    }
}

const WAITS: &str = "Waiting for the presenter";

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_asks_is_let_in_and_only_that_one() {
    let server = Server::start().await;
    let mut presenter = Browser::presenter(&server).await;
    let (mut asker, mut bystander) = (Browser::of(&server), Browser::of(&server));
    assert_eq!(asker.open("/t/room/present").await.status, 401);
    let asked = asker.ask("Ana").await;
    assert_eq!(asked.status, 303, "{asked:?}");
    assert!(asked.head.contains("HttpOnly"), "{}", asked.head);
    assert_eq!(asker.heading().await, WAITS);
    // Twice is once.
    asker.ask("Ana").await;
    let room = presenter.room().await;
    assert_eq!(room["waiting"], 1);
    assert_eq!(room["request"]["name"], "Ana’s Device");
    // The asker learns no more than followers do, and does no more.
    assert!(!asker.presents().await);
    let own = asker.open("/t/room/state?view=present&seat=2").await.json();
    assert!(own.get("presence").is_none());
    let accept = presenter.answer("accept").await;
    for stranger in [&mut asker, &mut bystander] {
        assert_eq!(stranger.post(&accept, "").await.status, 401);
        assert_eq!(stranger.open("/t/room/remotes").await.status, 401);
    }
    assert_eq!(presenter.post(&accept, "").await.status, 303);
    assert!(asker.presents().await && !bystander.presents().await);
    assert_eq!(presenter.room().await["waiting"], 0);
    let next = asker.post("/api/next", "code=room").await;
    assert_eq!(next.status, 200, "{next:?}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_presenters_accept_at_once_and_one_device_is_in() {
    let server = Server::start().await;
    let one = Browser::presenter(&server).await;
    let two = Browser::presenter(&server).await;
    let mut asker = Browser::of(&server);
    asker.ask("Ana").await;
    let before = server.remotes().await;
    let accept = one.answer("accept").await;
    let (first, second) = tokio::join!(one.sent(&accept, ""), two.sent(&accept, ""));
    assert_eq!((first.status, second.status), (303, 303));
    assert!(asker.presents().await);
    assert_eq!(server.remotes().await, before + 1);
    // Late: it was answered.
    assert_eq!(
        two.sent(&accept.replace("accept", "decline"), "")
            .await
            .status,
        303
    );
    assert!(asker.presents().await);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_declined_is_told_and_twice_is_enough() {
    let server = Server::start().await;
    let mut presenter = Browser::presenter(&server).await;
    let mut ana = Browser::of(&server);
    ana.ask("Ana").await;
    let decline = presenter.answer("decline").await;
    let accept = presenter.answer("accept").await;
    assert_eq!(presenter.post(&decline, "").await.status, 303);
    assert_eq!(ana.heading().await, "The presenter has declined");
    assert_eq!(ana.ask("Ana").await.status, 429);
    assert_eq!(presenter.post(&accept, "").await.status, 303);
    assert!(!ana.presents().await, "it was answered");
    let mut ben = Browser::of(&server);
    ben.ask("Ben").await;
    let decline = presenter.answer("decline").await;
    presenter.post(&decline, "").await;
    let mut cem = Browser::of(&server);
    let refused = cem.ask("Cem").await;
    assert_eq!(refused.status, 429);
    assert!(refused.body.contains("takes no requests"), "{refused:?}");
    assert_eq!(presenter.room().await["waiting"], 0);
    presenter.post("/t/room/requests", "may=true").await;
    assert_eq!(cem.ask("Cem").await.status, 303);
    assert_eq!(presenter.room().await["waiting"], 1);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guessed_or_stale_answer_lets_nobody_in() {
    let server = Server::start().await;
    let mut presenter = Browser::presenter(&server).await;
    let mut asker = Browser::of(&server);
    asker.ask("Ana").await;
    for id in ["0", "1", "4294967296", "-1", "x"] {
        let path = format!("/t/room/requests/{id}/accept");
        let status = presenter.post(&path, "").await.status;
        assert!([303, 404].contains(&status), "{id}: {status}");
    }
    assert!(!asker.presents().await);
    let accept = presenter.answer("accept").await;
    let (cookies, presenters) = (asker.cookies, presenter.cookies);
    // A restart forgets who asked, and nobody else gets in by the earlier page.
    let server = Server::start_in(server.end().await, &[]).await;
    let mut presenter = Browser {
        server: &server,
        cookies: presenters,
    };
    let mut asker = Browser {
        server: &server,
        cookies,
    };
    assert_eq!(presenter.room().await["waiting"], 0);
    asker.ask("Ana").await;
    presenter.post(&accept, "").await;
    assert!(!asker.presents().await);
    let accept = presenter.answer("accept").await;
    presenter.post(&accept, "").await;
    assert!(asker.presents().await);
    // Who was let in stays in.
    let cookies = asker.cookies;
    let server = Server::start_in(server.end().await, &[]).await;
    let asker = Browser {
        server: &server,
        cookies,
    };
    assert!(asker.presents().await);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_a_talk_that_is_over() {
    let server = Server::start().await;
    let mut presenter = Browser::presenter(&server).await;
    let mut asker = Browser::of(&server);
    asker.ask("Ana").await;
    let accept = presenter.answer("accept").await;
    presenter.post("/t/room/end", "").await;
    presenter.post(&accept, "").await;
    assert!(!asker.presents().await);
    let gone = asker.open("/t/room/present").await;
    assert!(gone.head.contains("location: /t/room\r"), "{gone:?}");
    let mut late = Browser::of(&server);
    assert!(
        !late
            .open("/t/room/present")
            .await
            .body
            .contains("Ask for the remote")
    );
    late.ask("Ben").await;
    assert_eq!(presenter.room().await["waiting"], 0);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_name_is_text_and_short() {
    let server = Server::start().await;
    let mut presenter = Browser::presenter(&server).await;
    let mut asker = Browser::of(&server);
    let name = format!("%3Cscript%3E%E2%80%AE%0D%0Adata:%20x%00{}", "n".repeat(500));
    asker.ask(&name).await;
    let room = presenter.room().await;
    let shown = room["request"]["name"].as_str().expect("a name");
    assert!(
        shown.starts_with("<script> data: x n") && shown.chars().count() < 45,
        "{shown}"
    );
    for page in ["/t/room/present", "/t/room/remotes"] {
        let page = presenter.open(page).await;
        assert!(!page.body.contains("<script> data"), "{}", page.body);
    }
    assert!(
        !asker
            .open("/t/room/present")
            .await
            .body
            .contains("<script> data")
    );
    let mut long = Browser::of(&server);
    assert_eq!(long.ask(&"n".repeat(5_000)).await.status, 413);
    assert_eq!(long.ask("%FF").await.status, 303, "read as far as it goes");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_takes_no_admission_with_it() {
    let server = Server::start().await;
    let mut host = Browser::of(&server);
    host.open(&format!("/?key={}", server.host)).await;
    host.post("/t/room/lobby", "").await;
    let lobby = host.open("/t/room/lobby").await.body;
    let key = lobby.split_once("?key=").map_or("", |(_, rest)| rest);
    let link = format!("/t/room/present?key={}", &key[..26]);
    let (mut phone, mut other) = (Browser::of(&server), Browser::of(&server));
    phone.open(&link).await;
    other.open(&link).await;
    // Opened twice, as by a camera and a browser: still the same phone.
    phone.open(&link).await;
    let before = phone.cookies.clone();
    assert_eq!(phone.sent("/t/room/present", "").await.status, 303);
    assert_eq!(phone.cookies, before);
    // It sends the form again, loads the page again, or scans the code again.
    assert_eq!(phone.sent("/t/room/present", "").await.status, 303);
    phone.open(&link).await;
    assert!(phone.presents().await);
    assert_eq!(other.post("/t/room/present", "").await.status, 303);
    assert_eq!(other.heading().await, "This link was used already");
    // The page gives it the key for good.
    assert_eq!(phone.open("/t/room/present").await.status, 200);
    assert!(!phone.cookies.contains("-link="), "{}", phone.cookies);
    assert!(phone.presents().await);
    assert_eq!(server.remotes().await, 1);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_takes_effect_at_once_and_can_be_undone() {
    let server = Server::start().await;
    let mut phone = Browser::presenter(&server).await;
    let mut laptop = Browser::presenter(&server).await;
    let page = phone.open("/t/room/remotes").await.body;
    let revoke = "/t/room/remotes/";
    let numbers = || {
        page.split(revoke)
            .skip(1)
            .filter_map(|rest| rest.split_once("/revoke"))
    };
    let numbers: Vec<_> = numbers().map(|(number, _)| number).collect();
    let [own, other] = numbers[..] else {
        panic!("two remotes: {page}");
    };
    phone.post(&format!("{revoke}{other}/revoke"), "").await;
    assert!(!laptop.presents().await);
    // The one that was removed does not undo it.
    assert_eq!(
        laptop
            .post(&format!("{revoke}{other}/restore"), "")
            .await
            .status,
        401
    );
    assert!(phone.open("/t/room/remotes").await.body.contains("Undo"));
    phone.post(&format!("{revoke}{other}/restore"), "").await;
    assert!(laptop.presents().await);

    // Itself, it is asked first.
    let asked = phone.post(&format!("{revoke}{own}/revoke"), "").await;
    assert!(
        asked
            .head
            .contains(&format!("location: {revoke}{own}/revoke")),
        "{asked:?}"
    );
    assert!(phone.presents().await);
    let question = phone.open(&format!("{revoke}{own}/revoke")).await.body;
    assert!(
        question.contains("Remove it") && !question.contains("only remote"),
        "{question}"
    );
    phone
        .post(&format!("{revoke}{own}/revoke"), "sure=true")
        .await;
    assert!(!phone.presents().await);
    assert!(phone.open("/t/room/present").await.body.contains("Undo"));
    assert_eq!(
        phone
            .post(&format!("{revoke}{own}/restore"), "")
            .await
            .status,
        303
    );
    assert!(phone.presents().await);

    // The last remote: the page says what that means.
    phone.post(&format!("{revoke}{other}/revoke"), "").await;
    let question = phone.open(&format!("{revoke}{own}/revoke")).await.body;
    assert!(question.contains("It is the only remote."), "{question}");
    server.end().await;
}
