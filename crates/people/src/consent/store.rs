//! Rows of recipients, purposes, and what people said.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{Basis, DataClass, RecipientKind, Sharing, VersionState};
pub use super::said::{Standing, Stands, standing_of};
use crate::attribute::{self, Attribute};

/// What a decision needs of the version in force.
#[derive(Clone, Copy, Debug)]
pub struct NowInForce {
    pub version: i64,
    /// Whether it can be agreed to; a retired purpose can only be left.
    pub open: bool,
    pub legal_basis: Basis,
    pub consent_days: i64,
}

pub fn in_force(tx: &mut Tx<'_>, purpose: &str) -> Result<Option<NowInForce>, Fault> {
    tx.opt(
        sql!(
            "select v.version, p.state, v.legal_basis, v.consent_days from people_purpose p
             join people_purpose_version v on v.city = ?1 and v.purpose = p.code and v.version = p.version
             where p.city = ?1 and p.code = ?2 and p.version > 0"
        ),
        params![purpose],
        |row| {
            Ok(NowInForce {
                version: row.get(0)?,
                open: row.get::<String>(1)? == "open",
                // What nobody can name is not used without a yes.
                legal_basis: Basis::from_name(&row.get::<String>(2)?).unwrap_or(Basis::Consent),
                consent_days: row.get(3)?,
            })
        },
    )
}

/// Who may be given data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recipient {
    pub id: Id,
    pub code: String,
    pub name: Text,
    pub kind: RecipientKind,
    pub address: String,
    pub contact: String,
    /// The day from which it is given nothing more; empty while it is open.
    pub closed_on: String,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

/// A purpose as residents read it: what it is for, who gets what, for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    pub code: String,
    pub version: i64,
    pub name: Text,
    pub what_for: Text,
    pub explained: Text,
    pub attributes: Vec<Attribute>,
    pub data_class: DataClass,
    pub sharing: Sharing,
    pub legal_basis: Basis,
    /// The provision, where the ground is a law.
    pub basis_law: String,
    /// How long the recipient keeps it; 0 for no longer than it takes.
    pub kept_days: i64,
    /// How long a yes holds; 0 until it is taken back.
    pub consent_days: i64,
    pub recipient: Id,
    pub recipient_code: String,
    pub recipient_name: Text,
    pub recipient_kind: RecipientKind,
    pub recipient_contact: String,
}

/// Columns: 0 code, 1 version, 2 name, 3 what_for, 4 explained, 5 attributes, 6 data_class, 7 sharing, 8 legal_basis,
/// 9 basis_law, 10 kept_days, 11 consent_days, 12 recipient, 13 its code, 14 its name, 15 its kind, 16 its contact.
pub(super) fn told_of(row: &Row<'_>) -> Result<Told, Fault> {
    Ok(Told {
        code: row.get(0)?,
        version: row.get(1)?,
        name: text_of(row, 2)?,
        what_for: text_of(row, 3)?,
        explained: text_of(row, 4)?,
        attributes: attribute::read(&row.get::<String>(5)?),
        data_class: DataClass::from_name(&row.get::<String>(6)?).unwrap_or(DataClass::Personal),
        sharing: Sharing::from_name(&row.get::<String>(7)?).unwrap_or(Sharing::ThirdParty),
        legal_basis: Basis::from_name(&row.get::<String>(8)?).unwrap_or(Basis::Consent),
        basis_law: row.get(9)?,
        kept_days: row.get(10)?,
        consent_days: row.get(11)?,
        recipient: row.get(12)?,
        recipient_code: row.get(13)?,
        recipient_name: text_of(row, 14)?,
        recipient_kind: RecipientKind::from_name(&row.get::<String>(15)?).unwrap_or(RecipientKind::Company),
        recipient_contact: row.get(16)?,
    })
}

/// A text that cannot be read is shown as it stands rather than losing the page.
fn text_of(row: &Row<'_>, column: usize) -> Result<Text, Fault> {
    let written: String = row.get(column)?;
    Ok(serde_json::from_str(&written).unwrap_or_else(|_| Text::ja(written)))
}

/// The version of a purpose that holds now, as residents read it; open or retired.
pub fn told_now(tx: &mut Tx<'_>, purpose: &str) -> Result<Option<Told>, Fault> {
    tx.opt(
        sql!(
            "select p.code, v.version, v.name, v.what_for, v.explained, v.attributes, v.data_class, v.sharing,
                    v.legal_basis, v.basis_law, v.kept_days, v.consent_days, v.recipient, r.code, r.name, r.kind,
                    r.contact
             from people_purpose p
             join people_purpose_version v on v.city = ?1 and v.purpose = p.code and v.version = p.version
             join people_recipient r on r.city = ?1 and r.id = v.recipient
             where p.city = ?1 and p.code = ?2 and p.version > 0"
        ),
        params![purpose],
        told_of,
    )
}

/// One version, whatever became of it.
pub fn told_version(tx: &mut Tx<'_>, purpose: &str, version: i64) -> Result<Option<Told>, Fault> {
    tx.opt(
        sql!(
            "select v.purpose, v.version, v.name, v.what_for, v.explained, v.attributes, v.data_class, v.sharing,
                    v.legal_basis, v.basis_law, v.kept_days, v.consent_days, v.recipient, r.code, r.name, r.kind,
                    r.contact
             from people_purpose_version v
             join people_recipient r on r.city = ?1 and r.id = v.recipient
             where v.city = ?1 and v.purpose = ?2 and v.version = ?3"
        ),
        params![purpose, version],
        told_of,
    )
}

pub fn recipients(tx: &mut Tx<'_>) -> Result<Vec<Recipient>, Fault> {
    tx.all(
        sql!(
            "select id, code, name, kind, address, contact, closed_on, rev, saved_ms, saved_by from people_recipient
             where city = ?1 order by code"
        ),
        params![],
        recipient_of,
    )
}

pub fn recipient(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Recipient>, Fault> {
    tx.opt(
        sql!(
            "select id, code, name, kind, address, contact, closed_on, rev, saved_ms, saved_by from people_recipient
             where city = ?1 and id = ?2"
        ),
        params![id],
        recipient_of,
    )
}

fn recipient_of(row: &Row<'_>) -> Result<Recipient, Fault> {
    Ok(Recipient {
        id: row.get(0)?,
        code: row.get(1)?,
        name: text_of(row, 2)?,
        kind: RecipientKind::from_name(&row.get::<String>(3)?).unwrap_or(RecipientKind::Company),
        address: row.get(4)?,
        contact: row.get(5)?,
        closed_on: row.get(6)?,
        rev: row.get(7)?,
        saved_ms: row.get(8)?,
        saved_by: row.get(9)?,
    })
}

/// Whether another recipient has this code.
pub fn recipient_code_taken(tx: &mut Tx<'_>, code: &str, but: Option<&Id>) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!("select id from people_recipient where city = ?1 and code = ?2 and id <> ?3"),
        params![code, but.map_or("", Id::as_str)],
        |row| row.get::<String>(0),
    )?;
    Ok(found.is_some())
}

pub fn put_recipient(tx: &mut Tx<'_>, one: &Recipient) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_recipient (city, id, code, name, kind, address, contact, closed_on, rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             on conflict (city, id) do update
             set code = excluded.code, name = excluded.name, kind = excluded.kind, address = excluded.address,
                 contact = excluded.contact, closed_on = excluded.closed_on, rev = excluded.rev,
                 saved_ms = excluded.saved_ms, saved_by = excluded.saved_by"
        ),
        params![
            &one.id,
            one.code.as_str(),
            crate::store::written(&one.name)?,
            one.kind.name(),
            one.address.as_str(),
            one.contact.as_str(),
            one.closed_on.as_str(),
            one.rev,
            one.saved_ms,
            one.saved_by.as_str()
        ],
    )
}

/// Whether an open purpose gives data to this recipient.
pub fn recipient_in_use(tx: &mut Tx<'_>, id: &Id) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!(
            "select code from people_purpose where city = ?1 and recipient = ?2 and state = 'open' and version > 0
             limit 1"
        ),
        params![id],
        |row| row.get::<String>(0),
    )?;
    Ok(found.is_some())
}

/// A purpose, without its texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Purpose {
    pub code: String,
    /// The version in force; 0 before the first is approved.
    pub version: i64,
    pub open: bool,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

pub fn purpose(tx: &mut Tx<'_>, code: &str) -> Result<Option<Purpose>, Fault> {
    tx.opt(
        sql!(
            "select code, version, state, rev, saved_ms, saved_by from people_purpose where city = ?1 and code = ?2"
        ),
        params![code],
        |row| {
            Ok(Purpose {
                code: row.get(0)?,
                version: row.get(1)?,
                open: row.get::<String>(2)? == "open",
                rev: row.get(3)?,
                saved_ms: row.get(4)?,
                saved_by: row.get(5)?,
            })
        },
    )
}

pub fn put_purpose(tx: &mut Tx<'_>, one: &Purpose, recipient: &Id) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_purpose (city, code, recipient, version, state, rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             on conflict (city, code) do update
             set recipient = excluded.recipient, version = excluded.version, state = excluded.state,
                 rev = excluded.rev, saved_ms = excluded.saved_ms, saved_by = excluded.saved_by"
        ),
        params![
            one.code.as_str(),
            recipient,
            one.version,
            if one.open { "open" } else { "retired" },
            one.rev,
            one.saved_ms,
            one.saved_by.as_str()
        ],
    )
}

/// A version with how it came to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PurposeVersion {
    pub told: Told,
    pub state: VersionState,
    pub asks_again: bool,
    /// Everybody who wrote in it, as kept: none of them approves it.
    pub writers: Vec<String>,
    pub made_ms: i64,
    pub approved_by: String,
    pub approved_ms: i64,
    /// Why it was sent back.
    pub note: String,
}

pub fn versions(tx: &mut Tx<'_>, purpose: &str) -> Result<Vec<PurposeVersion>, Fault> {
    tx.all(
        sql!(
            "select v.purpose, v.version, v.name, v.what_for, v.explained, v.attributes, v.data_class, v.sharing,
                    v.legal_basis, v.basis_law, v.kept_days, v.consent_days, v.recipient, r.code, r.name, r.kind,
                    r.contact, v.state, v.asks_again, v.made_by, v.made_ms, v.approved_by, v.approved_ms, v.note
             from people_purpose_version v
             join people_recipient r on r.city = ?1 and r.id = v.recipient
             where v.city = ?1 and v.purpose = ?2
             order by v.version desc limit 200"
        ),
        params![purpose],
        |row| {
            Ok(PurposeVersion {
                told: told_of(row)?,
                state: VersionState::from_name(&row.get::<String>(17)?).unwrap_or(VersionState::Draft),
                asks_again: row.get(18)?,
                writers: row.get::<String>(19)?.split(' ').map(str::to_owned).collect(),
                made_ms: row.get(20)?,
                approved_by: row.get(21)?,
                approved_ms: row.get(22)?,
                note: row.get(23)?,
            })
        },
    )
}

pub fn put_version(tx: &mut Tx<'_>, one: &PurposeVersion) -> Result<(), Fault> {
    let told = &one.told;
    tx.put(
        sql!(
            "insert into people_purpose_version
                 (city, purpose, version, state, name, what_for, explained, attributes, recipient, data_class, sharing,
                  legal_basis, basis_law, kept_days, consent_days, asks_again, made_by, made_ms, approved_by,
                  approved_ms, note)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
             on conflict (city, purpose, version) do update
             set state = excluded.state, name = excluded.name, what_for = excluded.what_for,
                 explained = excluded.explained, attributes = excluded.attributes, recipient = excluded.recipient,
                 data_class = excluded.data_class, sharing = excluded.sharing, legal_basis = excluded.legal_basis,
                 basis_law = excluded.basis_law, kept_days = excluded.kept_days, consent_days = excluded.consent_days,
                 asks_again = excluded.asks_again, made_by = excluded.made_by, made_ms = excluded.made_ms,
                 approved_by = excluded.approved_by, approved_ms = excluded.approved_ms, note = excluded.note
             where people_purpose_version.state <> 'approved'"
        ),
        params![
            told.code.as_str(),
            told.version,
            one.state.name(),
            crate::store::written(&told.name)?,
            crate::store::written(&told.what_for)?,
            crate::store::written(&told.explained)?,
            attribute::written(&told.attributes),
            &told.recipient,
            told.data_class.name(),
            told.sharing.name(),
            told.legal_basis.name(),
            told.basis_law.as_str(),
            told.kept_days,
            told.consent_days,
            one.asks_again,
            one.writers.join(" "),
            one.made_ms,
            one.approved_by.as_str(),
            one.approved_ms,
            one.note.as_str()
        ],
    )
}

/// A line of the list that staff see: the version in force, or the newest while there is none, and what waits.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PurposeRow {
    pub purpose: Purpose,
    pub told: Told,
    /// The state of the newest version.
    pub newest: VersionState,
    pub newest_version: i64,
}

/// Purposes that a city has; more than that nobody can read.
pub const PURPOSES_MAX: i64 = 500;

pub fn purposes(tx: &mut Tx<'_>) -> Result<Vec<PurposeRow>, Fault> {
    tx.all(
        sql!(
            "select v.purpose, v.version, v.name, v.what_for, v.explained, v.attributes, v.data_class, v.sharing,
                    v.legal_basis, v.basis_law, v.kept_days, v.consent_days, v.recipient, r.code, r.name, r.kind,
                    r.contact, p.version, p.state, p.rev, p.saved_ms, p.saved_by, n.state, n.version
             from people_purpose p
             join people_purpose_version n on n.city = ?1 and n.purpose = p.code
             join people_purpose_version v on v.city = ?1 and v.purpose = p.code
                  and v.version = case when p.version > 0 then p.version else n.version end
             join people_recipient r on r.city = ?1 and r.id = v.recipient
             where p.city = ?1 and n.version = (select max(m.version) from people_purpose_version m
                                                where m.city = ?1 and m.purpose = p.code)
             order by p.code limit 500"
        ),
        params![],
        |row| {
            let told = told_of(row)?;
            Ok(PurposeRow {
                purpose: Purpose {
                    code: told.code.clone(),
                    version: row.get(17)?,
                    open: row.get::<String>(18)? == "open",
                    rev: row.get(19)?,
                    saved_ms: row.get(20)?,
                    saved_by: row.get(21)?,
                },
                told,
                newest: VersionState::from_name(&row.get::<String>(22)?).unwrap_or(VersionState::Draft),
                newest_version: row.get(23)?,
            })
        },
    )
}
