use std::{error::Error, io, sync::Arc};

/// Why the store did not do what it was asked: sentences for the host.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("another WebSlides uses this data directory; stop it, or choose another with --data")]
    InUse,
    #[error("cannot use the data directory: {0}")]
    Directory(#[from] io::Error),
    #[error(
        "the disk cannot be read or written ({0}); see whether it is full, and whose the data directory is"
    )]
    Disk(io::Error),
    /// One cause for all changes that shared a transaction.
    #[error(transparent)]
    Failed(Arc<StoreError>),
    /// Whatever else the implementation reports. Nothing depends on its type.
    #[error("the store is damaged or cannot be read: {0}")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
    #[error("a record of the store cannot be read: {0}")]
    Record(#[from] serde_json::Error),
    #[error(
        "the file webslides.redb is damaged. Put a copy of it back, or move it away to begin anew."
    )]
    Damaged,
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    #[error("the talk changed in between")]
    Conflict,
    #[error("the store is closed")]
    Closed,
}
