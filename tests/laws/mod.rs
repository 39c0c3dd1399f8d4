//! The laws of the house. Each failing law says what to do.

mod actions;
mod crates;
mod events;
mod growth;
mod hygiene;
mod parts;
mod sources;
mod tables;
mod words;
