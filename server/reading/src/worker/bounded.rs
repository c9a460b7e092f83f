//! Deserialises sequences and refuses them as soon as they exceed their limit. An item of one byte on
//! the wire takes 24 to 50 bytes in memory: if a frame of 24 MiB was counted only afterwards, it would
//! cost more than 600 MiB.

use super::check;
use crate::source::SlideOutline;
use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};
use std::{fmt, marker::PhantomData};

/// The most pages of a deck.
#[expect(clippy::as_conversions, reason = "there is no other way in a constant")]
pub const PAGES: usize = check::MAX_PAGES as usize;

/// Up to `MOST` items.
///
/// # Errors
/// When there are more, or an item fails.
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

/// Slides with up to [`PAGES`] pages together. A slide without pages counts as one.
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
        // The announced length is not trusted: the vector grows with the items.
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
