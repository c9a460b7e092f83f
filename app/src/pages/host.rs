use crate::{
    components::{JoinForm, Wordmark, popovers},
    routes,
};
use leptos::{nonce::use_nonce, prelude::*};
use model::talk::TalkCode;

/// Uploads the chosen files with a progress bar. Without script, the form uploads them.
const UPLOAD_SCRIPT: &str = include_str!("upload.js");

/// A line of the list of talks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TalkLine {
    pub code: TalkCode,
    pub title: String,
    /// Such as "slide 3 of 12".
    pub position: String,
    pub standing: Standing,
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
pub fn Host(
    talks: Vec<TalkLine>,
    /// The visitor is a guest, who may open talks but does not see those of others.
    guest: bool,
    /// Why the last upload failed that was sent without script.
    wrong: Option<String>,
) -> impl IntoView {
    let list = (!guest).then(|| {
        let lines: Vec<_> = talks.into_iter().map(line).collect();
        let none = lines.is_empty().then(|| view! { <p>"None yet."</p> });
        view! {
            <h2>"Talks"</h2>
            {none}
            <ul class="talks">{lines}</ul>
        }
    });
    view! {
        <main class="welcome host" data-view="host">
            <Wordmark/>
            <h1>"Show a deck"</h1>
            <form class="upload" method="post" action=routes::DECKS enctype="multipart/form-data">
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
                            placeholder="made up"
                        />
                    </label>
                    <label>
                        "Password of a protected PDF"
                        <input name="password" type="password" autocomplete="off"/>
                    </label>
                </details>
                <progress max="100" value="0" hidden=true aria-label="Upload"></progress>
                <p class="said" role="status">{wrong}</p>
                <button>"Show it"</button>
            </form>
            {list}
            <h2>"Join a talk"</h2>
            <JoinForm/>
            {popovers()}
            <script nonce=use_nonce() inner_html=UPLOAD_SCRIPT></script>
        </main>
    }
}

fn line(talk: TalkLine) -> impl IntoView {
    let TalkLine {
        code,
        title,
        position,
        standing,
    } = talk;
    let show = match standing {
        Standing::On => view! {
            <a href=routes::lobby(&code)>"Open the lobby"</a>
            <a href=routes::present(&code)>"Present"</a>
            <a href=routes::links(&code)>"Links and QR codes"</a>
        }
        .into_any(),
        Standing::Over => view! {
            <form method="post" action=routes::again(&code)>
                <button>"Show it again"</button>
            </form>
        }
        .into_any(),
        Standing::Lost => ().into_any(),
    };
    let rename = (standing != Standing::Lost).then(|| {
        view! { <a href=routes::rename(&code)>"Rename"</a> }
    });
    let end = (standing == Standing::On).then(|| end(&code, &title));
    view! {
        <li>
            <strong>{title.clone()}</strong>
            <span>{format!("{code} · {position}")}</span>
            <nav aria-label=format!("{title}, {code}")>
                {show}
                <div class="less">
                    {rename}
                    <a href=routes::delete(&code)>"Delete"</a>
                    {end}
                </div>
            </nav>
        </li>
    }
}

/// A mistaken tap must not end a talk: the browser asks first, without script, too.
fn end(code: &TalkCode, title: &str) -> impl IntoView + use<> {
    let question = format!("end-{code}");
    view! {
        <button popovertarget=question.clone()>"End"</button>
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
