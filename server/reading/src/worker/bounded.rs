//! Sequences that are refused while they are decoded, once they are longer than anything honest. An
//! item that takes one byte on the wire takes 24 to 50 in memory: counted only afterwards, a frame
//! of 24 MiB would cost more than 600.

use super::check;
use crate::source::SlideOutline;
use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};
use std::{fmt, marker::PhantomData};

/// Pages of a deck.
#[expect(clippy::as_conversions, reason = "there is no other way in a constant")]
pub const PAGES: usize = check::MAX_PAGES as usize;

/// `MOST` items.
///
/// # Errors
/// With one more, and as the items.
pub fn at_most<'de, const MOST: usize, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_seq(Items {
        most: MOST,
        weight: |_| 1,
        item: PhantomData,
    })
}

/// Slides that have [`PAGES`] together; one without pages counts as one.
///
/// # Errors
/// As [`at_most`].
pub fn slides<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SlideOutline>, D::Error> {
    deserializer.deserialize_seq(Items {
        most: PAGES,
        weight: |slide: &SlideOutline| slide.pages.len().max(1),
        item: PhantomData,
    })
}

struct Items<T> {
    most: usize,
    weight: fn(&T) -> usize,
    item: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items at most", self.most)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Vec<T>, A::Error> {
        // What it announces is a stranger's word: room is made for what has come.
        let mut items = Vec::new();
        let mut left = self.most;
        while let Some(item) = sequence.next_element()? {
            left = left
                .checked_sub((self.weight)(&item))
                .ok_or_else(|| A::Error::invalid_length(items.len(), &self))?;
            items.push(item);
        }
        Ok(items)
    }
}
