use crate::{
    components::{Icon, JoinForm, Wordmark, markup, popovers},
    routes,
};
use leptos::{nonce::use_nonce, prelude::*};
use model::{deck::Face, talk::TalkCode};
use serde::Serialize;

/// Sends the chosen or dropped files at once, with a progress bar. Without script, the form sends them.
const UPLOAD_SCRIPT: &str = include_str!("upload.js");

/// Keeps the list of talks up to date.
const TALKS_SCRIPT: &str = include_str!("talks.js");

/// The width of a talk's first slide, as an image's `sizes`.
const SIZES: &str = "(min-width: 40rem) 12rem, 7rem";

/// What the host's start page shows.
#[derive(Debug, Clone)]
pub struct HostPage {
    pub talks: Vec<TalkLine>,
    /// The visitor is a guest, who may open talks but does not see those of others.
    pub guest: bool,
    pub limits: UploadLimits,
    /// Why the last upload failed that was sent without script.
    pub failed: Option<Failed>,
}

/// What an upload may have.
#[derive(Debug, Clone, Copy)]
pub struct UploadLimits {
    pub bytes: u64,
    pub files: usize,
}

/// Why an upload made no talk.
#[derive(Debug, Clone)]
pub struct Failed {
    pub sentence: String,
    /// The PDF wants its password.
    pub is_locked: bool,
}

/// A line of the list of talks.
#[derive(Debug, Clone)]
pub struct TalkLine {
    pub code: TalkCode,
    pub title: String,
    pub now: TalkNow,
    pub standing: Standing,
    /// Somebody has moved it.
    pub has_begun: bool,
    /// Of the first slide; `None` if the deck is missing.
    pub face: Option<Face>,
}

/// What changes while a talk goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TalkNow {
    /// Such as "slide 3 of 12".
    pub position: String,
    /// Such as "5 people, projector"; empty where it is of no interest.
    pub here: String,
}

/// The state of a talk, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    On,
    /// Its deck is missing: the import was interrupted.
    Lost,
    Over,
}

/// The host's start page: upload a deck, see the talks.
#[component]
pub fn Host(page: HostPage) -> impl IntoView {
    let HostPage {
        talks,
        guest,
        limits,
        failed,
    } = page;
    let list = (!guest).then(|| {
        let lines: Vec<_> = talks.into_iter().map(line).collect();
        let none = lines.is_empty().then(|| view! { <p>"None yet."</p> });
        view! {
            <h2>"Talks"</h2>
            <div id="talks" data-talks=routes::TALKS>
                {none}
                <ul class="talks">{lines}</ul>
            </div>
            <script nonce=use_nonce() inner_html=TALKS_SCRIPT></script>
        }
    });
    view! {
        <main class="welcome host" data-view="host">
            <Wordmark/>
            <h1>"Show a deck"</h1>
            {upload(limits, failed)}
            {list}
            <h2>"Join a talk"</h2>
            <JoinForm/>
            {popovers()}
            <script nonce=use_nonce() inner_html=UPLOAD_SCRIPT></script>
        </main>
    }
}

fn upload(limits: UploadLimits, failed: Option<Failed>) -> impl IntoView {
    let is_locked = failed.as_ref().is_some_and(|failed| failed.is_locked);
    let said = failed.map(|failed| failed.sentence);
    view! {
        <form
            class="upload"
            method="post"
            action=routes::DECKS
            enctype="multipart/form-data"
            data-max-bytes=limits.bytes.to_string()
            data-max-files=limits.files.to_string()
        >
            <label class="drop">
                <strong>"Choose a file, or drop it here"</strong>
                <span>"PDF, Markdown with its pictures, images, or a zip of them"</span>
                <input
                    type="file"
                    name="file"
                    multiple=true
                    required=true
                    accept=".pdf,.pdfpc,.md,.markdown,.zip,.txt,image/*"
                />
            </label>
            <details>
                <summary>"More"</summary>
                <label>
                    "Code that people type"
                    <input
                        name="code"
                        maxlength="64"
                        autocomplete="off"
                        autocapitalize="none"
                        placeholder="random"
                    />
                </label>
            </details>
            <progress max="100" value="0" hidden=true aria-label="Upload"></progress>
            <p class="said" role="status">{said}</p>
            <label class="password" hidden=!is_locked>
                "Password of the PDF"
                <input name="password" type="password" autocomplete="off"/>
            </label>
            <button>"Show it"</button>
        </form>
    }
}

impl TalkLine {
    /// Changes when the line has to be drawn again.
    pub fn same(&self) -> String {
        let Self {
            code,
            title,
            standing,
            has_begun,
            face,
            ..
        } = self;
        let has_picture = face.as_ref().is_some_and(|face| !face.is_pending());
        format!("{code} {standing:?} {has_begun} {has_picture} {title}")
    }
}

fn line(talk: TalkLine) -> impl IntoView {
    let same = talk.same();
    let TalkLine {
        code,
        title,
        now: TalkNow { position, here },
        standing,
        has_begun,
        face,
    } = talk;
    let picture = face.map(|face| markup(&face, "", SIZES, ""));
    let main = match standing {
        Standing::On => {
            // Before it begins, the lobby pairs the phone and opens the projector.
            let (address, leads) = if has_begun {
                (routes::present(&code), "Opens the remote")
            } else {
                (routes::lobby(&code), "Opens the lobby")
            };
            let name = format!("Present {title}, {code}");
            view! { <a class="primary" href=address title=leads aria-label=name>"Present"</a> }
                .into_any()
        }
        Standing::Over => view! {
            <form method="post" action=routes::again(&code)>
                <button>"Show it again"</button>
            </form>
        }
        .into_any(),
        Standing::Lost => ().into_any(),
    };
    view! {
        <li data-code=code.to_string() data-same=same>
            // The title says what it shows.
            <div class="mini" aria-hidden="true" inert>
                <div class="face" inner_html=picture></div>
            </div>
            <div class="which">
                <strong>{title.clone()}</strong>
                <span>{code.to_string()}" · "<span class="position">{position}</span></span>
                <span class="here">{here}</span>
            </div>
            <div class="main">{main}</div>
            {menu(&code, &title, standing)}
        </li>
    }
}

/// Everything but the main action.
fn menu(code: &TalkCode, title: &str, standing: Standing) -> impl IntoView + use<> {
    let id = format!("menu-{code}");
    let shown = (standing == Standing::On).then(|| {
        view! {
            <a class="button" href=routes::lobby(code)>"Lobby"</a>
            <a class="button" href=routes::present(code)>"Remote on this device"</a>
            <a class="button" href=routes::remotes(code)>"Remotes"</a>
            <a class="button" href=routes::links(code)>"Links and QR codes"</a>
        }
    });
    let rename = (standing != Standing::Lost).then(|| {
        view! { <a class="button" href=routes::rename(code)>"Rename"</a> }
    });
    let ends = (standing == Standing::On).then(|| {
        view! { <button popovertarget=format!("end-{code}")>"End"</button> }
    });
    // Beside the menu: a browser without popovers hides the menu with all that is in it.
    let question = (standing == Standing::On).then(|| end(code, title));
    view! {
        <button class="more" popovertarget=id.clone() aria-label=format!("More for {title}, {code}")>
            {Icon::More.view()}
        </button>
        <div id=id.clone() class="panel menu" popover="auto" role="dialog" aria-label=title.to_owned()>
            <header>
                <h2>{title.to_owned()}</h2>
                <button
                    class="close"
                    popovertarget=id.clone()
                    popovertargetaction="hide"
                    aria-label="Close"
                >
                    {Icon::Close.view()}
                </button>
            </header>
            {shown}
            {rename}
            {ends}
            <a class="button" href=routes::delete(code)>"Delete"</a>
        </div>
        {question}
    }
}

/// A mistaken tap must not end a talk: the browser asks first, without script, too.
fn end(code: &TalkCode, title: &str) -> impl IntoView + use<> {
    let question = format!("end-{code}");
    view! {
        <div
            id=question.clone()
            class="panel change"
            popover="auto"
            role="dialog"
            aria-label=format!("End {title}")
        >
            <h2>{format!("End “{title}”?")}</h2>
            <p>"Its followers see that it is over. It can be shown again."</p>
            <form method="post" action=routes::end(code)>
                <button class="danger">"End it"</button>
                <button type="button" popovertarget=question.clone() popovertargetaction="hide">
                    "Keep it on"
                </button>
            </form>
        </div>
    }
}
