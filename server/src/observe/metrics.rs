//! Metrics for `GET /metrics`: their names and meanings. The rest of the server records them.

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

/// Open streams except presenters', by `talk` and `state`: `seen` have painted the newest slide, `behind` an
/// older one, `silent` never reported.
pub const FOLLOWERS: &str = "webslides_followers";
/// Streams that were opened, by `resume`: the client had no event (`none`), the newest (`current`) or
/// another one (`other`).
pub const STREAMS_OPENED: &str = "webslides_streams_opened_total";
/// Streams that were refused or disconnected, by `why`: `no_seat`; `deaf`, the client read nothing;
/// `dead`, the client or its network was gone; `revoked`, the remote was removed.
pub const STREAMS_REFUSED: &str = "webslides_streams_refused_total";
/// Commands, by `command` and `outcome`: `ok` or the error's code, which is `bad_request` for a malformed
/// form.
pub const COMMANDS: &str = "webslides_commands_total";
/// Seconds from a command until its change is durable.
pub const COMMIT_SECONDS: &str = "webslides_commit_seconds";
/// Seconds from then until every stream is woken.
pub const PUBLISH_SECONDS: &str = "webslides_publish_seconds";
/// Seconds from a commit until a page reports that it has painted it.
pub const LAG_SECONDS: &str = "webslides_lag_seconds";
/// The store's transactions. Many commits may share one.
pub const TRANSACTIONS: &str = "webslides_store_transactions_total";

const FRAMES: &str = "webslides_frames_total";
const BYTES: &str = "webslides_stream_bytes_total";

/// Snapshots and pings that were written to sockets, and their bytes. Copied to the recorder when it
/// renders: its own counters would cost more with each delivery.
static FRAMES_SO_FAR: AtomicU64 = AtomicU64::new(0);
static BYTES_SO_FAR: AtomicU64 = AtomicU64::new(0);

/// Half a millisecond to five seconds.
const SECONDS: [f64; 13] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];

/// Gauges are set for each scrape. One that was not set for this long belongs to a talk that is gone.
/// Longer than two simultaneous scrapes take.
const GAUGE_TIMEOUT: Duration = Duration::from_secs(1);

/// How often the recorder sorts its samples into buckets. It would keep each of them until the next scrape.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Installs the recorder. Must be called in a runtime, once in each process.
///
/// # Errors
/// When a recorder is installed already.
pub fn install() -> Result<(), BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets(&SECONDS)?
        .idle_timeout(MetricKindMask::GAUGE, Some(GAUGE_TIMEOUT))
        .install_recorder()?;
    let _ = RECORDER.set(handle.clone());
    tokio::spawn(async move {
        let mut interval = interval(UPKEEP_EVERY);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            handle.run_upkeep();
        }
    });
    describe_gauge!(FOLLOWERS, "Open streams");
    describe_counter!(
        STREAMS_OPENED,
        "Streams that were opened, by what they had before"
    );
    describe_counter!(STREAMS_REFUSED, "Streams that were refused or disconnected");
    describe_counter!(COMMANDS, "Commands, by their outcome");
    describe_histogram!(
        COMMIT_SECONDS,
        Unit::Seconds,
        "From a command until its change is durable"
    );
    describe_histogram!(
        PUBLISH_SECONDS,
        Unit::Seconds,
        "From then until every stream is woken"
    );
    describe_histogram!(
        LAG_SECONDS,
        Unit::Seconds,
        "From a commit until a page has painted it"
    );
    describe_counter!(TRANSACTIONS, "Transactions of the store");
    describe_counter!(FRAMES, "Snapshots and pings given to sockets");
    describe_counter!(BYTES, Unit::Bytes, "Their bytes");
    Ok(())
}

/// Counts a command that was refused before it reached a talk.
pub fn count_refused(command: &str, why: ErrorCode) {
    let command = command.to_owned();
    counter!(COMMANDS, "command" => command, "outcome" => why.as_str()).increment(1);
}

/// Counts a snapshot or ping that was written to a socket.
pub fn count_piece(bytes: usize) {
    FRAMES_SO_FAR.fetch_add(1, Ordering::Relaxed);
    BYTES_SO_FAR.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// The metrics in Prometheus' text format. `None` without a recorder.
pub fn render() -> Option<String> {
    let recorder = RECORDER.get()?;
    counter!(FRAMES).absolute(FRAMES_SO_FAR.load(Ordering::Relaxed));
    counter!(BYTES).absolute(BYTES_SO_FAR.load(Ordering::Relaxed));
    Some(recorder.render())
}
