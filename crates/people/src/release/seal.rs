//! The seal: committed entries are numbered and chained, so that none can be changed, taken out or slipped in later
//! without the chain showing it. An entry is written unchained, because a chain within the acting transaction would
//! make all of them wait for one another; the sealer follows within a second.
//!
//! Entries are numbered once they are committed, in the order in which the sealer meets them: one that commits late
//! simply gets a later number, and none is skipped.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::rounds::Round;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::entry::{Entry, sha256};
use super::limits;
use super::members::Members;

/// Entries sealed in one transaction: well under the 50 ms that anybody may hold the writer.
const RANGE: i64 = 500;
const DAY_MS: i64 = 86_400_000;

pub const ROUND: Round = Round { name: "people.seal", look: is_anything_open, run: seal_range };

fn is_anything_open(tx: &mut Tx<'_>, _: &Cx) -> Result<bool, Fault> {
    let open = tx.opt(
        sql!("select a.id from people_access a where a.city = ?1 and a.place = 0 limit 1"),
        params![],
        |_| Ok(()),
    )?;
    Ok(open.is_some())
}

/// The last link of the chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Head {
    pub place: i64,
    pub chain: String,
}

pub fn head(tx: &mut Tx<'_>) -> Result<Head, Fault> {
    let newest = tx.opt(
        sql!(
            "select a.place, a.chain from people_access a where a.city = ?1 and a.place > 0
             order by a.place desc limit 1"
        ),
        params![],
        |row| Ok(Head { place: row.get(0)?, chain: row.get(1)? }),
    )?;
    if let Some(newest) = newest {
        return Ok(newest);
    }
    // Every entry has gone with the years: the chain goes on from the last head that was kept.
    let kept = tx.opt(
        sql!(
            "select h.place, h.chain from people_access_head h where h.city = ?1 order by h.place desc limit 1"
        ),
        params![],
        |row| Ok(Head { place: row.get(0)?, chain: row.get(1)? }),
    )?;
    Ok(kept.unwrap_or_default())
}

fn link(before: &str, place: i64, digest: &str) -> String {
    sha256(format!("{before}.{place}.{digest}").as_bytes())
}

/// Seals one range, and counts it for the limits.
fn seal_range(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    let open = tx.all(
        sql!(
            "select a.id, a.digest, a.at_ms, a.client, a.count, a.attributes
             from people_access a where a.city = ?1 and a.place = 0 order by a.id limit ?2"
        ),
        params![RANGE],
        |row| {
            let use_ = limits::Use {
                at_ms: row.get(2)?,
                client: row.get(3)?,
                people: row.get(4)?,
                gave: !row.get::<String>(5)?.is_empty(),
            };
            Ok((row.get::<Id>(0)?, row.get::<String>(1)?, use_))
        },
    )?;
    let mut head = head(tx)?;
    let mut rows = Vec::with_capacity(open.len());
    for (id, digest, _) in &open {
        head.place += 1;
        head.chain = link(&head.chain, head.place, digest);
        rows.push(json!({"id": id, "place": head.place, "chain": head.chain}));
    }
    tx.put(
        sql!(
            "update people_access set place = r.place, chain = r.chain
             from {rows(?2, id text, place bigint, chain text)} r
             where people_access.city = ?1 and people_access.id = r.id and people_access.place = 0"
        ),
        params![&serde_json::Value::Array(rows)],
    )?;
    keep_head(tx, cx, &head)?;
    limits::count(tx, cx, open.iter().map(|(_, _, use_)| use_))
}

/// The day's head follows the chain: whoever takes the last entries away takes it away from under it.
fn keep_head(tx: &mut Tx<'_>, cx: &Cx, head: &Head) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_access_head (city, day, place, chain, at_ms, signed) values (?1, ?2, ?3, ?4, ?5, '')
             on conflict (city, day) do update
             set place = excluded.place, chain = excluded.chain, at_ms = excluded.at_ms, signed = ''"
        ),
        params![cx.now().date().to_string(), head.place, &head.chain, cx.now_ms()],
    )
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Broken {
    /// It does not say any more what it said when it was written.
    Changed,
    /// An entry before it is missing.
    Missing,
    /// It is not the one that was chained here.
    Chain,
    /// Its members are not those who were in it.
    Members,
    /// It was emptied, and no erasure says so.
    Emptied,
    /// A head that was kept says something else.
    Head,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FirstBroken {
    pub place: i64,
    pub entry: Option<Id>,
    pub what: Broken,
}

/// How a range of the chain was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verified {
    /// Where to go on.
    pub head: Head,
    pub entries: i64,
    /// Entries whose person's part has been erased.
    pub erased: i64,
    /// What the erasures in this range say they emptied.
    pub erasures: i64,
    pub broken: Option<FirstBroken>,
    /// Nothing follows.
    pub done: bool,
}

struct Sealed {
    entry: Entry,
    digest: String,
    salt: String,
    place: i64,
    chain: String,
}

/// Verifies the entries after a place: `after` is the head that the range before ended with; from the very beginning,
/// the default. What has gone with the years is passed over: the oldest entry there is vouches for itself, and the
/// heads kept day by day vouch for it.
pub fn verify(tx: &mut Tx<'_>, after: &Head, at_most: i64) -> Result<Verified, Fault> {
    let rows = sealed_after(tx, after.place, at_most)?;
    let full = i64::try_from(rows.len()).unwrap_or(0) == at_most;
    let mut out = Verified { head: after.clone(), done: !full, ..Verified::default() };
    for row in &rows {
        let wrong = if out.head == Head::default() && row.place > 1 {
            None
        } else if row.place != out.head.place + 1 {
            Some(Broken::Missing)
        } else {
            (link(&out.head.chain, row.place, &row.digest) != row.chain).then_some(Broken::Chain)
        };
        let wrong = match wrong {
            None => wrong_inside(tx, row)?,
            some => some,
        };
        if let Some(what) = wrong {
            out.broken = Some(FirstBroken { place: row.place, entry: Some(row.entry.id.clone()), what });
            out.done = true;
            return Ok(out);
        }
        out.entries += 1;
        out.erased += i64::from(row.salt.is_empty());
        out.erasures += if row.entry.ground == ERASED { row.entry.count } else { 0 };
        out.head = Head { place: row.place, chain: row.chain.clone() };
    }
    Ok(out)
}

fn wrong_inside(tx: &mut Tx<'_>, row: &Sealed) -> Result<Option<Broken>, Fault> {
    if row.salt.is_empty() {
        let emptied = row.entry.person_no > 0 && row.entry.reason.is_empty();
        return Ok((!emptied).then_some(Broken::Emptied));
    }
    if row.entry.digest(&row.salt) != row.digest {
        return Ok(Some(Broken::Changed));
    }
    if !row.entry.members.is_empty() {
        let members = Members::read(tx, &row.entry.id)?;
        if members.count() != row.entry.count || members.digest(&row.salt) != row.entry.members {
            return Ok(Some(Broken::Members));
        }
    }
    Ok(None)
}

fn sealed_after(tx: &mut Tx<'_>, place: i64, at_most: i64) -> Result<Vec<Sealed>, Fault> {
    tx.all(
        sql!(
            "select a.id, a.at_ms, a.person_no, a.purpose, a.version, a.recipient, a.attributes, a.withheld, a.ground,
                    a.actor, a.client, a.acting, a.department, a.via, a.reason, a.count, a.members, a.digest, a.salt,
                    a.place, a.chain
             from people_access a where a.city = ?1 and a.place > 0 and a.place > ?2 order by a.place limit ?3"
        ),
        params![place, at_most],
        |row| {
            Ok(Sealed {
                entry: Entry::read(row)?,
                digest: row.get(17)?,
                salt: row.get(18)?,
                place: row.get(19)?,
                chain: row.get(20)?,
            })
        },
    )
}

/// When the oldest entry was written that is not sealed yet.
pub fn oldest_open_ms(tx: &mut Tx<'_>) -> Result<Option<i64>, Fault> {
    tx.opt(
        sql!("select a.at_ms from people_access a where a.city = ?1 and a.place = 0 order by a.id limit 1"),
        params![],
        |row| row.get(0),
    )
}

/// The first of the heads kept day by day that does not fit what stands. One whose entry may have gone with the years
/// is passed over.
pub fn wrong_head(tx: &mut Tx<'_>, cx: &Cx) -> Result<Option<FirstBroken>, Fault> {
    let days = cx.house().retention_days.load().get("people_access").copied().unwrap_or(super::RECORD_DAYS);
    // Entries are cleared at night, and a head is as young as the last entry of its day.
    let since_ms = if days == 0 { 0 } else { cx.now_ms() - (days - 2).max(0) * DAY_MS };
    tx.opt(
        sql!(
            "select h.place, coalesce(a.id, '') from people_access_head h
             left join people_access a on a.city = ?1 and a.place > 0 and a.place = h.place
             where h.city = ?1 and h.at_ms >= ?2 and coalesce(a.chain, '') <> h.chain order by h.place limit 1"
        ),
        params![since_ms],
        |row| {
            let id: String = row.get(1)?;
            Ok(FirstBroken { place: row.get(0)?, entry: id.parse().ok(), what: Broken::Head })
        },
    )
}

/// The ground of an entry that says that a person's part was erased.
pub const ERASED: &str = "erased";

/// Empties what the record holds of a person who leaves: the words that others wrote about them, and the salts with
/// which their entries could be tied to them. Their number stays, and nobody has it any more. The chain stays whole,
/// and an entry says how many were emptied.
pub fn erase(tx: &mut Tx<'_>, cx: &Cx, person_no: i64) -> Result<u64, Fault> {
    tx.put(
        sql!(
            "delete from people_access_question where city = ?1 and person in (
                 select a.id from people_account a where a.city = ?1 and a.person_no = ?2)"
        ),
        params![person_no],
    )?;
    let emptied = tx.exec(
        sql!(
            "update people_access set salt = '', reason = '', acting = ''
             where city = ?1 and person_no = ?2 and salt <> ''"
        ),
        params![person_no],
    )?;
    if emptied > 0 {
        let count = i64::try_from(emptied).unwrap_or(i64::MAX);
        let entry = Entry { ground: ERASED.to_owned(), count, ..Entry::begin(cx, "", "") };
        entry.write(tx, cx)?;
    }
    Ok(emptied)
}

/// The instant at which a decision about one's data is dated: now, and never before a use that was committed already.
/// Under the locks of a decision no use is under way, so that what was used before it is dated before it, however the
/// clocks of two nodes differ.
pub fn not_before(tx: &mut Tx<'_>, person_no: i64, now_ms: i64) -> Result<i64, Fault> {
    let last = tx.one(
        sql!(
            "select coalesce((select o.at_ms from people_access o where o.city = ?1 and o.person_no = ?2
                              order by o.id desc limit 1), 0),
                    coalesce((select m.at_ms from people_access m where m.city = ?1 and m.person_no = 0
                              order by m.id desc limit 1), 0)"
        ),
        params![person_no],
        |row| Ok(row.get::<i64>(0)?.max(row.get(1)?)),
    )?;
    Ok(now_ms.max(last))
}
