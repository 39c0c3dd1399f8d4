//! Accounts.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Level;
use ground::words::Lang;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{AccountKind, AccountState};

/// An account, as its own person sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    pub id: Id,
    pub kind: AccountKind,
    pub name: String,
    pub kana: String,
    pub mail: String,
    /// The language chosen once and for all; absent when the browser decides.
    pub lang: Option<Lang>,
    pub state: AccountState,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

fn account_of(row: &Row<'_>) -> Result<Account, Fault> {
    Ok(Account {
        id: row.get(0)?,
        kind: AccountKind::from_name(&row.get::<String>(1)?),
        name: row.get(2)?,
        kana: row.get(3)?,
        mail: row.get(4)?,
        lang: Lang::from_code(&row.get::<String>(5)?),
        state: AccountState::from_name(&row.get::<String>(6)?),
        rev: row.get(7)?,
        saved_ms: row.get(8)?,
        saved_by: row.get(9)?,
    })
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Account>, Fault> {
    tx.opt(
        sql!(
            "select id, kind, name, kana, mail, lang, state, rev, saved_ms, saved_by from people_account
             where city = ?1 and id = ?2"
        ),
        params![id],
        account_of,
    )
}

pub fn by_mail(tx: &mut Tx<'_>, mail: &str) -> Result<Option<Account>, Fault> {
    tx.opt(
        sql!(
            "select id, kind, name, kana, mail, lang, state, rev, saved_ms, saved_by from people_account
             where city = ?1 and mail = ?2 and mail <> ''"
        ),
        params![mail],
        account_of,
    )
}

/// Whether the account asks for a second factor each time.
pub fn asks_second(tx: &mut Tx<'_>, id: &Id) -> Result<bool, Fault> {
    let asks =
        tx.opt(sql!("select second from people_account where city = ?1 and id = ?2"), params![id], |row| {
            row.get::<i64>(0)
        })?;
    Ok(asks == Some(1))
}

/// How sure the city is of who somebody is, since when and by what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assurance {
    pub level: Level,
    /// 0 when nobody checked anything.
    pub since_ms: i64,
    /// `mail`, `counter`, the name of a provider; empty when nobody checked anything.
    pub how: String,
}

pub fn assurance(tx: &mut Tx<'_>, id: &Id) -> Result<Assurance, Fault> {
    tx.one(
        sql!("select level, level_ms, level_how from people_account where city = ?1 and id = ?2"),
        params![id],
        |row| {
            let level = Level::from_name(&row.get::<String>(0)?);
            Ok(Assurance { level, since_ms: row.get(1)?, how: row.get(2)? })
        },
    )
}

/// Notes how sure the city is. Whoever lowers it says why in an event.
pub fn set_assurance(tx: &mut Tx<'_>, id: &Id, now: &Assurance) -> Result<(), Fault> {
    tx.put(
        sql!(
            "update people_account set level = ?3, level_ms = ?4, level_how = ?5 where city = ?1 and id = ?2"
        ),
        params![id, now.level.name(), now.since_ms, now.how.as_str()],
    )
}

/// Keeps others from taking the same address or the same number until this transaction ends.
pub fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.lock("people/account")
}

/// The next number of a person in this city. Called under [`lock`].
pub fn next_person_no(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    let last = tx.opt(
        sql!("select person_no from people_account where city = ?1 order by person_no desc limit 1"),
        params![],
        |row| row.get::<i64>(0),
    )?;
    Ok(last.unwrap_or(0) + 1)
}

/// The number under which bulk rows know a person.
pub fn person_no(tx: &mut Tx<'_>, account: &Id) -> Result<i64, Fault> {
    tx.one(
        sql!("select person_no from people_account where city = ?1 and id = ?2"),
        params![account],
        |row| row.get(0),
    )
}

/// Adds an account. Called under [`lock`], after looking for its address.
pub fn add(tx: &mut Tx<'_>, account: &Account) -> Result<(), Fault> {
    let person_no = next_person_no(tx)?;
    tx.put(
        sql!(
            "insert into people_account (city, id, person_no, kind, name, kana, mail, lang, state, rev, created_ms,
                                         saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12)"
        ),
        params![
            &account.id,
            person_no,
            account.kind.name(),
            account.name.as_str(),
            account.kana.as_str(),
            account.mail.as_str(),
            account.lang.map_or("", Lang::code),
            account.state.name(),
            account.rev,
            account.saved_ms,
            account.saved_by.as_str()
        ],
    )
}

/// Changes what an account says, if it still is at the revision before.
pub fn change(tx: &mut Tx<'_>, account: &Account) -> Result<bool, Fault> {
    let changed = tx.exec(
        sql!(
            "update people_account
             set name = ?3, kana = ?4, mail = ?5, lang = ?6, state = ?7, rev = ?8, saved_ms = ?9, saved_by = ?10
             where city = ?1 and id = ?2 and rev = ?8 - 1"
        ),
        params![
            &account.id,
            account.name.as_str(),
            account.kana.as_str(),
            account.mail.as_str(),
            account.lang.map_or("", Lang::code),
            account.state.name(),
            account.rev,
            account.saved_ms,
            account.saved_by.as_str()
        ],
    )?;
    Ok(changed == 1)
}

/// The name to show for who saved something: an account's name, or the kind of actor as written.
pub fn shown_name(tx: &mut Tx<'_>, written: &str) -> Result<String, Fault> {
    let name = tx.opt(
        sql!("select name from people_account where city = ?1 and id = ?2"),
        params![written],
        |row| row.get::<String>(0),
    )?;
    Ok(name.unwrap_or_default())
}
