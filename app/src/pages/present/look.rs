//! A presenter's preferences for the remote.

use std::fmt;

/// The part that gets most of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layout {
    #[default]
    Slides,
    Notes,
    Buttons,
}

/// Kept in a cookie, so that the page opens as it was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub layout: Layout,
    /// From 1 to [`Look::LARGEST`].
    pub notes_size: u8,
}

impl Layout {
    pub const ALL: [Self; 3] = [Self::Slides, Self::Notes, Self::Buttons];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Slides => "slides",
            Self::Notes => "notes",
            Self::Buttons => "buttons",
        }
    }
}

impl Default for Look {
    fn default() -> Self {
        Self {
            layout: Layout::default(),
            notes_size: 2,
        }
    }
}

impl Look {
    pub const COOKIE: &str = "remote";
    pub const LARGEST: u8 = 6;

    /// Reads the cookie. Invalid parts become defaults.
    pub fn read(cookie: &str) -> Self {
        let usual = Self::default();
        let (layout, size) = cookie.split_once('-').unwrap_or((cookie, ""));
        let layout = Layout::ALL
            .into_iter()
            .find(|known| known.as_str() == layout);
        let size = size
            .parse()
            .ok()
            .filter(|size| (1..=Self::LARGEST).contains(size));
        Self {
            layout: layout.unwrap_or(usual.layout),
            notes_size: size.unwrap_or(usual.notes_size),
        }
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.layout.as_str(), self.notes_size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_reads_back_what_it_wrote_and_forgives_the_rest() {
        let look = Look {
            layout: Layout::Notes,
            notes_size: 5,
        };
        assert_eq!(Look::read(&look.to_string()), look);
        for odd in ["", "-", "notes-0", "notes-7", "slides-x", "<b>-2"] {
            let read = Look::read(odd);
            assert_eq!(read.notes_size, Look::default().notes_size, "{odd}");
        }
    }
}
