//! Work that takes the processor for long, beside the threads that answer requests.

use crate::fault::Fault;

/// Does it on a thread of its own kind. A panic inside is a fault.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(Fault::internal)
}
