//! The links of a talk, as the host gets them: in the terminal, and as JSON for programs.

use crate::{access::Key, talks::Talk};
use app::routes;
use axum::http::Uri;
use qrcode::{
    EcLevel, QrCode,
    render::{svg, unicode::Dense1x2},
};
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// All that a host needs to know of one talk. Holds a key: for the host's eyes.
#[derive(Serialize)]
pub struct Links {
    pub code: String,
    pub title: String,
    pub slides: usize,
    pub presenter: String,
    pub audience: String,
    pub projector: String,
    pub events: String,
}

/// The file of `--links`.
#[derive(Serialize)]
pub struct LinksFile<'a> {
    /// Where decks are brought to in a browser.
    pub host: &'a str,
    pub talks: &'a [Links],
}

impl Links {
    /// `base` is the address that the room can reach, without a slash at its end.
    pub fn new(base: &str, talk: &Talk, key: &Key) -> Self {
        let code = talk.code();
        let deck = talk.deck();
        Self {
            code: code.to_string(),
            title: talk.title(),
            slides: deck.slides().len(),
            presenter: format!("{base}{}?key={}", routes::present(code), key.reveal()),
            audience: format!("{base}{}", routes::follow(code)),
            projector: format!("{base}{}", routes::project(code)),
            events: format!("{base}{}", routes::events(code)),
        }
    }

    /// What the terminal shows.
    pub fn in_words(&self) -> String {
        let Self {
            code,
            title,
            slides,
            presenter,
            audience,
            projector,
            ..
        } = self;
        let count = if *slides == 1 {
            "1 slide".to_owned()
        } else {
            format!("{slides} slides")
        };
        let qr = qr_code(audience).unwrap_or_default();
        format!(
            "\n  {title}  ({count}, code {code})\n\n  \
             Presenter  {presenter}\n  \
             Audience   {audience}\n  \
             Projector  {projector}\n\n{qr}"
        )
    }
}

/// A QR code of half blocks. Its light is drawn: a terminal is dark, and readers want the code's
/// dark squares on light ground, with its quiet zone.
fn qr_code(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let picture = code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true)
        .build();
    Some(picture.lines().map(|line| format!("  {line}\n")).collect())
}

/// The same as an SVG for a page.
pub fn svg_code(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(200, 200)
        .quiet_zone(true)
        .build();
    // The page's own element; a declaration belongs to a file.
    picture
        .find("<svg")
        .and_then(|start| picture.get(start..))
        .map(str::to_owned)
}

/// The address that the room's phones can reach, for links.
pub fn base_url(listening: SocketAddr, public: Option<&Uri>) -> String {
    if let Some(public) = public {
        return public.to_string().trim_end_matches('/').to_owned();
    }
    let host = match listening.ip() {
        ip if ip.is_unspecified() => lan_address().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(host, listening.port()))
}

/// This machine's address in the room's network: of a real interface rather than of a container's
/// bridge or a tunnel, and IPv4 because it can be typed.
fn lan_address() -> Option<IpAddr> {
    let interfaces = if_addrs::get_if_addrs().ok()?;
    interfaces
        .iter()
        .filter(|interface| !interface.is_loopback())
        .filter_map(|interface| match interface.ip() {
            IpAddr::V4(ip) if !ip.is_link_local() => Some((rank(&interface.name, ip), ip)),
            _ => None,
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, ip)| IpAddr::V4(ip))
}

/// Smaller is likelier to be what phones in the room can reach.
fn rank(interface: &str, ip: Ipv4Addr) -> u8 {
    let starts = |names: &[&str]| names.iter().any(|name| interface.starts_with(name));
    let place = if starts(&[
        "docker", "br-", "veth", "virbr", "tun", "tap", "wg", "utun", "vmnet",
    ]) {
        2
    } else if starts(&["en", "eth", "wl"]) {
        0
    } else {
        1
    };
    place * 2 + u8::from(!ip.is_private())
}
