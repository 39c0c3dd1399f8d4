//! Mandates: made at the counter, answered, ended by either side at once.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::{Object, Scope};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::acting::{ThisMandate, end_mandate, mandate_of_agent};
use super::profile::subject;
use crate::actions::{Nothing, a_mail, date_or_empty, own_person, shown};
use crate::model::{AccountKind, AccountState, folded_mail, tidy};
use crate::profile::letter::{self, Notice};
use crate::profile::mandate::{Relation, Standing};
use crate::profile::store::households;
use crate::profile::store::mandates::{self, Mandate};
use crate::profile::store::rules::{self, RuleCode};
use crate::store::accounts::{self, Account};

/// The first moment of a day on the city's own clock.
pub(crate) fn begins_ms(cx: &Cx, day: Date) -> i64 {
    let zone = cx.now().time_zone().clone();
    day.to_zoned(zone).map_or(0, |begins| begins.timestamp().as_millisecond())
}

/// When a mandate runs, from the dates that were typed: an empty first day is today, an empty last day none.
pub(super) struct Runs {
    pub starts_on: String,
    pub ends_on: String,
    pub starts_ms: i64,
    pub ends_ms: i64,
}

pub(super) fn runs(tx: &mut Tx<'_>, cx: &Cx, starts_on: &str, ends_on: &str) -> Result<Runs, Fault> {
    let today = cx.now().date();
    let first: Date = match starts_on {
        "" => today,
        day => day.parse().map_err(|_| Fault::field("starts_on", "field-people-date"))?,
    };
    let first = first.max(today);
    let starts_ms = if first == today { cx.now_ms() } else { begins_ms(cx, first) };
    let longest = rules::on(tx, RuleCode::MandateDaysMax, &today.to_string())?;
    let last: Option<Date> = match ends_on {
        "" => None,
        day => Some(day.parse().map_err(|_| Fault::field("ends_on", "field-people-date"))?),
    };
    if longest > 0 {
        let limit = first.checked_add(jiff::Span::new().days(longest)).unwrap_or(first);
        if last.is_none_or(|last| last > limit) {
            let limit = limit.to_string();
            return Err(Fault::invalid().and_field(
                "ends_on",
                "field-people-mandate-long",
                &[("day", &limit)],
            ));
        }
    }
    if last.is_some_and(|last| last < first) {
        return Err(Fault::field("ends_on", "field-people-mandate-ends"));
    }
    let ends_ms = match last.and_then(|last| last.tomorrow().ok()) {
        Some(after) => begins_ms(cx, after),
        None => 0,
    };
    Ok(Runs {
        starts_on: first.to_string(),
        ends_on: last.map_or_else(String::new, |last| last.to_string()),
        starts_ms,
        ends_ms,
    })
}

/// What somebody may do by a mandate that is made now.
pub(super) struct Terms {
    pub relation: Relation,
    pub scopes: Vec<Scope>,
    pub runs: Runs,
    pub note: String,
    pub document: String,
    pub standing: Standing,
}

/// Writes a mandate, and tells both sides.
pub(super) fn make(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: &Account,
    agent: &Account,
    terms: Terms,
) -> Result<Mandate, Fault> {
    if person.id == agent.id {
        return Err(Fault::new(Kind::Conflict, "people-mandate-self"));
    }
    tx.lock(&format!("people/mandate/{}", person.id))?;
    let standing = mandates::for_person(tx, &person.id, cx.now_ms(), MANDATES_MAX)?;
    if i64::try_from(standing.iter().filter(|one| one.stands(cx.now_ms())).count()).unwrap_or(0)
        >= STANDING_MAX
    {
        return Err(Fault::new(Kind::Conflict, "people-mandates-full").arg("limit", STANDING_MAX));
    }
    let active = terms.standing == Standing::Active;
    let mandate = Mandate {
        id: cx.id(),
        person: person.id.clone(),
        person_name: person.name.clone(),
        agent: agent.id.clone(),
        agent_name: agent.name.clone(),
        relation: terms.relation,
        scopes: terms.scopes,
        standing: terms.standing,
        starts_on: terms.runs.starts_on,
        ends_on: terms.runs.ends_on,
        starts_ms: terms.runs.starts_ms,
        ends_ms: terms.runs.ends_ms,
        note: terms.note,
        document: terms.document,
        made_ms: cx.now_ms(),
        made_by: cx.who().written(),
        answered_ms: if active { cx.now_ms() } else { 0 },
        ended_ms: 0,
        used_ms: 0,
    };
    mandates::add(tx, &mandate)?;
    tx.emit(
        cx,
        "people.mandate_made",
        mandate.person.as_str(),
        serde_json::json!({"mandate": mandate.id, "relation": mandate.relation.name(), "agent": mandate.agent}),
    )?;
    tell_both(tx, cx, &mandate, if active { "mandate-made" } else { "mandate-offered" })?;
    Ok(mandate)
}

/// Mandates that are shown of one person at most.
pub(super) const MANDATES_MAX: i64 = 200;
/// Mandates of one person that stand at a time, at most.
const STANDING_MAX: i64 = 20;

pub(crate) fn tell_both(
    tx: &mut Tx<'_>,
    cx: &Cx,
    mandate: &Mandate,
    kind: &'static str,
) -> Result<(), Fault> {
    let args = [
        ("person", mandate.person_name.as_str()),
        ("agent", mandate.agent_name.as_str()),
        ("until", if mandate.ends_on.is_empty() { "―" } else { mandate.ends_on.as_str() }),
    ];
    for account in [&mandate.person, &mandate.agent] {
        letter::to_account(tx, cx, account, &Notice { kind, args: &args, path: "/my/family" })?;
    }
    Ok(())
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RecordMandate {
    /// Who is acted for.
    #[garde(skip)]
    pub person: Id,
    /// The address of the account that is to act.
    #[garde(custom(a_mail))]
    pub agent_mail: String,
    #[garde(skip)]
    pub relation: Relation,
    #[garde(length(min = 1))]
    pub scopes: Vec<Scope>,
    #[serde(default)]
    #[garde(custom(date_or_empty))]
    pub starts_on: String,
    #[serde(default)]
    #[garde(custom(date_or_empty))]
    pub ends_on: String,
    /// What was shown, such as the certificate of registered matters.
    #[garde(length(chars, max = 60), custom(shown))]
    pub document: String,
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub note: String,
}

fn person_named(tx: &mut Tx<'_>, _: &Cx, input: &RecordMandate) -> Result<Object, Fault> {
    let person = accounts::by_id(tx, &input.person)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("person", &person.id).owner(Some(person.id)))
}

/// Staff at the counter checked a document and write down who may act: a guardian, a parent, a helper. Whoever is to
/// act says yes themselves.
pub const RECORD_MANDATE: Action<RecordMandate, Mandate> =
    Action::writes("people.record_mandate", person_named, |tx, cx, input: &RecordMandate| {
        if input.relation == Relation::Counter {
            return Err(Fault::field("relation", "field-people-relation"));
        }
        let person = accounts::by_id(tx, &input.person)?
            .filter(|person| person.kind == AccountKind::Resident && person.state == AccountState::Active)
            .ok_or_else(Fault::missing)?;
        let agent = accounts::by_mail(tx, &folded_mail(&input.agent_mail))?
            .filter(|agent| agent.kind == AccountKind::Resident && agent.state == AccountState::Active)
            .ok_or_else(|| Fault::field("agent_mail", "field-people-no-account"))?;
        let runs = runs(tx, cx, &input.starts_on, &input.ends_on)?;
        let terms = Terms {
            relation: input.relation,
            scopes: Scope::ALL.into_iter().filter(|scope| input.scopes.contains(scope)).collect(),
            runs,
            note: tidy(&input.note),
            document: tidy(&input.document),
            standing: Standing::Offered,
        };
        make(tx, cx, &person, &agent, terms)
    })
    .emits(&["people.mandate_made"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AnswerMandate {
    pub id: Id,
    pub yes: bool,
}

/// Whoever is to act says yes or no.
pub const ANSWER_MANDATE: Action<AnswerMandate, Mandate> = Action::writes(
    "people.answer_mandate",
    |tx, cx, input: &AnswerMandate| mandate_of_agent(tx, cx, &ThisMandate { id: input.id.clone() }),
    |tx, cx, input: &AnswerMandate| {
        let standing = if input.yes { Standing::Active } else { Standing::Refused };
        if !mandates::answer(tx, &input.id, standing, cx.now_ms())? {
            return Err(Fault::new(Kind::Conflict, "people-mandate-over"));
        }
        let mandate = mandates::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        tx.emit(
            cx,
            "people.mandate_answered",
            mandate.person.as_str(),
            serde_json::json!({"mandate": mandate.id, "yes": input.yes}),
        )?;
        tell_both(tx, cx, &mandate, if input.yes { "mandate-made" } else { "mandate-refused" })?;
        Ok(mandate)
    },
)
.emits(&["people.mandate_answered"]);

/// A mandate belongs to both: each side may end it by themselves.
fn mandate_of_either(tx: &mut Tx<'_>, cx: &Cx, input: &ThisMandate) -> Result<Object, Fault> {
    let mandate = mandates::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
    let own = cx.who().account.as_ref();
    let owner = if own == Some(&mandate.agent) { mandate.agent } else { mandate.person };
    Ok(Object::new("mandate", &mandate.id).owner(Some(owner)))
}

/// Ends a mandate at once.
pub const END_MANDATE: Action<ThisMandate, Nothing> =
    Action::writes("people.end_mandate", mandate_of_either, |tx, cx, input: &ThisMandate| {
        let mandate = mandates::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        // A child without a way in always has somebody to act for it.
        if mandate.relation == Relation::Parent && households::is_parent(tx, &mandate.agent, &mandate.person)?
        {
            let holders = mandates::for_person(tx, &mandate.person, cx.now_ms(), MANDATES_MAX)?;
            if !holders.iter().any(|one| one.agent != mandate.agent && one.holds(cx.now_ms())) {
                return Err(Fault::new(Kind::Conflict, "people-children-alone"));
            }
        }
        if end_mandate(tx, cx, &mandate.id, &mandate.person)? {
            tell_both(tx, cx, &mandate, "mandate-ended")?;
        }
        Ok(Nothing {})
    })
    .emits(&["people.mandate_ended"]);

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskActs {
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// What somebody else did for a person.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ActDone {
    pub id: Id,
    pub at_ms: i64,
    pub by_name: String,
    pub action: String,
    /// `done` or `refused`.
    pub outcome: String,
}

/// Everything that others did for this person, newest first.
pub const ACTS_FOR_ME: Action<AskActs, List<ActDone>> =
    Action::reads("people.acts_for_me", own_person, |tx, cx, input: &AskActs| {
        let person = subject(cx)?;
        let rows = ground::audit::done_for(tx, &person, input.paging.after(), input.paging.rows() + 1)?;
        let mut done = Vec::with_capacity(rows.len());
        for row in rows {
            let by_name = accounts::shown_name(tx, &row.actor)?;
            done.push(ActDone {
                id: row.id,
                at_ms: row.at_ms,
                by_name,
                action: row.action,
                outcome: row.outcome,
            });
        }
        Ok(List::cut(done, input.paging.rows(), |row| row.id.to_string()))
    });
