//! Finding a resident, and looking at one: with a purpose that is a duty, and a reason.

use std::collections::BTreeMap;

use garde::Validate;
use ground::action::{Action, Boxed};
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::who::Object;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::actions::{Nothing, date_or_empty, shown, whole_city};
use crate::attribute::Attribute;
use crate::consent::model::Basis;
use crate::consent::store::{self, Told};
use crate::model::{AccountKind, katakana, tidy};
use crate::release::{Ask, Released, release};
use crate::rules::block_key;
use crate::store::accounts;

/// People that one search shows at most. Who finds more asks more narrowly.
pub const FOUND_MAX: usize = 20;
/// What is shown of somebody who was found, as far as the purpose names it.
const TOLD_APART_BY: [Attribute; 4] = [Attribute::Name, Attribute::Kana, Attribute::Birth, Attribute::Block];

/// Why somebody is looked up. The words that go with it are the clerk's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The person is at the counter.
    Counter,
    /// A letter or a call of the person is answered.
    Inquiry,
    /// An application is worked on.
    Application,
    /// Life or limb.
    Emergency,
}

impl Why {
    pub const ALL: [Why; 4] = [Why::Counter, Why::Inquiry, Why::Application, Why::Emergency];

    pub fn name(self) -> &'static str {
        match self {
            Why::Counter => "counter",
            Why::Inquiry => "inquiry",
            Why::Application => "application",
            Why::Emergency => "emergency",
        }
    }

    pub fn from_name(name: &str) -> Option<Why> {
        Why::ALL.into_iter().find(|why| why.name() == name)
    }

    pub fn word(self) -> String {
        format!("people-why-{}", self.name())
    }
}

/// The purposes for which staff may look somebody up: those that are a duty, not a favour.
pub const DUTIES: Action<Nothing, Vec<Told>> = Action::reads("people.duties", whole_city, |tx, _, _| {
    let rows = store::purposes(tx)?;
    let duties = rows
        .into_iter()
        .filter(|row| row.purpose.open && row.purpose.version > 0 && row.told.legal_basis != Basis::Consent);
    Ok(duties.map(|row| row.told).collect())
});

/// What every look needs. Residents read it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Grounds {
    #[garde(length(min = 1, max = 40))]
    pub purpose: String,
    pub why: Why,
    #[garde(length(chars, min = 4, max = 300), custom(shown))]
    pub reason: String,
}

impl Grounds {
    /// As it stands in the record: the residents of a city read Japanese.
    fn written(&self, cx: &Cx) -> String {
        let t = cx.house().words.tongue(ground::words::Lang::Ja);
        format!("{}：{}", t.t(&self.why.word()), tidy(&self.reason))
    }

    fn duty(&self, tx: &mut Tx<'_>) -> Result<Told, Fault> {
        let told = store::told_now(tx, &self.purpose)?;
        let in_force = store::in_force(tx, &self.purpose)?.is_some_and(|now| now.open);
        told.filter(|told| in_force && told.legal_basis != Basis::Consent)
            .ok_or_else(|| Fault::field("purpose", "field-people-duty"))
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct FindResidents {
    #[garde(dive)]
    pub grounds: Grounds,
    /// A part of the name.
    #[garde(length(chars, max = 60))]
    #[serde(default)]
    pub name: String,
    /// How the reading begins.
    #[garde(length(chars, max = 60))]
    #[serde(default)]
    pub kana: String,
    #[garde(custom(date_or_empty))]
    #[serde(default)]
    pub birth: String,
    /// The block of the town.
    #[garde(length(chars, max = 60))]
    #[serde(default)]
    pub block: String,
    /// Who fits, found before the transaction that writes the record: a search holds up nobody who writes.
    #[garde(skip)]
    #[serde(skip)]
    #[schemars(skip)]
    pub found: Vec<Id>,
}

/// Somebody who was found, as far as the purpose allows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    pub id: Id,
    pub given: BTreeMap<Attribute, Value>,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FoundResidents {
    pub people: Vec<Found>,
    /// There are more than are shown: nobody of them is shown then.
    pub too_many: bool,
    /// Whoever searches used more people's data than is usual, and is shown nobody until somebody else has looked.
    #[serde(default)]
    pub stopped: bool,
}

fn look(cx: Cx, input: FindResidents) -> Boxed<'static, Result<FindResidents, Fault>> {
    Box::pin(async move {
        let asked = [&input.name, &input.kana, &input.birth, &input.block];
        // One letter of a name would list half the town.
        let chars: usize = asked.iter().map(|one| tidy(one).chars().count()).sum();
        if chars < 2 {
            return Err(Fault::field("name", "field-people-find-more"));
        }
        let asked = input.clone();
        let found = cx.city().db.read(move |tx| candidates(tx, &asked)).await?;
        Ok(FindResidents { found, ..input })
    })
}

fn candidates(tx: &mut Tx<'_>, input: &FindResidents) -> Result<Vec<Id>, Fault> {
    let block = block_key(&tidy(&input.block));
    let name: String = tidy(&input.name).split(' ').collect();
    let kana = katakana(&input.kana);
    tx.all(
        sql!(
            "select a.id from people_account a
             left join people_resident r on r.city = ?1 and r.account = a.id
             where a.city = ?1 and a.kind = 'resident' and a.state = 'active'
               and (?2 = '' or {contains(replace(a.name, ' ', ''), ?2)})
               and (?3 = '' or (a.kana >= ?3 and a.kana < ?4))
               and (?5 = '' or r.birth = ?5)
               and (?6 = '' or r.block = ?6)
             order by a.kana, a.id limit ?7"
        ),
        params![
            name,
            kana.as_str(),
            format!("{kana}\u{ffff}"),
            input.birth.as_str(),
            if input.block.trim().is_empty() { "" } else { block.as_str() },
            FOUND_MAX + 1
        ],
        |row| row.get(0),
    )
}

/// Looks for residents. Each person shown is a use of their data, and stands in the record.
pub const FIND_RESIDENTS: Action<FindResidents, FoundResidents> =
    Action::writes("people.find_residents", whole_city, |tx, cx, input: &FindResidents| {
        let told = input.grounds.duty(tx)?;
        if input.found.len() > FOUND_MAX {
            return Ok(FoundResidents { people: Vec::new(), too_many: true, stopped: false });
        }
        let wanted: Vec<Attribute> =
            TOLD_APART_BY.into_iter().filter(|one| told.attributes.contains(one)).collect();
        if wanted.is_empty() {
            return Err(Fault::field("purpose", "field-people-duty"));
        }
        let mut people = Vec::with_capacity(input.found.len());
        // In one order, so that two searches do not wait for each other.
        let mut found = input.found.clone();
        found.sort();
        for id in found {
            let released = released(tx, cx, &id, &input.grounds, wanted.clone())?;
            // Answered, not refused: a refusal would take the stop and its record back with it.
            if is_stopped(&released) {
                return Ok(FoundResidents { people: Vec::new(), too_many: false, stopped: true });
            }
            people.push(Found { id, given: released.given });
        }
        let kana = |one: &Found| one.given.get(&Attribute::Kana).map(ToString::to_string).unwrap_or_default();
        people.sort_by_key(kana);
        Ok(FoundResidents { people, too_many: false, stopped: false })
    })
    .prepared_by(look)
    .rate(30, 30);

fn released(
    tx: &mut Tx<'_>,
    cx: &Cx,
    person: &Id,
    grounds: &Grounds,
    attributes: Vec<Attribute>,
) -> Result<Released, Fault> {
    let ask = Ask {
        subject: person.clone(),
        purpose: grounds.purpose.clone(),
        recipient: None,
        attributes,
        reason: grounds.written(cx),
    };
    release(tx, cx, &ask)
}

fn is_stopped(released: &Released) -> bool {
    released.withheld.values().any(|why| *why == crate::release::Why::Blocked)
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct LookAtResident {
    #[garde(skip)]
    pub person: Id,
    #[garde(dive)]
    pub grounds: Grounds,
}

/// One resident, as far as the purpose allows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ResidentView {
    pub id: Id,
    pub given: BTreeMap<Attribute, Value>,
    /// What the purpose names and the person never gave.
    pub not_known: Vec<Attribute>,
    /// Whether the account can be used: not locked.
    pub active: bool,
    /// See [`FoundResidents::stopped`].
    #[serde(default)]
    pub stopped: bool,
}

fn this_resident(tx: &mut Tx<'_>, _: &Cx, input: &LookAtResident) -> Result<Object, Fault> {
    let account = accounts::by_id(tx, &input.person)?;
    let account =
        account.filter(|account| account.kind == AccountKind::Resident).ok_or_else(Fault::missing)?;
    Ok(Object::new("account", account.id))
}

/// Looks at one resident. The use stands in the record.
pub const RESIDENT: Action<LookAtResident, ResidentView> =
    Action::writes("people.resident", this_resident, |tx, cx, input: &LookAtResident| {
        let told = input.grounds.duty(tx)?;
        let account = accounts::by_id(tx, &input.person)?.ok_or_else(Fault::missing)?;
        let released = released(tx, cx, &input.person, &input.grounds, told.attributes.clone())?;
        if released.given.is_empty()
            && released.withheld.values().any(|why| *why == crate::release::Why::PurposeNotAllowed)
        {
            return Err(Fault::new(Kind::Refused, "refused"));
        }
        if is_stopped(&released) {
            let (given, not_known) = (BTreeMap::new(), Vec::new());
            return Ok(ResidentView {
                id: input.person.clone(),
                given,
                not_known,
                active: false,
                stopped: true,
            });
        }
        Ok(ResidentView {
            id: input.person.clone(),
            stopped: false,
            not_known: released.withheld.keys().copied().collect(),
            given: released.given,
            active: account.state == crate::model::AccountState::Active,
        })
    })
    .rate(60, 60);
