//! The tables of this part, as functions.

pub mod clients;
pub mod pairwise;
pub mod tokens;
