//! The verbs of the room, a file for each kind.

mod publish;
mod rate;
mod read;
mod restore;
mod review;
mod save;
mod search;
mod seed;
mod withdraw;

use ground::action::AnyAction;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Object;

pub(crate) use publish::let_out;
pub use publish::{PUBLISH_PAGE, PublishPage};
pub use rate::{AskRates, PAGE_RATES, PageRates, RATE_PAGE, RatePage, Rated, Span};
pub(crate) use read::with_city;
pub use read::{
    AskPage, AskPages, AskStaffPage, AskStaffPages, AskVersions, Order, PAGE, PAGE_VERSIONS, PAGES,
    STAFF_PAGE, STAFF_PAGES, WAITING, WaitingPages,
};
pub use restore::{RESTORE_PAGE_VERSION, RestorePageVersion};
pub use review::{REVIEW_PAGE, ReviewPage};
pub use save::{SAVE_PAGE, SavePage};
pub use search::SEARCH;
pub use seed::{SEED_PAGES, Seeded};
pub use withdraw::{WITHDRAW_PAGE, WithdrawPage};

use crate::model::StaffPage;
use crate::store;

pub(crate) fn all() -> Vec<AnyAction> {
    vec![
        PAGES.any(),
        PAGE.any(),
        STAFF_PAGES.any(),
        STAFF_PAGE.any(),
        PAGE_VERSIONS.any(),
        WAITING.any(),
        SAVE_PAGE.any(),
        PUBLISH_PAGE.any(),
        WITHDRAW_PAGE.any(),
        RESTORE_PAGE_VERSION.any(),
        REVIEW_PAGE.any(),
        RATE_PAGE.any(),
        PAGE_RATES.any(),
        SEED_PAGES.any(),
        SEARCH.any(),
    ]
}

pub(crate) fn whole_city<In>(_: &mut Tx<'_>, _: &Cx, _: &In) -> Result<Object, Fault> {
    Ok(Object::of_city("page"))
}

/// A page as rights see it: it belongs to the department that answers for it.
pub(crate) fn object_of(tx: &mut Tx<'_>, id: &Id) -> Result<Object, Fault> {
    Ok(Object::new("page", id).department(store::department_of(tx, id)?))
}

/// The page to change, held until the end of the transaction; refused when it is no longer what the clerk saw.
pub(crate) fn page_at(tx: &mut Tx<'_>, id: &Id, rev: i64) -> Result<StaffPage, Fault> {
    let page = held_page(tx, id)?;
    if page.rev == rev {
        Ok(page)
    } else {
        Err(Fault::outdated(serde_json::to_value(&page).map_err(Fault::internal)?))
    }
}

pub(crate) fn held_page(tx: &mut Tx<'_>, id: &Id) -> Result<StaffPage, Fault> {
    tx.lock(&format!("messages-page/{id}"))?;
    store::page(tx, id)?.ok_or_else(Fault::missing)
}

/// The place after which a list goes on, as `number-text`; what cannot be read is the beginning.
pub(crate) fn cursor(after: &str, beginning: i64) -> (i64, &str) {
    match after.split_once('-').map(|(number, rest)| (number.parse(), rest)) {
        Some((Ok(number), rest)) => (number, rest),
        _ => (beginning, ""),
    }
}
