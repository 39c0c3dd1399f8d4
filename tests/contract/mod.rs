//! What the floor promises, told as the same stories on SQLite and on PostgreSQL.

mod cities;
mod context;
mod dump;
mod events;
mod files;
mod gate;
mod jobs;
mod keeping;
mod lists;
mod messages;
mod migrations;
mod once;
mod people;
mod refusals;
mod search;
mod writes;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use ground::city::City;
use ground::jobs::{Lane, Stop, work};
use tests::Town;

/// Waits for something that others bring about; a minute is far more than any of them needs.
pub async fn until<Fut: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> Fut) {
    for _ in 0..1_200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited a minute for this in vain: {what}");
}

/// A worker on all lanes of a city, until it is stopped.
pub struct Worker {
    stop: Stop,
    task: tokio::task::JoinHandle<()>,
}

impl Worker {
    pub fn start(town: &Arc<Town>, city: &Arc<City>, name: &str) -> Worker {
        let stop = Stop::default();
        let lanes = (Lane::Urgent, Lane::Bulk);
        let task = tokio::spawn(work(town.house.clone(), city.clone(), name.to_owned(), lanes, stop.clone()));
        Worker { stop, task }
    }

    pub async fn stop(self) {
        self.stop.set();
        self.task.await.expect("the worker ends by itself");
    }
}
