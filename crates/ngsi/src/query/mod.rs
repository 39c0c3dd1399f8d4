//! What a client asks for, read, checked, and tried on entities as they are stored.
//!
//! - [`EntityQuery`]: a whole query from URL parameters or a body; [`EntityQuery::matches`] and, for a store,
//!   [`EntityQuery::prefilter`].
//! - [`q`]: the query language (4.9). [`geo`]: geoqueries (4.10). [`TemporalQ`], [`aggregate()`]: time (4.11, 4.5.19).
//! - [`Types`], [`ScopeQ`] (4.17, 4.19), [`Projection`] (4.21), [`OrderBy`] (4.23).
//!
//! Nothing here is parsed into trees to answer a question: conditions are tried on the stored text, of which only the
//! members that matter are read. Everything that comes from outside has a limit, named where it is read.

mod aggregate;
mod duration;
mod entity_query;
pub mod geo;
mod given;
mod order;
mod pattern;
mod plain;
mod project;
pub mod q;
mod scan;
mod temporal;
mod text;
mod time;
mod types;

#[cfg(test)]
mod tests;

pub use aggregate::{PERIODS_MAX, Period, Sample, aggregate};
pub use duration::Duration;
pub use entity_query::{EntityQuery, Join, Prefilter, Selected, Selector, Use};
pub use given::{PARAMETERS_MAX, SELECTORS_MAX};
pub use order::{Direction, Keys, ORDER_MAX, OrderBy, OrderTerm};
pub use pattern::{PATTERN_BYTES_MAX, Pattern};
pub use plain::{Plain, plain_value};
pub use project::{MEMBERS_MAX, Member, Projection};
pub use q::{Expand, Linked, Stored, Unlinked};
pub use temporal::{
    Aggregation, Interval, LAST_N_MAX, Method, TemporalQ, TimeProperty, Timerel, not_eligible,
};
pub use types::{ScopePattern, ScopeQ, Tree, Types};
