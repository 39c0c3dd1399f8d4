//! The room's verbs.

pub mod departments;
pub mod districts;
pub mod imports;
pub mod links;
pub mod me;
pub mod sessions;
pub mod staff;

use ground::action::AnyAction;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
pub use ground::floor::actions::Nothing;
use ground::validate::rule;
use ground::who::Object;

use crate::{model, rules};

pub fn all() -> Vec<AnyAction> {
    vec![
        me::ME.any(),
        me::PROFILE.any(),
        me::SAVE_ME.any(),
        sessions::SESSIONS.any(),
        sessions::END_SESSION.any(),
        sessions::END_OTHER_SESSIONS.any(),
        sessions::SIGN_OUT.any(),
        sessions::DEMO_SIGN_IN.any(),
        links::LINK.any(),
        links::USE_LINK.any(),
        links::INVITE_ADMIN.any(),
        links::INVITE_STAFF.any(),
        departments::DEPARTMENTS.any(),
        departments::DEPARTMENT.any(),
        departments::SAVE_DEPARTMENT.any(),
        departments::CLOSE_DEPARTMENT.any(),
        staff::STAFF.any(),
        staff::STAFF_MEMBER.any(),
        staff::SAVE_STAFF.any(),
        staff::LOCK_STAFF.any(),
        staff::UNLOCK_STAFF.any(),
        districts::DISTRICTS.any(),
        districts::DISTRICT.any(),
        districts::SAVE_DISTRICT.any(),
        districts::BLOCKS.any(),
        districts::SAVE_BLOCK.any(),
        districts::REMOVE_BLOCK.any(),
        districts::DISTRICT_OF.any(),
        imports::IMPORTS.any(),
        imports::IMPORT.any(),
        imports::STAGE_IMPORT.any(),
        imports::TAKE_OVER_IMPORT.any(),
        imports::DISCARD_IMPORT.any(),
    ]
}

pub(crate) fn whole_city<In>(_: &mut Tx<'_>, _: &Cx, _: &In) -> Result<Object, Fault> {
    Ok(Object::of_city("city"))
}

/// One's own account, whatever the input says.
pub(crate) fn own_account<In>(_: &mut Tx<'_>, cx: &Cx, _: &In) -> Result<Object, Fault> {
    let account = cx.who().account.clone();
    let id = account.as_ref().map_or("", |id| id.as_str()).to_owned();
    Ok(Object::new("account", id).owner(account))
}

/// The person this is about: oneself, or the one acted for. Only for rights that say so (`Grant::for_others`).
pub(crate) fn own_person<In>(_: &mut Tx<'_>, cx: &Cx, _: &In) -> Result<Object, Fault> {
    let subject = cx.who().subject().cloned();
    let id = subject.as_ref().map_or("", |id| id.as_str()).to_owned();
    Ok(Object::new("person", id).owner(subject))
}

/// What stands now, for somebody who saved an older version.
pub(crate) fn outdated<T: serde::Serialize>(stands: &T) -> Fault {
    serde_json::to_value(stands).map_or_else(Fault::internal, Fault::outdated)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub(crate) fn a_code(text: &str, (): &()) -> garde::Result {
    if rules::is_code(text) { Ok(()) } else { Err(rule("field-people-code", &[])) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub(crate) fn a_slug(text: &str, (): &()) -> garde::Result {
    if rules::is_slug(text) { Ok(()) } else { Err(rule("field-people-slug", &[])) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub(crate) fn a_mail(text: &str, (): &()) -> garde::Result {
    if model::is_mail(&model::folded_mail(text)) { Ok(()) } else { Err(rule("field-email", &[])) }
}

pub(crate) fn mail_or_empty(text: &str, nothing: &()) -> garde::Result {
    if text.trim().is_empty() { Ok(()) } else { a_mail(text, nothing) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub(crate) fn a_postal(text: &str, (): &()) -> garde::Result {
    if rules::postal_code(text).is_some() { Ok(()) } else { Err(rule("field-people-postal", &[])) }
}

/// Something to show must be there: white space alone is not a name.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub(crate) fn shown(text: &str, (): &()) -> garde::Result {
    if model::tidy(text).is_empty() { Err(rule("field-required", &[])) } else { Ok(()) }
}

/// A calendar date, or nothing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub(crate) fn date_or_empty(text: &str, (): &()) -> garde::Result {
    let good = text.is_empty() || (text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok());
    if good { Ok(()) } else { Err(rule("field-people-date", &[])) }
}

/// The digest of a session token, as `ground::seal::token_digest` writes it.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub(crate) fn digest(text: &str, (): &()) -> garde::Result {
    let good = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if good { Ok(()) } else { Err(rule("field-pattern", &[])) }
}
