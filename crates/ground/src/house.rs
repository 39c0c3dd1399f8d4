//! The house: all rooms, all cities, and what they share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arc_swap::ArcSwap;

use crate::action::AnyAction;
use crate::city::City;
use crate::clock::Clock;
use crate::db::{Migration, Shared};
use crate::fault::Fault;
use crate::html::Assets;
use crate::ports::Ports;
use crate::room::{Room, Speech};
use crate::seal::Sealer;
use crate::who::{Gatekeeper, Grant};
use crate::words::Words;

/// The cities of this installation and how host names lead to them.
#[derive(Default, Clone)]
pub struct Cities {
    pub by_slug: BTreeMap<Arc<str>, Arc<City>>,
    /// Any host name that no city claims leads here.
    pub default: Option<Arc<City>>,
}

impl Cities {
    /// The city for a `Host` header's name, without its port.
    pub fn of_host(&self, host: &str) -> Option<&Arc<City>> {
        let host = host.to_ascii_lowercase();
        if let Some(slug) = host.strip_suffix(".localhost") {
            return self.by_slug.get(slug).or(self.default.as_ref());
        }
        self.by_slug.values().find(|city| city.facts().hosts.contains(&host)).or(self.default.as_ref())
    }
}

pub struct House {
    pub clock: Arc<dyn Clock>,
    pub words: Words,
    pub rooms: Vec<&'static Room>,
    actions: BTreeMap<&'static str, AnyAction>,
    grants: BTreeMap<&'static str, Vec<Grant>>,
    pub keeper: Arc<dyn Gatekeeper>,
    pub cities: ArcSwap<Cities>,
    pub shared: Arc<Shared>,
    pub ports: Ports,
    pub sealer: Sealer,
    pub assets: Assets,
    pub version: &'static str,
    /// Days that rows of a table are kept, where the house wants others than its rooms; 0 for good. Set once, from the
    /// settings.
    pub retention_days: ArcSwap<BTreeMap<String, i64>>,
    session_epoch: AtomicU64,
    context_open: AtomicBool,
}

/// What a house is built from.
pub struct Plan {
    pub clock: Arc<dyn Clock>,
    pub rooms: Vec<&'static Room>,
    pub keeper: Arc<dyn Gatekeeper>,
    pub sealer: Sealer,
    pub assets: Assets,
    pub version: &'static str,
    pub shared: Arc<Shared>,
    pub ports: Ports,
}

impl House {
    pub fn build(plan: Plan) -> Result<House, Fault> {
        let files: Vec<_> = plan.rooms.iter().map(|room| room.words).collect();
        let words = Words::read(&files).map_err(Fault::internal)?;
        let mut actions = BTreeMap::new();
        let mut grants: BTreeMap<&'static str, Vec<Grant>> = BTreeMap::new();
        for room in &plan.rooms {
            for action in (room.actions)() {
                if actions.insert(action.name, action).is_some() {
                    return Err(Fault::internal(format!("two actions of one name in {}", room.name)));
                }
            }
            for grant in room.grants {
                grants.entry(grant.action).or_default().push(*grant);
            }
        }
        Ok(House {
            clock: plan.clock,
            words,
            rooms: plan.rooms,
            actions,
            grants,
            keeper: plan.keeper,
            cities: ArcSwap::from_pointee(Cities::default()),
            shared: plan.shared,
            ports: plan.ports,
            sealer: plan.sealer,
            assets: plan.assets,
            version: plan.version,
            retention_days: ArcSwap::default(),
            session_epoch: AtomicU64::new(0),
            context_open: AtomicBool::new(false),
        })
    }

    pub fn action(&self, name: &str) -> Option<&AnyAction> {
        self.actions.get(name)
    }

    pub fn actions(&self) -> impl Iterator<Item = &AnyAction> {
        self.actions.values()
    }

    /// The lines of the rights matrix for an action.
    pub fn grants(&self, action: &str) -> &[Grant] {
        self.grants.get(action).map_or(&[], Vec::as_slice)
    }

    /// Sessions are kept in memory for a moment; whoever ends, locks or changes one calls this after the commit.
    pub fn forget_sessions(&self) {
        self.session_epoch.fetch_add(1, Ordering::SeqCst);
    }

    pub fn session_epoch(&self) -> u64 {
        self.session_epoch.load(Ordering::SeqCst)
    }

    /// The broker is open to whoever reaches it: for trials and conformance, on this machine alone. Set once, from the
    /// settings.
    pub fn open_context(&self) {
        self.context_open.store(true, Ordering::SeqCst);
    }

    pub fn is_context_open(&self) -> bool {
        self.context_open.load(Ordering::Relaxed)
    }

    /// The words that a protocol has for what goes wrong at this path.
    pub fn speech(&self, path: &str) -> Option<&'static Speech> {
        self.rooms.iter().filter_map(|room| room.speech.as_ref()).find(|speech| speech.covers(path))
    }

    pub fn migrations(&self) -> Vec<Migration> {
        migrations_of(&self.rooms)
    }
}

/// All migrations in the order in which they run: room by room, and within a room by number, whatever part of it a
/// migration stands in.
pub fn migrations_of(rooms: &[&'static Room]) -> Vec<Migration> {
    let place = |name: &str| rooms.iter().position(|room| room.name == name);
    let mut all: Vec<Migration> = rooms.iter().flat_map(|room| room.migrations.iter().copied()).collect();
    all.sort_by_key(|migration| (place(migration.room), migration.number));
    all
}
