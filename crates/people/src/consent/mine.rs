//! What a person does: sees where they stand, turns on and off, reads the history, takes receipts along.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::decide::{Decided, Happened, decide, request};
use super::model::{Decision, State};
use super::said::{self, Standing};
use super::store::{self, Told};
use super::{minors, receipt};
use crate::actions::{Nothing, own_person};
use crate::store::accounts;

/// Receipts in one file; nobody has more purposes than a city has.
const RECEIPTS_MAX: i64 = 5_000;

pub(super) fn own_number(tx: &mut Tx<'_>, cx: &Cx) -> Result<i64, Fault> {
    let subject = cx.who().subject().cloned().ok_or_else(Fault::signed_out)?;
    accounts::person_no(tx, &subject)
}

/// The switchboard.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Switchboard {
    pub rows: Vec<Standing>,
    /// Whether a parent or guardian says yes for this person, and up to which age.
    pub child: bool,
    pub years: i64,
}

pub const CONSENTS: Action<Nothing, Switchboard> =
    Action::reads("people.consents", own_person, |tx, cx, _| {
        let person_no = own_number(tx, cx)?;
        Ok(Switchboard {
            rows: said::standing_of(tx, person_no, cx.now_ms())?,
            child: minors::is_child(tx, cx, person_no)?,
            years: minors::years_on(tx, &cx.now().date().to_string())?,
        })
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct DecideConsent {
    #[garde(length(min = 1, max = 40))]
    pub purpose: String,
    /// The version that was read.
    pub version: i64,
    pub decision: Decision,
}

/// Turns one on or off. Its history is its record, so that the audit has no second one.
pub const DECIDE_CONSENT: Action<DecideConsent, Decided> =
    Action::writes("people.decide_consent", own_person, |tx, cx, input: &DecideConsent| {
        let person_no = own_number(tx, cx)?;
        decide(tx, cx, person_no, &input.purpose, input.version, input.decision)
    })
    .unaudited()
    .rate(60, 60)
    .emits(&["people.consent_given", "people.consent_refused", "people.consent_withdrawn"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RequestConsent {
    /// The account of the person who is asked.
    #[garde(skip)]
    pub person: Id,
    #[garde(length(min = 1, max = 40))]
    pub purpose: String,
}

/// Whether an answer is waited for now; not when the person has answered or been asked before.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RequestedConsent {
    pub asked: bool,
}

/// Asks one person by name, for another room or from the counter. Whoever has answered is not asked twice.
pub const REQUEST_CONSENT: Action<RequestConsent, RequestedConsent> = Action::writes(
    "people.request_consent",
    |tx, _, input: &RequestConsent| {
        let account = accounts::by_id(tx, &input.person)?.ok_or_else(Fault::missing)?;
        Ok(Object::new("person", &account.id).owner(Some(account.id)))
    },
    |tx, cx, input| {
        let person_no = accounts::person_no(tx, &input.person)?;
        Ok(RequestedConsent { asked: request(tx, cx, person_no, &input.purpose)? })
    },
)
.emits(&["people.consent_requested"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskHistory {
    /// Empty for all purposes.
    #[garde(length(max = 40))]
    #[serde(default)]
    pub purpose: String,
    #[garde(dive)]
    #[serde(default)]
    pub paging: Paging,
}

/// What happened, with the name of who spoke for the person.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HistoryRow {
    #[serde(flatten)]
    pub happened: Happened,
    /// Empty when the person spoke for themselves.
    pub spoken_by: String,
}

pub const CONSENT_HISTORY: Action<AskHistory, List<HistoryRow>> =
    Action::reads("people.consent_history", own_person, |tx, cx, input: &AskHistory| {
        let person_no = own_number(tx, cx)?;
        let wanted = input.paging.rows();
        let found = said::history(tx, person_no, &input.purpose, input.paging.after(), wanted + 1)?;
        let mut rows = Vec::with_capacity(found.len());
        for happened in found {
            let spoken_by = match happened.actor.as_str() {
                "" => String::new(),
                actor => accounts::shown_name(tx, actor)?,
            };
            rows.push(HistoryRow { happened, spoken_by });
        }
        Ok(List::cut(rows, wanted, |row| row.happened.id.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskReceipts {
    /// Empty for all purposes.
    #[garde(length(max = 40))]
    #[serde(default)]
    pub purpose: String,
}

/// Receipts as ISO/IEC TS 27560 has them, in JSON-LD: one, or all that there are.
pub const CONSENT_RECEIPTS: Action<AskReceipts, Value> =
    Action::reads("people.consent_receipts", own_person, |tx, cx, input: &AskReceipts| {
        let subject = cx.who().subject().cloned().ok_or_else(Fault::signed_out)?;
        let person_no = accounts::person_no(tx, &subject)?;
        let mut events = said::history(tx, person_no, &input.purpose, "", RECEIPTS_MAX)?;
        if events.is_empty() {
            return Err(Fault::missing());
        }
        events.reverse();
        let mut versions: Vec<Told> = Vec::new();
        for event in &events {
            let known =
                versions.iter().any(|told| told.code == event.purpose && told.version == event.version);
            if !known && let Some(told) = store::told_version(tx, &event.purpose, event.version)? {
                versions.push(told);
            }
        }
        let recipients = store::recipients(tx)?;
        Ok(receipt::render(cx, &subject, &events, &versions, &recipients))
    });

/// Whether anybody waits for this person's answer: what was asked for by name, or asked again; not merely new.
pub(super) fn asked(row: &Standing) -> bool {
    row.stands == super::said::Stands::Waiting && matches!(row.last, Some(State::Requested | State::Given))
}
