//! The server end to end, over real connections, with a small room of its own.

mod abuse;
mod room;
mod site;
mod stories;
mod tls;
