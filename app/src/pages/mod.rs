//! The pages: one a file or folder.

mod ask;
mod back;
mod change;
mod follow;
mod home;
mod host;
mod left_out;
mod links;
mod lobby;
mod page_data;
mod present;
mod problem;
mod project;
mod remotes;
mod times;

pub use crate::components::{Way, Ways};
pub use ask::{AskPage, AskState};
pub use back::{PastSlide, step_to_look_at};
pub use change::Change;
pub use host::{Failed, HostPage, Standing, TalkLine, TalkNow, UploadLimits};
pub use left_out::LeftOut;
pub use links::{TalkLinks, Tile};
pub use lobby::{ImportProgress, LobbyPage, Pairing};
pub use present::{Look, RemotePage, TOO_LATE};
pub use problem::ProblemPage;
pub use remotes::{LeavePage, RemoteLine, RemoteLink, RemotesPage};
pub use times::{TimeLine, TimesPage};

use crate::components::ask_again;
use ask::Ask;
use back::{Back, BackData, past_slide};
use change::{Delete, Rename};
use follow::{Follow, FollowData};
use home::Home;
use host::Host;
use leptos::prelude::*;
use links::Links;
use lobby::Lobby;
use model::{
    deck::Face,
    talk::{Snapshot, TalkCode},
};
use present::RemoteView;
use project::{Project, ProjectData, invitation};
use remotes::{Admit, Leave, RemotesView};
use times::Times;

/// A page with everything it shows, which is read before anything is rendered: so the status is known,
/// and nothing is fetched half-way.
#[derive(Debug, Clone)]
pub enum Page {
    /// Join a talk with a code.
    Home,
    /// Bring a deck, see the talks.
    Host(HostPage),
    /// The host's page before a talk.
    Lobby(Box<LobbyPage>),
    /// A talk's links and QR codes, for its presenters.
    Links(TalkLinks),
    /// Another title for a talk.
    Rename(Change),
    /// Asks before a talk is deleted.
    Delete(Change),
    /// A follower's page.
    Follow { code: TalkCode, rendered: Snapshot },
    /// A slide that was shown before, for a follower who looks back.
    Back {
        code: TalkCode,
        rendered: Snapshot,
        past: PastSlide,
    },
    /// The projector's page: only the slide.
    Project {
        code: TalkCode,
        rendered: Snapshot,
        /// The links, for when the presenter shows the joining instructions.
        ways: Option<Ways>,
        /// The browser may send commands.
        presents: bool,
    },
    /// The presenter's remote.
    Present(Box<RemotePage>),
    /// The devices that present a talk.
    Remotes(RemotesPage),
    /// How long each slide was shown.
    Times(TimesPage),
    /// Asks before a device removes itself.
    Leave(LeavePage),
    /// A device that has opened a presenter's link, before it is admitted.
    Admit { code: TalkCode, title: String },
    /// A device that may not present, and can ask to.
    Ask(AskPage),
    /// What went wrong and how to go on.
    Problem(ProblemPage),
}

/// How often a follower's page reloads without script.
const REFRESH_SECONDS: u32 = 5;

/// Most slides are 16 by 9, as large as the page allows.
const FULL_SIZES: &str = "min(100vw, 178vh)";
const REMOTE_SIZES: &str = "(min-width: 60rem) 66vw, min(100vw, 60vh)";

impl Page {
    pub fn title(&self) -> String {
        match self {
            Self::Home | Self::Host(_) => "WebSlides".to_owned(),
            Self::Lobby(page) => format!("Lobby: {}", page.title),
            Self::Links(links) => format!("Links: {}", links.title),
            Self::Rename(change) => format!("Rename: {}", change.title),
            Self::Delete(change) => format!("Delete: {}", change.title),
            Self::Follow { rendered, .. }
            | Self::Back { rendered, .. }
            | Self::Project { rendered, .. } => rendered.talk.clone(),
            Self::Present(page) => format!("Present: {}", page.rendered.talk),
            Self::Remotes(_) => "Remotes · WebSlides".to_owned(),
            Self::Times(page) => format!("Times: {}", page.title),
            Self::Leave(_) => "Remove this device · WebSlides".to_owned(),
            Self::Admit { title, .. } => format!("Present: {title}"),
            Self::Ask(page) => format!("{} · WebSlides", page.title()),
            Self::Problem(problem) => format!("{} · WebSlides", problem.title()),
        }
    }

    /// The talk that the page follows, as it was rendered.
    pub fn followed(&self) -> Option<&Snapshot> {
        match self {
            Self::Follow { rendered, .. } | Self::Project { rendered, .. } => Some(rendered),
            Self::Present(page) => Some(&page.rendered),
            _ => None,
        }
    }

    /// The first face that the page shows, for the browser to fetch before the CSS.
    pub fn first_face(&self) -> Option<&Face> {
        match self {
            Self::Follow { rendered, .. } | Self::Project { rendered, .. } => Some(&rendered.face),
            Self::Present(page) => Some(&page.rendered.face),
            Self::Back { past, .. } => Some(&past.face),
            Self::Home
            | Self::Host(_)
            | Self::Lobby(_)
            | Self::Links(_)
            | Self::Rename(_)
            | Self::Delete(_)
            | Self::Remotes(_)
            | Self::Times(_)
            | Self::Leave(_)
            | Self::Admit { .. }
            | Self::Ask(_)
            | Self::Problem(_) => None,
        }
    }

    /// The slide's width on this page, as an image's `sizes`.
    pub fn slide_sizes(&self) -> &'static str {
        if matches!(self, Self::Present(_)) {
            REMOTE_SIZES
        } else {
            FULL_SIZES
        }
    }

    pub fn refreshes_every_s(&self) -> Option<u32> {
        let stays = match self {
            Self::Follow { .. } | Self::Project { .. } | Self::Lobby(_) => true,
            Self::Ask(page) => page.waits(),
            _ => false,
        };
        stays.then_some(REFRESH_SECONDS)
    }

    pub fn has_islands(&self) -> bool {
        self.first_face().is_some()
    }

    /// Whether it has more to operate than followers and projectors have.
    pub fn has_controls(&self) -> bool {
        !matches!(
            self,
            Self::Follow { .. } | Self::Back { .. } | Self::Project { .. }
        )
    }

    pub fn into_any_view(self) -> AnyView {
        match self {
            Self::Home => view! { <Home/> }.into_any(),
            Self::Host(page) => view! { <Host page/> }.into_any(),
            Self::Lobby(page) => view! { <Lobby page=*page/> }.into_any(),
            Self::Links(links) => view! { <Links links/> }.into_any(),
            Self::Rename(change) => view! { <Rename change/> }.into_any(),
            Self::Delete(change) => view! { <Delete change/> }.into_any(),
            Self::Follow { code, rendered } => view! {
                {page_data::embed(FollowData { code, rendered })}
                <Follow/>
                <noscript>
                    <p class="notice">
                        {format!(
                            "Your browser runs no scripts: this page asks again every \
                             {REFRESH_SECONDS} seconds.",
                        )}
                    </p>
                </noscript>
            }
            .into_any(),
            Self::Back {
                code,
                rendered,
                past,
            } => {
                let (slide, shown) = (past.slide, past_slide(&code, &rendered.talk, past));
                let data = BackData {
                    code,
                    rendered,
                    slide,
                };
                view! {
                    {page_data::embed(data)}
                    <Back>{shown}</Back>
                }
                .into_any()
            }
            Self::Project {
                code,
                rendered,
                ways,
                presents,
            } => {
                let again = ways.as_ref().and_then(|ways| ways.asked_again_at.clone());
                let title = rendered.talk.clone();
                let invitation =
                    ways.map(|ways| invitation(&code, title, ways.audience, ways.warning));
                let data = ProjectData {
                    code,
                    rendered,
                    presents,
                };
                view! {
                    {page_data::embed(data)}
                    <Project>{invitation}</Project>
                    {ask_again(again)}
                }
                .into_any()
            }
            Self::Present(page) => view! { <RemoteView page=*page/> }.into_any(),
            Self::Times(page) => view! { <Times page/> }.into_any(),
            Self::Remotes(page) => view! { <RemotesView page/> }.into_any(),
            Self::Leave(page) => view! { <Leave page/> }.into_any(),
            Self::Admit { code, title } => view! { <Admit code title/> }.into_any(),
            Self::Ask(page) => view! { <Ask page/> }.into_any(),
            Self::Problem(problem) => problem.into_view().into_any(),
        }
    }
}
