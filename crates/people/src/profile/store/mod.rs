//! SQL as functions over a transaction.

pub mod households;
pub mod invitations;
pub mod leavings;
pub mod mandates;
pub mod profiles;
pub mod rules;
pub mod takeouts;
