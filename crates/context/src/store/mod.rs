//! The tables of the room, as functions over a transaction in the store `context`.

pub mod cells;
pub mod classes;
pub mod entities;
pub mod events;
pub mod ld;
pub mod row;
pub mod shapes;
pub mod tenants;

pub use entities::Found;
pub use row::Row;
