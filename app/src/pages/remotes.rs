use crate::{
    components::{RequestAnswer, Way, Wordmark, ask_again, keep_up_to_date},
    routes,
};
use leptos::{nonce::use_nonce, prelude::*};
use model::talk::{RemoteRequest, TalkCode};

/// The devices that present a talk, for its presenters.
#[derive(Debug, Clone)]
pub struct RemotesPage {
    pub code: TalkCode,
    pub remotes: Vec<RemoteLine>,
    /// Devices that ask for the remote.
    pub requests: Vec<RemoteRequest>,
    /// Nobody may ask for now.
    pub is_quiet: bool,
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
    /// It is the device that shows this page.
    pub is_this: bool,
    /// For how many more seconds its removal can be undone; `None` for one that was not removed.
    pub removed_for_s: Option<u64>,
}

/// A device that is about to remove itself.
#[derive(Debug, Clone)]
pub struct LeavePage {
    pub code: TalkCode,
    pub number: u64,
    pub name: String,
    /// No other device presents.
    pub is_last: bool,
    /// Its browser has the host's key, which presents all the same.
    pub is_host: bool,
}

/// Lists the devices that may present, adds one, and removes one with a tap.
#[component]
pub fn RemotesView(page: RemotesPage) -> impl IntoView {
    let RemotesPage {
        code,
        remotes,
        requests,
        is_quiet,
        link,
    } = page;
    let none = remotes.is_empty();
    let soonest = remotes
        .iter()
        .filter_map(|remote| remote.removed_for_s)
        .min();
    let lines: Vec<_> = remotes
        .into_iter()
        .map(|remote| line(&code, remote))
        .collect();
    let asks = !requests.is_empty();
    let requests: Vec<_> = requests
        .into_iter()
        .map(|request| view! { <RequestAnswer request/> })
        .collect();
    view! {
        <main class="welcome remotes" data-view="remotes" data-events=routes::events(&code)>
            <Wordmark/>
            <h1>"Remotes"</h1>
            <p><a class="primary" href=routes::present(&code)>"Back to the remote"</a></p>
            <div id="requests" data-news role="status">{requests}</div>
            <div id="remotes" data-news>
                <ul data-left=soonest>{lines}</ul>
                {none.then(|| view! { <p>"No device came by a presenter’s link yet."</p> })}
            </div>
            <p class="said" role="alert"></p>
            {link.map(added)}
            <form method="post" action=routes::remotes(&code)>
                <button>"Add a remote"</button>
            </form>
            <div id="asking" data-news>{may_ask(&code, is_quiet, asks)}</div>
            <p class="quiet">
                "Each device has its own key. Removing one ends its access at once, and its link stops \
                 working."
            </p>
            {keep_up_to_date()}
        </main>
    }
}

fn may_ask(code: &TalkCode, is_quiet: bool, asks: bool) -> impl IntoView + use<> {
    let said = if is_quiet {
        "Nobody can ask for the remote for ten minutes."
    } else {
        "Anyone who follows the talk can ask for the remote. After you declined twice, nobody can for ten \
         minutes."
    };
    let button = if is_quiet {
        Some(("true", "Let people ask"))
    } else {
        asks.then_some(("false", "Stop people asking"))
    };
    let form = button.map(|(may, name)| {
        view! {
            <form method="post" action=routes::asking(code)>
                <input type="hidden" name="may" value=may/>
                <button>{name}</button>
            </form>
        }
    });
    view! {
        <p class="quiet">{said}</p>
        {form}
    }
}

fn line(code: &TalkCode, remote: RemoteLine) -> impl IntoView + use<> {
    let RemoteLine {
        number,
        name,
        since,
        is_this,
        removed_for_s,
    } = remote;
    let whom = format!("{number}. {name}");
    let state = match (removed_for_s, is_this) {
        (Some(_), _) => "removed".to_owned(),
        (None, true) => format!("this one, {since}"),
        (None, false) => format!("presents, {since}"),
    };
    let action = match (removed_for_s, is_this) {
        (Some(_), _) => view! {
            <form method="post" action=routes::restore(code, number)>
                <button aria-label=format!("Undo: keep {whom}")>"Undo"</button>
            </form>
        }
        .into_any(),
        // It asks first what that means.
        (None, true) => view! {
            <a class="button" href=routes::revoke(code, number) aria-label=format!("Remove {whom}")>
                "Remove"
            </a>
        }
        .into_any(),
        (None, false) => view! {
            <form method="post" action=routes::revoke(code, number)>
                <button aria-label=format!("Remove {whom}")>"Remove"</button>
            </form>
        }
        .into_any(),
    };
    view! {
        <li data-removed=removed_for_s.map(|_| "")>
            <p><strong>{format!("{number}. ")}<bdi>{name}</bdi></strong> <span>{state}</span></p>
            {action}
        </li>
    }
}

/// Asks before a device removes itself.
#[component]
pub fn Leave(page: LeavePage) -> impl IntoView {
    let LeavePage {
        code,
        number,
        name,
        is_last,
        is_host,
    } = page;
    let means = if is_host {
        "It stops being a remote. As the host, you can still present from here."
    } else {
        "It stops being a remote. You need the presenter’s link, or another remote that lets you in, to come \
         back."
    };
    let last = is_last.then(|| {
        view! {
            <p>
                <strong>"It is the only remote."</strong>
                " Nobody can move the slides until the host lets a device in, from the lobby."
            </p>
        }
    });
    view! {
        <main class="welcome change" data-view="leave">
            <Wordmark/>
            <h1>{format!("Remove this device, {number}. {name}?")}</h1>
            <p>{means}</p>
            {last}
            <form method="post" action=routes::revoke(&code, number)>
                <input type="hidden" name="sure" value="true"/>
                <button class="danger">"Remove it"</button>
                <a class="button" href=routes::remotes(&code)>"Keep it"</a>
            </form>
        </main>
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
