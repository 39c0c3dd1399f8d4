//! Somebody stands in for somebody, from one day to another.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::{Object, Role};
use jiff::ToSpan as _;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{member, not_now, second_person};
use crate::actions::whole_city;
use crate::model::{AccountState, tidy};
use crate::rights::standing::touch;
use crate::rights::store::deputies::{self, Deputy, DeputyState};
use crate::store::staff::StaffMember;

/// Longer than a year is no deputy but another post.
const DAYS_MAX: i64 = 366;

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskDeputies {
    /// Only those of this member of staff, on either side.
    #[serde(default)]
    #[garde(skip)]
    pub account: Option<Id>,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// Who stands in for whom, and who did, newest first. All staff see it: they must know whom to turn to.
pub const DEPUTIES: Action<AskDeputies, List<Deputy>> =
    Action::reads("people.deputies", whole_city, |tx, _, input: &AskDeputies| {
        let account = input.account.as_ref().map_or("", Id::as_str);
        let rows = deputies::page(tx, account, input.paging.after(), input.paging.rows() + 1)?;
        Ok(List::cut(rows, input.paging.rows(), |row| row.id.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveDeputy {
    /// Who stands in: the id or the e-mail address.
    #[garde(length(min = 1, max = 254))]
    pub person: String,
    /// For whom; empty for oneself.
    #[serde(default)]
    #[garde(length(max = 254))]
    pub for_person: String,
    /// The first day, `YYYY-MM-DD`.
    #[garde(length(min = 1, max = 10))]
    pub from: String,
    /// The last day.
    #[garde(length(min = 1, max = 10))]
    pub until: String,
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub note: String,
}

/// The moment a day begins on the city's clock.
fn begins(cx: &Cx, path: &str, date: Date) -> Result<i64, Fault> {
    let zone = cx.now().time_zone().clone();
    let at = date.to_zoned(zone).map_err(|_| Fault::field(path, "field-unreadable"))?;
    Ok(at.timestamp().as_millisecond())
}

fn day(path: &str, text: &str) -> Result<Date, Fault> {
    text.parse().map_err(|_| Fault::field(path, "field-people-deputy-day"))
}

fn time_of(cx: &Cx, input: &SaveDeputy) -> Result<(i64, i64), Fault> {
    let (from, until) = (day("from", &input.from)?, day("until", &input.until)?);
    let after = until.checked_add(1.day()).map_err(|_| Fault::field("until", "field-people-deputy-day"))?;
    if until < from {
        return Err(Fault::field("until", "field-people-until"));
    }
    if until < cx.now().date() {
        return Err(Fault::field("until", "field-people-until-past"));
    }
    let (from_ms, until_ms) = (begins(cx, "from", from)?, begins(cx, "until", after)?);
    if until_ms - from_ms > DAYS_MAX * 86_400_000 {
        return Err(Fault::field("until", "field-people-until-long"));
    }
    Ok((from_ms, until_ms))
}

fn colleague(tx: &mut Tx<'_>, path: &str, named: &str) -> Result<StaffMember, Fault> {
    let found = member(tx, path, named)?;
    if found.state == AccountState::Active {
        Ok(found)
    } else {
        Err(Fault::field(path, "field-people-colleague"))
    }
}

/// For whom a deputy is named: oneself when nobody else is.
fn person_of(tx: &mut Tx<'_>, cx: &Cx, input: &SaveDeputy) -> Result<StaffMember, Fault> {
    let own = cx.who().account.as_ref().map_or("", Id::as_str);
    let named = if input.for_person.trim().is_empty() { own } else { input.for_person.trim() };
    colleague(tx, "for_person", named)
}

/// Somebody names a deputy for themselves, or an administrator does. For an administrator's post a second
/// administrator has to agree: the deputy would be one.
pub const SAVE_DEPUTY: Action<SaveDeputy, Deputy> = Action::writes(
    "people.save_deputy",
    |tx, cx, input: &SaveDeputy| {
        let person = person_of(tx, cx, input)?;
        Ok(Object::new("deputy", &person.id).owner(Some(person.id)))
    },
    |tx, cx, input: &SaveDeputy| {
        deputies::lock(tx)?;
        let deputy = colleague(tx, "person", input.person.trim())?;
        let person = person_of(tx, cx, input)?;
        if deputy.id == person.id {
            return Err(Fault::field("person", "field-people-deputy-self"));
        }
        let (from_ms, until_ms) = time_of(cx, input)?;
        if deputies::overlaps(tx, &deputy.id, &person.id, from_ms, until_ms)? {
            return Err(Fault::field("from", "field-people-deputy-overlaps"));
        }
        if deputies::is_full(deputies::count_open(tx, cx.now_ms())?) {
            return Err(Fault::too_large("deputies"));
        }
        let for_admin = person.roles().has(Role::Admin) && !deputy.roles().has(Role::Admin);
        let needs_two = for_admin && !cx.who().has(Role::Operator);
        let saved = Deputy {
            id: cx.id(),
            account: deputy.id,
            name: deputy.name,
            for_account: person.id,
            for_name: person.name,
            from_ms,
            until_ms,
            state: if needs_two { DeputyState::Asked } else { DeputyState::Standing },
            note: tidy(&input.note),
            asked_by: cx.who().written(),
            asked_ms: cx.now_ms(),
            agreed_by: String::new(),
            agreed_ms: 0,
            ended_by: String::new(),
            ended_ms: 0,
        };
        told(tx, cx, &saved)?;
        Ok(saved)
    },
)
.emits(&["people.deputy_saved"]);

fn told(tx: &mut Tx<'_>, cx: &Cx, deputy: &Deputy) -> Result<(), Fault> {
    deputies::put(tx, deputy)?;
    touch(tx, cx)?;
    let facts = json!({
        "account": deputy.account, "for": deputy.for_account, "from_ms": deputy.from_ms,
        "until_ms": deputy.until_ms, "state": deputy.state,
    });
    tx.emit(cx, "people.deputy_saved", deputy.id.as_str(), facts)
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisDeputy {
    pub id: Id,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct DecideDeputy {
    pub id: Id,
    pub agree: bool,
}

fn object_of(tx: &mut Tx<'_>, id: &Id) -> Result<Object, Fault> {
    let deputy = deputies::by_id(tx, id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("deputy", id).owner(Some(deputy.for_account)))
}

pub const DECIDE_DEPUTY: Action<DecideDeputy, Deputy> = Action::writes(
    "people.decide_deputy",
    |tx, _, input: &DecideDeputy| object_of(tx, &input.id),
    |tx, cx, input: &DecideDeputy| {
        deputies::lock(tx)?;
        let deputy = deputies::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if deputy.state != DeputyState::Asked {
            return Err(not_now());
        }
        let me = cx.who().written();
        // Whoever asked, gains by it, or would hand the post over is not the second person.
        if [deputy.asked_by.as_str(), deputy.account.as_str(), deputy.for_account.as_str()]
            .contains(&me.as_str())
        {
            return Err(second_person());
        }
        let state = if input.agree { DeputyState::Standing } else { DeputyState::Refused };
        let deputy = Deputy { state, agreed_by: me, agreed_ms: cx.now_ms(), ..deputy };
        told(tx, cx, &deputy)?;
        Ok(deputy)
    },
)
.emits(&["people.deputy_saved"]);

/// Ends it before its time, or before it begins.
pub const END_DEPUTY: Action<ThisDeputy, Deputy> = Action::writes(
    "people.end_deputy",
    |tx, _, input: &ThisDeputy| object_of(tx, &input.id),
    |tx, cx, input: &ThisDeputy| {
        deputies::lock(tx)?;
        let deputy = deputies::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        let open = matches!(deputy.state, DeputyState::Standing | DeputyState::Asked);
        if !open || deputy.until_ms <= cx.now_ms() {
            return Err(not_now());
        }
        let deputy = Deputy {
            state: DeputyState::Ended,
            ended_by: cx.who().written(),
            ended_ms: cx.now_ms(),
            ..deputy
        };
        told(tx, cx, &deputy)?;
        Ok(deputy)
    },
)
.emits(&["people.deputy_saved"]);
