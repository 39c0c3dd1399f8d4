//! The tables of this part, as functions.

pub mod clients;
pub mod connections;
pub mod keys;
pub mod pairwise;
pub mod tokens;
