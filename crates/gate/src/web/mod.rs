//! The way out over HTTP: which addresses may be asked, and how an answer is kept from doing harm.

pub mod address;
mod client;
mod question;
#[cfg(test)]
mod tests;

pub use client::{Client, Lookup, machines_lookup};
