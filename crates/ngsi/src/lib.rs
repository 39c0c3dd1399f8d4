//! NGSI-LD without a store.
pub mod error;
pub mod query;
