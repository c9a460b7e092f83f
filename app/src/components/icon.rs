use leptos::prelude::*;

/// Our icons: one family, 24 units wide, two units thick, round. Always beside a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Next,
    Previous,
    Close,
    Black,
    Freeze,
    Grid,
    More,
    Screen,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Next => "M9 5l7 7-7 7",
            Self::Previous => "M15 5l-7 7 7 7",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Black => "M3 5h18v12H3zM9 21h6M10 9l4 4M14 9l-4 4",
            Self::Freeze => "M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9",
            Self::Grid => "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
            Self::More => "M4 12h2M11 12h2M18 12h2",
            Self::Screen => "M3 5h18v12H3zM9 21h6",
        }
    }

    pub fn view(self) -> impl IntoView {
        view! {
            <svg
                viewBox="0 0 24 24"
                fill="none"
                stroke="currentColor"
                stroke-width="2"
                stroke-linecap="round"
                stroke-linejoin="round"
                aria-hidden="true"
            >
                <path d=self.path()/>
            </svg>
        }
    }
}
