//! Policies in Cedar: written from a list of rights, compiled, grouped by action, decided and explained.
//!
//! A leaf: roles, reaches, scopes and levels are plain strings here, and who asks is described by whoever asks.
//!
//! The words of a policy: `principal` is a [`Person`] (`Person::"…"`, a member of `Role::"editor"`, `Team::"…"` and
//! the departments it stands in), `action` is one of the house's (`Action::"people.save_staff"`, in the groups
//! `Action::"people"` and `Action::"writes"` or `Action::"reads"`), `resource` is a [`Thing`] with its class, owner,
//! department, district and household. What is not permitted is refused, and a forbid outweighs every permit.

mod check;
mod declared;
mod explain;
mod facts;
mod schema;
mod set;

#[cfg(test)]
mod tests;

pub use check::{Broken, CEDAR_CHARS_MAX, Place, check};
pub use declared::{Rule, written};
pub use explain::{Explained, Part, Said, explain};
pub use facts::{Asked, Person, Thing};
pub use schema::{ActionName, Known, schema};
pub use set::{Actions, Compiled, Effect, Set, Verdict};
