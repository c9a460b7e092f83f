//! The limits of a deck, from the command line.

use super::workers;
use clap::Args;
use reading::{source::Bounds, worker::check};
use std::{ops::RangeInclusive, time::Duration};

const PAGES: RangeInclusive<u32> = 1..=check::MAX_PAGES;
const MEGAPIXELS: RangeInclusive<u32> = 1..=1_000;
const SIZE: RangeInclusive<u32> = 1..=65_536;
/// With less memory a worker does not reach its first page.
const MEMORY: RangeInclusive<u32> = 256..=65_536;
const OUTPUT: RangeInclusive<u32> = 1..=1_048_576;
const MINUTES: RangeInclusive<u32> = 1..=1_440;
const RESERVE: RangeInclusive<u32> = 0..=65_536;
const SECONDS: RangeInclusive<u32> = 1..=600;

/// Options in the units that users think in.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "What a deck may take")]
pub struct DeckLimits {
    /// Pages, 1 to 10000: a deck with more is refused
    #[arg(long = "max-pages", value_name = "N", default_value_t = 2_000)]
    #[arg(value_parser = |text: &str| within(text, &PAGES))]
    pub pages: u32,

    /// Of one picture, 1 to 1000: a larger one is left out
    #[arg(long = "max-pixels", value_name = "MEGAPIXELS", default_value_t = 64)]
    #[arg(value_parser = |text: &str| within(text, &MEGAPIXELS))]
    pub megapixels: u32,

    /// Of all its files together, 1 to 65536: a larger deck is refused
    #[arg(long = "max-deck-size", value_name = "MIB", default_value_t = 1_024)]
    #[arg(value_parser = |text: &str| within(text, &SIZE))]
    pub mebibytes: u32,

    /// Of each process that reads decks, 256 to 65536: a page that needs more is left out
    #[arg(long = "max-deck-memory", value_name = "MIB", default_value_t = 1_536)]
    #[arg(value_parser = |text: &str| within(text, &MEMORY))]
    pub memory_mebibytes: u32,

    /// Of a processor, for each page, 1 to 600: one that takes more is left out, and after a few
    /// of them the rest of the deck
    #[arg(long = "max-page-time", value_name = "SECONDS", default_value_t = 10)]
    #[arg(value_parser = |text: &str| within(text, &SECONDS))]
    pub page_seconds: u32,

    /// Of a deck's pictures together, as they are kept, 1 to 1048576: pages beyond are left out
    #[arg(long = "max-deck-output", value_name = "MIB", default_value_t = 2_048)]
    #[arg(value_parser = |text: &str| within(text, &OUTPUT))]
    pub output_mebibytes: u32,

    /// For all pages of a deck together, 1 to 1440: pages beyond are left out
    #[arg(long = "max-deck-time", value_name = "MINUTES", default_value_t = 60)]
    #[arg(value_parser = |text: &str| within(text, &MINUTES))]
    pub deck_minutes: u32,

    /// Left free on the disk for taps, 0 to 65536: with less, imports wait
    #[arg(long = "keep-free", value_name = "MIB", default_value_t = 256)]
    #[arg(value_parser = |text: &str| within(text, &RESERVE))]
    pub reserve_mebibytes: u32,
}

impl DeckLimits {
    pub fn bytes(&self) -> u64 {
        u64::from(self.mebibytes) << 20
    }

    /// Bytes that stay free on the disk.
    pub fn reserve(&self) -> u64 {
        u64::from(self.reserve_mebibytes) << 20
    }

    pub fn of_workers(&self) -> workers::Limits {
        workers::Limits {
            memory: u64::from(self.memory_mebibytes) << 20,
            time: Duration::from_secs(self.page_seconds.into()),
            bounds: Bounds {
                pages: self.pages,
                pixels: u64::from(self.megapixels) * 1_000_000,
            },
            output: u64::from(self.output_mebibytes) << 20,
            deck_time: Duration::from_secs(u64::from(self.deck_minutes) * 60),
            ..workers::Limits::default()
        }
    }
}

fn within(text: &str, range: &RangeInclusive<u32>) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        let (least, most) = (range.start(), range.end());
        format!("give a whole number, from {least} to {most}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        limits: DeckLimits,
    }

    #[test]
    fn without_options_a_deck_may_take_what_the_worker_thinks_usual() {
        let limits = Line::parse_from(["a"]).limits.of_workers();
        let usual = workers::Limits::default();
        assert_eq!(format!("{limits:?}"), format!("{usual:?}"));
    }

    #[test]
    fn what_is_out_of_range_is_refused_with_the_range() {
        let check = |option: &str, least: u32, most: u32| {
            for bad in [(least - 1).to_string(), (most + 1).to_string(), "x".into()] {
                let line = Line::try_parse_from(["a", option, &bad]);
                let said = line
                    .err()
                    .map(|error| error.to_string())
                    .unwrap_or_default();
                let range = format!("from {least} to {most}");
                assert!(said.contains(&range), "{option} {bad}: {said}");
            }
            for good in [least, most] {
                assert!(Line::try_parse_from(["a", option, &good.to_string()]).is_ok());
            }
        };
        check("--max-pages", 1, 10_000);
        check("--max-pixels", 1, 1_000);
        check("--max-deck-size", 1, 65_536);
        check("--max-deck-memory", 256, 65_536);
        check("--max-page-time", 1, 600);
        check("--max-deck-output", 1, 1_048_576);
        check("--max-deck-time", 1, 1_440);
    }
}
