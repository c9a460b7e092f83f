use super::Panel;
use leptos::prelude::*;

/// The keys of keyboards and clickers.
const KEYS: [(&str, &str); 15] = [
    ("→  ↓  Space  Enter  Page Down", "Next"),
    ("←  ↑  Shift+Space  Backspace  Page Up", "Previous"),
    ("Home  End", "First or last slide"),
    ("a number, then Enter", "Go to that slide"),
    ("b  .", "Black screen"),
    ("w  ,", "White screen"),
    ("f", "Freeze: the room keeps its slide"),
    ("r", "Back to the room’s slide"),
    ("s  /", "All slides, search"),
    ("t", "Run or pause the clock"),
    ("n", "Slides, notes or buttons first"),
    ("l", "Links"),
    ("F5", "Show the slide"),
    ("Escape", "Wipe the drawing; close"),
    ("?", "These keys"),
];

#[component]
pub fn Help() -> impl IntoView {
    let rows = KEYS.map(|(keys, what)| {
        let keys: Vec<_> = keys
            .split("  ")
            .map(|key| view! { <kbd>{key}</kbd> })
            .collect();
        view! { <div><dt>{keys}</dt><dd>{what}</dd></div> }
    });
    view! {
        <Panel id="help" name="Keys">
            <dl class="keys">{rows.collect_view()}</dl>
        </Panel>
    }
}
