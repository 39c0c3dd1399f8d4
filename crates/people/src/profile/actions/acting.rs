//! Beginning and ending to act for somebody else. The session remembers by which mandate; the gatekeeper looks at each
//! request whether it still holds.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::who::{Object, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::{Nothing, own_account, shown};
use crate::model::{AccountKind, AccountState, tidy};
use crate::profile::mandate::{Relation, Standing};
use crate::profile::store::mandates::{self, Mandate};
use crate::release;
use crate::store::{accounts, sessions};

/// A visit at the counter that nobody ended is over after this time.
pub const COUNTER_MINUTES: i64 = 30;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisMandate {
    pub id: Id,
}

/// A mandate belongs to the one who acts by it.
pub(super) fn mandate_of_agent(tx: &mut Tx<'_>, _: &Cx, input: &ThisMandate) -> Result<Object, Fault> {
    let mandate = mandates::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("mandate", &mandate.id).owner(Some(mandate.agent)))
}

/// From now on, until stopped, this session acts for the other person.
pub const ACT_FOR: Action<ThisMandate, Mandate> =
    Action::writes("people.act_for", mandate_of_agent, |tx, cx, input: &ThisMandate| {
        let mandate = mandates::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        let person = accounts::by_id(tx, &mandate.person)?.ok_or_else(Fault::missing)?;
        if !mandate.holds(cx.now_ms()) || person.state != AccountState::Active {
            return Err(Fault::new(Kind::Conflict, "people-mandate-over"));
        }
        take_up(tx, cx, &mandate)?;
        Ok(mandate)
    })
    .emits(&["people.acting_begun"]);

fn take_up(tx: &mut Tx<'_>, cx: &Cx, mandate: &Mandate) -> Result<(), Fault> {
    let session = cx.who().session.as_ref().ok_or_else(Fault::signed_out)?;
    if !sessions::set_acting(tx, session, mandate.id.as_str())? {
        return Err(Fault::signed_out());
    }
    mandates::note_used(tx, &mandate.id, cx.now_ms())?;
    tx.emit(
        cx,
        "people.acting_begun",
        mandate.person.as_str(),
        serde_json::json!({"mandate": mandate.id, "relation": mandate.relation.name()}),
    )?;
    forget_sessions(tx, cx);
    Ok(())
}

/// Whoever remembers who came asks anew.
pub(crate) fn forget_sessions(tx: &mut Tx<'_>, cx: &Cx) {
    let house = cx.house().clone();
    tx.after_commit(move || house.forget_sessions());
}

/// Acts for oneself again. A visit at the counter ends with it.
pub const STOP_ACTING: Action<Nothing, Nothing> =
    Action::writes("people.stop_acting", own_account, |tx, cx, _| {
        stop(tx, cx)?;
        Ok(Nothing {})
    })
    .emits(&["people.acting_ended", "people.mandate_ended"]);

fn stop(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    let session = cx.who().session.as_ref().ok_or_else(Fault::signed_out)?;
    sessions::set_acting(tx, session, "")?;
    forget_sessions(tx, cx);
    let Some(acting) = &cx.who().acting else { return Ok(()) };
    tx.emit(
        cx,
        "people.acting_ended",
        acting.person.as_str(),
        serde_json::json!({"mandate": acting.mandate}),
    )?;
    let mandate = mandates::by_id(tx, &acting.mandate)?;
    if mandate.is_some_and(|mandate| mandate.relation == Relation::Counter) {
        end_mandate(tx, cx, &acting.mandate, &acting.person)?;
    }
    Ok(())
}

/// Ends a mandate; whoever acts by it is themselves again with the next request.
pub(crate) fn end_mandate(tx: &mut Tx<'_>, cx: &Cx, id: &Id, person: &Id) -> Result<bool, Fault> {
    let ended = mandates::end(tx, id, &cx.who().written(), cx.now_ms())?;
    if ended {
        tx.emit(cx, "people.mandate_ended", person.as_str(), serde_json::json!({"mandate": id}))?;
        forget_sessions(tx, cx);
    }
    Ok(ended)
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct BeginCounter {
    /// The account of the person at the counter.
    #[garde(skip)]
    pub person: Id,
    /// Why this person is served in person; they read it later.
    #[garde(length(chars, max = 200), custom(shown))]
    pub reason: String,
    /// What they showed, such as a driving licence; empty when nothing was.
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub document: String,
}

fn person_at_the_counter(tx: &mut Tx<'_>, _: &Cx, input: &BeginCounter) -> Result<Object, Fault> {
    let person = accounts::by_id(tx, &input.person)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("person", &person.id).owner(Some(person.id)))
}

/// A visit that has begun; none where whoever serves is stopped, see `release::limits`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CounterVisit {
    #[serde(flatten)]
    pub mandate: Option<Mandate>,
    pub stopped: bool,
}

/// Staff at the counter act for the person in front of them, for half an hour at most.
pub const BEGIN_COUNTER: Action<BeginCounter, CounterVisit> =
    Action::writes("people.begin_counter", person_at_the_counter, |tx, cx, input: &BeginCounter| {
        let clerk = cx.who().account.as_ref().ok_or_else(Fault::signed_out)?;
        let person = accounts::by_id(tx, &input.person)?.ok_or_else(Fault::missing)?;
        if person.kind != AccountKind::Resident || person.state != AccountState::Active {
            return Err(Fault::missing());
        }
        if !release::visit_at_counter(tx, cx, &person.id, &tidy(&input.reason))? {
            return Ok(CounterVisit { mandate: None, stopped: true });
        }
        // One visit at a time: whoever was served before has gone.
        if let Some(before) = cx.who().acting.clone() {
            end_mandate(tx, cx, &before.mandate, &before.person)?;
        }
        let agent = accounts::by_id(tx, clerk)?.ok_or_else(Fault::signed_out)?;
        let today = cx.now().date().to_string();
        let mandate = Mandate {
            id: cx.id(),
            person: person.id,
            person_name: person.name,
            agent: agent.id,
            agent_name: agent.name,
            relation: Relation::Counter,
            scopes: Scope::ALL.to_vec(),
            standing: Standing::Active,
            starts_on: today.clone(),
            ends_on: today,
            starts_ms: cx.now_ms(),
            ends_ms: cx.now_ms() + COUNTER_MINUTES * 60_000,
            note: tidy(&input.reason),
            document: tidy(&input.document),
            made_ms: cx.now_ms(),
            made_by: cx.who().written(),
            answered_ms: cx.now_ms(),
            ended_ms: 0,
            used_ms: cx.now_ms(),
        };
        mandates::add(tx, &mandate)?;
        tx.emit(
            cx,
            "people.mandate_made",
            mandate.person.as_str(),
            serde_json::json!({"mandate": mandate.id, "relation": "counter"}),
        )?;
        take_up(tx, cx, &mandate)?;
        Ok(CounterVisit { mandate: Some(mandate), stopped: false })
    })
    .emits(&[
        "people.mandate_made",
        "people.mandate_ended",
        "people.acting_begun",
        "people.use_stopped",
    ]);

/// The visit at the counter is over.
pub const END_COUNTER: Action<Nothing, Nothing> =
    Action::writes("people.end_counter", own_account, |tx, cx, _| {
        stop(tx, cx)?;
        Ok(Nothing {})
    })
    .emits(&["people.acting_ended", "people.mandate_ended"]);
