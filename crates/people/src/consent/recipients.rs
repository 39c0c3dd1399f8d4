//! Recipients, and the age below which a parent says yes.

use garde::Validate;
use ground::action::Action;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::who::Object;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::minors::YEARS_USUAL;
use super::model::RecipientKind;
use super::store::{self, Recipient};
use crate::actions::{Nothing, a_slug, outdated, shown, whole_city};
use crate::model::{names, tidy};

/// Recipients of one city.
const RECIPIENTS_MAX: usize = 500;

pub const RECIPIENTS: Action<Nothing, Vec<Recipient>> =
    Action::reads("people.recipients", whole_city, |tx, _, _| store::recipients(tx));

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveRecipient {
    /// Absent for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    #[garde(custom(a_slug))]
    pub code: String,
    #[garde(length(chars, max = 60), custom(shown))]
    pub name: String,
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub name_easy: String,
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub name_en: String,
    #[garde(skip)]
    pub kind: RecipientKind,
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub address: String,
    /// How people reach it: a telephone number, an address on the web.
    #[garde(length(chars, max = 200), custom(shown))]
    pub contact: String,
    /// Given nothing from now on.
    #[serde(default)]
    #[garde(skip)]
    pub closed: bool,
    #[serde(default)]
    #[garde(skip)]
    pub rev: i64,
}

pub const SAVE_RECIPIENT: Action<SaveRecipient, Recipient> = Action::writes(
    "people.save_recipient",
    |_, _, input: &SaveRecipient| {
        Ok(Object::new("recipient", input.id.as_ref().map_or("", |id| id.as_str())))
    },
    |tx, cx, input| {
        tx.lock("people/recipients")?;
        let before = match &input.id {
            Some(id) => Some(store::recipient(tx, id)?.ok_or_else(Fault::missing)?),
            None if store::recipients(tx)?.len() >= RECIPIENTS_MAX => {
                return Err(Fault::too_large(RECIPIENTS_MAX));
            }
            None => None,
        };
        if let Some(before) = &before
            && before.rev != input.rev
        {
            return Err(outdated(before));
        }
        if store::recipient_code_taken(tx, &input.code, input.id.as_ref())? {
            return Err(Fault::field("code", "field-people-recipient-taken"));
        }
        if let Some(before) = before.as_ref()
            && store::recipient_in_use(tx, &before.id)?
        {
            // People said yes to this one: under the same entry nobody else may stand.
            if before.code != input.code || before.kind != input.kind {
                return Err(Fault::field("code", "field-people-recipient-fixed"));
            }
            if input.closed {
                return Err(Fault::new(Kind::Conflict, "people-recipient-in-use"));
            }
        }
        let was_closed = before.as_ref().map(|before| before.closed_on.clone()).unwrap_or_default();
        let closed_on = match (input.closed, was_closed.is_empty()) {
            (false, _) => String::new(),
            (true, false) => was_closed,
            (true, true) => cx.now().date().to_string(),
        };
        let saved = Recipient {
            id: before.as_ref().map_or_else(|| cx.id(), |before| before.id.clone()),
            code: input.code.clone(),
            name: names(
                before.as_ref().map(|before| &before.name),
                &input.name,
                &input.name_easy,
                &input.name_en,
            ),
            kind: input.kind,
            address: tidy(&input.address),
            contact: tidy(&input.contact),
            closed_on,
            rev: before.as_ref().map_or(0, |before| before.rev) + 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
        };
        store::put_recipient(tx, &saved)?;
        tx.emit(cx, "people.recipient_saved", saved.id.as_str(), json!({"rev": saved.rev}))?;
        Ok(saved)
    },
)
.emits(&["people.recipient_saved"]);

/// From a day on, below what age a parent says yes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConsentAge {
    #[garde(custom(crate::actions::date_or_empty), length(min = 1))]
    pub from_on: String,
    #[garde(range(min = 0, max = 18))]
    pub years: i64,
}

/// The ages that were set, the newest first, and the one that holds where none is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ConsentAges {
    pub set: Vec<ConsentAge>,
    pub usual: i64,
}

fn ages(tx: &mut ground::db::Tx<'_>) -> Result<ConsentAges, Fault> {
    let set = tx.all(
        sql!(
            "select valid_from, value from people_rule where city = ?1 and code = 'consent_age'
             order by valid_from desc limit 100"
        ),
        params![],
        |row| Ok(ConsentAge { from_on: row.get(0)?, years: row.get(1)? }),
    )?;
    Ok(ConsentAges { set, usual: YEARS_USUAL })
}

pub const CONSENT_AGES: Action<Nothing, ConsentAges> =
    Action::reads("people.consent_ages", whole_city, |tx, _, _| ages(tx));

/// Sets the age from a day on. What held before that day stays as it was.
pub const SAVE_CONSENT_AGE: Action<ConsentAge, ConsentAges> =
    Action::writes("people.save_consent_age", whole_city, |tx, cx, input: &ConsentAge| {
        if input.from_on < cx.now().date().to_string() {
            return Err(Fault::field("from_on", "field-people-age-past"));
        }
        tx.put(
            sql!(
                "insert into people_rule (city, code, valid_from, value, basis, saved_ms, saved_by)
                 values (?1, 'consent_age', ?2, ?3, '', ?4, ?5)
                 on conflict (city, code, valid_from) do update
                 set value = excluded.value, saved_ms = excluded.saved_ms, saved_by = excluded.saved_by"
            ),
            params![input.from_on.as_str(), input.years, cx.now_ms(), cx.who().written()],
        )?;
        tx.emit(cx, "people.consent_age_saved", &input.from_on, json!({"years": input.years}))?;
        ages(tx)
    })
    .emits(&["people.consent_age_saved"]);
