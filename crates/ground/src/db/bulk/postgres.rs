//! A city's rows in PostgreSQL, as a whole: one connection, one transaction.
//!
//! Everything here waits on its own runtime and belongs on a plain thread. Rows come out as a stream and go in by
//! binary `copy`, so that memory stays the same for any city.

use std::pin::Pin;
use std::thread;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::{SinkExt as _, StreamExt as _, TryStreamExt as _};
use tokio_postgres::{Client, CopyInSink};

use super::super::postgres::{PgLink, config};
use super::super::tx::{Link, Tx};
use super::super::{Migration, Param, Store, migrate_postgres};
use super::{Done, EVENTS, Holds, Table, columns, select};
use crate::fault::{Fault, Kind};

/// How often, and how long apart, is looked whether writers have finished.
const STILL_LOOKS: usize = 40;
const STILL_PAUSE: Duration = Duration::from_millis(500);
/// Rows taken from the stream at a time.
const ROWS_AT_ONCE: usize = 200;
/// Bytes collected before they travel.
const TRAVEL_BYTES: usize = 256 * 1024;
/// What a binary `copy` begins with: its signature, no flags, no extension.
const COPY_START: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// A transaction over all tables of one city.
pub struct Session {
    link: PgLink,
    slug: std::sync::Arc<str>,
    fills: bool,
    copying: Option<Copying>,
}

struct Copying {
    table: String,
    sink: Pin<Box<CopyInSink<Bytes>>>,
    buffer: BytesMut,
}

impl Session {
    pub(super) fn read(url: &str, slug: &str) -> Result<Session, Fault> {
        Session::open(url, slug, "begin transaction isolation level repeatable read, read only", false)
    }

    pub(super) fn fill(
        url: &str,
        slug: &str,
        migrations: &[Migration],
        now_ms: i64,
    ) -> Result<Session, Fault> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::internal)?;
        runtime.block_on(migrate_postgres(url, migrations, now_ms))?;
        let mut session = Session::open(url, slug, "begin", true)?;
        // Whoever else restores the same city waits here.
        session.link.lock(&format!("{slug}/restore"))?;
        session.link.flush()?;
        Ok(session)
    }

    pub(super) fn wait_until_still(url: &str) -> Result<(), Fault> {
        for _ in 0..STILL_LOOKS {
            // What was taken from a queue just now shows itself within this time.
            thread::sleep(STILL_PAUSE);
            let session = Session::read(url, "")?;
            let writing = "select count(*) from pg_stat_activity where application_name = 'machiya'
                           and datname = current_database() and backend_xid is not null";
            if one_number(&session.query(writing, &[])?)? == 0 {
                return Ok(());
            }
        }
        Err(Fault::new(Kind::Unavailable, "backup-busy").retry_after(10))
    }

    fn open(url: &str, slug: &str, begin: &'static str, fills: bool) -> Result<Session, Fault> {
        let mut link = PgLink::new(config(url)?)?;
        link.connected()?;
        link.begin(begin);
        link.flush()?;
        let session = Session { link, slug: slug.into(), fills, copying: None };
        // The limits are made for people who wait; this takes as long as the city is large.
        session.plain(
            "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0;
             set local lock_timeout = '60s'",
        )?;
        Ok(session)
    }

    fn client(&self) -> Result<&Client, Fault> {
        self.link.client.as_ref().ok_or_else(|| away("no connection"))
    }

    fn plain(&self, sql: &str) -> Result<(), Fault> {
        self.link.runtime.block_on(self.client()?.batch_execute(sql)).map_err(said)
    }

    fn query(
        &self,
        sql: &str,
        params: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<Vec<tokio_postgres::Row>, Fault> {
        self.link.runtime.block_on(self.client()?.query(sql, params)).map_err(said)
    }

    pub(super) fn migrations(&mut self) -> Result<Vec<Done>, Fault> {
        let rows = self.query("select room, store, number, name, checksum from ground_migration", &[])?;
        let done = rows.iter().map(|row| {
            Ok(Done {
                room: row.try_get(0)?,
                store: row.try_get(1)?,
                number: row.try_get(2)?,
                name: row.try_get(3)?,
                checksum: row.try_get(4)?,
            })
        });
        done.collect::<Result<_, tokio_postgres::Error>>().map_err(said)
    }

    pub(super) fn each(
        &mut self,
        table: &Table,
        take: &mut dyn FnMut(Vec<Param>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.finish_copy()?;
        let runtime = &self.link.runtime;
        let select = select(table).replace("?1", "$1");
        let stream = runtime.block_on(self.client()?.query_raw(&select, [&*self.slug])).map_err(said)?;
        // A stream that has ended is not asked again.
        let mut stream = Box::pin(stream.fuse());
        loop {
            let some = runtime.block_on(async {
                let mut some = Vec::with_capacity(ROWS_AT_ONCE);
                while some.len() < ROWS_AT_ONCE
                    && let Some(row) = stream.try_next().await?
                {
                    some.push(row);
                }
                Ok::<_, tokio_postgres::Error>(some)
            });
            let some = some.map_err(said)?;
            if some.is_empty() {
                return Ok(());
            }
            for row in some {
                take(values(&row, table)?)?;
            }
        }
    }

    pub(super) fn put(&mut self, table: &Table, row: &[Param]) -> Result<(), Fault> {
        if self.copying.as_ref().is_none_or(|copying| copying.table != table.name) {
            self.begin_copy(table)?;
        }
        let Some(copying) = &mut self.copying else { return Err(Fault::internal("nothing is being copied")) };
        let buffer = &mut copying.buffer;
        let drawn = table.fields.iter().filter(|field| field.grows).count();
        buffer.put_i16(i16::try_from(row.len() + 1 - drawn).map_err(Fault::internal)?);
        field(buffer, self.slug.as_bytes())?;
        for (known, value) in table.fields.iter().zip(row).filter(|(known, _)| !known.grows) {
            match (known.holds, value) {
                (_, Param::Null) => buffer.put_i32(-1),
                (Holds::Text, Param::Text(text)) => field(buffer, text.as_bytes())?,
                (Holds::Int, Param::Int(value)) => field(buffer, &value.to_be_bytes())?,
                (Holds::Real, Param::Real(value)) => field(buffer, &value.to_be_bytes())?,
                (Holds::Bytes, Param::Bytes(bytes)) => field(buffer, bytes)?,
                _ => {
                    let what = format!("{}.{} holds another kind of value", table.name, known.name);
                    return Err(Fault::internal(what));
                }
            }
        }
        if buffer.len() >= TRAVEL_BYTES {
            let some = buffer.split().freeze();
            self.link.runtime.block_on(copying.sink.send(some)).map_err(said)?;
        }
        Ok(())
    }

    fn begin_copy(&mut self, table: &Table) -> Result<(), Fault> {
        self.finish_copy()?;
        // A growing key is left out: the database draws its own, in the order in which the rows come.
        let copy = format!("copy {} (city{}) from stdin (format binary)", table.name, columns(table, true));
        let sink = self.link.runtime.block_on(self.client()?.copy_in(&copy)).map_err(said)?;
        let mut buffer = BytesMut::with_capacity(TRAVEL_BYTES * 2);
        buffer.put_slice(COPY_START);
        self.copying = Some(Copying { table: table.name.clone(), sink: Box::pin(sink), buffer });
        Ok(())
    }

    fn finish_copy(&mut self) -> Result<(), Fault> {
        let Some(mut copying) = self.copying.take() else { return Ok(()) };
        copying.buffer.put_i16(-1);
        let rest = copying.buffer.split().freeze();
        let finished = self.link.runtime.block_on(async {
            copying.sink.send(rest).await?;
            copying.sink.as_mut().finish().await
        });
        finished.map(|_| ()).map_err(said)
    }

    pub(super) fn count(&mut self, table: &Table) -> Result<i64, Fault> {
        self.finish_copy()?;
        let count = format!("select count(*) from {} where city = $1", table.name);
        one_number(&self.query(&count, &[&&*self.slug])?)
    }

    pub(super) fn clear(&mut self, table: &Table) -> Result<(), Fault> {
        self.finish_copy()?;
        let clear = format!("delete from {} where city = $1", table.name);
        let done = self.link.runtime.block_on(self.client()?.execute(&clear, &[&&*self.slug]));
        done.map(|_| ()).map_err(said)
    }

    pub(super) fn rank_of_event(&mut self, writer: i64, seq: i64) -> Result<(i64, bool), Fault> {
        self.finish_copy()?;
        let rank = format!(
            "select count(*), coalesce(bool_or(writer = $2 and seq = $3), false) from {EVENTS}
             where city = $1 and (writer, seq) <= ($2, $3)"
        );
        let rows = self.query(&rank, &[&&*self.slug, &writer, &seq])?;
        let row = rows.first().ok_or_else(|| Fault::internal("no count"))?;
        Ok((row.try_get(0).map_err(said)?, row.try_get(1).map_err(said)?))
    }

    pub(super) fn nth_event(&mut self, nth: i64) -> Result<Option<(i64, i64)>, Fault> {
        self.finish_copy()?;
        let place = format!(
            "select writer, seq from {EVENTS} where city = $1 order by writer, seq limit 1 offset $2"
        );
        let rows = self.query(&place, &[&&*self.slug, &(nth - 1)])?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some((row.try_get(0).map_err(said)?, row.try_get(1).map_err(said)?)))
    }

    pub(super) fn with_tx(
        &mut self,
        store: Store,
        run: impl FnOnce(&mut Tx<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.finish_copy()?;
        let mut tx = Tx::new(Link::Postgres(&mut self.link), self.slug.clone(), store, self.fills);
        run(&mut tx)?;
        self.link.flush()
    }

    pub(super) fn keep(mut self) -> Result<(), Fault> {
        self.finish_copy()?;
        self.plain("commit")
    }
}

fn field(buffer: &mut BytesMut, bytes: &[u8]) -> Result<(), Fault> {
    buffer.put_i32(i32::try_from(bytes.len()).map_err(Fault::internal)?);
    buffer.put_slice(bytes);
    Ok(())
}

fn one_number(rows: &[tokio_postgres::Row]) -> Result<i64, Fault> {
    let row = rows.first().ok_or_else(|| Fault::internal("no count"))?;
    row.try_get(0).map_err(said)
}

fn values(row: &tokio_postgres::Row, table: &Table) -> Result<Vec<Param>, Fault> {
    let one = |(place, field): (usize, &super::Field)| {
        Ok(match field.holds {
            Holds::Text => row.try_get::<_, Option<String>>(place)?.into(),
            Holds::Int => row.try_get::<_, Option<i64>>(place)?.into(),
            Holds::Real => row.try_get::<_, Option<f64>>(place)?.into(),
            Holds::Bytes => row.try_get::<_, Option<Vec<u8>>>(place)?.into(),
        })
    };
    let all: Result<Vec<Param>, tokio_postgres::Error> = table.fields.iter().enumerate().map(one).collect();
    all.map_err(said)
}

fn said(fault: tokio_postgres::Error) -> Fault {
    match fault.as_db_error() {
        Some(db) if db.code().code().starts_with("53") => {
            Fault::new(Kind::Unavailable, "disk-full").retry_after(10).detail(db.message())
        }
        Some(db) => Fault::internal(format!("{} {}", db.message(), db.where_().unwrap_or_default())),
        None => away(fault.to_string()),
    }
}

fn away(detail: impl ToString) -> Fault {
    Fault::new(Kind::Unavailable, "database-away").retry_after(2).detail(detail)
}
