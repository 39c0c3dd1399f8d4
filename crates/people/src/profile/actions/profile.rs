//! A person's profile: read and changed by themselves, and by who acts for them within that scope.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::validate::rule;
use ground::who::{Level, Object};
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::acting::forget_sessions;
use crate::actions::{Nothing, a_postal, outdated, own_person, shown};
use crate::model::{katakana, tidy};
use crate::profile::fields::{self, ProfileField};
use crate::profile::mandate::Relation;
use crate::profile::store::{mandates, profiles};
use crate::profile::{address, era};
use crate::rules::postal_code;
use crate::store::accounts;

pub(super) fn subject(cx: &Cx) -> Result<Id, Fault> {
    cx.who().subject().cloned().ok_or_else(Fault::signed_out)
}

/// One's own profile, or that of the person acted for.
pub const MY_PROFILE: Action<Nothing, profiles::Profile> =
    Action::reads("people.my_profile", own_person, |tx, cx, _| {
        profiles::by_account(tx, &subject(cx)?)?.ok_or_else(Fault::missing)
    })
    .quick();

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn birth_or_empty(text: &str, (): &()) -> garde::Result {
    if text.trim().is_empty() || era::read(text).is_some() {
        Ok(())
    } else {
        Err(rule("field-people-birth", &[]))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn phone_or_empty(text: &str, (): &()) -> garde::Result {
    if phone(text).is_some() { Ok(()) } else { Err(rule("field-people-phone", &[])) }
}

/// A telephone number: digits and hyphens, perhaps a plus in front; empty stays empty; `None` when it is none.
pub(crate) fn phone(text: &str) -> Option<String> {
    let plain: String = text
        .nfkc()
        .filter(|c| !c.is_whitespace())
        .map(|c| if matches!(c, '‐' | '−' | 'ー' | '–' | '(' | ')') { '-' } else { c })
        .collect();
    let plain = plain.trim_matches('-').replace("--", "-");
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let rest = plain.strip_prefix('+').unwrap_or(&plain);
    let good = rest.chars().all(|c| c.is_ascii_digit() || c == '-');
    (plain.is_empty() || (good && (9..=15).contains(&digits))).then_some(plain)
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveProfile {
    #[garde(length(chars, max = 60), custom(shown))]
    pub name: String,
    #[serde(default)]
    #[garde(length(chars, max = 80))]
    pub kana: String,
    /// In either counting: 1985-04-01, 昭和60年4月1日.
    #[serde(default)]
    #[garde(length(chars, max = 30), custom(birth_or_empty))]
    pub birth: String,
    #[serde(default)]
    #[garde(length(chars, max = 12), custom(a_postal))]
    pub postal: String,
    #[serde(default)]
    #[garde(length(chars, max = address::CHARS_MAX))]
    pub address: String,
    #[serde(default)]
    #[garde(length(chars, max = 24), custom(phone_or_empty))]
    pub phone: String,
    #[serde(default)]
    #[garde(length(max = 20))]
    pub langs: Vec<String>,
    #[serde(default)]
    #[garde(length(max = 20))]
    pub interests: Vec<String>,
    #[serde(default)]
    #[garde(length(max = 20))]
    pub wishes: Vec<String>,
    /// The language of pages and letters; absent: the browser's language decides.
    #[serde(default)]
    #[garde(skip)]
    pub lang: Option<Lang>,
    /// The revision this was edited from.
    #[garde(skip)]
    pub rev: i64,
}

/// What was saved, and what of it is new.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SavedProfile {
    pub profile: profiles::Profile,
    pub changed: Vec<ProfileField>,
}

/// How sure the city is of whoever changes this: staff at the counter see the person; whoever else acts for somebody
/// vouches for nothing.
fn level_of_changer(tx: &mut Tx<'_>, cx: &Cx) -> Result<Level, Fault> {
    match &cx.who().acting {
        None => Ok(cx.who().level),
        Some(acting) => {
            let mandate = mandates::by_id(tx, &acting.mandate)?;
            let at_counter = mandate.is_some_and(|mandate| mandate.relation == Relation::Counter);
            Ok(if at_counter { Level::Counter } else { Level::Declared })
        }
    }
}

fn codes(known: Vec<&'static str>) -> Vec<String> {
    known.into_iter().map(str::to_owned).collect()
}

pub const SAVE_PROFILE: Action<SaveProfile, SavedProfile> =
    Action::writes("people.save_profile", own_person, |tx, cx, input: &SaveProfile| {
        let id = subject(cx)?;
        let now = profiles::by_account(tx, &id)?.ok_or_else(Fault::missing)?;
        if now.rev != input.rev {
            return Err(outdated(&now));
        }
        let birth = birth_of(cx, &input.birth)?;
        let city = cx.city().facts().name.clone();
        let lies = profiles::look_up(tx, &city, &input.address)?;
        let mut postal = postal_code(&input.postal).unwrap_or_default();
        if postal.is_empty() {
            postal.clone_from(if lies.postal.is_empty() { &lies.block_postal } else { &lies.postal });
        }
        let mut saved = profiles::Profile {
            name: tidy(&input.name),
            kana: katakana(&input.kana),
            birth,
            postal,
            address: lies.written.clone(),
            phone: phone(&input.phone).unwrap_or_default(),
            langs: codes(fields::known(&input.langs, &fields::LANGS)),
            interests: codes(fields::known(&input.interests, &fields::INTERESTS)),
            wishes: codes(fields::known(&input.wishes, &fields::WISHES)),
            lang: input.lang,
            rev: now.rev + 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
            ..now.clone()
        };
        let changed: Vec<ProfileField> =
            ProfileField::ALL.into_iter().filter(|field| now.said(*field) != saved.said(*field)).collect();
        refuse_unchecked(level_of_changer(tx, cx)?, &now, &changed)?;
        // What is changed by hand is no longer what was checked.
        saved.verified.retain(|field| !changed.contains(field));
        change_account(tx, &id, &now, &saved)?;
        let moved = changed.contains(&ProfileField::Address);
        profiles::put(tx, &saved, moved.then_some(&lies))?;
        let names: Vec<&str> = changed.iter().map(|field| field.name()).collect();
        tx.emit(
            cx,
            "people.profile_saved",
            id.as_str(),
            serde_json::json!({"rev": saved.rev, "changed": names, "moved": moved}),
        )?;
        forget_sessions(tx, cx);
        let profile = profiles::by_account(tx, &id)?.ok_or_else(Fault::missing)?;
        Ok(SavedProfile { profile, changed })
    })
    .emits(&["people.profile_saved"]);

fn birth_of(cx: &Cx, text: &str) -> Result<String, Fault> {
    let Some(day) = era::read(text) else { return Ok(String::new()) };
    if day > cx.now().date() {
        return Err(Fault::field("birth", "field-people-birth-ahead"));
    }
    Ok(day.to_string())
}

/// A field that was checked is changed only by somebody whom the city is as sure of.
fn refuse_unchecked(by: Level, now: &profiles::Profile, changed: &[ProfileField]) -> Result<(), Fault> {
    let locked = |field: &&ProfileField| now.verified.contains(field) && by < now.verified_level;
    match changed.iter().find(locked) {
        Some(field) => Err(Fault::field(field.name(), "field-people-verified")),
        None => Ok(()),
    }
}

fn change_account(
    tx: &mut Tx<'_>,
    id: &Id,
    now: &profiles::Profile,
    saved: &profiles::Profile,
) -> Result<(), Fault> {
    let account = accounts::by_id(tx, id)?.ok_or_else(Fault::missing)?;
    let account = accounts::Account {
        name: saved.name.clone(),
        kana: saved.kana.clone(),
        lang: saved.lang,
        rev: now.rev + 1,
        saved_ms: saved.saved_ms,
        saved_by: saved.saved_by.clone(),
        ..account
    };
    if accounts::change(tx, &account)? {
        return Ok(());
    }
    let stands = profiles::by_account(tx, id)?.ok_or_else(Fault::missing)?;
    Err(outdated(&stands))
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct VerifyProfile {
    /// The fields that the document shows as they are written.
    #[garde(length(min = 1, max = 4))]
    pub fields: Vec<ProfileField>,
    #[garde(length(chars, max = 60), custom(shown))]
    pub document: String,
}

/// The person whom staff serve at the counter now.
fn person_served(tx: &mut Tx<'_>, cx: &Cx, _: &VerifyProfile) -> Result<Object, Fault> {
    let Some(acting) = &cx.who().acting else { return Err(Fault::new(Kind::Refused, "people-no-visit")) };
    let mandate = mandates::by_id(tx, &acting.mandate)?.ok_or_else(Fault::missing)?;
    if mandate.relation != Relation::Counter {
        return Err(Fault::new(Kind::Refused, "people-no-visit"));
    }
    Ok(Object::new("person", &acting.person).owner(Some(acting.person.clone())))
}

/// Staff at the counter saw a document and mark what it shows.
pub const VERIFY_PROFILE: Action<VerifyProfile, profiles::Profile> =
    Action::writes("people.verify_profile", person_served, |tx, cx, input: &VerifyProfile| {
        let id = subject(cx)?;
        let now = profiles::by_account(tx, &id)?.ok_or_else(Fault::missing)?;
        for field in &input.fields {
            if !ProfileField::CHECKABLE.contains(field) || now.said(*field).is_empty() {
                return Err(Fault::field("fields", "field-people-not-checkable"));
            }
        }
        let mut verified = now.verified.clone();
        verified.extend(input.fields.iter().filter(|field| !now.verified.contains(field)));
        let saved = profiles::Profile {
            verified,
            verified_level: now.verified_level.max(Level::Counter),
            verified_ms: cx.now_ms(),
            rev: now.rev + 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
            ..now.clone()
        };
        change_account(tx, &id, &now, &saved)?;
        profiles::put(tx, &saved, None)?;
        let names: Vec<&str> = input.fields.iter().map(|field| field.name()).collect();
        tx.emit(cx, "people.profile_checked", id.as_str(), serde_json::json!({"fields": names}))?;
        profiles::by_account(tx, &id)?.ok_or_else(Fault::missing)
    })
    .emits(&["people.profile_checked"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SetBlockPoint {
    /// The block, in any writing.
    #[garde(length(chars, min = 1, max = 60))]
    pub block: String,
    #[garde(range(min = 20.0, max = 46.0))]
    pub latitude: f64,
    #[garde(range(min = 122.0, max = 154.0))]
    pub longitude: f64,
}

/// Says where a block of the town is, so that addresses in it have a place.
pub const SET_BLOCK_POINT: Action<SetBlockPoint, Nothing> =
    Action::writes("people.set_block_point", crate::actions::whole_city, |tx, cx, input: &SetBlockPoint| {
        if !profiles::set_point(tx, &input.block, input.latitude, input.longitude)? {
            return Err(Fault::missing());
        }
        let key = crate::rules::block_key(&input.block);
        tx.emit(cx, "people.block_saved", &key, serde_json::json!({"point": true}))?;
        Ok(Nothing {})
    })
    .emits(&["people.block_saved"]);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn telephone_numbers_in_any_width() {
        for (text, kept) in [
            ("０９０－１２３４－５６７８", "090-1234-5678"),
            ("090 1234 5678", "09012345678"),
            ("0834(22)1234", "0834-22-1234"),
            ("+81-90-1234-5678", "+81-90-1234-5678"),
            ("", ""),
        ] {
            assert_eq!(phone(text).as_deref(), Some(kept), "{text}");
        }
        for text in ["12", "電話なし", "090-1234-5678-9999-1111", "09-12+34567890"] {
            assert_eq!(phone(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_number_or_none(text in "\\PC{0,24}") {
            if let Some(kept) = phone(&text) {
                prop_assert_eq!(phone(&kept), Some(kept));
            }
        }
    }
}
