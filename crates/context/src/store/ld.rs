//! @contexts that are kept: hosted, made for an answer, or fetched from elsewhere.

use ground::db::Tx;
use ground::fault::Fault;
use ground::{params, sql};

/// Most @contexts of one kind that nobody put here on purpose: from elsewhere, or made for an answer. Whoever may read can
/// cause them, so they have an end; those that were not used for longest go.
const CAUSED_MAX: i64 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Cached,
    Hosted,
    ImplicitlyCreated,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Cached, Kind::Hosted, Kind::ImplicitlyCreated];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Cached => "Cached",
            Kind::Hosted => "Hosted",
            Kind::ImplicitlyCreated => "ImplicitlyCreated",
        }
    }

    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

#[derive(Clone, Debug)]
pub struct Kept {
    pub id: String,
    pub url: String,
    pub kind: Kind,
    pub body: String,
    pub made_us: i64,
    pub used_us: i64,
    pub hits: i64,
}

fn kept(row: &ground::db::Row<'_>) -> Result<Kept, Fault> {
    Ok(Kept {
        id: row.get(0)?,
        url: row.get(1)?,
        kind: Kind::from_name(&row.get::<String>(2)?).unwrap_or(Kind::Cached),
        body: row.get(3)?,
        made_us: row.get(4)?,
        used_us: row.get(5)?,
        hits: row.get(6)?,
    })
}

/// The @context with this local identifier or, for one from elsewhere, this address.
pub fn find(tx: &mut Tx<'_>, tenant: &str, key: &str) -> Result<Option<Kept>, Fault> {
    tx.opt(
        sql!(
            "select id, url, kind, body, made_us, used_us, hits from context_ld
             where city = ?1 and (tenant = '' or tenant = ?2) and (id = ?3 or url = ?3) limit 1"
        ),
        params![tenant, key],
        kept,
    )
}

/// Up to a thousand, the oldest first.
pub fn list(tx: &mut Tx<'_>, tenant: &str, kind: Option<Kind>) -> Result<Vec<Kept>, Fault> {
    tx.all(
        sql!(
            "select id, url, kind, body, made_us, used_us, hits from context_ld
             where city = ?1 and (tenant = '' or tenant = ?2) and (?3 = '' or kind = ?3) order by id limit 1000"
        ),
        params![tenant, kind.map_or("", Kind::name)],
        kept,
    )
}

/// Keeps a @context. One with the same address is replaced.
pub fn put(tx: &mut Tx<'_>, tenant: &str, one: &Kept) -> Result<(), Fault> {
    if one.kind != Kind::Hosted {
        make_room(tx, one.kind)?;
    }
    tx.exec(
        sql!(
            "insert into context_ld (city, id, tenant, url, kind, body, made_us, used_us, hits)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             on conflict (city, tenant, url) do update set body = excluded.body, made_us = excluded.made_us"
        ),
        params![&one.id, tenant, &one.url, one.kind.name(), &one.body, one.made_us, one.used_us, one.hits],
    )?;
    Ok(())
}

fn make_room(tx: &mut Tx<'_>, kind: Kind) -> Result<(), Fault> {
    let many = tx.one(
        sql!("select count(*) from context_ld where city = ?1 and kind = ?2"),
        params![kind.name()],
        |row| row.get::<i64>(0),
    )?;
    if many >= CAUSED_MAX {
        tx.exec(
            sql!(
                "delete from context_ld where city = ?1 and id in (
                     select l.id from context_ld l where l.city = ?1 and l.kind = ?2 order by l.used_us, l.id limit 10)"
            ),
            params![kind.name()],
        )?;
    }
    Ok(())
}

pub fn remove(tx: &mut Tx<'_>, id: &str) -> Result<(), Fault> {
    tx.put(sql!("delete from context_ld where city = ?1 and id = ?2"), params![id])
}

/// Notes that a @context was used so many times more.
pub fn used(tx: &mut Tx<'_>, url: &str, times: i64, now_us: i64) -> Result<(), Fault> {
    tx.put(
        sql!("update context_ld set hits = hits + ?3, used_us = ?4 where city = ?1 and url = ?2"),
        params![url, times, now_us],
    )
}
