//! Entities as they were read last, within a limit, for as long as nobody has changed them.
//!
//! A body that is kept says what the count of changes was before the transaction began that read it. Each change marks the
//! slot of its entity with its own number, after its commit and before its answer; what was read before is worth nothing
//! from then on. Entities that share a slot fall out together, which costs a read and no truth.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use moka::sync::Cache;

use crate::store::Found;

const SLOTS: usize = 1 << 14;
/// What an entry takes beside its texts, in bytes.
const ENTRY_BYTES: usize = 400;

struct Kept {
    tenant: Box<str>,
    id: Box<str>,
    /// The count of changes before it was read.
    seen: u64,
    found: Found,
}

pub struct Bodies {
    by_rid: Cache<i64, Arc<Kept>>,
    by_name: Cache<u64, Arc<Kept>>,
    slots: Vec<AtomicU64>,
    changes: AtomicU64,
    hash: RandomState,
}

impl Bodies {
    pub fn new(bytes_max: u64) -> Bodies {
        // Each entity stands in both; the texts are shared.
        let weigh = |kept: &Arc<Kept>| {
            let bytes = kept.found.body.len() + kept.found.times.len() + kept.id.len() + ENTRY_BYTES;
            u32::try_from(bytes / 2).unwrap_or(u32::MAX)
        };
        Bodies {
            by_rid: Cache::builder().max_capacity(bytes_max / 2).weigher(move |_, kept| weigh(kept)).build(),
            by_name: Cache::builder().max_capacity(bytes_max / 2).weigher(move |_, kept| weigh(kept)).build(),
            slots: (0..SLOTS).map(|_| AtomicU64::new(0)).collect(),
            changes: AtomicU64::new(0),
            hash: RandomState::new(),
        }
    }

    /// The count of changes; taken before a transaction begins.
    pub fn seen(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    fn name(&self, tenant: &str, id: &str) -> u64 {
        self.hash.hash_one((tenant, id))
    }

    fn changed_at(&self, name: u64) -> u64 {
        let slot = usize::try_from(name).unwrap_or(0) % SLOTS;
        self.slots.get(slot).map_or(u64::MAX, |slot| slot.load(Ordering::Acquire))
    }

    /// An entity was changed, and the change is durable.
    pub fn changed(&self, tenant: &str, id: &str) {
        let number = self.changes.fetch_add(1, Ordering::AcqRel) + 1;
        let slot = usize::try_from(self.name(tenant, id)).unwrap_or(0) % SLOTS;
        if let Some(slot) = self.slots.get(slot) {
            slot.fetch_max(number, Ordering::AcqRel);
        }
    }

    fn holds(&self, kept: &Kept) -> bool {
        self.changed_at(self.name(&kept.tenant, &kept.id)) <= kept.seen
    }

    pub fn by_rid(&self, tenant: &str, rid: i64) -> Option<Found> {
        let kept = self.by_rid.get(&rid)?;
        (*kept.tenant == *tenant && self.holds(&kept)).then(|| kept.found.clone())
    }

    pub fn by_id(&self, tenant: &str, id: &str) -> Option<Found> {
        let name = self.name(tenant, id);
        let kept = self.by_name.get(&name)?;
        let same = *kept.tenant == *tenant && *kept.id == *id;
        (same && self.changed_at(name) <= kept.seen).then(|| kept.found.clone())
    }

    /// Keeps what a transaction read that began when there had been `seen` changes.
    pub fn keep(&self, tenant: &str, id: &str, seen: u64, found: &Found) {
        // What ends by itself is worked out anew each time.
        if found.body.contains("\"expiresAt\"") {
            return;
        }
        let name = self.name(tenant, id);
        if self.changed_at(name) > seen {
            return;
        }
        let kept = Arc::new(Kept { tenant: tenant.into(), id: id.into(), seen, found: found.clone() });
        self.by_rid.insert(found.rid, kept.clone());
        self.by_name.insert(name, kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rid: i64, body: &str) -> Found {
        Found { rid, shape: 1, body: body.into(), times: "".into() }
    }

    #[test]
    fn what_was_read_before_a_change_is_not_shown_after_it() {
        let bodies = Bodies::new(1 << 20);
        let seen = bodies.seen();
        bodies.keep("", "urn:a:1", seen, &found(1, "old"));
        assert_eq!(bodies.by_id("", "urn:a:1").map(|one| one.body.to_string()), Some("old".to_owned()));
        bodies.changed("", "urn:a:1");
        assert!(bodies.by_id("", "urn:a:1").is_none() && bodies.by_rid("", 1).is_none());
        // A reader that began before the change comes late.
        bodies.keep("", "urn:a:1", seen, &found(1, "old"));
        assert!(bodies.by_id("", "urn:a:1").is_none());
        bodies.keep("", "urn:a:1", bodies.seen(), &found(1, "new"));
        assert_eq!(bodies.by_rid("", 1).map(|one| one.body.to_string()), Some("new".to_owned()));
    }

    #[test]
    fn tenants_do_not_see_each_other_and_what_ends_by_itself_is_not_kept() {
        let bodies = Bodies::new(1 << 20);
        bodies.keep("east", "urn:a:1", 0, &found(1, "body"));
        assert!(bodies.by_id("", "urn:a:1").is_none() && bodies.by_rid("west", 1).is_none());
        bodies.keep("", "urn:a:2", 0, &found(2, r#"{"expiresAt":"2027-01-01T00:00:00Z"}"#));
        assert!(bodies.by_rid("", 2).is_none());
    }

    #[test]
    fn no_more_is_kept_than_the_limit_allows() {
        let bodies = Bodies::new(100_000);
        for rid in 0..1_000 {
            bodies.keep("", &format!("urn:a:{rid}"), 0, &found(rid, &"x".repeat(600)));
        }
        bodies.by_rid.run_pending_tasks();
        assert!(bodies.by_rid.weighted_size() <= 50_000);
    }
}
