//! The use of one person's data.

use std::collections::{BTreeMap, BTreeSet};

use garde::Validate;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::entry::Entry;
use super::limits;
use super::may::{Wanted, may_use};
use super::values::Known;
use crate::attribute::{self, Attribute};
use crate::consent::standing::lock_person;

/// Which attributes of whom, for what, and to whom.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The account of the person whose data it is.
    #[garde(skip)]
    pub subject: Id,
    /// The code of the purpose.
    #[garde(length(bytes, min = 1, max = 80))]
    pub purpose: String,
    /// Absent: the recipient of the purpose. Another one is refused.
    #[garde(skip)]
    #[serde(default)]
    pub recipient: Option<Id>,
    #[garde(length(min = 1, max = 32))]
    pub attributes: Vec<Attribute>,
    /// In the actor's own words; the person reads it.
    #[garde(length(chars, max = 400))]
    #[serde(default)]
    pub reason: String,
}

/// Why an attribute was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// There is no such purpose, or it is not in force.
    NotInForce,
    /// The purpose is not for this actor, or not for this recipient.
    PurposeNotAllowed,
    /// The purpose does not name it.
    NotInPurpose,
    /// The person does not allow it.
    NoConsent,
    /// The person never gave it to the city.
    NotKnown,
    /// The actor used more people's data than is usual, and waits until somebody else has looked at it.
    Blocked,
}

impl Why {
    pub const ALL: [Why; 6] = [
        Why::NotInForce,
        Why::PurposeNotAllowed,
        Why::NotInPurpose,
        Why::NoConsent,
        Why::NotKnown,
        Why::Blocked,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Why::NotInForce => "not_in_force",
            Why::PurposeNotAllowed => "purpose_not_allowed",
            Why::NotInPurpose => "not_in_purpose",
            Why::NoConsent => "no_consent",
            Why::NotKnown => "not_known",
            Why::Blocked => "blocked",
        }
    }

    pub fn from_name(name: &str) -> Option<Why> {
        Why::ALL.into_iter().find(|why| why.name() == name)
    }
}

/// What was given, and what was not.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Released {
    /// The entry of the record.
    pub entry: Id,
    /// The version of the purpose in force; 0 when there is none.
    pub version: i64,
    pub given: BTreeMap<Attribute, Value>,
    pub withheld: BTreeMap<Attribute, Why>,
}

/// The purpose in force and this person's word on it.
struct Purpose {
    version: i64,
    recipient: Id,
    within_city: bool,
    attributes: Vec<Attribute>,
    legal_basis: String,
    consents: bool,
    agreed: bool,
    consent_ms: i64,
}

struct Found {
    known: Known,
    purpose: Option<Purpose>,
    is_blocked: bool,
}

/// Gives what may be given, says of each other attribute why not, and writes the use into the record. A person who is
/// not there is the fault `missing`; everything else is an answer.
pub fn release(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Released, Fault> {
    let person_no = tx.one(
        sql!(
            "select a.person_no from people_account a where a.city = ?1 and a.id = ?2 and a.state <> 'erased'"
        ),
        params![&ask.subject],
        |row| row.get::<i64>(0),
    )?;
    // From here to the end nobody changes what this person allows; what is read below is what stands.
    lock_person(tx, person_no)?;
    let found = find(tx, cx, &ask.subject, &ask.purpose)?.ok_or_else(Fault::missing)?;
    let mut entry = Entry { person_no, ..Entry::begin(cx, &ask.purpose, &ask.reason) };
    let mut out =
        Released { entry: entry.id.clone(), version: 0, given: BTreeMap::new(), withheld: BTreeMap::new() };
    let wanted: BTreeSet<Attribute> = ask.attributes.iter().copied().collect();
    let whole = whole_answer(cx, ask, &found);
    let Found { known, purpose, .. } = found;
    for attribute in wanted {
        let answer = match (&purpose, whole) {
            (_, Some(why)) => Err(why),
            (Some(purpose), None) if !purpose.attributes.contains(&attribute) => Err(Why::NotInPurpose),
            (Some(purpose), None) if !purpose.allows() => Err(Why::NoConsent),
            _ if attribute == Attribute::Household => household(tx, cx, &known)?.ok_or(Why::NotKnown),
            _ => known.value(attribute, cx.now().date()).ok_or(Why::NotKnown),
        };
        match answer {
            Ok(value) => drop(out.given.insert(attribute, value)),
            Err(why) => drop(out.withheld.insert(attribute, why)),
        }
    }
    // Counted last: only what is given counts.
    if !out.given.is_empty() && limits::use_one(tx, cx, person_no)?.is_some() {
        let blocked = std::mem::take(&mut out.given).into_keys().map(|attribute| (attribute, Why::Blocked));
        out.withheld.extend(blocked);
    }
    if let Some(purpose) = purpose {
        out.version = purpose.version;
        entry.version = purpose.version;
        entry.recipient = purpose.recipient.to_string();
        if !out.given.is_empty() {
            entry.ground = purpose.legal_basis;
            // Never dated before the consent that it rests on, however the clocks of two nodes differ.
            entry.at_ms = entry.at_ms.max(purpose.consent_ms);
        }
    }
    entry.attributes = attribute::written(&out.given.keys().copied().collect::<Vec<_>>());
    entry.withheld = withheld(&out.withheld);
    entry.write(tx, cx)?;
    Ok(out)
}

/// The purpose of an entry that is a visit at the counter: the person stands there, and nothing else is agreed on.
pub const COUNTER_VISIT: &str = "@counter";

/// Staff begin to act for somebody at the counter and see their page from then on. That is a use like every other: it
/// counts for the limits, stops whoever goes beyond them, and stands in the person's record. Answers whether it may
/// begin; when not, what was written must stay, so that nobody tries again and again unseen.
pub fn visit_at_counter(tx: &mut Tx<'_>, cx: &Cx, subject: &Id, reason: &str) -> Result<bool, Fault> {
    let person_no = crate::store::accounts::person_no(tx, subject)?;
    lock_person(tx, person_no)?;
    let stopped = limits::is_stopped(tx, cx)? || limits::use_one(tx, cx, person_no)?.is_some();
    let mut entry = Entry { person_no, ..Entry::begin(cx, COUNTER_VISIT, reason) };
    let seen: Vec<Attribute> = Attribute::ALL.into_iter().filter(|one| *one != Attribute::AgeBand).collect();
    if stopped {
        entry.withheld = withheld(&seen.into_iter().map(|attribute| (attribute, Why::Blocked)).collect());
    } else {
        entry.attributes = attribute::written(&seen);
        entry.ground = "duty".to_owned();
    }
    entry.write(tx, cx)?;
    Ok(!stopped)
}

impl Purpose {
    fn allows(&self) -> bool {
        self.legal_basis != "consent" || self.consents
    }
}

/// The reason that holds for every attribute alike, if there is one.
fn whole_answer(cx: &Cx, ask: &Ask, found: &Found) -> Option<Why> {
    if found.is_blocked {
        return Some(Why::Blocked);
    }
    let Some(purpose) = &found.purpose else { return Some(Why::NotInForce) };
    if ask.recipient.as_ref().is_some_and(|recipient| *recipient != purpose.recipient) {
        return Some(Why::PurposeNotAllowed);
    }
    let wanted = Wanted {
        purpose: &ask.purpose,
        within_city: purpose.within_city,
        needs_consent: purpose.legal_basis == "consent",
        agreed: purpose.agreed,
    };
    (!may_use(cx.who(), &wanted)).then_some(Why::PurposeNotAllowed)
}

/// The person, the purpose in force and the consent in one question. The consent stands by the same rule as in
/// `consent::standing::is_given` and for many people; a test holds them together.
fn find(tx: &mut Tx<'_>, cx: &Cx, subject: &Id, purpose: &str) -> Result<Option<Found>, Fault> {
    tx.opt(
        sql!(
            "select coalesce(v.version, 0), coalesce(v.recipient, ''), coalesce(t.kind, ''), coalesce(v.attributes, ''),
                    coalesce(v.legal_basis, ''),
                    case when c.state = 'given' and (c.ends_ms = 0 or c.ends_ms > ?4)
                           and not exists (select 1 from people_purpose_version n
                               where n.city = ?1 and n.purpose = p.code and n.version > c.version
                                 and n.version <= p.version and n.asks_again = 1)
                         then cast(1 as bigint) else cast(0 as bigint) end,
                    coalesce(c.at_ms, 0),
                    a.name, a.kana, a.mail, a.level, coalesce(r.birth, ''), coalesce(b.name, r.block, ''),
                    coalesce(d.slug, ''), coalesce(d.name, ''), coalesce(r.postal, ''), coalesce(r.address, ''),
                    r.latitude, r.longitude, coalesce(r.phone, ''), coalesce(r.langs, ''), coalesce(r.interests, ''),
                    coalesce(r.wishes, ''), coalesce(r.household, ''),
                    case when exists (select 1 from people_access_block k
                                      where k.city = ?1 and k.actor = ?5 and k.lifted_ms = 0)
                         then cast(1 as bigint) else cast(0 as bigint) end,
                    case when exists (select 1 from people_client_purpose u
                                      join people_client k on k.city = ?1 and k.id = u.client
                                      where u.city = ?1 and u.client = ?6 and u.purpose = p.code and k.state = 'open'
                                        and k.recipient = v.recipient)
                         then cast(1 as bigint) else cast(0 as bigint) end
             from people_account a
             left join people_resident r on r.city = ?1 and r.account = a.id
             left join people_block b on b.city = ?1 and b.key = r.block
             left join people_district d on d.city = ?1 and d.id = r.district
             left join people_purpose p on p.city = ?1 and p.code = ?3 and p.state = 'open' and p.version > 0
             left join people_purpose_version v on v.city = ?1 and v.purpose = p.code and v.version = p.version
             left join people_recipient t on t.city = ?1 and t.id = v.recipient
             left join people_consent c on c.city = ?1 and c.purpose = p.code and c.person_no = a.person_no
             where a.city = ?1 and a.id = ?2"
        ),
        params![
            subject,
            purpose,
            cx.now_ms(),
            limits::counted_as(cx.who()).1,
            cx.who().client.as_ref().map_or("", Id::as_str)
        ],
        |row| {
            let version: i64 = row.get(0)?;
            let recipient: String = row.get(1)?;
            let purpose = match recipient.parse() {
                Ok(recipient) if version > 0 => Some(Purpose {
                    version,
                    recipient,
                    within_city: is_within_city(&row.get::<String>(2)?),
                    attributes: attribute::read(&row.get::<String>(3)?),
                    legal_basis: row.get(4)?,
                    consents: row.get::<i64>(5)? == 1,
                    consent_ms: row.get(6)?,
                    agreed: row.get(25)?,
                }),
                _ => None,
            };
            Ok(Found { known: Known::read(row, 7)?, purpose, is_blocked: row.get(24)? })
        },
    )
}

/// The kinds of recipients that are the city itself.
pub fn is_within_city(kind: &str) -> bool {
    kind == "city"
}

/// How many live together, and how many of them are children; never who.
fn household(tx: &mut Tx<'_>, cx: &Cx, known: &Known) -> Result<Option<Value>, Fault> {
    if known.household.is_empty() {
        return Ok(None);
    }
    let births = tx.all(
        sql!("select r.birth from people_resident r where r.city = ?1 and r.household = ?2 limit 100"),
        params![&known.household],
        |row| row.get::<String>(0),
    )?;
    let today = cx.now().date();
    let children = births.iter().filter(|birth| super::values::age(birth, today).is_some_and(|age| age < 18));
    Ok(Some(json!({"people": births.len(), "children": children.count()})))
}

fn withheld(withheld: &BTreeMap<Attribute, Why>) -> String {
    let pieces: Vec<String> =
        withheld.iter().map(|(attribute, why)| format!("{attribute}:{}", why.name())).collect();
    pieces.join(" ")
}
