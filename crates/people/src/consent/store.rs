//! Rows of recipients, purposes, and what people said.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::{Basis, DataClass, RecipientKind, Sharing, State};
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
fn told_of(row: &Row<'_>) -> Result<Told, Fault> {
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

/// Where a person stands with a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    /// Nothing goes out until there is an answer.
    Waiting,
    On,
    Off,
    /// The ground is not consent: shown, and there is nothing to switch.
    NotByConsent,
}

/// One line of the switchboard.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    pub purpose: Told,
    pub stands: Stands,
    /// What was last said; absent when nobody ever asked or answered.
    pub last: Option<State>,
    /// To which version.
    pub said_version: i64,
    pub at_ms: i64,
    pub ends_ms: i64,
}

/// Every open purpose and where the person stands with it, in one reading.
pub fn standing_of(tx: &mut Tx<'_>, person_no: i64, now_ms: i64) -> Result<Vec<Standing>, Fault> {
    tx.all(
        sql!(
            "select p.code, v.version, v.name, v.what_for, v.explained, v.attributes, v.data_class, v.sharing,
                    v.legal_basis, v.basis_law, v.kept_days, v.consent_days, v.recipient, r.code, r.name, r.kind,
                    r.contact, coalesce(c.state, ''), coalesce(c.version, 0), coalesce(c.at_ms, 0),
                    coalesce(c.ends_ms, 0),
                    (select count(*) from people_purpose_version a
                     where a.city = ?1 and a.purpose = p.code and a.version > coalesce(c.version, 0)
                       and a.version <= p.version and a.asks_again = 1)
             from people_purpose p
             join people_purpose_version v on v.city = ?1 and v.purpose = p.code and v.version = p.version
             join people_recipient r on r.city = ?1 and r.id = v.recipient
             left join people_consent c on c.city = ?1 and c.purpose = p.code and c.person_no = ?2
             where p.city = ?1 and p.state = 'open' and p.version > 0
             order by p.code"
        ),
        params![person_no],
        |row| {
            let purpose = told_of(row)?;
            let last = State::from_name(&row.get::<String>(17)?);
            let ends_ms: i64 = row.get(20)?;
            let asked_again = row.get::<i64>(21)? > 0;
            let stands = match last {
                _ if purpose.legal_basis != Basis::Consent => Stands::NotByConsent,
                Some(State::Given) if ends_ms != 0 && ends_ms <= now_ms => Stands::Off,
                Some(State::Given) if asked_again => Stands::Waiting,
                Some(State::Given) => Stands::On,
                None | Some(State::Requested) => Stands::Waiting,
                Some(State::Refused | State::Withdrawn | State::Expired) => Stands::Off,
            };
            Ok(Standing { purpose, stands, last, said_version: row.get(18)?, at_ms: row.get(19)?, ends_ms })
        },
    )
}
