use app::api::ErrorCode;
use std::fmt::Debug;
use tracing::error;

/// The outcome of a change of the store, as a refusal. `failure` is what the log says when the change
/// could not be made.
///
/// # Errors
/// [`ErrorCode::NotStored`]
pub fn stored<T, E: Debug>(outcome: Result<T, E>, failure: &str) -> Result<T, ErrorCode> {
    outcome.map_err(|error| {
        error!(?error, "{failure}");
        ErrorCode::NotStored
    })
}
