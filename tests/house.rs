//! The laws of the house, its statements, and what it promises on both databases.

mod contract;
mod laws;
mod sql;
