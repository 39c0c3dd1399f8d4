//! Letters: the queue in the store, and the jobs that hand them to a mail server.

pub mod deliver;
pub mod model;
pub mod reseal;
pub mod rules;
pub mod store;

pub use model::{Contents, State};
