//! What the checks of the whole house stand on: a town on each database, a room that tries the floor out, a private
//! PostgreSQL cluster, the binary under test and a client that can also talk nonsense.

pub mod cluster;
pub mod http;
pub mod keeper;
pub mod letters;
pub mod probe;
pub mod rooms;
pub mod server;
pub mod sink;
pub mod source;
pub mod town;

pub use town::{Town, each_store, each_store_of_the_house};
