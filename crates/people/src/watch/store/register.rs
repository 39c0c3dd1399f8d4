//! The register, and who answers for what.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};

use super::super::model::{Asset, AssetKind, Duty, Post};
use crate::model::AccountState;
use crate::store::id_or_none;

/// Entries of the register at most.
pub const ASSETS_MAX: i64 = 50_000;
fn asset_of(row: &Row<'_>) -> Result<Asset, Fault> {
    Ok(Asset {
        id: row.get(0)?,
        kind: AssetKind::from_name(&row.get::<String>(1)?),
        code: row.get(2)?,
        name: row.get(3)?,
        department: id_or_none(row, 4)?,
        system: id_or_none(row, 5)?,
        chief: row.get::<i64>(6)? == 1,
        note: row.get(7)?,
        closed_on: row.get(8)?,
        rev: row.get(9)?,
        saved_ms: row.get(10)?,
        saved_by: row.get(11)?,
    })
}

pub fn asset(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Asset>, Fault> {
    tx.opt(
        sql!(
            "select id, kind, code, name, department, system, chief, note, closed_on, rev, saved_ms, saved_by
             from people_watch_asset where city = ?1 and id = ?2"
        ),
        params![id],
        asset_of,
    )
}

pub fn asset_by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<Asset>, Fault> {
    tx.opt(
        sql!(
            "select id, kind, code, name, department, system, chief, note, closed_on, rev, saved_ms, saved_by
             from people_watch_asset where city = ?1 and code = ?2"
        ),
        params![code],
        asset_of,
    )
}

/// Entries of one kind by their codes. `missing` asks for those alone for which nobody answers on the day.
pub fn assets(
    tx: &mut Tx<'_>,
    kind: AssetKind,
    missing: bool,
    day: &str,
    after: &str,
    rows: i64,
) -> Result<Vec<Asset>, Fault> {
    tx.all(
        sql!(
            "select a.id, a.kind, a.code, a.name, a.department, a.system, a.chief, a.note, a.closed_on, a.rev,
                    a.saved_ms, a.saved_by
             from people_watch_asset a
             where a.city = ?1 and a.kind = ?2 and a.code > ?3
               and (?4 = 0 or ((a.closed_on = '' or a.closed_on > ?5) and not exists (
                   select 1 from people_watch_post p
                   join people_account c on c.city = ?1 and c.id = p.account and c.state = 'active'
                   where p.city = ?1 and p.asset = a.id and p.starts_on <= ?5
                     and (p.ends_on = '' or p.ends_on >= ?5))))
             order by a.code limit ?6"
        ),
        params![kind.name(), after, i64::from(missing), day, rows],
        asset_of,
    )
}

/// Of a kind: how many there are, and for how many nobody answers on the day.
pub fn counts(tx: &mut Tx<'_>, kind: AssetKind, day: &str) -> Result<(i64, i64), Fault> {
    let all = tx.one(
        sql!(
            "select count(*) from people_watch_asset
             where city = ?1 and kind = ?2 and (closed_on = '' or closed_on > ?3)"
        ),
        params![kind.name(), day],
        |row| row.get(0),
    )?;
    let missing = tx.one(
        sql!(
            "select count(*) from people_watch_asset a
             where a.city = ?1 and a.kind = ?2 and (a.closed_on = '' or a.closed_on > ?3) and not exists (
                 select 1 from people_watch_post p
                 join people_account c on c.city = ?1 and c.id = p.account and c.state = 'active'
                 where p.city = ?1 and p.asset = a.id and p.starts_on <= ?3
                   and (p.ends_on = '' or p.ends_on >= ?3))"
        ),
        params![kind.name(), day],
        |row| row.get(0),
    )?;
    Ok((all, missing))
}

pub fn count_assets(tx: &mut Tx<'_>) -> Result<i64, Fault> {
    tx.one(sql!("select count(*) from people_watch_asset where city = ?1"), params![], |row| row.get(0))
}

pub fn put_asset(tx: &mut Tx<'_>, asset: &Asset) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_watch_asset (city, id, kind, code, name, department, system, chief, note, closed_on,
                                             rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             on conflict (city, id) do update
             set code = excluded.code, name = excluded.name, department = excluded.department,
                 system = excluded.system, chief = excluded.chief, note = excluded.note,
                 closed_on = excluded.closed_on, rev = excluded.rev, saved_ms = excluded.saved_ms,
                 saved_by = excluded.saved_by"
        ),
        params![
            &asset.id,
            asset.kind.name(),
            asset.code.as_str(),
            asset.name.as_str(),
            asset.department.as_ref().map_or("", Id::as_str),
            asset.system.as_ref().map_or("", Id::as_str),
            i64::from(asset.chief),
            asset.note.as_str(),
            asset.closed_on.as_str(),
            asset.rev,
            asset.saved_ms,
            asset.saved_by.as_str()
        ],
    )
}

fn post_of(row: &Row<'_>) -> Result<Post, Fault> {
    Ok(Post {
        id: row.get(0)?,
        duty: Duty::from_name(&row.get::<String>(1)?),
        asset: id_or_none(row, 2)?,
        account: row.get(3)?,
        name: row.get(4)?,
        title: row.get::<Option<String>>(5)?.unwrap_or_default(),
        department_code: row.get::<Option<String>>(6)?.unwrap_or_default(),
        active: AccountState::from_name(&row.get::<String>(7)?) == AccountState::Active,
        starts_on: row.get(8)?,
        ends_on: row.get(9)?,
        note: row.get(10)?,
    })
}

/// Who answers for something, now, before and after; the newest first. No asset is the whole city.
pub fn posts(tx: &mut Tx<'_>, asset: Option<&Id>, duty: Duty) -> Result<Vec<Post>, Fault> {
    tx.all(
        sql!(
            "select p.id, p.duty, p.asset, p.account, c.name, f.title, d.code, c.state, p.starts_on, p.ends_on, p.note
             from people_watch_post p
             join people_account c on c.city = ?1 and c.id = p.account
             left join people_staff f on f.city = ?1 and f.account = p.account
             left join people_department d on d.city = ?1 and d.id = f.department
             where p.city = ?1 and p.asset = ?2 and p.duty = ?3
             order by p.starts_on desc, p.id desc limit 100"
        ),
        params![asset.map_or("", Id::as_str), duty.name()],
        post_of,
    )
}

pub fn post(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Post>, Fault> {
    tx.opt(
        sql!(
            "select p.id, p.duty, p.asset, p.account, c.name, f.title, d.code, c.state, p.starts_on, p.ends_on, p.note
             from people_watch_post p
             join people_account c on c.city = ?1 and c.id = p.account
             left join people_staff f on f.city = ?1 and f.account = p.account
             left join people_department d on d.city = ?1 and d.id = f.department
             where p.city = ?1 and p.id = ?2"
        ),
        params![id],
        post_of,
    )
}

/// What ends between two days with nobody to follow.
pub fn ending(tx: &mut Tx<'_>, from: &str, to: &str, rows: i64) -> Result<Vec<(Post, String)>, Fault> {
    tx.all(
        sql!(
            "select p.id, p.duty, p.asset, p.account, c.name, f.title, d.code, c.state, p.starts_on, p.ends_on, p.note,
                    a.name
             from people_watch_post p
             join people_account c on c.city = ?1 and c.id = p.account and c.state = 'active'
             left join people_staff f on f.city = ?1 and f.account = p.account
             left join people_department d on d.city = ?1 and d.id = f.department
             left join people_watch_asset a on a.city = ?1 and a.id = p.asset
             where p.city = ?1 and p.ends_on >= ?2 and p.ends_on <= ?3 and (a.closed_on is null or a.closed_on = '')
               and not exists (
                   select 1 from people_watch_post n where n.city = ?1 and n.asset = p.asset and n.duty = p.duty
                     and n.id <> p.id and (n.ends_on = '' or n.ends_on > p.ends_on))
             order by p.ends_on, p.id limit ?4"
        ),
        params![from, to, rows],
        |row| Ok((post_of(row)?, row.get::<Option<String>>(11)?.unwrap_or_default())),
    )
}

/// What somebody answers for on a day.
pub fn duties_of(tx: &mut Tx<'_>, account: &Id, day: &str) -> Result<Vec<(Duty, Option<Id>)>, Fault> {
    tx.all(
        sql!(
            "select duty, asset from people_watch_post
             where city = ?1 and account = ?2 and starts_on <= ?3 and (ends_on = '' or ends_on >= ?3)
             order by id limit 1000"
        ),
        params![account, day],
        |row| Ok((Duty::from_name(&row.get::<String>(0)?), id_or_none(row, 1)?)),
    )
}

pub fn add_post(tx: &mut Tx<'_>, post: &Post, now_ms: i64, by: &str) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_watch_post (city, id, duty, asset, account, starts_on, ends_on, note, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        ),
        params![
            &post.id,
            post.duty.name(),
            post.asset.as_ref().map_or("", Id::as_str),
            &post.account,
            post.starts_on.as_str(),
            post.ends_on.as_str(),
            post.note.as_str(),
            now_ms,
            by
        ],
    )
}

pub fn end_post(tx: &mut Tx<'_>, id: &Id, ends_on: &str, now_ms: i64, by: &str) -> Result<(), Fault> {
    tx.put(
        sql!(
            "update people_watch_post set ends_on = ?3, saved_ms = ?4, saved_by = ?5 where city = ?1 and id = ?2"
        ),
        params![id, ends_on, now_ms, by],
    )
}
