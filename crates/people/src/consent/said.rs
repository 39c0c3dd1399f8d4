//! What people said: where they stand, and how it came to be.

use ground::db::Tx;
use ground::fault::Fault;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decide::Happened;
use super::model::{Basis, State};
use super::store::{Told, told_of};

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

/// How many people a purpose has in each state.
pub fn counted(tx: &mut Tx<'_>, purpose: &str) -> Result<Vec<(State, i64)>, Fault> {
    let rows = tx.all(
        sql!(
            "select state, count(*) from people_consent where city = ?1 and purpose = ?2 group by state order by state"
        ),
        params![purpose],
        |row| Ok((State::from_name(&row.get::<String>(0)?), row.get::<i64>(1)?)),
    )?;
    Ok(rows.into_iter().filter_map(|(state, count)| state.map(|state| (state, count))).collect())
}

/// A page of a person's history, the newest first; of one purpose, or of all when `purpose` is empty.
pub fn history(
    tx: &mut Tx<'_>,
    person_no: i64,
    purpose: &str,
    before: &str,
    rows: i64,
) -> Result<Vec<Happened>, Fault> {
    tx.all(
        sql!(
            "select id, purpose, version, state, at_ms, ends_ms, actor, acting, via, lang from people_consent_event
             where city = ?1 and person_no = ?2 and (?3 = '' or purpose = ?3) and (?4 = '' or id < ?4)
             order by id desc limit ?5"
        ),
        params![person_no, purpose, before, rows],
        |row| {
            Ok(Happened {
                id: row.get(0)?,
                purpose: row.get(1)?,
                version: row.get(2)?,
                state: State::from_name(&row.get::<String>(3)?).unwrap_or(State::Withdrawn),
                at_ms: row.get(4)?,
                ends_ms: row.get(5)?,
                actor: row.get(6)?,
                acting: row.get(7)?,
                via: row.get(8)?,
                lang: row.get(9)?,
            })
        },
    )
}
