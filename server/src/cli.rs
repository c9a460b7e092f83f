//! The command line, parsed once into the options of a run.

use crate::{importing::DeckLimits, observe::log::LogFormat, terminal::control::Command};
use axum::http::Uri;
use clap::Parser;
use model::talk::TalkCode;
use std::{
    net::{Ipv6Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};
use tracing::Level;

/// Live slides: a phone turns them, every screen in the room follows.
#[derive(Debug, Parser)]
#[command(
    name = "webslides",
    version,
    args_override_self = true,
    args_conflicts_with_subcommands = false,
    subcommand_precedence_over_arg = true
)]
pub struct Options {
    /// Without a command, WebSlides serves
    #[command(subcommand)]
    pub command: Option<Command>,

    /// PDFs, Markdown files and folders of images (PNG, JPEG, WebP, GIF, SVG), one talk for each;
    /// without any, the welcome deck
    #[arg(value_name = "DECK")]
    pub decks: Vec<PathBuf>,

    /// The password of a protected PDF
    #[arg(long, value_name = "WORD")]
    pub password: Option<String>,

    /// Show a deck again, at the same place, whenever its file or folder changes
    #[arg(long)]
    pub watch: bool,

    /// Let anyone in the room bring decks and create talks
    #[arg(long)]
    pub open: bool,

    /// Another device that opens a presenter's link waits until a presenting device admits it
    #[arg(long)]
    pub ask_first: bool,

    /// Where to listen: `:3000` is that port of every address, IPv4 and IPv6; 127.0.0.1:3000 keeps
    /// the room out, port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = ":3000", value_parser = listen)]
    pub listen: SocketAddr,

    /// What links and QR codes say, when behind a proxy, such as https://slides.example
    #[arg(long, value_name = "URL", value_parser = public_url)]
    #[allow(rustdoc::bare_urls, reason = "--help prints it as it stands")]
    pub public_url: Option<Uri>,

    /// Don't open the lobby in this computer's browser at the start
    #[arg(long)]
    pub no_browser: bool,

    /// Where talks and slides are kept
    #[arg(long, value_name = "DIR", default_value = "./data", global = true)]
    pub data: PathBuf,

    /// The talk's code, for the first deck: 3 to 32 of a-z, 0-9 and '-' (without it, a random one)
    #[arg(long, value_name = "CODE")]
    pub code: Option<TalkCode>,

    /// How many streams may be open at once; presenters always get in [default: nine tenths of
    /// the connections that the system allows]
    #[arg(long, value_name = "N")]
    pub max_followers: Option<usize>,

    /// Disconnect a stream whose browser has read nothing for so many seconds: 1 to 600
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    pub let_go_after: Duration,

    /// Don't ask pages what they have painted: the presenter is told how many follow, not how many
    /// are behind
    #[arg(long)]
    pub no_acknowledgements: bool,

    /// What to log: error, warn, info (a line for each request) or debug
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub log: Level,

    /// The format of the log
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// Once listening, write every talk's links to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub links: Option<PathBuf>,

    #[command(flatten)]
    pub deck_limits: DeckLimits,
}

/// An address with a port. `:3000` is that port of every address of this machine.
fn listen(text: &str) -> Result<SocketAddr, String> {
    let everywhere = text
        .strip_prefix(':')
        .and_then(|port| port.parse().ok())
        .map(|port| SocketAddr::from((Ipv6Addr::UNSPECIFIED, port)));
    everywhere
        .or_else(|| text.parse().ok())
        .ok_or_else(|| "give an address and a port such as 192.168.1.7:3000, or :3000".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=600) => Ok(Duration::from_secs(seconds)),
        _ => Err("give whole seconds, from 1 to 600".to_owned()),
    }
}

/// An http or https address without a path: WebSlides is at the root of its host.
fn public_url(text: &str) -> Result<Uri, String> {
    let help = "give an address such as https://slides.example, without a path";
    let url: Uri = text.parse().map_err(|_| help.to_owned())?;
    let is_web = matches!(url.scheme_str(), Some("http" | "https"));
    if is_web && url.path() == "/" && url.query().is_none() {
        Ok(url)
    } else {
        Err(help.to_owned())
    }
}
