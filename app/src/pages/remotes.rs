use crate::{
    components::{Way, Wordmark, ask_again},
    routes,
};
use leptos::{nonce::use_nonce, prelude::*};
use model::talk::TalkCode;

/// The devices that present a talk, for its presenters.
#[derive(Debug, Clone)]
pub struct RemotesPage {
    pub code: TalkCode,
    pub remotes: Vec<RemoteLine>,
    /// A link for one more device, made for this page.
    pub link: Option<RemoteLink>,
}

/// A link that admits one more device.
#[derive(Debug, Clone)]
pub struct RemoteLink {
    pub way: Way,
    /// Why no other machine can open it.
    pub warning: Option<&'static str>,
    /// As [`Ways::asked_again_at`](crate::components::Ways::asked_again_at).
    pub asked_again_at: Option<String>,
}

#[derive(Debug, Clone)]
pub struct RemoteLine {
    pub number: u64,
    pub name: String,
    /// "12 minutes ago".
    pub since: String,
    pub waits: bool,
    /// It is the device that shows this page.
    pub is_this: bool,
}

/// Lists the devices that may present, adds one, and removes one with a tap.
#[component]
pub fn RemotesView(page: RemotesPage) -> impl IntoView {
    let RemotesPage {
        code,
        remotes,
        link,
    } = page;
    let none = remotes.is_empty();
    let lines: Vec<_> = remotes
        .into_iter()
        .map(|remote| line(&code, remote))
        .collect();
    view! {
        <main class="welcome remotes" data-view="remotes">
            <Wordmark/>
            <h1>"Remotes"</h1>
            <p><a class="primary" href=routes::present(&code)>"Back to the remote"</a></p>
            <ul>{lines}</ul>
            {none.then(|| view! { <p>"No device came by a presenter’s link yet."</p> })}
            {link.map(added)}
            <form method="post" action=routes::remotes(&code)>
                <button>"Add a remote"</button>
            </form>
            <p class="quiet">
                "Each device has its own key. Removing one ends its access at once, and its link stops \
                 working."
            </p>
        </main>
    }
}

fn line(code: &TalkCode, remote: RemoteLine) -> impl IntoView + use<> {
    let RemoteLine {
        number,
        name,
        since,
        waits,
        is_this,
    } = remote;
    let allow = waits.then(|| {
        view! {
            <form method="post" action=routes::allow(code, number)>
                <button class="primary">"Let it in"</button>
            </form>
        }
    });
    let state = match (waits, is_this) {
        (true, _) => "asks to present",
        (false, true) => "this one",
        (false, false) => "presents",
    };
    view! {
        <li>
            <p><strong>{format!("{number}. {name}")}</strong> <span>{format!("{state}, {since}")}</span></p>
            {allow}
            <form method="post" action=routes::revoke(code, number)>
                <button aria-label=format!("Remove {number}. {name}")>
                    {if waits { "Refuse" } else { "Remove" }}
                </button>
            </form>
        </li>
    }
}

fn added(link: RemoteLink) -> impl IntoView {
    let Way { url, qr } = link.way;
    view! {
        <figure class="added">
            <div class="qr" role="img" aria-label="QR code: a remote" inner_html=qr></div>
            <figcaption>
                <strong>"Scan it with the other device"</strong>
                <span class="url">{url}</span>
            </figcaption>
        </figure>
        <p role="status" class="unreachable">{link.warning}</p>
        {ask_again(link.asked_again_at)}
    }
}

/// Waits while the browser only prerenders the page, which nobody may ever see.
const ADMIT_SCRIPT: &str = "{ const form = document.getElementById('admit'); \
    const go = () => form.requestSubmit(); \
    document.prerendering ? addEventListener('prerenderingchange', go) : go(); }";

/// For a device that opened a presenter's link, which must not change anything: a chat program's robot
/// may have opened it. The script submits the form at once.
#[component]
pub fn Admit(code: TalkCode, title: String) -> impl IntoView {
    view! {
        <main class="welcome" data-view="admit">
            <Wordmark/>
            <h1>{title}</h1>
            <p>"This device then moves the slides on every screen, and shows you the notes."</p>
            <form id="admit" method="post" action=routes::present(&code)>
                <button class="primary">"Present with this device"</button>
            </form>
            <script nonce=use_nonce() inner_html=ADMIT_SCRIPT></script>
        </main>
    }
}

/// For a device that waits to be admitted.
#[component]
pub fn Waiting(number: u64) -> impl IntoView {
    view! {
        <main class="welcome" data-view="waiting">
            <Wordmark/>
            <h1>"Waiting to be let in"</h1>
            <p>
                "This device is number " <strong>{number.to_string()}</strong>
                ". The presenter finds it under More, Remotes. This page goes on by itself."
            </p>
        </main>
    }
}
