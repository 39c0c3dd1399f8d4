//! The query language `q` of clause 4.9: its syntax, what a query means under an @context, and whether an entity meets it.

mod compile;
mod eval;
mod print;
mod syntax;

pub use compile::{Compiled, Expand, Literal, Simple, SimpleTest};
pub use eval::{Linked, Stored, Unlinked};
pub use syntax::{Expr, Hop, Op, Path, Term, Test, Value};

pub(super) use compile::{Meta, Route};
pub(super) use eval::{Found, Kind, find, target};
pub(super) use syntax::{is_number, path};

/// The longest query, in bytes.
pub const Q_BYTES_MAX: usize = 8_192;
/// How many terms one query may have.
pub const TERMS_MAX: usize = 64;
/// How deep parentheses may nest.
pub const DEPTH_MAX: usize = 16;
/// How many regular expressions one query may have: each takes memory when it is compiled, and again when it runs.
pub const PATTERNS_MAX: usize = 8;
/// How many values a list may have.
pub const VALUES_MAX: usize = 200;
/// How many names a path may have, in each of its parts.
pub const NAMES_MAX: usize = 10;
/// How many relationships a path may follow; the greatest `joinLevel`.
pub const HOPS_MAX: usize = 10;
