//! Small copies in memory of what every page shows. They grow old by themselves, because other nodes change the store too.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use ground::fault::Fault;

pub struct Memory<T> {
    kept: RwLock<Option<(i64, Arc<T>)>>,
    epoch: AtomicU64,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Memory { kept: RwLock::new(None), epoch: AtomicU64::new(0) }
    }
}

impl<T> Memory<T> {
    /// What is kept, if it is younger than `age_ms_max`; otherwise what `load` brings. When nothing can be loaded, what
    /// is old is better than nothing.
    pub async fn get<F>(&self, now_ms: i64, age_ms_max: i64, load: F) -> Option<Arc<T>>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at_ms, value)) = &kept
            && (0..age_ms_max).contains(&(now_ms - at_ms))
        {
            return Some(value.clone());
        }
        let epoch = self.epoch.load(Ordering::SeqCst);
        match load.await {
            Ok(fresh) => {
                let fresh = Arc::new(fresh);
                let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
                // What was loaded before a change must not outlive it.
                if epoch == self.epoch.load(Ordering::SeqCst) {
                    *kept = Some((now_ms, fresh.clone()));
                }
                Some(fresh)
            }
            Err(fault) => {
                if fault.is_broken_inside() {
                    tracing::error!(%fault, "a small copy could not be renewed");
                }
                kept.map(|(_, value)| value)
            }
        }
    }

    pub fn forget(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        *self.kept.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
