//! What this room erases of somebody who leaves, part by part, a range at a time. What stays: the proof of consents and
//! the record of uses under a number that nobody has any more, as long as the law keeps them.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::room::{Erase, Person};
use ground::{params, sql};

use super::store::takeouts;
use super::takeout;

/// Rows of a range.
const RANGE: i64 = 500;

pub const PARTS: &[Erase] = &[
    Erase { name: "people.ways", range: ways },
    Erase { name: "people.sign_ins", range: sign_ins },
    Erase { name: "people.oauth", range: oauth },
    Erase { name: "people.family", range: family },
    Erase { name: "people.takeouts", range: takeouts_of },
    Erase { name: "people.consents", range: consents },
    Erase { name: "people.access", range: access },
    Erase { name: "people.resident", range: resident },
];

fn ways(tx: &mut Tx<'_>, _: &Cx, person: &Person) -> Result<bool, Fault> {
    let id = &person.account;
    tx.put(sql!("delete from people_way where city = ?1 and account = ?2"), params![id])?;
    tx.put(sql!("delete from people_recovery where city = ?1 and account = ?2"), params![id])?;
    tx.put(sql!("delete from people_link where city = ?1 and account = ?2"), params![id])?;
    tx.put(sql!("delete from people_session where city = ?1 and account = ?2"), params![id])?;
    tx.put(sql!("delete from people_attempt where city = ?1 and subject = ?2"), params![id])?;
    Ok(true)
}

fn sign_ins(tx: &mut Tx<'_>, _: &Cx, person: &Person) -> Result<bool, Fault> {
    let gone = tx.exec(
        sql!(
            "delete from people_sign_in where city = ?1 and id in (
                 select s.id from people_sign_in s where s.city = ?1 and s.account = ?2 order by s.id limit ?3)"
        ),
        params![&person.account, RANGE],
    )?;
    Ok(i64::try_from(gone).unwrap_or(0) < RANGE)
}

fn oauth(tx: &mut Tx<'_>, _: &Cx, person: &Person) -> Result<bool, Fault> {
    let id = &person.account;
    tx.put(
        sql!(
            "delete from people_code where city = ?1 and family in (
                 select f.id from people_family f where f.city = ?1 and f.account = ?2)"
        ),
        params![id],
    )?;
    crate::oauth::forget(tx, id)?;
    Ok(true)
}

fn family(tx: &mut Tx<'_>, _: &Cx, person: &Person) -> Result<bool, Fault> {
    let id = &person.account;
    tx.put(sql!("delete from people_mandate where city = ?1 and (person = ?2 or agent = ?2)"), params![id])?;
    tx.put(
        sql!("delete from people_invitation where city = ?1 and (made_by = ?2 or person = ?2)"),
        params![id],
    )?;
    tx.put(sql!("update people_invitation set used_by = '' where city = ?1 and used_by = ?2"), params![id])?;
    tx.put(sql!("delete from people_child where city = ?1 and account = ?2"), params![id])?;
    tx.put(
        sql!(
            "delete from people_household where city = ?1 and id in (
                 select r.household from people_resident r where r.city = ?1 and r.account = ?2)
             and not exists (select 1 from people_resident o
                 where o.city = ?1 and o.household = people_household.id and o.account <> ?2)"
        ),
        params![id],
    )?;
    Ok(true)
}

fn takeouts_of(tx: &mut Tx<'_>, _: &Cx, person: &Person) -> Result<bool, Fault> {
    for one in takeouts::of_account(tx, &person.account, RANGE)? {
        takeout::remove(tx, &one.id)?;
    }
    tx.put(sql!("delete from people_takeout where city = ?1 and account = ?2"), params![&person.account])?;
    Ok(true)
}

/// What stands is gone, so that nothing can be chosen by it; how it came to be stays as proof, under the number alone.
/// Before that each yes is taken back, so that services which follow hear of it.
fn consents(tx: &mut Tx<'_>, cx: &Cx, person: &Person) -> Result<bool, Fault> {
    crate::consent::decide::withdraw_all(tx, cx, person.person_no)?;
    tx.put(sql!("delete from people_consent where city = ?1 and person_no = ?2"), params![person.person_no])?;
    tx.put(
        sql!("update people_consent_event set actor = '', acting = '' where city = ?1 and person_no = ?2"),
        params![person.person_no],
    )?;
    Ok(true)
}

/// The record keeps its chain, and loses what ties it to the person.
fn access(tx: &mut Tx<'_>, cx: &Cx, person: &Person) -> Result<bool, Fault> {
    crate::release::erase(tx, cx, person.person_no)?;
    Ok(true)
}

/// Last: the person themselves. The account's number is never given to anybody else, so its empty row stays.
fn resident(tx: &mut Tx<'_>, cx: &Cx, person: &Person) -> Result<bool, Fault> {
    tx.put(sql!("delete from people_resident where city = ?1 and account = ?2"), params![&person.account])?;
    tx.put(sql!("delete from people_staff where city = ?1 and account = ?2"), params![&person.account])?;
    tx.put(
        sql!(
            "update people_account
             set name = '', kana = '', mail = '', lang = '', state = 'erased', level = 'declared', level_ms = 0,
                 level_how = '', second = 0, rev = rev + 1, saved_ms = ?3, saved_by = 'system'
             where city = ?1 and id = ?2"
        ),
        params![&person.account, cx.now_ms()],
    )?;
    Ok(true)
}
