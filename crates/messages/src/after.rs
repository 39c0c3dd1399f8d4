//! What comes after an act: pages that go out by the clock, translations that fell behind, pages nobody has looked at,
//! a city with a new name.

use ground::cx::Cx;
use ground::db::Tx;
use ground::events::{Event, Reader};
use ground::fault::Fault;
use ground::id::Id;
use ground::jobs::{JobKind, JobRun, Lane, Schedule};
use serde_json::{Value, json};

use crate::actions::{held_page, let_out};
use crate::model::{StaffPage, State};
use crate::{found, rules, store};

const PUBLISH_DUE: &str = "messages.publish_due";
const REVIEW: &str = "messages.review";
const NAME_AGAIN: &str = "messages.name_again";
/// Pages marked for review in one transaction.
const REVIEW_ROWS: i64 = 200;
/// Pages put into the search anew in one transaction.
const NAME_ROWS: i64 = 10;

pub const JOBS: &[JobKind] = &[
    JobKind { name: PUBLISH_DUE, lane: Lane::Soon, tries_max: 10, run: JobRun::InTx(publish_due) },
    JobKind { name: NAME_AGAIN, lane: Lane::Bulk, tries_max: 5, run: JobRun::InTx(name_again) },
    JobKind { name: REVIEW, lane: Lane::Bulk, tries_max: 5, run: JobRun::InTx(review) },
];

pub const SCHEDULES: &[Schedule] = &[Schedule { name: "messages.review", cron: "20 4 * * *", kind: REVIEW }];

pub const READERS: &[Reader] = &[
    Reader {
        name: "messages.translations",
        wants: &["messages.page_published", "messages.page_withdrawn"],
        run: translations,
    },
    Reader { name: "messages.city_name", wants: &["ground.city_saved"], run: city_saved },
];

/// Leaves the job that lets a page out at its instant.
pub fn schedule(tx: &mut Tx<'_>, cx: &Cx, page: &StaffPage) -> Result<(), Fault> {
    let key = format!("{}/{}/{}", page.id, page.rev, page.publish_ms);
    let body = json!({"page": page.id, "rev": page.rev, "at_ms": page.publish_ms});
    tx.enqueue_at(cx, PUBLISH_DUE, Some(&key), &body, page.publish_ms)
}

/// Lets a scheduled page out, if it is still the revision that was approved for this instant.
fn publish_due(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    let number = |key: &str| body.get(key).and_then(Value::as_i64).unwrap_or(-1);
    let id: Id =
        body.get("page").and_then(Value::as_str).unwrap_or_default().parse().map_err(Fault::internal)?;
    let Ok(mut page) = held_page(tx, &id) else { return Ok(()) };
    let is_due =
        page.state == State::Scheduled && page.rev == number("rev") && page.publish_ms == number("at_ms");
    if is_due { let_out(tx, cx, &mut page) } else { Ok(()) }
}

/// Keeps the list of translations that are missing or older than their public Japanese.
fn translations(tx: &mut Tx<'_>, cx: &Cx, event: &Event) -> Result<(), Fault> {
    let id: Id = event.object.parse().map_err(Fault::internal)?;
    let due = match store::live_texts(tx, &id)? {
        Some((title, body)) => rules::translations_due(&title, &body),
        None => Vec::new(),
    };
    store::put_translations_due(tx, &id, &due, cx.now_ms())
}

/// Marks the public pages that nobody has looked at for a year, a range at a time.
fn review(tx: &mut Tx<'_>, cx: &Cx, _: &Value) -> Result<(), Fault> {
    let marked = store::mark_reviews(tx, cx.now_ms() - rules::REVIEW_AFTER_MS, REVIEW_ROWS)?;
    if i64::try_from(marked).unwrap_or(0) == REVIEW_ROWS {
        tx.enqueue(cx, REVIEW, None, &json!({}))?;
    }
    Ok(())
}

/// The city may have another name now: pages that say it are put into the search anew, a range at a time.
fn city_saved(tx: &mut Tx<'_>, cx: &Cx, event: &Event) -> Result<(), Fault> {
    tx.enqueue(cx, NAME_AGAIN, Some(event.id.as_str()), &json!({"after": ""}))
}

fn name_again(tx: &mut Tx<'_>, cx: &Cx, body: &Value) -> Result<(), Fault> {
    let after = body.get("after").and_then(Value::as_str).unwrap_or_default();
    let pages = store::live_naming_the_city(tx, after, NAME_ROWS)?;
    for (slug, live) in &pages {
        let told = found::Told {
            page: &live.page,
            slug,
            title: &live.title,
            body: &live.body,
            department: live.department.as_ref(),
            live_ms: live.live_ms,
        };
        found::put(tx, &told)?;
    }
    match pages.last() {
        Some((slug, _)) => tx.enqueue(cx, NAME_AGAIN, None, &json!({"after": slug})),
        None => Ok(()),
    }
}
