use super::left_out::{LeftOut, left_out};
use crate::{
    components::{
        RequestAnswer, Way, WayFigure, Ways, WaysNotes, Wordmark, ask_again, keep_up_to_date,
        markup,
    },
    routes,
};
use leptos::{nonce::use_nonce, prelude::*};
use model::{
    deck::Face,
    talk::{RemoteRequest, TalkCode},
};

/// Asks for the first link, and shows the projector in full screen.
const SCRIPT: &str = include_str!("lobby.js");

/// The slide's width on this page, as an image's `sizes`.
const SIZES: &str = "(min-width: 60rem) 16rem, 100vw";

/// What the host's page of a talk shows before the talk begins.
#[derive(Debug, Clone)]
pub struct LobbyPage {
    pub code: TalkCode,
    pub title: String,
    /// Of the first slide.
    pub face: Face,
    pub import: ImportProgress,
    pub pairing: Pairing,
    /// The names of the other devices that present.
    pub remotes: Vec<String>,
    /// Devices that ask for the remote.
    pub requests: Vec<RemoteRequest>,
    pub followers: u32,
    pub projectors: u32,
    pub ways: Ways,
}

/// How far the deck's import is.
#[derive(Debug, Clone)]
pub struct ImportProgress {
    pub whole: bool,
    pub slides: usize,
    pub ready: usize,
    /// What was left out.
    pub warnings: Vec<LeftOut>,
}

/// The link that admits one phone.
#[derive(Debug, Clone)]
pub enum Pairing {
    /// None was made yet that this browser could show.
    Missing,
    Open {
        way: Way,
        left_s: u64,
    },
    /// It has admitted a device.
    Used,
    Expired,
}

/// What a host needs in the minute before a talk. Parts with `data-news` are replaced by their newer selves.
#[component]
pub fn Lobby(page: LobbyPage) -> impl IntoView {
    let LobbyPage {
        code,
        title,
        face,
        import,
        pairing,
        remotes,
        requests,
        followers,
        projectors,
        ways,
    } = page;
    let address = super::links::address(&ways.audience.url).to_owned();
    let picture = markup(&face, "", SIZES, "");
    view! {
        <main class="lobby" data-view="lobby" data-events=routes::events(&code)>
            <header>
                <Wordmark/>
                // The heading says what it shows.
                <div class="mini" id="first-slide" data-news aria-hidden="true" inert>
                    <div class="face" inner_html=picture></div>
                </div>
                <div>
                    <h1>{title}</h1>
                    <div id="import" data-news role="status">{progress(import)}</div>
                </div>
            </header>
            <section aria-labelledby="phone-title">
                <h2 id="phone-title">"Present from your phone"</h2>
                <div id="phones" data-news role="status">{phones(remotes, requests)}</div>
                <div id="pairing" data-news>{paired(&code, pairing)}</div>
                <p role="alert" class="said"></p>
            </section>
            <section aria-labelledby="screen-title">
                <h2 id="screen-title">"Open the projector"</h2>
                <p id="projectors" data-news role="status">{open_projectors(projectors)}</p>
                <p>
                    <a id="show" class="primary" href=routes::project(&code) target="_blank">
                        "Show on this screen"
                    </a>
                </p>
                <p class="quiet">
                    "Fills the screen with the slide. Escape brings you back here. On a second screen, "
                    <a href=routes::project(&code) target="_blank">"open a window"</a>
                    " and move it there."
                </p>
            </section>
            <section aria-labelledby="room-title">
                <h2 id="room-title">"Let people follow"</h2>
                <p id="room" data-news role="status">{present_people(followers)}</p>
                <WayFigure name="They scan this" field="audience" way=ways.audience opens=true/>
                <p>
                    "Or they type the code " <strong>{code.to_string()}</strong> " at "
                    <strong class="typed-address">{address}</strong>
                </p>
            </section>
            <footer>
                <WaysNotes warning=ways.warning others=ways.others/>
                <nav aria-label="Elsewhere">
                    <a href=routes::present(&code)>"Present on this computer"</a>
                    <a href=routes::links(&code)>"Links and QR codes"</a>
                    <a href=routes::HOME>"Start page"</a>
                </nav>
            </footer>
            {keep_up_to_date()}
            <script nonce=use_nonce() inner_html=SCRIPT></script>
            {ask_again(ways.asked_again_at)}
        </main>
    }
}

fn progress(import: ImportProgress) -> impl IntoView {
    let ImportProgress {
        whole,
        slides,
        ready,
        warnings,
    } = import;
    let bar = (!whole).then(|| {
        view! {
            <progress max=slides value=ready aria-label="Slides that are ready"></progress>
        }
    });
    let said = if !whole {
        format!("{ready} of {slides} slides are ready.")
    } else if slides == 1 {
        "1 slide, ready.".to_owned()
    } else {
        format!("{slides} slides, all ready.")
    };
    let left_out = (!warnings.is_empty()).then(|| {
        view! {
            <details>
                <summary>"Left out or changed"</summary>
                {left_out(warnings)}
            </details>
        }
    });
    view! {
        {bar}
        <p class="quiet">{said}</p>
        {left_out}
    }
}

fn phones(remotes: Vec<String>, requests: Vec<RemoteRequest>) -> impl IntoView {
    let lines: Vec<_> = remotes
        .into_iter()
        .map(|name| {
            view! {
                <p class="in"><strong><bdi>{name}</bdi></strong>" is in. It moves the slides."</p>
            }
        })
        .collect();
    let requests: Vec<_> = requests
        .into_iter()
        .map(|request| view! { <RequestAnswer request/> })
        .collect();
    view! {
        {requests}
        {lines}
    }
}

fn paired(code: &TalkCode, pairing: Pairing) -> AnyView {
    let again = |name: &'static str, main: bool, makes: bool| {
        view! {
            <form method="post" action=routes::lobby(code) data-makes=makes.then_some("")>
                <button class=main.then_some("primary")>{name}</button>
            </form>
        }
    };
    match pairing {
        Pairing::Missing => view! {
            <p class="quiet">"A QR code lets one phone in. It works for ten minutes."</p>
            {again("Show the QR code", true, true)}
        }
        .into_any(),
        Pairing::Open { way, left_s } => {
            let Way { url, qr } = way;
            let minutes = left_s.div_ceil(60);
            let left = match minutes {
                1 => "for one more minute".to_owned(),
                minutes => format!("for {minutes} more minutes"),
            };
            view! {
                <figure data-left=left_s.to_string()>
                    <div class="qr" role="img" aria-label="QR code: present from your phone" inner_html=qr>
                    </div>
                    <figcaption>
                        <strong>"Scan it with your phone"</strong>
                        <span class="url">{url}</span>
                        <span class="quiet">{format!("It lets one phone in, {left}.")}</span>
                    </figcaption>
                </figure>
            }
            .into_any()
        }
        Pairing::Used => view! {
            <p class="quiet">"The QR code was used. It lets nobody else in."</p>
            {again("Pair another phone", false, false)}
        }
        .into_any(),
        Pairing::Expired => view! {
            <p>"The QR code has expired."</p>
            {again("Show a new QR code", true, false)}
        }
        .into_any(),
    }
}

fn open_projectors(projectors: u32) -> String {
    match projectors {
        0 => "No projector is open yet.".to_owned(),
        1 => "The projector is open.".to_owned(),
        several => format!("{several} projectors are open."),
    }
}

pub fn present_people(followers: u32) -> String {
    match followers {
        0 => "Nobody is here yet.".to_owned(),
        1 => "1 person is here.".to_owned(),
        several => format!("{several} people are here."),
    }
}
