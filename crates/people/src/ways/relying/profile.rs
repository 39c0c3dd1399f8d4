//! What a provider's word changes in the city's own records: the profile, and how sure the city is of the person.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Level;
use ground::{params, sql};
use serde::{Deserialize, Serialize};

use super::model::{Place, Provider, Said};
use crate::model::AccountKind;
use crate::store::accounts::{self, Account};

/// How sure the city may be after this provider's word. An address that is merely claimed proves nothing, and one that
/// is confirmed proves the account's own address only.
pub fn level(tx: &mut Tx<'_>, account: &Id, provider: &Provider, said: &Said) -> Result<Level, Fault> {
    if provider.level != Level::Mail {
        return Ok(provider.level);
    }
    let own = accounts::by_id(tx, account)?.ok_or_else(Fault::missing)?.mail;
    let proven = !own.is_empty() && said.confirmed_mail() == own;
    Ok(if proven { Level::Mail } else { Level::Declared })
}

/// The same for somebody whose account is still to be made, with the address that was confirmed.
pub fn newcomers_level(provider: &Provider, said: &Said) -> Level {
    match provider.level {
        Level::Mail if said.confirmed_mail().is_empty() => Level::Declared,
        level => level,
    }
}

/// What a provider said of somebody who has no account yet, until they have one.
#[derive(Serialize, Deserialize)]
struct Later {
    provider: Id,
    said: String,
}

const SEALED_FOR: &str = "people/provider-said";

/// Seals what was said into the way that waits for the account.
pub fn for_later(cx: &Cx, provider: &Provider, said: &Said) -> Result<String, Fault> {
    let plain = serde_json::to_vec(said).map_err(Fault::internal)?;
    let sealed = cx.house().sealer.seal(SEALED_FOR, &plain, cx.secret())?;
    serde_json::to_string(&Later { provider: provider.id.clone(), said: sealed }).map_err(Fault::internal)
}

/// The account was made: what the provider said is taken over now. Answers what the way is to keep.
pub fn take_over_later(tx: &mut Tx<'_>, cx: &Cx, account: &Id, body: &str) -> Result<String, Fault> {
    let Ok(later) = serde_json::from_str::<Later>(body) else { return Ok(body.to_owned()) };
    let plain = cx.house().sealer.open(SEALED_FOR, &later.said)?;
    let said: Said = serde_json::from_slice(&plain).map_err(Fault::internal)?;
    if let Some(provider) = super::store::by_id(tx, &later.provider)? {
        take_over(tx, cx, account, &provider, &said)?;
    }
    Ok(serde_json::json!({"provider": later.provider}).to_string())
}

/// Takes over what the provider was asked for. What the national identity says replaces what was there; anybody else's
/// word only fills what is empty. Staff are named by the city, not by a provider.
pub fn take_over(
    tx: &mut Tx<'_>,
    cx: &Cx,
    account: &Id,
    provider: &Provider,
    said: &Said,
) -> Result<(), Fault> {
    accounts::lock(tx)?;
    let now = accounts::by_id(tx, account)?.ok_or_else(Fault::missing)?;
    if now.kind == AccountKind::Staff || said.values.is_empty() {
        return Ok(());
    }
    let replaces = provider.level >= Level::National;
    let chosen = |place: Place, stands: &str| {
        let value = said.value(place);
        let takes = !value.is_empty() && (replaces || stands.is_empty());
        if takes { value.to_owned() } else { stands.to_owned() }
    };
    let mail = match said.confirmed_mail() {
        mail if now.mail.is_empty() && !mail.is_empty() && accounts::by_mail(tx, mail)?.is_none() => {
            mail.to_owned()
        }
        _ => now.mail.clone(),
    };
    let next = Account {
        name: chosen(Place::Name, &now.name),
        kana: chosen(Place::Kana, &now.kana),
        mail,
        ..now.clone()
    };
    let named = next != now;
    if named {
        let saved = Account { rev: now.rev + 1, saved_ms: cx.now_ms(), saved_by: cx.who().written(), ..next };
        accounts::change(tx, &saved)?;
    }
    let filled = fill(tx, account, &chosen)?;
    if named || filled {
        let rev = now.rev + i64::from(named);
        tx.emit(cx, "people.account_saved", account.as_str(), serde_json::json!({"rev": rev}))?;
        let house = cx.house().clone();
        tx.after_commit(move || house.forget_sessions());
    }
    Ok(())
}

/// The resident's own row, under the lock of accounts.
fn fill(tx: &mut Tx<'_>, account: &Id, chosen: &dyn Fn(Place, &str) -> String) -> Result<bool, Fault> {
    let stands = tx.opt(
        sql!("select birth, postal, address, phone from people_resident where city = ?1 and account = ?2"),
        params![account],
        |row| Ok([row.get::<String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?]),
    )?;
    let new = stands.is_none();
    let stands = stands.unwrap_or_default();
    let places = [Place::Birth, Place::Postal, Place::Address, Place::Phone];
    let [birth, postal, address, phone] = [0, 1, 2, 3].map(|at| match (places.get(at), stands.get(at)) {
        (Some(place), Some(text)) => chosen(*place, text),
        _ => String::new(),
    });
    if [&birth, &postal, &address, &phone].into_iter().eq(stands.iter()) {
        return Ok(false);
    }
    if new {
        tx.put(
            sql!(
                "insert into people_resident (city, account, household, birth, block, district, langs, postal,
                                              address, phone)
                 values (?1, ?2, '', ?3, '', '', '', ?4, ?5, ?6)"
            ),
            params![account, birth, postal, address, phone],
        )?;
    } else {
        tx.put(
            sql!(
                "update people_resident set birth = ?3, postal = ?4, address = ?5, phone = ?6
                 where city = ?1 and account = ?2"
            ),
            params![account, birth, postal, address, phone],
        )?;
    }
    Ok(true)
}
