//! The rights that rooms declare: compiled to Cedar once, and every decision kept in a small table per action.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use ground::house::House;
use ground::who::{Grant, Object, Role, Scope, Who};
use policy::{Asked, Compiled, Rule, Set, Verdict};

use super::facts::{Places, person_of, thing_of};

/// Decisions kept per action. A new one takes the place of an older one, so nothing grows.
const KEPT: usize = 64;

/// The declared rights of one action.
pub struct Declared {
    pub name: &'static str,
    /// The groups of actions it stands in: its room, and whether it reads or writes.
    pub groups: [&'static str; 2],
    pub grants: Vec<Grant>,
    set: Set,
    kept: [AtomicU64; KEPT],
}

pub type Matrix = HashMap<&'static str, Declared>;

/// Compiles the rights of a whole house. Doors have rights, too.
pub fn matrix(house: &House) -> Matrix {
    let names = house.rooms.iter().flat_map(|room| room.grants).map(|grant| grant.action);
    let mut matrix = Matrix::new();
    for name in names {
        matrix.entry(name).or_insert_with(|| {
            let reads = house.action(name).is_some_and(|action| !action.writes());
            Declared::new(name, house.grants(name), reads)
        });
    }
    matrix
}

impl Declared {
    pub fn new(name: &'static str, grants: &[Grant], reads: bool) -> Declared {
        let room = name.split('.').next().unwrap_or(name);
        let policies: Vec<Compiled> =
            grants.iter().filter_map(|grant| Compiled::declared(&rule_of(grant))).collect();
        Declared {
            name,
            groups: [room, if reads { "reads" } else { "writes" }],
            grants: grants.to_vec(),
            set: Set::new(&policies),
            kept: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }

    /// Whether one of the declared rights permits it. Everything that they look at is in the key, so what was decided
    /// once is true for good.
    pub fn permits(&self, who: &Who, object: &Object) -> bool {
        let key = key_of(who, object);
        let place =
            self.kept.get(usize::try_from(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58).unwrap_or(0));
        let kept = place.map_or(0, |place| place.load(Ordering::Relaxed));
        if kept >> 2 == key && kept & 0b10 != 0 {
            return kept & 1 == 1;
        }
        let permits = self.verdict(who, object).is_permitted();
        if let Some(place) = place {
            place.store(key << 2 | 0b10 | u64::from(permits), Ordering::Relaxed);
        }
        permits
    }

    /// The same with the rights that made it so. Ids stand for departments and districts as well as codes would.
    pub fn verdict(&self, who: &Who, object: &Object) -> Verdict {
        let places = Places::default();
        let person = person_of(who, None, &places);
        let thing = thing_of(object, &places);
        Asked::new(&person.view(), self.name, &self.groups, &thing.view())
            .map_or(Verdict::Silent, |asked| self.set.decide(&asked))
    }
}

pub fn rule_of(grant: &Grant) -> Rule<'static> {
    Rule {
        action: grant.action,
        role: grant.role.name(),
        reach: grant.reach.name(),
        scope: grant.scope.map(Scope::name),
    }
}

/// What the declared rights look at, as bits: the roles, how the thing belongs to the actor, and for what the actor
/// may act for its owner.
fn key_of(who: &Who, object: &Object) -> u64 {
    let bit = |on: bool, at: usize| u64::from(on) << at;
    let same = |mine: Option<&ground::id::Id>, its: Option<&ground::id::Id>| mine.is_some() && mine == its;
    let mut key = 0;
    for (at, role) in Role::ALL.into_iter().enumerate() {
        key |= bit(role != Role::Anyone && who.roles.contains(&role), at);
    }
    key |= bit(same(who.account.as_ref(), object.owner.as_ref()), 16);
    key |= bit(same(who.department.as_ref(), object.department.as_ref()), 17);
    key |= bit(same(who.district.as_ref(), object.district.as_ref()), 18);
    key |= bit(same(who.household.as_ref(), object.household.as_ref()), 19);
    key |= bit(who.client.is_some(), 30);
    if let Some(acting) = &who.acting
        && same(Some(&acting.person), object.owner.as_ref())
    {
        for (at, scope) in Scope::ALL.into_iter().enumerate() {
            key |= bit(acting.scopes.contains(&scope), 20 + at);
        }
    }
    key
}
