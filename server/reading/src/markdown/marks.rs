//! Marks for pauses and columns, which have no element in Markdown. The renderer writes them into its
//! markup, and `page::steps` carries them out.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Pause,
    /// Here an element with a click was left out.
    LostClick,
    /// Columns begin. The value has their widths.
    Layout,
    /// The following content goes into the column of this number, from 0.
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

/// The prefix of a comment that is a mark. It does not occur in the slide's text, so that authors can't
/// write marks.
pub fn seal(text: &str) -> String {
    // Terminates, because each round needs another word of the text.
    (0_u32..)
        .map(|number| format!("ws{number}:"))
        .find(|seal| !text.contains(seal.as_str()))
        .unwrap_or_default()
}
