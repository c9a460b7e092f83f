//! The server's monotonic clock: setting the wall clock does not move it. It goes on over a restart of this
//! program. A restart of the machine sets it by the wall clock.

use model::talk::Timestamp;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::Path,
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const FILE: &str = "steady.json";

/// The time at which this program's clock started, and the machine's uptime then. Servers in one process
/// share it.
static START: OnceLock<(Timestamp, Duration)> = OnceLock::new();

/// The time at a moment since the machine was booted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Moment {
    life: String,
    up_ms: u64,
    time: Timestamp,
}

/// Now: the wall clock's time when this program started, and what has passed since.
pub fn now() -> Timestamp {
    let (began, at) = START.get_or_init(|| (wall_clock(), up()));
    after(*began, up().saturating_sub(*at))
}

/// Continues the clock of an earlier server on the same data, if the machine has not been booted since. Must
/// be called before [`now`].
///
/// # Errors
/// When `data` can't be written. A restart then takes the wall clock's time.
pub fn go_on(data: &Path) -> io::Result<()> {
    if START.get().is_some() {
        return Ok(());
    }
    let file = data.join(FILE);
    let kept = fs::read(&file).ok();
    let kept = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let up = up();
    let up_ms = u64::try_from(up.as_millis()).unwrap_or(u64::MAX);
    let moment = life().map(|life| (life, up_ms));
    let time = begin(kept.as_ref(), moment.as_ref(), wall_clock());
    let _ = START.set((time, up));
    match moment {
        Some((life, up_ms)) => fs::write(file, serde_json::to_vec(&Moment { life, up_ms, time })?),
        None => Ok(()),
    }
}

fn begin(kept: Option<&Moment>, uptime: Option<&(String, u64)>, wall: Timestamp) -> Timestamp {
    let gone_on = kept.zip(uptime).and_then(|(kept, (life, up_ms))| {
        let passed = up_ms.checked_sub(kept.up_ms)?;
        (kept.life == *life).then(|| after(kept.time, Duration::from_millis(passed)))
    });
    gone_on.unwrap_or(wall)
}

/// The id of the machine's current boot. Only Linux has one.
fn life() -> Option<String> {
    let life = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(life.trim().to_owned())
}

/// The machine's uptime, including sleep: the talk's clock goes on while the laptop is closed.
fn up() -> Duration {
    #[cfg(target_os = "linux")]
    const CLOCK: ClockId = ClockId::Boottime;
    // On a Mac this clock includes sleep, too.
    #[cfg(not(target_os = "linux"))]
    const CLOCK: ClockId = ClockId::Monotonic;
    clock_gettime(CLOCK).try_into().unwrap_or_default()
}

fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    after(Timestamp::default(), since.unwrap_or_default())
}

fn after(moment: Timestamp, passed: Duration) -> Timestamp {
    let passed = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX);
    Timestamp::from_unix_ms(moment.unix_ms().saturating_add(passed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: u64 = 3_600_000;
    const BEFORE: Timestamp = Timestamp::from_unix_ms(1_700_000_000_000);

    #[test]
    fn an_hour_that_the_wall_clock_is_set_by_does_not_show_over_a_restart() {
        let kept = Moment {
            life: "this".to_owned(),
            up_ms: 10_000,
            time: BEFORE,
        };
        let stepped = Timestamp::from_unix_ms(BEFORE.unix_ms() + HOUR_MS + 5_000);
        let check = |kept, uptime: Option<(&str, u64)>, expected_ms: u64| {
            let uptime = uptime.map(|(life, up_ms)| (life.to_owned(), up_ms));
            let begun = begin(kept, uptime.as_ref(), stepped);
            assert_eq!(begun.since(BEFORE).as_millis(), u128::from(expected_ms));
        };
        check(Some(&kept), Some(("this", 15_000)), 5_000);
        // By the wall's, where nothing better is known.
        check(Some(&kept), Some(("another", 15_000)), HOUR_MS + 5_000);
        check(Some(&kept), Some(("this", 9_000)), HOUR_MS + 5_000);
        check(Some(&kept), None, HOUR_MS + 5_000);
        check(None, Some(("this", 15_000)), HOUR_MS + 5_000);
    }

    #[test]
    fn this_machine_tells_how_long_it_has_run() {
        assert!(!life().expect("Linux").is_empty());
        // Seconds, with the time that it slept.
        let uptime = fs::read_to_string("/proc/uptime").expect("Linux");
        let seconds = uptime.split('.').next().expect("seconds");
        let seconds: u64 = seconds.parse().expect("a number");
        assert!(up().as_secs().abs_diff(seconds) <= 1, "{:?} {uptime}", up());
        assert!(now() <= now());
    }
}
