//! What has no element of its own: pauses and columns. The renderer writes a mark among its markup, and
//! the last pass carries it out.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Pause,
    /// An element with a click was left out here.
    LostClick,
    /// Columns begin; the value says how wide they are.
    Layout,
    /// What follows goes into the column of this number, from 0.
    Column,
    Left,
    Right,
    /// To the next column.
    Split,
    /// Columns end.
    Reset,
}

impl Mark {
    const ALL: [Self; 8] = [
        Self::Pause,
        Self::LostClick,
        Self::Layout,
        Self::Column,
        Self::Left,
        Self::Right,
        Self::Split,
        Self::Reset,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::LostClick => "lost-click",
            Self::Layout => "layout",
            Self::Column => "column",
            Self::Left => "left",
            Self::Right => "right",
            Self::Split => "split",
            Self::Reset => "reset",
        }
    }

    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.as_str() == name)
    }
}

/// What a comment begins with that stands for a mark: no word of the slide's own text, so that
/// authors can't write one.
pub fn seal(text: &str) -> String {
    // Each round needs another word of the text: it ends.
    (0_u32..)
        .map(|number| format!("ws{number}:"))
        .find(|seal| !text.contains(seal.as_str()))
        .unwrap_or_default()
}
