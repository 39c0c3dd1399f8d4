//! Workers and watchers of an installation: those who do what comes after, for every city and every city to come.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use ground::db::Register;
use ground::house::House;
use ground::jobs::{self, Stop};
use tokio::task::JoinHandle;

use super::Installation;

/// Other nodes change cities seldom; after this long everybody knows.
const LOOK_EVERY: Duration = Duration::from_secs(3);

#[derive(Default)]
pub(super) struct Workers {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    started: Option<(String, Stop)>,
    busy_with: BTreeSet<Arc<str>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Workers {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn start(&self, house: &Arc<House>, name: String, stop: &Stop) {
        self.inner().started = Some((name, stop.clone()));
        self.welcome(house);
    }

    /// Gives each city that has none its workers.
    pub(super) fn welcome(&self, house: &Arc<House>) {
        let mut inner = self.inner();
        let Some((name, stop)) = inner.started.clone() else { return };
        for city in house.cities.load().by_slug.values() {
            if inner.busy_with.insert(city.slug.clone()) {
                inner.tasks.extend(jobs::start(house, city, &name, &stop));
            }
        }
    }

    pub(super) async fn finished(&self) {
        let tasks = std::mem::take(&mut self.inner().tasks);
        for task in tasks {
            // A worker that panicked has been logged, and its jobs go back when their lease ends.
            let _ = task.await;
        }
    }

    /// Looks again and again at what other nodes changed, for as long as the installation is open.
    pub(super) fn keep_watching(&self, installation: &Arc<Installation>, mut register: Register) {
        let installation: Weak<Installation> = Arc::downgrade(installation);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                let known = register.cities().await;
                let Some(installation) = installation.upgrade() else { return };
                let seen = match known {
                    Ok(known) => installation.refresh(known).await,
                    Err(fault) => Err(fault),
                };
                if let Err(fault) = seen {
                    tracing::warn!(%fault, "the list of cities could not be read");
                }
            }
        });
    }
}
