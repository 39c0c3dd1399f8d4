//! Shapes: which types and attributes entities have.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::{params, sql};

use super::row::Shape;

/// A shape as it is stored, read.
#[derive(Clone, Debug)]
pub struct Known {
    pub no: i64,
    pub types: Vec<String>,
    /// IRIs with the kinds of the attributes.
    pub attrs: Vec<(String, String)>,
}

impl Known {
    pub fn has_attr(&self, iri: &str) -> bool {
        self.attrs.iter().any(|(name, _)| name == iri)
    }
}

/// Numbers of shapes by tenant and digest. They never change; those that many write with are remembered.
#[derive(Default)]
struct Numbers(RwLock<HashMap<(String, String), i64>>);
const NUMBERS_MAX: usize = 20_000;

/// Shapes by their numbers, read once.
#[derive(Default)]
struct Read(RwLock<HashMap<i64, Arc<Known>>>);

/// The number of a shape, given to it now if it has none.
pub fn number(tx: &mut Tx<'_>, cx: &Cx, tenant: &str, shape: &Shape) -> Result<i64, Fault> {
    let kept = cx.city().kept::<Numbers>();
    let key = (tenant.to_owned(), shape.digest.clone());
    if let Some(no) = kept.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(*no);
    }
    let stands = sql!("select no from context_shape where city = ?1 and tenant = ?2 and digest = ?3");
    let mut no = tx.opt(stands, params![tenant, &shape.digest], |row| row.get::<i64>(0))?;
    if no.is_none() {
        no = tx.opt(
            sql!(
                "insert into context_shape (city, tenant, digest, types, attrs) values (?1, ?2, ?3, ?4, ?5)
                 on conflict (city, tenant, digest) do nothing returning no"
            ),
            params![tenant, &shape.digest, &shape.types, &shape.attrs],
            |row| row.get::<i64>(0),
        )?;
    }
    let no = match no {
        Some(no) => no,
        // Somebody else gave it one at the same moment.
        None => tx.one(stands, params![tenant, &shape.digest], |row| row.get::<i64>(0))?,
    };
    // Only what is committed may be remembered.
    tx.after_commit(move || {
        let mut numbers = kept.0.write().unwrap_or_else(PoisonError::into_inner);
        if numbers.len() < NUMBERS_MAX {
            numbers.insert(key, no);
        }
    });
    Ok(no)
}

/// Every shape of a tenant.
pub fn all(tx: &mut Tx<'_>, cx: &Cx, tenant: &str) -> Result<Vec<Arc<Known>>, Fault> {
    let numbers = tx.all(
        sql!("select no from context_shape where city = ?1 and tenant = ?2 order by no"),
        params![tenant],
        |row| row.get::<i64>(0),
    )?;
    numbers.into_iter().map(|no| by_number(tx, cx, no)).collect()
}

pub fn by_number(tx: &mut Tx<'_>, cx: &Cx, no: i64) -> Result<Arc<Known>, Fault> {
    let kept = cx.city().kept::<Read>();
    if let Some(known) = kept.0.read().unwrap_or_else(PoisonError::into_inner).get(&no) {
        return Ok(known.clone());
    }
    let known = tx.one(
        sql!("select types, attrs from context_shape where city = ?1 and no = ?2"),
        params![no],
        |row| {
            let types: String = row.get(0)?;
            let attrs: String = row.get(1)?;
            Ok(Known {
                no,
                types: serde_json::from_str(&types).map_err(Fault::internal)?,
                attrs: serde_json::from_str(&attrs).map_err(Fault::internal)?,
            })
        },
    )?;
    let known = Arc::new(known);
    // What a writing transaction sees may never be committed, and its number be given to another.
    if !tx.can_write() {
        let mut read = kept.0.write().unwrap_or_else(PoisonError::into_inner);
        if read.len() < NUMBERS_MAX {
            read.insert(no, known.clone());
        }
    }
    Ok(known)
}

/// How many entities each shape has.
pub fn counts(tx: &mut Tx<'_>, tenant: &str, now_us: i64) -> Result<HashMap<i64, u64>, Fault> {
    let mut counts = HashMap::new();
    tx.each(
        sql!(
            "select shape, count(*) from context_entity
             where city = ?1 and tenant = ?2 and (expires_us = 0 or expires_us > ?3) group by shape"
        ),
        params![tenant, now_us],
        |row| {
            counts.insert(row.get::<i64>(0)?, u64::try_from(row.get::<i64>(1)?).unwrap_or(0));
            Ok(())
        },
    )?;
    Ok(counts)
}
