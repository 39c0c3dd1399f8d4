//! Work that takes the processor for long, beside the threads that answer requests.

use std::future::Future;

use crate::fault::Fault;

/// Does it on a thread of its own kind. A panic inside is a fault.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(Fault::internal)
}

/// Begins work on which nothing depends, and does not wait: filling what is kept in memory. It may be lost at any moment;
/// what must happen is a job. `what` is its name in the log, should it fail.
pub fn beside(what: &'static str, run: impl Future<Output = Result<(), Fault>> + Send + 'static) {
    tokio::spawn(async move {
        if let Err(fault) = run.await {
            tracing::debug!(%fault, what, "nothing was kept in memory");
        }
    });
}
