//! The server end to end, over real connections, with a small room of its own.

mod room;
mod site;
mod stories;
