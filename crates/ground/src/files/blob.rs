//! Contents in the files store: written once, in pieces, under the digest of what they hold.

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, try_unfold};
use ring::digest::{Context, SHA256};
use serde_json::{Value, json};

use crate::action::Boxed;
use crate::city::City;
use crate::cx::Cx;
use crate::db::{Db, Tx};
use crate::fault::Fault;
use crate::{params, sql};

/// A content is kept in pieces of this size.
pub(super) const CHUNK_BYTES: usize = 256 * 1024;
/// Pieces written in one transaction: a megabyte, so that nobody waits long.
const CHUNKS_AT_ONCE: usize = 4;
/// A content that no file names goes after this; a ticket for it is worth nothing long before.
const ORPHAN_MS: i64 = 48 * 3_600_000;
/// Contents looked at together.
const COLLECT_ROWS: i64 = 200;

pub(super) fn digest_of(content: &[u8]) -> String {
    named(ring::digest::digest(&SHA256, content))
}

fn named(digest: ring::digest::Digest) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes a content, unless it is there already.
pub(super) async fn write(cx: &Cx, digest: &str, content: Bytes) -> Result<(), Fault> {
    let db = &cx.city().files;
    let (name, size, now_ms) = (digest.to_owned(), content.len(), cx.now_ms());
    let is_there = db
        .write(move |tx| {
            // Touching it keeps the collector away.
            let touched = tx.exec(
                sql!("update ground_blob set at_ms = ?3 where city = ?1 and digest = ?2 and whole = 1"),
                params![name.as_str(), now_ms],
            )?;
            if touched == 0 {
                tx.put(
                    sql!(
                        "insert into ground_blob (city, digest, size, whole, at_ms) values (?1, ?2, ?3, 0, ?4)
                         on conflict (city, digest) do update set at_ms = excluded.at_ms"
                    ),
                    params![name.as_str(), size, now_ms],
                )?;
            }
            Ok(touched > 0)
        })
        .await?;
    if is_there {
        return Ok(());
    }
    let mut from = 0;
    while from < content.len() {
        let to = (from + CHUNK_BYTES * CHUNKS_AT_ONCE).min(content.len());
        let (piece, first, name) = (content.slice(from..to), from / CHUNK_BYTES, digest.to_owned());
        db.write(move |tx| write_chunks(tx, &name, first, &piece)).await?;
        from = to;
    }
    let name = digest.to_owned();
    db.write(move |tx| {
        tx.put(
            sql!("update ground_blob set whole = 1 where city = ?1 and digest = ?2"),
            params![name.as_str()],
        )
    })
    .await
}

fn write_chunks(tx: &mut Tx<'_>, digest: &str, first: usize, piece: &Bytes) -> Result<(), Fault> {
    for (step, chunk) in piece.chunks(CHUNK_BYTES).enumerate() {
        tx.put(
            sql!(
                "insert into ground_chunk (city, digest, nth, bytes) values (?1, ?2, ?3, ?4)
                 on conflict (city, digest, nth) do nothing"
            ),
            params![digest, first + step, chunk],
        )?;
    }
    Ok(())
}

/// The bytes from `start` to before `end`, piece by piece: one piece is in memory at a time.
pub(super) fn stream(
    city: &City,
    digest: &str,
    start: u64,
    end: u64,
) -> BoxStream<'static, Result<Bytes, Fault>> {
    let (db, digest) = (city.files.clone(), digest.to_owned());
    try_unfold((db, digest, start), move |(db, digest, at)| async move {
        if at >= end {
            return Ok(None);
        }
        let chunk = CHUNK_BYTES as u64;
        let piece = read_chunk(&db, &digest, at / chunk).await?;
        let from = usize::try_from(at % chunk).unwrap_or(usize::MAX);
        let to = piece.len().min(from.saturating_add(usize::try_from(end - at).unwrap_or(usize::MAX)));
        if from >= to {
            return Err(Fault::internal(format!("the content {digest} is shorter than it should be")));
        }
        let piece = piece.slice(from..to);
        let next = at + piece.len() as u64;
        Ok(Some((piece, (db, digest, next))))
    })
    .boxed()
}

async fn read_chunk(db: &Db, digest: &str, nth: u64) -> Result<Bytes, Fault> {
    let (name, nth) = (digest.to_owned(), i64::try_from(nth).unwrap_or(i64::MAX));
    let found = db
        .read(move |tx| {
            tx.opt(
                sql!("select bytes from ground_chunk where city = ?1 and digest = ?2 and nth = ?3"),
                params![name.as_str(), nth],
                |row| row.get::<Vec<u8>>(0),
            )
        })
        .await?;
    found
        .map(Bytes::from)
        .ok_or_else(|| Fault::internal(format!("piece {nth} of the content {digest} is missing")))
}

/// The contents after one, in order, with whether they are whole and when they were last asked for.
async fn range(db: &Db, after: String) -> Result<Vec<(String, i64, bool, i64)>, Fault> {
    db.read(move |tx| {
        tx.all(
            sql!(
                "select digest, size, whole, at_ms from ground_blob where city = ?1 and digest > ?2
                 order by digest limit ?3"
            ),
            params![after.as_str(), COLLECT_ROWS],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
    })
    .await
}

/// Which of these contents some file names.
async fn named_by_files(db: &Db, digests: Vec<String>) -> Result<Vec<String>, Fault> {
    let digests = json!(digests);
    db.read(move |tx| {
        tx.all(
            sql!(
                "select f.digest from ground_file f where f.city = ?1 and f.digest in {list(?2)}
                 union select w.digest from ground_file_width w where w.city = ?1 and w.digest in {list(?2)}"
            ),
            params![&digests],
            |row| row.get(0),
        )
    })
    .await
}

/// The nightly job: contents that no file names any more, and uploads that were given up.
pub(crate) fn collect(cx: Cx, _: Value) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        let (city, cutoff_ms) = (cx.city().clone(), cx.now_ms() - ORPHAN_MS);
        let mut after = String::new();
        loop {
            let rows = range(&city.files, after).await?;
            let Some((last, ..)) = rows.last() else { return Ok(()) };
            after = last.clone();
            let old: Vec<String> = rows
                .into_iter()
                .filter(|(_, _, _, at_ms)| *at_ms < cutoff_ms)
                .map(|(digest, ..)| digest)
                .collect();
            let named = named_by_files(&city.db, old.clone()).await?;
            for digest in old.into_iter().filter(|digest| !named.contains(digest)) {
                city.files.write(move |tx| forget(tx, &digest, cutoff_ms)).await?;
            }
        }
    })
}

/// Takes a content away, unless somebody has asked for it in between.
fn forget(tx: &mut Tx<'_>, digest: &str, cutoff_ms: i64) -> Result<(), Fault> {
    let gone = tx.exec(
        sql!("delete from ground_blob where city = ?1 and digest = ?2 and at_ms < ?3"),
        params![digest, cutoff_ms],
    )?;
    if gone == 0 {
        return Ok(());
    }
    tx.put(sql!("delete from ground_chunk where city = ?1 and digest = ?2"), params![digest])
}

/// What a check of all contents found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub contents: u64,
    pub bytes: u64,
    /// Contents that are not what their name says, or are not all there.
    pub broken: Vec<String>,
}

/// Reads every whole content of a city and compares it with its name. Slow by nature: for `doctor` and after moving.
pub async fn verify(city: &City) -> Result<Verified, Fault> {
    let (mut found, mut after) = (Verified::default(), String::new());
    loop {
        let rows = range(&city.files, after).await?;
        let Some((last, ..)) = rows.last() else { return Ok(found) };
        after = last.clone();
        for (digest, size, _, _) in rows.into_iter().filter(|(_, _, whole, _)| *whole) {
            let size = u64::try_from(size).unwrap_or(0);
            found.contents += 1;
            found.bytes += size;
            if !is_sound(city, &digest, size).await? {
                found.broken.push(digest);
            }
        }
    }
}

async fn is_sound(city: &City, digest: &str, size: u64) -> Result<bool, Fault> {
    let mut context = Context::new(&SHA256);
    let mut pieces = stream(city, digest, 0, size);
    while let Some(piece) = pieces.next().await {
        match piece {
            Ok(piece) => context.update(&piece),
            Err(fault) if fault.is_broken_inside() => return Ok(false),
            Err(fault) => return Err(fault),
        }
    }
    Ok(named(context.finish()) == digest)
}
