//! What the server counts, for `GET /metrics`.
//!
//! Names and meanings in one place; the rest of the server says what happened.

use app::api::ErrorCode;
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use metrics_util::MetricKindMask;
use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};

/// Streams that are open now, presenters' not counted, by `talk` and `state`: `seen` have painted
/// the newest, `behind` something older, `silent` never said.
pub const FOLLOWERS: &str = "webslides_followers";
/// Streams that were opened, by `resume`: `none` had nothing, `current` had it all, `other` had
/// something else.
pub const STREAMS_OPENED: &str = "webslides_streams_opened_total";
/// Streams that were not let in or were let go, by `why`: `no_seat`; `deaf` took nothing;
/// `dead`, its peer or the network was not there any more; `revoked`, a remote that was taken off.
pub const STREAMS_REFUSED: &str = "webslides_streams_refused_total";
/// Commands, by `command` and by `outcome`: `ok` or the error's code, which is `bad_request` for a form
/// that says no command.
pub const COMMANDS: &str = "webslides_commands_total";
/// Seconds from a command to its change being durable.
pub const COMMIT_SECONDS: &str = "webslides_commit_seconds";
/// Seconds from there to every stream being woken.
pub const PUBLISH_SECONDS: &str = "webslides_publish_seconds";
/// Seconds from a commit until a page had painted it, as far as pages say.
pub const LAG_SECONDS: &str = "webslides_lag_seconds";
/// Transactions of the store; many commits may share one.
pub const TRANSACTIONS: &str = "webslides_store_transactions_total";

const FRAMES: &str = "webslides_frames_total";
const BYTES: &str = "webslides_stream_bytes_total";

/// Pieces that were given to a socket: snapshots and pings; and their bytes. Counted here, and told
/// to the recorder when somebody asks: its own counters are dearer, and each delivery counts.
static FRAMES_SO_FAR: AtomicU64 = AtomicU64::new(0);
static BYTES_SO_FAR: AtomicU64 = AtomicU64::new(0);

/// Half a millisecond to five seconds.
const SECONDS: [f64; 13] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];

/// Gauges are set when they are asked for, so one that was not has nothing to tell: its talk is gone.
/// Longer than two scrapes at once take.
const NOT_SET_FOR: Duration = Duration::from_secs(1);

/// What was measured is kept one by one until it is sorted in: now and then, asked for or not.
const SORT_EVERY: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Counts from now on. Once for each process, in a runtime.
///
/// # Errors
/// When something counts already.
pub fn install() -> Result<(), BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&SECONDS)?
        .idle_timeout(MetricKindMask::GAUGE, Some(NOT_SET_FOR))
        .install_recorder()?;
    let _ = RECORDER.set(handle.clone());
    tokio::spawn(async move {
        let mut interval = interval(SORT_EVERY);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            handle.run_upkeep();
        }
    });
    describe_gauge!(FOLLOWERS, "Streams that are open now");
    describe_counter!(
        STREAMS_OPENED,
        "Streams that were opened, by what they had before"
    );
    describe_counter!(
        STREAMS_REFUSED,
        "Streams that were not let in or were let go"
    );
    describe_counter!(COMMANDS, "Commands, by their outcome");
    describe_histogram!(
        COMMIT_SECONDS,
        Unit::Seconds,
        "From a command to its being durable"
    );
    describe_histogram!(
        PUBLISH_SECONDS,
        Unit::Seconds,
        "From there to every stream being woken"
    );
    describe_histogram!(
        LAG_SECONDS,
        Unit::Seconds,
        "From a commit until a page had painted it"
    );
    describe_counter!(TRANSACTIONS, "Transactions of the store");
    describe_counter!(FRAMES, "Snapshots and pings given to sockets");
    describe_counter!(BYTES, Unit::Bytes, "Their bytes");
    Ok(())
}

/// A command that nobody was asked to carry out.
pub fn count_refused(command: &str, why: ErrorCode) {
    let command = command.to_owned();
    counter!(COMMANDS, "command" => command, "outcome" => why.as_str()).increment(1);
}

/// A piece of so many bytes was given to a socket.
pub fn count_piece(bytes: usize) {
    FRAMES_SO_FAR.fetch_add(1, Ordering::Relaxed);
    BYTES_SO_FAR.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// Prometheus' text; `None` when nothing was installed.
pub fn render() -> Option<String> {
    let recorder = RECORDER.get()?;
    counter!(FRAMES).absolute(FRAMES_SO_FAR.load(Ordering::Relaxed));
    counter!(BYTES).absolute(BYTES_SO_FAR.load(Ordering::Relaxed));
    Some(recorder.render())
}
