//! A transaction in one store of one city.

use std::sync::Arc;

use super::postgres::PgLink;
use super::sql::Sql;
use super::value::{Param, Row};
use super::{Store, Topic};
use crate::fault::Fault;

/// The way to a database inside a transaction.
pub(crate) enum Link<'t> {
    Sqlite(&'t rusqlite::Connection),
    Postgres(&'t mut PgLink),
}

/// What happens once the transaction is durable.
#[derive(Default)]
pub(crate) struct After {
    pub(crate) wake: Vec<Topic>,
    pub(crate) run: Vec<Box<dyn FnOnce() + Send>>,
}

impl After {
    pub(crate) fn absorb(&mut self, other: After) {
        self.wake.extend(other.wake);
        self.run.extend(other.run);
    }
}

/// A transaction in one store of one city. `?1` is the city in every statement, bound here.
pub struct Tx<'t> {
    pub(crate) link: Link<'t>,
    pub(crate) city: Param,
    city_slug: Arc<str>,
    store: Store,
    writes: bool,
    pub(crate) after: After,
}

impl<'t> Tx<'t> {
    pub(crate) fn new(link: Link<'t>, city: Arc<str>, store: Store, writes: bool) -> Tx<'t> {
        Tx {
            link,
            city: Param::Text(city.to_string()),
            city_slug: city,
            store,
            writes,
            after: After::default(),
        }
    }

    pub fn city(&self) -> &str {
        &self.city_slug
    }

    pub fn store(&self) -> Store {
        self.store
    }

    pub fn can_write(&self) -> bool {
        self.writes
    }

    /// Every row, each made into something by `make`.
    pub fn all<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Param],
        mut make: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut out = Vec::new();
        self.each(sql, params, |row| {
            out.push(make(row)?);
            Ok(())
        })?;
        Ok(out)
    }

    /// The first row, if there is one.
    pub fn opt<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Param],
        make: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.all(sql, params, make)?.into_iter().next())
    }

    /// The first row; without one it is the fault `missing`.
    pub fn one<T>(
        &mut self,
        sql: &'static Sql,
        params: &[Param],
        make: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.opt(sql, params, make)?.ok_or_else(Fault::missing)
    }

    /// Walks over the rows without keeping them.
    pub fn each(
        &mut self,
        sql: &'static Sql,
        params: &[Param],
        mut take: impl FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.check(params)?;
        match &mut self.link {
            Link::Sqlite(connection) => {
                if !self.writes {
                    super::sqlite::begin_reading(connection)?;
                }
                super::sqlite::each(connection, sql, &self.city, params, &mut take)
            }
            Link::Postgres(link) => link.each(sql, &self.city, params, &mut take),
        }
    }

    /// Runs a statement now and answers how many rows it touched.
    pub fn exec(&mut self, sql: &'static Sql, params: &[Param]) -> Result<u64, Fault> {
        self.may_write()?;
        self.check(params)?;
        match &mut self.link {
            Link::Sqlite(connection) => super::sqlite::exec(connection, sql, &self.city, params),
            Link::Postgres(link) => link.exec(sql, &self.city, params),
        }
    }

    /// Inserts one row, and answers the number that its growing key was given; nothing when no row was made. The statement
    /// ends with `{made(<key>)}`.
    pub fn made(&mut self, sql: &'static Sql, params: &[Param]) -> Result<Option<i64>, Fault> {
        if let Link::Sqlite(connection) = &self.link {
            let connection = *connection;
            return Ok((self.exec(sql, params)? > 0).then(|| connection.last_insert_rowid()));
        }
        self.may_write()?;
        self.opt(sql, params, |row| row.get(0))
    }

    /// Writes without waiting for the outcome: on PostgreSQL such statements travel together with the next question
    /// or the commit, in order. A failing one fails the transaction.
    pub fn put(&mut self, sql: &'static Sql, params: &[Param]) -> Result<(), Fault> {
        self.may_write()?;
        self.check(params)?;
        match &mut self.link {
            Link::Sqlite(connection) => super::sqlite::exec(connection, sql, &self.city, params).map(|_| ()),
            Link::Postgres(link) => link.put(sql, &self.city, params),
        }
    }

    /// Holds everybody else who locks the same key until this transaction ends. Needed before every
    /// check-then-insert: on SQLite the one writer makes it true by itself.
    pub fn lock(&mut self, key: &str) -> Result<(), Fault> {
        self.may_write()?;
        match &mut self.link {
            Link::Sqlite(_) => Ok(()),
            Link::Postgres(link) => link.lock(&format!("{}/{key}", self.city_slug)),
        }
    }

    /// Holds off whoever locks the same key alone, and nobody who shares it, until this transaction ends.
    pub fn lock_shared(&mut self, key: &str) -> Result<(), Fault> {
        self.may_write()?;
        match &mut self.link {
            Link::Sqlite(_) => Ok(()),
            Link::Postgres(link) => link.lock_shared(&format!("{}/{key}", self.city_slug)),
        }
    }

    /// Wakes those who wait for new jobs or events, once this is durable.
    pub fn wake(&mut self, topic: Topic) {
        if !self.after.wake.contains(&topic) {
            self.after.wake.push(topic);
        }
    }

    /// Runs once this is durable: for caches in memory. Never for something that must happen.
    pub fn after_commit(&mut self, run: impl FnOnce() + Send + 'static) {
        self.after.run.push(Box::new(run));
    }

    fn check(&self, params: &[Param]) -> Result<(), Fault> {
        params.iter().try_for_each(Param::check)
    }

    fn may_write(&self) -> Result<(), Fault> {
        if self.writes { Ok(()) } else { Err(Fault::internal("a reading action tried to write")) }
    }
}
