//! NGSI-LD (ETSI GS CIM 009 v1.9.1) as values: no network, no clock, no store.
//!
//! - [`ld`]: @contexts: terms to IRIs and back; the core context is built in and always wins.
//! - [`entity`]: reading, checking and changing entities, in the internal form described below.
//! - [`render`]: from the stored text to what a client asked for.
//! - [`query`]: what a client asks for, tried on the stored texts; aggregation.
//! - [`json`], [`time`], [`names`]: the small grammars under them.
//!
//! # The internal form
//! An entity is stored as two JSON texts. `body` is the truth: types, attribute names and sub-attribute names are full
//! IRIs (they hold a `:`), core members keep their short names (they hold none), `type` and `scope` are arrays, one
//! instance of an attribute is an object and several are an array with the default instance first, attribute types
//! are always written out, and the insides of values are kept as they came, number by number. `times` holds when
//! the entity and its attributes were created and modified, see [`entity::Entity::times`].

pub mod entity;
pub mod error;
pub mod json;
pub mod ld;
pub mod names;
pub mod query;
pub mod render;
pub mod time;

#[cfg(test)]
mod tests;

pub use error::{Error, ErrorKind};
