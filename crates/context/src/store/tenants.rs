//! Tenants: made by the first write, looked for by everything else (clause 5.5.10).

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::{params, sql};
use ngsi::{Error, ErrorKind};

use crate::say::fault;

/// Tenants known to stand. They never go.
#[derive(Default)]
struct Known(RwLock<BTreeSet<String>>);

impl Known {
    fn has(&self, tenant: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(tenant)
    }

    fn add(&self, tenant: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Enough for any city; who comes later is looked up.
        if known.len() < 10_000 {
            known.insert(tenant.to_owned());
        }
    }
}

/// Makes a tenant if it is not there.
pub fn ensure(tx: &mut Tx<'_>, cx: &Cx, tenant: &str) -> Result<(), Fault> {
    let known = cx.city().kept::<Known>();
    if tenant.is_empty() || known.has(tenant) {
        return Ok(());
    }
    tx.exec(
        sql!(
            "insert into context_tenant (city, tenant, made_us) values (?1, ?2, ?3)
             on conflict (city, tenant) do nothing"
        ),
        params![tenant, crate::now_us(cx)],
    )?;
    let tenant = tenant.to_owned();
    tx.after_commit(move || known.add(&tenant));
    Ok(())
}

/// A fault when there is no such tenant.
pub fn check(tx: &mut Tx<'_>, cx: &Cx, tenant: &str) -> Result<(), Fault> {
    let known = cx.city().kept::<Known>();
    if tenant.is_empty() || known.has(tenant) {
        return Ok(());
    }
    let found = tx.opt(
        sql!("select made_us from context_tenant where city = ?1 and tenant = ?2"),
        params![tenant],
        |row| row.get::<i64>(0),
    )?;
    if found.is_none() {
        let error = Error::new(
            ErrorKind::NonexistentTenant,
            format!("there is no tenant {tenant}; the first entity makes it"),
        );
        return Err(fault(error));
    }
    known.add(tenant);
    Ok(())
}
