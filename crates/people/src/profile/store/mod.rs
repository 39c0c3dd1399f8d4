//! SQL as functions over a transaction.

pub mod mandates;
