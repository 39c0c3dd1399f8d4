//! Who may do what, and why: policies, deputies, and acts that need two.
//!
//! Words: a *declared right* is a room's `Grant`, written as a Cedar policy; a *policy* is the city's own, permitting or
//! forbidding, in force once a second person approved it; a *deputy* stands in for somebody from one day to another,
//! with that person's roles in that person's department; a *team* is staff across departments, for policies to name.
//!
//! Invariants: a forbid outweighs every permit. No policy takes away what everybody does with their own account and
//! data, the ways in, or an administrator's way back to the policies. Nobody approves what they wrote or proposed.
//! Nobody becomes administrator by one administrator's word, except the first.

mod decide;
mod declared;
mod facts;
pub(crate) mod standing;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use ground::cx::Cx;
use ground::db::{Migration, Sql, Store, Tx};
use ground::fault::Fault;
use ground::room::{Retention, Room};
use ground::sql;
use ground::who::{Decision, Object};
use ground::words::WordFiles;

use decide::Court;
use declared::Matrix;
use standing::Standing;

pub const PART: Room =
    Room { migrations: MIGRATIONS, retention: RETENTION, ..Room::empty("people", WORDS) };

const RETENTION: &[Retention] = &[
    Retention { table: "people_deputy", days: 3 * 365, purge: old_deputies },
    Retention { table: "people_admin_request", days: 3 * 365, purge: old_requests },
];

fn old_deputies() -> &'static Sql {
    sql!(
        "delete from people_deputy where city = ?1 and id in (
             select d.id from people_deputy d where d.city = ?1 and d.until_ms < ?2 order by d.until_ms limit 500)"
    )
}

fn old_requests() -> &'static Sql {
    sql!(
        "delete from people_admin_request where city = ?1 and id in (
             select r.id from people_admin_request r where r.city = ?1 and r.decided_ms < ?2 and r.decided_ms > 0
             order by r.decided_ms limit 500)"
    )
}

const MIGRATIONS: &[Migration] = &[Migration {
    room: "people",
    store: Store::City,
    number: 7,
    name: "rights",
    sql: include_str!("../../migrations/city-007-rights.sql"),
}];

const WORDS: WordFiles = WordFiles {
    ja: include_str!("../../words/rights/ja.ftl"),
    ja_easy: include_str!("../../words/rights/ja-x-easy.ftl"),
    en: include_str!("../../words/rights/en.ftl"),
};

/// What decides, for all cities of a house.
#[derive(Default)]
pub struct Rights {
    matrix: OnceLock<Matrix>,
    cities: RwLock<HashMap<String, Arc<Standing>>>,
}

impl Rights {
    fn matrix(&self, cx: &Cx) -> &Matrix {
        self.matrix.get_or_init(|| declared::matrix(cx.house()))
    }

    fn standing(&self, city: &str) -> Arc<Standing> {
        let known = self.cities.read().unwrap_or_else(PoisonError::into_inner).get(city).cloned();
        known.unwrap_or_else(|| {
            let mut cities = self.cities.write().unwrap_or_else(PoisonError::into_inner);
            cities.entry(city.to_owned()).or_default().clone()
        })
    }

    pub fn look(&self, tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
        // Policies stand in the city's own store; another store's transaction cannot see them.
        if tx.store() != Store::City {
            return Ok(());
        }
        self.standing(&cx.city().slug).look(tx, self.matrix(cx), cx.now_ms())
    }

    pub fn changed(&self, city: &str, mark: &str) {
        self.standing(city).changed(mark.to_owned());
    }

    pub fn may(&self, cx: &Cx, action: &str, object: &Object) -> Decision {
        let Some(declared) = self.matrix(cx).get(action) else { return Decision::no() };
        let loaded = self.standing(&cx.city().slug).loaded();
        Court::new(declared, &loaded).decide(cx.who(), object, cx.now_ms())
    }

    pub fn may_ever(&self, cx: &Cx, action: &str) -> bool {
        let Some(declared) = self.matrix(cx).get(action) else { return false };
        let loaded = self.standing(&cx.city().slug).loaded();
        Court::new(declared, &loaded).ever(cx.who(), cx.now_ms())
    }
}
