//! The use of many people's data at once: a selection to join on, one entry in the record, and its members.

use std::collections::BTreeSet;

use garde::Validate;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Level;
use ground::{params, selection, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::entry::{Entry, new_salt};
use super::limits;
use super::may::{Wanted, may_use};
use super::members::Members;
use super::single::{Why, is_within_city};
use crate::attribute::{self, Attribute};
use crate::consent::standing::lock_purpose_alone;

/// Fewer people than this are not told apart in a count.
pub const SMALL_GROUP: i64 = 10;

/// Who lives together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HouseholdKind {
    Alone,
    /// Somebody under 18 is among them.
    WithChildren,
    /// Nobody is under 65.
    Elderly,
    Others,
}

impl HouseholdKind {
    pub fn name(self) -> &'static str {
        match self {
            HouseholdKind::Alone => "alone",
            HouseholdKind::WithChildren => "with_children",
            HouseholdKind::Elderly => "elderly",
            HouseholdKind::Others => "others",
        }
    }
}

/// Whom to choose. What is left empty does not narrow the choice; somebody who never said what is asked for is not
/// chosen by it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Filter {
    /// Years of life, from and to.
    #[serde(default)]
    #[garde(inner(range(min = 0, max = 150)))]
    pub age_from: Option<i64>,
    #[serde(default)]
    #[garde(inner(range(min = 0, max = 150)))]
    pub age_to: Option<i64>,
    /// Slugs of districts.
    #[serde(default)]
    #[garde(length(max = 200), inner(length(bytes, max = 80)))]
    pub districts: Vec<String>,
    #[serde(default)]
    #[garde(length(max = 4))]
    pub households: Vec<HouseholdKind>,
    /// Codes of languages; one of them is enough.
    #[serde(default)]
    #[garde(length(max = 30), inner(length(bytes, max = 20)))]
    pub languages: Vec<String>,
    /// Names of interests; one of them is enough.
    #[serde(default)]
    #[garde(length(max = 50), inner(length(bytes, max = 80)))]
    pub interests: Vec<String>,
    /// How sure the city must be of who they are, at least.
    #[serde(default)]
    pub level: Option<Level>,
}

impl Filter {
    /// What it looks at; for each, any one of these attributes in the purpose will do.
    fn looks_at(&self) -> Vec<(Attribute, &'static [Attribute])> {
        use Attribute as A;
        let mut out: Vec<(Attribute, &'static [Attribute])> = Vec::new();
        if self.age_from.is_some() || self.age_to.is_some() {
            out.push((A::AgeBand, &[A::AgeBand, A::Birth]));
        }
        if !self.districts.is_empty() {
            out.push((A::District, &[A::District, A::Block, A::Address]));
        }
        if !self.households.is_empty() {
            out.push((A::Household, &[A::Household]));
        }
        if !self.languages.is_empty() {
            out.push((A::Languages, &[A::Languages]));
        }
        if !self.interests.is_empty() {
            out.push((A::Interests, &[A::Interests]));
        }
        if self.level.is_some() {
            out.push((A::Level, &[A::Level]));
        }
        out
    }

    fn is_empty(&self) -> bool {
        self.looks_at().is_empty()
    }
}

/// Choose many people for a purpose.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Choose {
    #[garde(length(bytes, min = 1, max = 80))]
    pub purpose: String,
    /// Absent: the recipient of the purpose.
    #[serde(default)]
    #[garde(skip)]
    pub recipient: Option<Id>,
    #[serde(default)]
    #[garde(dive)]
    pub filter: Filter,
    /// What will be read of each of them, besides what the filter looks at.
    #[serde(default)]
    #[garde(length(max = 32))]
    pub attributes: Vec<Attribute>,
    /// In the actor's own words; the people chosen read it.
    #[serde(default)]
    #[garde(length(chars, max = 400))]
    pub reason: String,
}

/// Who was chosen. When somebody may not choose at all, nobody is, and `refused` says why; the attempt is recorded.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Chosen {
    pub entry: Id,
    pub version: i64,
    /// To join on, see `ground::selection`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<Id>,
    pub count: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Why>,
    /// Attributes that the purpose does not name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_in_purpose: Vec<Attribute>,
}

/// The purpose in force, for many people.
struct Purpose {
    version: i64,
    recipient: Id,
    within_city: bool,
    attributes: Vec<Attribute>,
    legal_basis: String,
    /// A consent to a version before this one does not stand any more.
    since_version: i64,
    is_blocked: bool,
    agreed: bool,
}

fn purpose(tx: &mut Tx<'_>, cx: &Cx, code: &str) -> Result<Option<Purpose>, Fault> {
    tx.opt(
        sql!(
            "select v.version, v.recipient, coalesce(t.kind, ''), v.attributes, v.legal_basis,
                    coalesce((select n.version from people_purpose_version n
                              where n.city = ?1 and n.purpose = p.code and n.version <= p.version and n.asks_again = 1
                              order by n.version desc limit 1), 0),
                    case when exists (select 1 from people_access_block k
                                      where k.city = ?1 and k.actor = ?3 and k.lifted_ms = 0)
                         then cast(1 as bigint) else cast(0 as bigint) end,
                    case when exists (select 1 from people_client_purpose u
                                      join people_client k on k.city = ?1 and k.id = u.client
                                      where u.city = ?1 and u.client = ?4 and u.purpose = p.code and k.state = 'open'
                                        and k.recipient = v.recipient)
                         then cast(1 as bigint) else cast(0 as bigint) end
             from people_purpose p
             join people_purpose_version v on v.city = ?1 and v.purpose = p.code and v.version = p.version
             left join people_recipient t on t.city = ?1 and t.id = v.recipient
             where p.city = ?1 and p.code = ?2 and p.state = 'open' and p.version > 0"
        ),
        params![code, limits::counted_as(cx.who()).1, cx.who().client.as_ref().map_or("", Id::as_str)],
        |row| {
            Ok(Purpose {
                version: row.get(0)?,
                recipient: row.get(1)?,
                within_city: is_within_city(&row.get::<String>(2)?),
                attributes: attribute::read(&row.get::<String>(3)?),
                legal_basis: row.get(4)?,
                since_version: row.get(5)?,
                is_blocked: row.get(6)?,
                agreed: row.get(7)?,
            })
        },
    )
}

/// Chooses, writes the selection, one entry and its members. Off is off: the purpose is held alone, so that nobody's
/// withdrawal is under way; whoever withdraws later was a member, whoever withdrew before is none.
pub fn choose(tx: &mut Tx<'_>, cx: &Cx, ask: &Choose) -> Result<Chosen, Fault> {
    lock_purpose_alone(tx, &ask.purpose)?;
    let found = purpose(tx, cx, &ask.purpose)?;
    let mut entry = Entry { count: 0, ..Entry::begin(cx, &ask.purpose, &ask.reason) };
    let mut out = Chosen {
        entry: entry.id.clone(),
        version: 0,
        selection: None,
        count: 0,
        refused: None,
        not_in_purpose: Vec::new(),
    };
    let used: Vec<Attribute> = {
        let looked = ask.filter.looks_at().into_iter().map(|(attribute, _)| attribute);
        let used: BTreeSet<Attribute> = ask.attributes.iter().copied().chain(looked).collect();
        used.into_iter().collect()
    };
    if let Some(purpose) = &found {
        out.version = purpose.version;
        entry.version = purpose.version;
        entry.recipient = purpose.recipient.to_string();
        out.not_in_purpose = outside(purpose, ask);
    }
    out.refused = refusal(cx, ask, found.as_ref(), &out);
    let salt = new_salt(cx);
    if let (Some(purpose), None) = (found, out.refused) {
        let id = selection::begin(tx, cx, &ask.purpose, purpose.recipient.as_str())?;
        let added = insert(tx, cx, &id, &ask.purpose, &purpose, &ask.filter)?;
        selection::added(tx, &id, added)?;
        let members = members_of(tx, &id)?;
        out.count = members.count();
        if limits::use_many(tx, cx, out.count)?.is_some() {
            selection::discard(tx, cx, &id)?;
            (out.count, out.refused) = (0, Some(Why::Blocked));
        } else {
            entry.count = out.count;
            entry.attributes = attribute::written(&used);
            entry.ground = purpose.legal_basis;
            entry.members = members.digest(&salt);
            entry.at_ms = entry.at_ms.max(newest_consent_ms(tx, &ask.purpose)?);
            members.write(tx, &entry.id)?;
            out.selection = Some(id);
        }
    }
    if let Some(why) = out.refused {
        entry.withheld = used.iter().map(|one| format!("{one}:{}", why.name())).collect::<Vec<_>>().join(" ");
    }
    entry.write_salted(tx, &salt)?;
    Ok(out)
}

/// What is asked for and not agreed upon.
fn outside(purpose: &Purpose, ask: &Choose) -> Vec<Attribute> {
    let has = |attribute: &Attribute| purpose.attributes.contains(attribute);
    let looked = ask.filter.looks_at().into_iter().filter(|(_, any)| !any.iter().any(has));
    let read = ask.attributes.iter().copied().filter(|attribute| !has(attribute));
    let outside: BTreeSet<Attribute> = looked.map(|(attribute, _)| attribute).chain(read).collect();
    outside.into_iter().collect()
}

fn refusal(cx: &Cx, ask: &Choose, purpose: Option<&Purpose>, out: &Chosen) -> Option<Why> {
    let Some(purpose) = purpose else { return Some(Why::NotInForce) };
    let wanted = Wanted {
        purpose: &ask.purpose,
        within_city: purpose.within_city,
        needs_consent: purpose.legal_basis == "consent",
        agreed: purpose.agreed,
    };
    let other = ask.recipient.as_ref().is_some_and(|recipient| *recipient != purpose.recipient);
    if purpose.is_blocked {
        Some(Why::Blocked)
    } else if other || !may_use(cx.who(), &wanted) {
        Some(Why::PurposeNotAllowed)
    } else {
        (!out.not_in_purpose.is_empty()).then_some(Why::NotInPurpose)
    }
}

/// The filter as parameters of a statement.
struct Narrow {
    born_from: String,
    born_to: String,
    languages: serde_json::Value,
    interests: serde_json::Value,
    households: serde_json::Value,
    districts: serde_json::Value,
    levels: serde_json::Value,
    child_born: String,
    old_born: String,
}

impl Narrow {
    fn of(cx: &Cx, filter: &Filter) -> Narrow {
        let today = cx.now().date();
        let years_ago = |years: i64| {
            let span = jiff::Span::new().try_years(years).unwrap_or_default();
            today.checked_sub(span).map_or_else(|_| "0000-00-00".to_owned(), |day| day.to_string())
        };
        // Whoever is at most n was born after the same day n + 1 years ago.
        let named =
            |names: &[String]| json!(names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>());
        let levels: Vec<&str> = Level::ALL
            .into_iter()
            .filter(|level| filter.level.is_some_and(|wanted| *level >= wanted))
            .map(Level::name)
            .collect();
        Narrow {
            born_from: filter.age_to.map_or_else(String::new, |age| years_ago(age + 1)),
            born_to: filter.age_from.map_or_else(String::new, years_ago),
            languages: named(&filter.languages),
            interests: named(&filter.interests),
            households: json!(filter.households.iter().map(|kind| kind.name()).collect::<Vec<_>>()),
            districts: json!(filter.districts),
            levels: json!(levels),
            child_born: years_ago(18),
            old_born: years_ago(65),
        }
    }
}

/// Writes those who are chosen, in one statement.
fn insert(
    tx: &mut Tx<'_>,
    cx: &Cx,
    id: &Id,
    code: &str,
    purpose: &Purpose,
    filter: &Filter,
) -> Result<u64, Fault> {
    let consent = purpose.legal_basis == "consent";
    if consent && filter.is_empty() {
        return tx.exec(
            sql!(
                "insert into ground_selection (city, id, person_no)
                 select ?1, ?2, c.person_no from people_consent c
                 where c.city = ?1 and c.purpose = ?3 and c.state = 'given' and (c.ends_ms = 0 or c.ends_ms > ?4)
                   and c.version >= ?5"
            ),
            params![id, code, cx.now_ms(), purpose.since_version],
        );
    }
    let narrow = Narrow::of(cx, filter);
    tx.exec(
        sql!(
            "insert into ground_selection (city, id, person_no)
             select ?1, ?2, a.person_no from people_account a
             join people_resident r on r.city = ?1 and r.account = a.id
             left join people_district d on d.city = ?1 and d.id = r.district
             where a.city = ?1 and a.kind = 'resident' and a.state in ('active', 'locked')
               and (?3 = 0 or exists (select 1 from people_consent c
                        where c.city = ?1 and c.purpose = ?4 and c.person_no = a.person_no and c.state = 'given'
                          and (c.ends_ms = 0 or c.ends_ms > ?5) and c.version >= ?6))
               and (?7 = '' or r.birth > ?7) and (?8 = '' or (r.birth <> '' and r.birth <= ?8))
               and (?9 = 0 or d.slug in {list(?10)})
               and (?11 = 0 or a.level in {list(?12)})
               and (?13 = 0 or exists (select 1 from {rows(?14, name text)} l
                        where {contains(' ' || r.langs || ' ', ' ' || l.name || ' ')}))
               and (?15 = 0 or exists (select 1 from {rows(?16, name text)} i
                        where {contains(' ' || r.interests || ' ', ' ' || i.name || ' ')}))
               and (?17 = 0 or (r.household <> '' and
                    case when not exists (select 1 from people_resident h where h.city = ?1
                                            and h.household = r.household and h.account <> r.account) then 'alone'
                         when exists (select 1 from people_resident h where h.city = ?1
                                        and h.household = r.household and h.birth > ?19) then 'with_children'
                         when not exists (select 1 from people_resident h where h.city = ?1
                                            and h.household = r.household and (h.birth = '' or h.birth > ?20))
                              then 'elderly'
                         else 'others' end in {list(?18)}))"
        ),
        params![
            id,
            consent,
            code,
            cx.now_ms(),
            purpose.since_version,
            narrow.born_from,
            narrow.born_to,
            !filter.districts.is_empty(),
            &narrow.districts,
            filter.level.is_some(),
            &narrow.levels,
            !filter.languages.is_empty(),
            &narrow.languages,
            !filter.interests.is_empty(),
            &narrow.interests,
            !filter.households.is_empty(),
            &narrow.households,
            narrow.child_born,
            narrow.old_born
        ],
    )
}

fn members_of(tx: &mut Tx<'_>, selection: &Id) -> Result<Members, Fault> {
    let mut members = Members::default();
    tx.each(
        sql!("select s.person_no from ground_selection s where s.city = ?1 and s.id = ?2"),
        params![selection],
        |row| {
            members.insert(row.get(0)?);
            Ok(())
        },
    )?;
    Ok(members)
}

fn newest_consent_ms(tx: &mut Tx<'_>, purpose: &str) -> Result<i64, Fault> {
    tx.one(
        sql!("select coalesce(max(c.at_ms), 0) from people_consent c where c.city = ?1 and c.purpose = ?2"),
        params![purpose],
        |row| row.get(0),
    )
}

/// How many would be chosen, while somebody still turns the filter. Nobody is chosen and nothing is used.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Count {
    #[garde(length(bytes, min = 1, max = 80))]
    pub purpose: String,
    #[serde(default)]
    #[garde(dive)]
    pub filter: Filter,
}

/// A count in which nobody can be made out: in tens, and nothing below ten.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    /// In tens, rounded down.
    pub about: i64,
    /// There are fewer than [`SMALL_GROUP`], perhaps none.
    pub few: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Why>,
}

pub fn count(tx: &mut Tx<'_>, cx: &Cx, ask: &Count) -> Result<Counted, Fault> {
    let choose = Choose {
        purpose: ask.purpose.clone(),
        recipient: None,
        filter: ask.filter.clone(),
        attributes: Vec::new(),
        reason: String::new(),
    };
    let found = purpose(tx, cx, &ask.purpose)?;
    let not_in_purpose = found.as_ref().map_or_else(Vec::new, |purpose| outside(purpose, &choose));
    let out = Chosen { entry: cx.id(), version: 0, selection: None, count: 0, refused: None, not_in_purpose };
    let refused = refusal(cx, &choose, found.as_ref(), &out);
    let (Some(purpose), None) = (found, refused) else {
        return Ok(Counted { about: 0, few: true, refused });
    };
    let people = count_people(tx, cx, &ask.purpose, &purpose, &ask.filter)?;
    Ok(Counted {
        about: people.div_euclid(SMALL_GROUP) * SMALL_GROUP,
        few: people < SMALL_GROUP,
        refused: None,
    })
}

/// The same rule as [`insert`]; a test holds the two together.
fn count_people(
    tx: &mut Tx<'_>,
    cx: &Cx,
    code: &str,
    purpose: &Purpose,
    filter: &Filter,
) -> Result<i64, Fault> {
    let consent = purpose.legal_basis == "consent";
    if consent && filter.is_empty() {
        return tx.one(
            sql!(
                "select count(*) from people_consent c
                 where c.city = ?1 and c.purpose = ?2 and c.state = 'given' and (c.ends_ms = 0 or c.ends_ms > ?3)
                   and c.version >= ?4"
            ),
            params![code, cx.now_ms(), purpose.since_version],
            |row| row.get(0),
        );
    }
    let narrow = Narrow::of(cx, filter);
    tx.one(
        sql!(
            "select count(*) from people_account a
             join people_resident r on r.city = ?1 and r.account = a.id
             left join people_district d on d.city = ?1 and d.id = r.district
             where a.city = ?1 and a.kind = 'resident' and a.state in ('active', 'locked')
               and (?2 = 0 or exists (select 1 from people_consent c
                        where c.city = ?1 and c.purpose = ?3 and c.person_no = a.person_no and c.state = 'given'
                          and (c.ends_ms = 0 or c.ends_ms > ?4) and c.version >= ?5))
               and (?6 = '' or r.birth > ?6) and (?7 = '' or (r.birth <> '' and r.birth <= ?7))
               and (?8 = 0 or d.slug in {list(?9)})
               and (?10 = 0 or a.level in {list(?11)})
               and (?12 = 0 or exists (select 1 from {rows(?13, name text)} l
                        where {contains(' ' || r.langs || ' ', ' ' || l.name || ' ')}))
               and (?14 = 0 or exists (select 1 from {rows(?15, name text)} i
                        where {contains(' ' || r.interests || ' ', ' ' || i.name || ' ')}))
               and (?16 = 0 or (r.household <> '' and
                    case when not exists (select 1 from people_resident h where h.city = ?1
                                            and h.household = r.household and h.account <> r.account) then 'alone'
                         when exists (select 1 from people_resident h where h.city = ?1
                                        and h.household = r.household and h.birth > ?18) then 'with_children'
                         when not exists (select 1 from people_resident h where h.city = ?1
                                            and h.household = r.household and (h.birth = '' or h.birth > ?19))
                              then 'elderly'
                         else 'others' end in {list(?17)}))"
        ),
        params![
            consent,
            code,
            cx.now_ms(),
            purpose.since_version,
            narrow.born_from,
            narrow.born_to,
            !filter.districts.is_empty(),
            &narrow.districts,
            filter.level.is_some(),
            &narrow.levels,
            !filter.languages.is_empty(),
            &narrow.languages,
            !filter.interests.is_empty(),
            &narrow.interests,
            !filter.households.is_empty(),
            &narrow.households,
            narrow.child_born,
            narrow.old_born
        ],
        |row| row.get(0),
    )
}

/// Who of these may still be reached for this purpose, asked when something is about to leave.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct StillAllowed {
    #[garde(length(bytes, min = 1, max = 80))]
    pub purpose: String,
    /// Numbers of people, as a selection holds them.
    #[garde(length(max = 5000))]
    pub people: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Allowed {
    pub people: Vec<i64>,
}

pub fn still_allowed(tx: &mut Tx<'_>, cx: &Cx, ask: &StillAllowed) -> Result<Allowed, Fault> {
    let Some(purpose) = purpose(tx, cx, &ask.purpose)? else { return Ok(Allowed { people: Vec::new() }) };
    let asked: Vec<_> = ask.people.iter().map(|person_no| json!({"person_no": person_no})).collect();
    let asked = serde_json::Value::Array(asked);
    let consent = purpose.legal_basis == "consent";
    let people = tx.all(
        sql!(
            "select a.person_no from {rows(?2, person_no bigint)} r
             join people_account a on a.city = ?1 and a.person_no = r.person_no
             where a.state in ('active', 'locked')
               and (?3 = 0 or exists (select 1 from people_consent c
                        where c.city = ?1 and c.purpose = ?4 and c.person_no = a.person_no and c.state = 'given'
                          and (c.ends_ms = 0 or c.ends_ms > ?5) and c.version >= ?6))
             order by a.person_no"
        ),
        params![&asked, consent, &ask.purpose, cx.now_ms(), purpose.since_version],
        |row| row.get(0),
    )?;
    Ok(Allowed { people })
}
