use leptos::prelude::*;

/// Our icons: one family, 24 units wide, two units thick, round. Always beside a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Next,
    Previous,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Next => "M9 5l7 7-7 7",
            Self::Previous => "M15 5l-7 7 7 7",
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
