use leptos::prelude::*;
use serde::Serialize;

/// One kind of what was left out of a deck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    pub sentence: String,
    /// Each of them, if there is more to say.
    pub each: Vec<String>,
}

/// More kinds than these are folded.
const SHOWN: usize = 3;

/// What was left out, a sentence for each kind. Empty if nothing was.
pub fn left_out(kinds: Vec<LeftOut>) -> impl IntoView {
    let mut kinds = kinds.into_iter();
    let first: Vec<_> = kinds.by_ref().take(SHOWN).map(sentence).collect();
    let rest: Vec<_> = kinds.map(sentence).collect();
    let folded = (!rest.is_empty()).then(|| {
        view! {
            <details>
                <summary>{format!("{} more kinds", rest.len())}</summary>
                <ul>{rest}</ul>
            </details>
        }
    });
    (!first.is_empty()).then(|| {
        view! {
            <ul>{first}</ul>
            {folded}
        }
    })
}

fn sentence(LeftOut { sentence, each }: LeftOut) -> impl IntoView {
    let each = (!each.is_empty()).then(|| {
        let each: Vec<_> = each.into_iter().map(|it| view! { <li>{it}</li> }).collect();
        view! {
            <details>
                <summary>"Each one"</summary>
                <ul>{each}</ul>
            </details>
        }
    });
    view! { <li>{sentence}{each}</li> }
}
