//! Services that are registered.

use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};

/// Who gets what this client is given; nobody when it is closed.
pub fn recipient(tx: &mut Tx<'_>, client: &Id) -> Result<Option<Id>, Fault> {
    tx.opt(
        sql!("select recipient from people_client where city = ?1 and id = ?2 and state = 'open'"),
        params![client],
        |row| row.get(0),
    )
}

/// Whether two people agreed that this client may ask for this purpose.
pub fn may_use(tx: &mut Tx<'_>, client: &Id, purpose: &str) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!(
            "select 1 from people_client_purpose p
             join people_client c on c.city = ?1 and c.id = p.client
             where p.city = ?1 and p.client = ?2 and p.purpose = ?3 and c.state = 'open'"
        ),
        params![client, purpose],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}
