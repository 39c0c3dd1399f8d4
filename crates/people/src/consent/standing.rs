//! What stands: the purpose in force, and what a person allows. Off is off at once: whoever uses one person's data and
//! whoever turns a consent off lock the person; a use of many people locks the purpose alone, and turning off shares it.

use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};

use crate::attribute::{self, Attribute};

/// Holds off every other use and change of this person's consent until the transaction ends.
pub fn lock_person(tx: &mut Tx<'_>, person_no: i64) -> Result<(), Fault> {
    tx.lock(&format!("people/person/{person_no}"))
}

/// Before a consent is changed, after [`lock_person`].
pub fn lock_purpose_shared(tx: &mut Tx<'_>, purpose: &str) -> Result<(), Fault> {
    tx.lock_shared(&format!("people/purpose/{purpose}"))
}

/// Before many people are chosen.
pub fn lock_purpose_alone(tx: &mut Tx<'_>, purpose: &str) -> Result<(), Fault> {
    tx.lock(&format!("people/purpose/{purpose}"))
}

/// The version of a purpose that two have approved and that holds now.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    pub version: i64,
    pub recipient: Id,
    pub attributes: Vec<Attribute>,
    /// `consent`, or the duty that stands in its place: `law`, `contract`, `vital`.
    pub legal_basis: String,
    pub kept_days: i64,
}

impl InForce {
    pub fn needs_consent(&self) -> bool {
        self.legal_basis == "consent"
    }
}

pub fn in_force(tx: &mut Tx<'_>, purpose: &str) -> Result<Option<InForce>, Fault> {
    tx.opt(
        sql!(
            "select v.version, v.recipient, v.attributes, v.legal_basis, v.kept_days
             from people_purpose p
             join people_purpose_version v on v.city = ?1 and v.purpose = p.code and v.version = p.version
             where p.city = ?1 and p.code = ?2 and p.state = 'open' and p.version > 0"
        ),
        params![purpose],
        |row| {
            Ok(InForce {
                version: row.get(0)?,
                recipient: row.get(1)?,
                attributes: attribute::read(&row.get::<String>(2)?),
                legal_basis: row.get(3)?,
                kept_days: row.get(4)?,
            })
        },
    )
}

/// Whether this person's consent to this purpose stands now. One given to an older version of the purpose stands for
/// that version only while the newer one does not ask again.
pub fn is_given(tx: &mut Tx<'_>, person_no: i64, purpose: &str, now_ms: i64) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!(
            "select c.version from people_consent c
             join people_purpose p on p.city = ?1 and p.code = c.purpose
             where c.city = ?1 and c.purpose = ?2 and c.person_no = ?3 and c.state = 'given'
               and (c.ends_ms = 0 or c.ends_ms > ?4)
               and not exists (select 1 from people_purpose_version v
                   where v.city = ?1 and v.purpose = c.purpose and v.version > c.version and v.version <= p.version
                     and v.asks_again = 1)"
        ),
        params![purpose, person_no, now_ms],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}
