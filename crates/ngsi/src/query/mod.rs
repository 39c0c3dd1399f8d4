//! Queries.

mod duration;
mod pattern;
pub mod q;
mod scan;
mod text;
mod time;

pub use pattern::Pattern;
