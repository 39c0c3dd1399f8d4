//! Writing a page.

use std::collections::BTreeMap;

use garde::Validate;
use ground::action::{self, Action};
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::who::Object;
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{object_of, page_at};
use crate::model::{PageText, StaffPage, State, is_slug};
use crate::{rules, store};

const NAME: &str = "messages.save_page";

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SavePage {
    /// Absent for a new page.
    #[garde(skip)]
    #[serde(default)]
    pub id: Option<Id>,
    /// The revision this was edited from; 0 for a new page.
    #[garde(skip)]
    #[serde(default)]
    pub rev: i64,
    /// The page's name in its address: `/pages/<slug>`. It stays once the page was public.
    #[garde(length(min = 1, max = 60), custom(is_slug))]
    pub slug: String,
    /// The department that answers for it; absent for the whole city.
    #[garde(skip)]
    #[serde(default)]
    pub department: Option<Id>,
    /// Lower numbers come first.
    #[garde(range(min = 0, max = 9_999))]
    #[serde(default)]
    pub place: i64,
    /// Stands at the foot of every page of the portal.
    #[garde(skip)]
    #[serde(default)]
    pub in_footer: bool,
    /// By language; Japanese is always there.
    // Checked by `rules::check_texts`, which names the language in the path of a fault.
    #[garde(skip)]
    pub texts: BTreeMap<Lang, PageText>,
    /// Translations that still say the same, although the Japanese has changed.
    #[garde(skip)]
    #[serde(default)]
    pub still_right: Vec<Lang>,
}

fn object(tx: &mut Tx<'_>, _: &Cx, input: &SavePage) -> Result<Object, Fault> {
    match &input.id {
        Some(id) => object_of(tx, id),
        None => Ok(Object::new("page", &input.slug).department(input.department.clone())),
    }
}

/// Saves a revision. What everybody reads stays as it is until somebody else lets the new text out.
pub const SAVE_PAGE: Action<SavePage, StaffPage> =
    Action::writes(NAME, object, save).emits(&["messages.page_saved"]);

fn save(tx: &mut Tx<'_>, cx: &Cx, input: &SavePage) -> Result<StaffPage, Fault> {
    rules::check_texts(&input.texts)?;
    let before = input.id.as_ref().map(|id| page_at(tx, id, input.rev)).transpose()?;
    if let Some(before) = &before
        && before.department != input.department
    {
        // Giving a page away needs the right on both sides.
        action::allow(cx, NAME, &Object::new("page", &before.id).department(input.department.clone()))?;
    }
    if before.as_ref().is_none_or(|page| page.slug != input.slug) {
        if before.as_ref().is_some_and(|page| page.first_live_ms > 0) {
            return Err(Fault::field("slug", "field-page-slug-stays"));
        }
        tx.lock(&format!("messages-slug/{}", input.slug))?;
        if store::id_of_slug(tx, &input.slug)?.is_some() {
            return Err(Fault::field("slug", "field-page-slug-taken"));
        }
    }
    let page = next(cx, before, input);
    keep(tx, cx, &page, 0)?;
    Ok(page)
}

/// The page that the input makes of the one before.
fn next(cx: &Cx, before: Option<StaffPage>, input: &SavePage) -> StaffPage {
    let rev = before.as_ref().map_or(1, |page| page.rev + 1);
    let text = |old: Option<&Text>, part: fn(&PageText) -> &String| {
        let written =
            input.texts.iter().map(|(lang, text)| (*lang, part(text).replace("\r\n", "\n"))).collect();
        rules::next_text(old, &written, rev, &input.still_right)
    };
    let title = text(before.as_ref().map(|page| &page.title), |text| &text.title);
    let body = text(before.as_ref().map(|page| &page.body), |text| &text.body);
    let known = before.as_ref();
    StaffPage {
        id: known.map_or_else(|| cx.id(), |page| page.id.clone()),
        slug: input.slug.clone(),
        title,
        body,
        department: input.department.clone(),
        state: State::Draft,
        publish_ms: 0,
        place: input.place,
        in_footer: input.in_footer,
        rev,
        saved_by: cx.who().written(),
        saved_ms: cx.now_ms(),
        approved_by: String::new(),
        bypass: false,
        live_rev: known.map_or(0, |page| page.live_rev),
        first_live_ms: known.map_or(0, |page| page.first_live_ms),
        reviewed_ms: known.map_or(0, |page| page.reviewed_ms),
        review_due: known.is_some_and(|page| page.review_due),
    }
}

/// Stores a new revision and says so.
pub(super) fn keep(tx: &mut Tx<'_>, cx: &Cx, page: &StaffPage, restored_from: i64) -> Result<(), Fault> {
    store::put_page(tx, page)?;
    store::put_version(tx, page, restored_from)?;
    let body = json!({"slug": page.slug, "rev": page.rev, "department": page.department});
    tx.emit(cx, "messages.page_saved", page.id.as_str(), body)
}
