//! Reading pages: for everybody, and for staff.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::floor::actions::Nothing;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::text::Text;
use ground::who::Object;
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{cursor, object_of, whole_city};
use crate::model::{PageVersion, PublicPage, PublicPageRow, StaffPage, StaffPageRow, State};
use crate::{rules, store};

/// The order of the public list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// As staff arranged them.
    #[default]
    Place,
    /// The latest change first.
    Newest,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AskPages {
    #[serde(default)]
    pub order: Order,
    /// Only the pages that stand at the foot of every page; taken with the order by place.
    #[serde(default)]
    pub footer: bool,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// The public pages.
pub const PAGES: Action<AskPages, List<PublicPageRow>> =
    Action::reads("messages.pages", whole_city, |tx, cx, input| {
        let rows = input.paging.rows();
        let after = input.paging.after();
        let mut list = match input.order {
            Order::Place => {
                let found = store::live_by_place(tx, input.footer, cursor(after, -1), rows + 1)?;
                List::cut(found, rows, |row| format!("{}-{}", row.place, row.slug))
            }
            Order::Newest => {
                let found = store::live_newest(tx, cursor(after, i64::MAX), rows + 1)?;
                List::cut(found, rows, |row| format!("{}-{}", row.updated_ms, row.slug))
            }
        };
        let city = cx.city().facts();
        for row in &mut list.rows {
            name_city(&mut row.title, &city.name);
        }
        Ok(list)
    });

/// Texts may say `{city}` for the city's own name.
pub(crate) fn with_city(text: &str, name: &str) -> String {
    text.replace("{city}", name)
}

pub(crate) fn name_city(text: &mut Text, name: &str) {
    for version in text.0.values_mut().filter(|version| version.text.contains("{city}")) {
        version.text = with_city(&version.text, name);
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskPage {
    #[garde(length(min = 1, max = 60))]
    pub slug: String,
    /// The language wanted; absent for the reader's own.
    #[garde(skip)]
    #[serde(default)]
    pub lang: Option<Lang>,
}

/// One public page in one language.
pub const PAGE: Action<AskPage, PublicPage> = Action::reads(
    "messages.page",
    |_, _, input: &AskPage| Ok(Object::new("page", &input.slug)),
    |tx, cx, input| {
        let live = store::live(tx, &input.slug)?.ok_or_else(Fault::missing)?;
        let city = cx.city().facts();
        let (body, lang) = live.body.read(input.lang.unwrap_or_else(|| cx.lang()));
        let (title, _) = live.title.read(lang);
        let due = rules::translations_due(&live.title, &live.body);
        Ok(PublicPage {
            lang,
            title: with_city(title, &city.name),
            body: with_city(body, &city.name),
            languages: Lang::ALL.into_iter().filter(|lang| live.body.0.contains_key(lang)).collect(),
            is_older: due.contains(&lang),
            id: live.page,
            slug: input.slug.clone(),
            department: live.department,
            rev: live.rev,
            updated_ms: live.live_ms,
        })
    },
)
.quick();

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AskStaffPages {
    /// Only pages in this state.
    #[serde(default)]
    pub state: Option<State>,
    #[serde(default)]
    pub department: Option<Id>,
    /// Only pages that everybody can read.
    #[serde(default)]
    pub live: bool,
    /// Only pages that nobody has looked at for a year.
    #[serde(default)]
    pub review_due: bool,
    /// Only pages with a missing or old translation.
    #[serde(default)]
    pub translation_due: bool,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// All pages with their state, the latest save first.
pub const STAFF_PAGES: Action<AskStaffPages, List<StaffPageRow>> =
    Action::reads("messages.staff_pages", whole_city, |tx, _, input| {
        let narrow = store::Narrow {
            state: input.state.map_or("", State::name),
            department: input.department.as_ref().map_or("", Id::as_str),
            live_only: input.live,
            review_due: input.review_due,
            translation_due: input.translation_due,
        };
        let rows = input.paging.rows();
        let found = store::staff_pages(tx, &narrow, cursor(input.paging.after(), i64::MAX), rows + 1)?;
        Ok(List::cut(found, rows, |row| format!("{}-{}", row.saved_ms, row.id)))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AskStaffPage {
    pub id: Id,
}

/// One page as staff work on it.
pub const STAFF_PAGE: Action<AskStaffPage, StaffPage> = Action::reads(
    "messages.staff_page",
    |tx, _, input: &AskStaffPage| object_of(tx, &input.id),
    |tx, _, input| store::page(tx, &input.id)?.ok_or_else(Fault::missing),
)
.quick();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AskVersions {
    pub id: Id,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// The saved revisions of a page, newest first.
pub const PAGE_VERSIONS: Action<AskVersions, List<PageVersion>> = Action::reads(
    "messages.page_versions",
    |tx, _, input: &AskVersions| object_of(tx, &input.id),
    |tx, _, input| {
        let below = input.paging.after().parse().unwrap_or(i64::MAX);
        // A revision carries whole texts, so fewer of them make a page.
        let rows = if input.paging.rows == 0 { 20 } else { input.paging.rows().min(100) };
        let found = store::versions(tx, &input.id, below, rows + 1)?;
        Ok(List::cut(found, rows, |version| version.rev.to_string()))
    },
);

/// How many pages ask for something.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WaitingPages {
    /// Saved, and not let out.
    pub drafts: i64,
    pub scheduled: i64,
    /// Nobody has looked at them for a year.
    pub reviews: i64,
    /// A translation is missing or older than the Japanese.
    pub translations: i64,
}

/// What waits on the staff's desk.
pub const WAITING: Action<Nothing, WaitingPages> =
    Action::reads("messages.waiting", whole_city, |tx: &mut Tx<'_>, _: &Cx, _: &Nothing| {
        let waiting = store::waiting(tx)?;
        Ok(WaitingPages {
            drafts: waiting.drafts,
            scheduled: waiting.scheduled,
            reviews: waiting.reviews,
            translations: waiting.translations,
        })
    });
