//! Backup, restore and moving between databases: one logical format for both.
//!
//! A backup is one file with all rows of all three stores of one city as they were at one moment. It does not know
//! which database it came from. What means something in one database only (numbers it drew, places in its event log,
//! who held a job) is written in a form that means the same everywhere; what is derived from other rows is left out and
//! made again on arrival.
//!
//! Invariants: a backup is read to its end and found whole before anything is touched. A restored city is there
//! completely or not at all. Moving leaves the source as it was, and ends with a comparison of both sides.
//!
//! Everything here blocks: callers on a server use `on_a_thread`.

mod carry;
pub mod derived;
mod file;
mod places;
mod row;
#[cfg(test)]
mod tests;

use std::thread;

use tokio::sync::oneshot;

pub use crate::db::bulk::Stores;
pub use carry::{
    Count, Done, Home, Label, Restored, Watch, backup, city_stands, contents, file_name_of, keep_newest,
    move_to, restore, stands_in, take_back, verify, zone_of,
};
pub use file::Header;
pub use row::Tally;

use crate::fault::Fault;

/// Runs long, blocking work on a thread of its own.
pub async fn on_a_thread<T: Send + 'static>(
    run: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let (reply, answer) = oneshot::channel();
    let started = thread::Builder::new().name("dump".to_owned()).spawn(move || {
        // Whoever asked may have gone away; the work is done all the same.
        let _ = reply.send(run());
    });
    started.map_err(Fault::internal)?;
    answer.await.map_err(|_| Fault::internal("the work ended without an answer"))?
}
