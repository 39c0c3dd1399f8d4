//! What the room decides and says, without a store. Stories on both databases stand in `tests/contract/messages.rs`.

mod rules;
mod said;
