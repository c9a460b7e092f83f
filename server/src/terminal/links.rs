//! The links that the host gets: as text in the terminal, and as JSON for programs.

use crate::{access::Key, talks::Talk};
use app::routes;
use qrcode::{EcLevel, QrCode, render::unicode::Dense1x2};
use serde::Serialize;

/// A talk's links. Contains a presenter's key.
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

/// The content of the file that `--links` names.
#[derive(Serialize)]
pub struct LinksFile<'a> {
    /// The host's link, where decks are uploaded.
    pub host: &'a str,
    pub talks: &'a [Links],
}

/// What the host is told once the server listens, and again when its address changes. Contains keys.
pub struct Announcement {
    /// Where the host begins: the talk's lobby, or with several talks the host's page. For this computer's
    /// browser.
    pub begin: String,
    /// The same place, with a word that works once in place of the host's key.
    pub start: String,
    /// The host's link.
    pub host: String,
    pub talks: Vec<Links>,
    /// The server's addresses on this machine's other networks, likeliest first.
    pub others: Vec<String>,
    /// Why nobody else can open the links.
    pub warning: Option<&'static str>,
    /// Replaces links that were announced before.
    pub again: bool,
}

impl Announcement {
    /// What the terminal shows.
    pub fn in_words(&self) -> String {
        let mut words = String::new();
        if self.again {
            words.push_str("\n  The network of this computer has changed. The links are now:\n");
        }
        for talk in &self.talks {
            words.push_str(&talk.in_words());
            words.push('\n');
        }
        let (begin, host) = (&self.begin, &self.host);
        words.push_str(&format!(
            "  Host       {host}\n             adds decks; renames, ends and deletes talks\n\n\
             \x20 Begin here, in this computer's browser:\n  {begin}\n\n"
        ));
        if !self.others.is_empty() {
            let others = self.others.join("\n             ");
            words.push_str(&format!(
                "  Not reached? This computer is on other networks, too. There, the links begin with\n\
                 \x20            {others}\n\n"
            ));
        }
        if let Some(warning) = self.warning {
            words.push_str(&format!("  {warning}\n\n"));
        }
        words
            .push_str("  Ctrl-C ends it. Keep the presenter's and the host's links to yourself.\n");
        words
    }

    pub fn for_programs(&self) -> LinksFile<'_> {
        LinksFile {
            host: &self.host,
            talks: &self.talks,
        }
    }
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
            presenter: format!("{base}{}", routes::presenter_link(code, key.reveal())),
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
        let codes = [
            ("Present from your phone", presenter),
            ("Let people follow", audience),
        ];
        let [phone, room] = codes.map(|(label, url)| labelled(label, url));
        let codes = beside(&phone, &room);
        format!(
            "\n  {title}  ({count}, code {code})\n\n{codes}\n  \
             Presenter  {presenter}\n  \
             Audience   {audience}\n  \
             Projector  {projector}\n"
        )
    }
}

/// The width of a terminal that nobody has resized.
const COLUMNS: usize = 80;

/// A QR code below its label.
fn labelled(label: &str, url: &str) -> Vec<String> {
    let code = qr_code(url).unwrap_or_default();
    let lines = code.lines().map(str::to_owned);
    [label.to_owned()].into_iter().chain(lines).collect()
}

/// Two blocks of lines side by side, or one below the other where the terminal is too narrow for that.
fn beside(left: &[String], right: &[String]) -> String {
    let width = |lines: &[String]| {
        lines
            .iter()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or(0)
    };
    let (left_width, right_width) = (width(left), width(right));
    let lines: Vec<String> = if left_width + right_width + 4 <= COLUMNS {
        let empty = String::new();
        (0..left.len().max(right.len()))
            .map(|at| {
                let [left, right] = [left, right].map(|lines| lines.get(at).unwrap_or(&empty));
                format!("{left:<left_width$}  {right}")
            })
            .collect()
    } else {
        let gap = [String::new()];
        left.iter().chain(&gap).chain(right).cloned().collect()
    };
    let lines = lines
        .iter()
        .map(|line| format!("  {line}").trim_end().to_owned() + "\n");
    lines.collect()
}

/// A QR code of half blocks. Draws the light squares, because terminals are mostly dark and readers want
/// dark squares on a light ground.
fn qr_code(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let picture = code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true)
        .build();
    Some(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(width: usize, lines: usize) -> Vec<String> {
        vec!["x".repeat(width); lines]
    }

    #[test]
    fn blocks_stand_side_by_side_where_there_is_room() {
        assert_eq!(beside(&block(2, 1), &block(3, 2)), "  xx  xxx\n      xxx\n");
        let wide = beside(&block(41, 20), &block(33, 16));
        assert!(wide.lines().all(|line| line.chars().count() <= COLUMNS));
        assert_eq!(wide.lines().count(), 20);
        assert_eq!(beside(&block(41, 20), &block(41, 16)).lines().count(), 37);
    }
}
