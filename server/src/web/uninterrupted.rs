use app::api::ErrorCode;
use std::fmt::Debug;
use tracing::error;

/// Carries out a change of the store in a task of its own: a browser that leaves drops its handler, and
/// must not stop the change halfway. `failure` is what the log says when it can't be made.
///
/// # Errors
/// [`ErrorCode::NotStored`]
pub async fn uninterrupted<T, E>(
    change: impl Future<Output = Result<T, E>> + Send + 'static,
    failure: &'static str,
) -> Result<T, ErrorCode>
where
    T: Send + 'static,
    E: Debug + Send + 'static,
{
    match tokio::spawn(change).await {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(error)) => error!(?error, "{failure}"),
        Err(error) => error!(?error, "{failure}"),
    }
    Err(ErrorCode::NotStored)
}
