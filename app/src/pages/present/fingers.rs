//! Which of several pointers (fingers, a pen, a mouse) makes the gesture.

/// What happened to a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Did {
    Press,
    Move,
    Lift,
    /// The browser took it over, to scroll or zoom.
    Cancel,
}

/// The effect on the gesture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Begin,
    Go,
    End,
    GiveUp,
    Nothing,
}

/// `active` is the pointer of the current gesture, if there is one. `primary` is
/// `PointerEvent.isPrimary`: the first finger, but also a pen above a resting palm.
///
/// A second pointer always cancels the gesture: two fingers zoom, and a palm rests.
pub fn meaning(active: Option<i32>, pointer: i32, primary: bool, did: Did) -> Meaning {
    match (active, did) {
        (None, Did::Press) if primary => Meaning::Begin,
        (None, _) => Meaning::Nothing,
        (Some(active), _) if active != pointer => match did {
            Did::Press => Meaning::GiveUp,
            Did::Move | Did::Lift | Did::Cancel => Meaning::Nothing,
        },
        // The browser never reported its end, and reuses the number.
        (Some(_), Did::Press) => Meaning::Begin,
        (Some(_), Did::Move) => Meaning::Go,
        (Some(_), Did::Lift) => Meaning::End,
        (Some(_), Did::Cancel) => Meaning::GiveUp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: i32 = 7;
    const SECOND: i32 = 8;

    #[test]
    fn one_finger_begins_goes_and_ends() {
        assert_eq!(meaning(None, FIRST, true, Did::Press), Meaning::Begin);
        assert_eq!(meaning(Some(FIRST), FIRST, true, Did::Move), Meaning::Go);
        assert_eq!(meaning(Some(FIRST), FIRST, true, Did::Lift), Meaning::End);
        let taken = meaning(Some(FIRST), FIRST, true, Did::Cancel);
        assert_eq!(taken, Meaning::GiveUp);
    }

    #[test]
    fn a_second_pointer_gives_the_gesture_up() {
        // A finger, and a palm under a pen, which is the first of its kind.
        for primary in [false, true] {
            let second = meaning(Some(FIRST), SECOND, primary, Did::Press);
            assert_eq!(second, Meaning::GiveUp);
        }
        // Neither of them does anything then, until all were lifted.
        for pointer in [FIRST, SECOND] {
            for did in [Did::Move, Did::Lift, Did::Cancel] {
                let after = meaning(None, pointer, pointer == FIRST, did);
                assert_eq!(after, Meaning::Nothing);
            }
        }
    }

    #[test]
    fn a_second_finger_begins_nothing_while_another_one_rests() {
        assert_eq!(meaning(None, SECOND, false, Did::Press), Meaning::Nothing);
    }

    #[test]
    fn a_mouse_above_the_slide_neither_moves_nor_ends_what_a_finger_does() {
        for did in [Did::Move, Did::Lift] {
            assert_eq!(meaning(Some(FIRST), 1, true, did), Meaning::Nothing);
        }
    }
}
