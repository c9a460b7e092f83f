//! How long a talk or a section should take, as authors write it: `30`, `30min`, `1h 30m`, `45 minutes`.

use crate::source::MAX_MINUTES;

/// The minutes; `None` for what is not a time, or longer than a day.
pub fn minutes(said: &str) -> Option<u16> {
    let mut rest = said.trim();
    let mut minutes: u32 = 0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(digits)?;
        let number: u32 = number.parse().ok()?;
        let after = after.trim_start();
        let letters = after
            .find(|c: char| !c.is_alphabetic() && c != '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(letters)?;
        let length = match unit.trim_end_matches('.').to_ascii_lowercase().as_str() {
            "" | "m" | "min" | "mins" | "minute" | "minutes" | "minuten" => 1,
            "h" | "hour" | "hours" | "std" => 60,
            _ => return None,
        };
        minutes = minutes.checked_add(number.checked_mul(length)?)?;
        rest = after.trim_start();
    }
    let minutes = u16::try_from(minutes).ok()?;
    (1..=MAX_MINUTES).contains(&minutes).then_some(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (said, expected) in [
            ("30", Some(30)),
            ("35min", Some(35)),
            ("45 minutes", Some(45)),
            ("1h", Some(60)),
            ("1h30m", Some(90)),
            ("1 h 5 min.", Some(65)),
            ("1440", Some(1_440)),
            ("1441", None),
            ("0", None),
            ("", None),
            ("soon", None),
            ("-5", None),
            ("30 s", None),
            ("99999999999h", None),
        ] {
            assert_eq!(minutes(said), expected, "{said:?}");
        }
    }
}
