//! Was this helpful?

use garde::Validate;
use ground::action::Action;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::object_of;
use crate::store;

const WEEK_MS: i64 = 7 * 24 * 3_600_000;
const WEEKS: i64 = 12;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RatePage {
    /// The page's name in its address.
    #[garde(length(min = 1, max = 60))]
    pub slug: String,
    #[garde(skip)]
    pub helpful: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Rated {
    pub id: Id,
}

/// A reader says whether a page helped. Nobody knows who it was: one row, no account, no event, no audit.
pub const RATE_PAGE: Action<RatePage, Rated> = Action::writes(
    "messages.rate_page",
    |_, _, input: &RatePage| Ok(Object::new("page", &input.slug)),
    |tx, cx, input| {
        let page = store::live_page(tx, &input.slug)?.ok_or_else(Fault::missing)?;
        let id = cx.id();
        store::put_vote(tx, &id, &page, input.helpful, cx.now_ms())?;
        Ok(Rated { id })
    },
)
.rate(30, 30)
.unaudited();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AskRates {
    pub id: Id,
}

/// Votes in one week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    pub from_ms: i64,
    pub yes: i64,
    pub no: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PageRates {
    pub yes: i64,
    pub no: i64,
    /// The last twelve weeks, the oldest first.
    pub weeks: Vec<Span>,
}

/// What readers thought of a page.
pub const PAGE_RATES: Action<AskRates, PageRates> = Action::reads(
    "messages.page_rates",
    |tx, _, input: &AskRates| object_of(tx, &input.id),
    |tx, cx, input| {
        let (all, yes) = store::votes(tx, &input.id)?;
        let since_ms = cx.now_ms() - WEEKS * WEEK_MS;
        let mut weeks: Vec<Span> =
            (0..WEEKS).map(|at| Span { from_ms: since_ms + at * WEEK_MS, yes: 0, no: 0 }).collect();
        for (at, all, yes) in store::votes_by_span(tx, &input.id, since_ms, WEEK_MS)? {
            // A vote of this very moment begins the week after the last.
            let at = usize::try_from(at.min(WEEKS - 1)).unwrap_or(0);
            if let Some(week) = weeks.get_mut(at) {
                week.yes += yes;
                week.no += all - yes;
            }
        }
        Ok(PageRates { yes, no: all - yes, weeks })
    },
);
