//! Under which name each sector of services knows a person.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, seal, sql};

/// The subject of a person for a client; drawn the first time, and the same ever after.
pub fn subject(tx: &mut Tx<'_>, cx: &Cx, client: &Id, account: &Id) -> Result<String, Fault> {
    let sector = sector(tx, client)?;
    if let Some(known) = known(tx, &sector, account)? {
        return Ok(known);
    }
    tx.lock(&format!("people/pairwise/{account}"))?;
    if let Some(known) = known(tx, &sector, account)? {
        return Ok(known);
    }
    let fresh = seal::token(cx.secret());
    tx.put(
        sql!("insert into people_pairwise (city, sector, account, subject) values (?1, ?2, ?3, ?4)"),
        params![&sector, account, &fresh],
    )?;
    Ok(fresh)
}

fn known(tx: &mut Tx<'_>, sector: &str, account: &Id) -> Result<Option<String>, Fault> {
    tx.opt(
        sql!("select subject from people_pairwise where city = ?1 and sector = ?2 and account = ?3"),
        params![sector, account],
        |row| row.get(0),
    )
}

fn sector(tx: &mut Tx<'_>, client: &Id) -> Result<String, Fault> {
    tx.one(sql!("select sector from people_client where city = ?1 and id = ?2"), params![client], |row| {
        row.get(0)
    })
}

/// Whom a client means by a subject; nobody by one that it cannot know.
pub fn account(tx: &mut Tx<'_>, client: &Id, subject: &str) -> Result<Option<Id>, Fault> {
    tx.opt(
        sql!(
            "select p.account from people_pairwise p
             join people_client c on c.city = ?1 and c.sector = p.sector
             join people_account a on a.city = ?1 and a.id = p.account
             where p.city = ?1 and c.id = ?2 and p.subject = ?3 and a.state = 'active'"
        ),
        params![client, subject],
        |row| row.get(0),
    )
}
