//! The meaning of a keyboard's keys, and of clickers, which pretend to be keyboards.

use model::{
    deck::SlideNumber,
    talk::{Command, Screen, SlideState, Timing},
};

/// The meaning of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Tap(Command),
    Open(&'static str),
    /// The next digit of a slide's number.
    Digit(u32),
    NextLayout,
    /// Choose the first slide that the search found.
    FirstFound,
    Close,
    GiveUp,
}

/// A pressed key.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// `KeyboardEvent.key`: the character that it types, or its name.
    pub key: &'a str,
    /// `KeyboardEvent.code`: its position, named as on a US keyboard.
    pub code: &'a str,
    pub shift: bool,
}

/// `typed` is the slide number typed so far; 0 for none.
///
/// The key's character counts first. If that has no meaning, as on a Cyrillic layout or AZERTY, its
/// position does: the shortcuts are then at their US positions.
pub fn wish(key: Key<'_>, state: &SlideState, typed: u32) -> Option<Wish> {
    meaning(key.key, key.shift, state, typed)
        .or_else(|| meaning(written_there(key.code, key.shift)?, key.shift, state, typed))
}

fn meaning(key: &str, shift: bool, state: &SlideState, typed: u32) -> Option<Wish> {
    let first = SlideNumber::FIRST;
    let toggled = |screen| Command::Screen(state.toggled(screen));
    let go_to = |slide| Command::GoTo { slide, step: 0 };
    Some(Wish::Tap(match key {
        "Enter" if typed > 0 => go_to(SlideNumber::new(typed.min(state.slides))?),
        " " if shift => Command::Previous,
        " " | "Enter" | "ArrowRight" | "ArrowDown" | "PageDown" => Command::Next,
        "Backspace" | "ArrowLeft" | "ArrowUp" | "PageUp" => Command::Previous,
        "Home" => go_to(first),
        "End" => go_to(SlideNumber::new(state.slides)?),
        "b" | "B" | "." => toggled(Screen::Black),
        "w" | "W" | "," => toggled(Screen::White),
        "f" | "F" => toggled(Screen::Frozen),
        "r" | "R" => Command::BackToRoom,
        "t" | "T" if state.clock.is_running() => Command::Clock(Timing::Pause, None),
        "t" | "T" => Command::Clock(Timing::Run, None),
        // A clicker's Play key. Not the browser's reload.
        "F5" => Command::Screen(Screen::Live),
        "s" | "S" | "/" => return Some(Wish::Open("all-slides")),
        "l" | "L" => return Some(Wish::Open("links")),
        "?" => return Some(Wish::Open("help")),
        "n" | "N" => return Some(Wish::NextLayout),
        "Escape" => return Some(Wish::GiveUp),
        digit => return Some(Wish::Digit(digit.parse().ok().filter(|digit| *digit < 10)?)),
    }))
}

/// What the key at this position types on a US keyboard. With Shift, only letters and the question mark
/// have a meaning.
fn written_there(code: &str, shift: bool) -> Option<&str> {
    let digit = code
        .strip_prefix("Digit")
        .or_else(|| code.strip_prefix("Numpad"))
        .filter(|_| !shift);
    match code {
        "Slash" if shift => Some("?"),
        "Period" | "Comma" if shift => None,
        "Period" => Some("."),
        "Comma" => Some(","),
        "Slash" => Some("/"),
        "Space" => Some(" "),
        _ => digit.or_else(|| code.strip_prefix("Key")),
    }
    .filter(|written| written.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{deck::Outline, talk::Epoch};

    fn state() -> SlideState {
        let epoch = Epoch::try_from("test".to_owned()).expect("an epoch");
        SlideState::start(epoch, &Outline::new(vec![0; 30]).expect("slides"))
    }

    fn slide(number: u32) -> SlideNumber {
        SlideNumber::new(number).expect("a slide")
    }

    fn check(key: &str, code: &str, expected: Option<Wish>) {
        let key = Key {
            key,
            code,
            shift: false,
        };
        assert_eq!(wish(key, &state(), 0), expected, "{key:?}");
    }

    const BLACK: Option<Wish> = Some(Wish::Tap(Command::Screen(Screen::Black)));

    #[test]
    fn shortcuts_are_on_their_keys_whatever_these_write() {
        check("b", "KeyB", BLACK);
        // Cyrillic, Greek, Hebrew, Arabic.
        for written in ["и", "И", "β", "נ", "لا"] {
            check(written, "KeyB", BLACK);
        }
        check("ю", "Period", BLACK);
        check("ы", "KeyS", Some(Wish::Open("all-slides")));
        check(
            "ת",
            "Comma",
            Some(Wish::Tap(Command::Screen(Screen::White))),
        );
    }

    #[test]
    fn a_key_that_writes_a_shortcut_is_that_one_wherever_it_is() {
        // AZERTY's point is on Shift and the comma's key; Dvorak's b is where the n is.
        check(".", "Comma", BLACK);
        check("b", "KeyN", BLACK);
        check(
            "f",
            "KeyY",
            Some(Wish::Tap(Command::Screen(Screen::Frozen))),
        );
    }

    #[test]
    fn a_clicker_presses_places_whatever_the_layout_writes_there() {
        // Dvorak's x and v, and AZERTY's colon.
        for (written, place) in [("x", "KeyB"), ("v", "Period"), (":", "Period")] {
            check(written, place, BLACK);
        }
    }

    #[test]
    fn digits_need_no_shift_on_azerty() {
        check("&", "Digit1", Some(Wish::Digit(1)));
        check("é", "Digit2", Some(Wish::Digit(2)));
        check("1", "Digit1", Some(Wish::Digit(1)));
        // Slide 12, key by key.
        for (key, code, typed, expected) in [
            ("&", "Digit1", 0, Wish::Digit(1)),
            ("é", "Digit2", 1, Wish::Digit(2)),
            (
                "Enter",
                "Enter",
                12,
                Wish::Tap(Command::GoTo {
                    slide: slide(12),
                    step: 0,
                }),
            ),
        ] {
            let shift = false;
            let wished = wish(Key { key, code, shift }, &state(), typed);
            assert_eq!(wished, Some(expected), "{key}");
        }
        check("à", "Digit0", Some(Wish::Digit(0)));
        check("7", "Numpad7", Some(Wish::Digit(7)));
        // Persian digits are the same numbers.
        check("۳", "Digit3", Some(Wish::Digit(3)));
    }

    #[test]
    fn a_sign_that_shift_writes_is_not_its_keys_shortcut() {
        let shifted = |key, code| {
            let shift = true;
            wish(Key { key, code, shift }, &state(), 0)
        };
        for (key, code) in [(">", "Period"), ("<", "Comma"), ("!", "Digit1")] {
            assert_eq!(shifted(key, code), None, "{key}");
        }
        assert_eq!(shifted("И", "KeyB"), BLACK);
        assert_eq!(shifted("؟", "Slash"), Some(Wish::Open("help")));
        // AZERTY writes digits so.
        assert_eq!(shifted("1", "Digit1"), Some(Wish::Digit(1)));
    }

    #[test]
    fn what_means_nothing_does_nothing() {
        check("x", "KeyX", None);
        check("Tab", "Tab", None);
        check("Process", "KeyQ", None);
        check("Unidentified", "", None);
        check("ArrowDown", "Numpad2", Some(Wish::Tap(Command::Next)));
    }

    #[test]
    fn a_number_that_was_typed_is_where_enter_goes() {
        let enter = Key {
            key: "Enter",
            code: "Enter",
            shift: false,
        };
        let slide = slide(12);
        let to = Wish::Tap(Command::GoTo { slide, step: 0 });
        assert_eq!(wish(enter, &state(), 12), Some(to));
        assert_eq!(wish(enter, &state(), 0), Some(Wish::Tap(Command::Next)));
    }
}
