//! How often one client may come: leaky buckets kept as one instant each (GCRA), in a map of bounded size.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use ground::action::Rate;
use ground::clock::Stopwatch;
use ground::id::Id;
use http::{HeaderMap, HeaderValue};

use crate::settings::Settings;

const SHARDS: usize = 16;
/// Clients remembered at most; those whose bucket is full again are forgotten first.
const CLIENTS_PER_SHARD_MAX: usize = 8_192;

/// Whose bucket it is, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Everything that comes from an address: many people may share it.
    Address(IpAddr),
    Visitor(Visitor),
    Writes(Visitor),
    Action(&'static str, Visitor),
}

/// One visitor: a session, a program with a token, or an address without either.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Visitor {
    Session(Id),
    Program(Id),
    Address(IpAddr),
}

/// A limit, worked out once.
#[derive(Clone, Debug)]
pub struct Limit {
    /// Time that one act costs.
    gap_ns: u64,
    /// Time that may be saved up.
    depth_ns: u64,
    burst: u32,
    policy: HeaderValue,
}

impl Limit {
    pub fn new(name: &str, rate: Rate) -> Limit {
        let gap_ns = 60_000_000_000 / u64::from(rate.per_minute.max(1));
        let burst = rate.burst.max(1);
        let policy = format!("\"{name}\";q={};w=60", rate.per_minute);
        Limit {
            gap_ns,
            depth_ns: gap_ns * u64::from(burst),
            burst,
            policy: HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("\"default\"")),
        }
    }
}

/// The limits of one client, worked out once; none where there is no limit.
pub struct Limits {
    pub visitor: Option<Limit>,
    pub address: Option<Limit>,
    pub writes: Option<Limit>,
}

/// Many people may share an address: the address as a whole may do this many times what one visitor may.
const VISITORS_PER_ADDRESS: u32 = 10;
/// A page with all it loads, several times over.
const BURST_MIN: u32 = 10;

impl Limits {
    pub fn of(settings: &Settings) -> Limits {
        let limit = |name: &str, per_minute: u32, times: u32| {
            let burst = (per_minute / 4).max(BURST_MIN).saturating_mul(times);
            (per_minute > 0)
                .then(|| Limit::new(name, Rate { per_minute: per_minute.saturating_mul(times), burst }))
        };
        Limits {
            visitor: limit("requests", settings.rate_requests_per_minute, 1),
            address: limit("address", settings.rate_requests_per_minute, VISITORS_PER_ADDRESS),
            writes: limit("writes", settings.rate_writes_per_minute, 1),
        }
    }
}

/// What a bucket says.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub allowed: bool,
    pub remaining: u32,
    /// Until one more act is allowed when refused, else until the bucket is full again.
    pub wait_s: u64,
    policy: HeaderValue,
    name_len: usize,
}

impl Verdict {
    /// `RateLimit-Policy: "client";q=600;w=60` and `RateLimit: "client";r=12;t=3`.
    pub fn write(&self, headers: &mut HeaderMap) {
        let name =
            self.policy.to_str().ok().and_then(|policy| policy.get(..self.name_len)).unwrap_or("\"default\"");
        if let Ok(value) = HeaderValue::try_from(format!("{name};r={};t={}", self.remaining, self.wait_s)) {
            headers.insert("ratelimit", value);
        }
        headers.insert("ratelimit-policy", self.policy.clone());
    }
}

pub struct Rates {
    shards: [Mutex<HashMap<Key, u64>>; SHARDS],
    hasher: RandomState,
    since: Stopwatch,
}

impl Rates {
    pub fn new() -> Rates {
        Rates {
            shards: std::array::from_fn(|_| Mutex::default()),
            hasher: RandomState::new(),
            since: Stopwatch::new(),
        }
    }

    /// Counts one act.
    pub fn take(&self, key: Key, limit: &Limit) -> Verdict {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "nanoseconds since the start fit"
        )]
        let now_ns = (self.since.seconds() * 1e9) as u64;
        self.take_at(key, limit, now_ns)
    }

    fn take_at(&self, key: Key, limit: &Limit, now_ns: u64) -> Verdict {
        let hash = usize::try_from(self.hasher.hash_one(&key) % SHARDS as u64).unwrap_or(0);
        let Some(shard) = self.shards.get(hash) else { return verdict(limit, true, 0) };
        let mut clients = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= CLIENTS_PER_SHARD_MAX && !clients.contains_key(&key) {
            clients.retain(|_, full_at| *full_at > now_ns);
            if clients.len() >= CLIENTS_PER_SHARD_MAX {
                // A flood of new addresses: forgetting all is cheaper for everybody than growing.
                clients.clear();
            }
        }
        let full_at = clients.entry(key).or_insert(now_ns);
        let next = (*full_at).max(now_ns) + limit.gap_ns;
        let saved_up = next.saturating_sub(now_ns);
        if saved_up > limit.depth_ns {
            return verdict(limit, false, saved_up - limit.depth_ns);
        }
        *full_at = next;
        verdict(limit, true, saved_up)
    }
}

/// `ns` is what is used up of the bucket when allowed, and the time to wait when not.
fn verdict(limit: &Limit, allowed: bool, ns: u64) -> Verdict {
    let left = if allowed { (limit.depth_ns.saturating_sub(ns)) / limit.gap_ns } else { 0 };
    Verdict {
        allowed,
        remaining: u32::try_from(left).unwrap_or(limit.burst).min(limit.burst),
        wait_s: ns.div_ceil(1_000_000_000),
        policy: limit.policy.clone(),
        name_len: limit.policy.to_str().ok().and_then(|policy| policy.find(';')).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(last: u8) -> Key {
        Key::Address(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn a_burst_is_let_through_and_then_one_at_a_time() {
        let rates = Rates::new();
        let limit = Limit::new("client", Rate { per_minute: 60, burst: 3 });
        let take = |at_s: u64| rates.take_at(key(1), &limit, at_s * 1_000_000_000);
        assert_eq!(
            [take(0), take(0), take(0)].map(|verdict| (verdict.allowed, verdict.remaining)),
            [(true, 2), (true, 1), (true, 0)]
        );
        let refused = take(0);
        assert!(!refused.allowed && refused.wait_s == 1);
        assert!(take(1).allowed && !take(1).allowed);
        assert!(rates.take_at(key(2), &limit, 1_000_000_000).allowed, "another client has its own bucket");
        assert_eq!(take(100).remaining, 2, "an idle bucket fills up");
    }

    #[test]
    fn the_headers_are_in_the_draft_s_form() {
        let rates = Rates::new();
        let limit = Limit::new("client", Rate { per_minute: 60, burst: 3 });
        let mut headers = HeaderMap::new();
        rates.take_at(key(1), &limit, 0).write(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"client\";q=60;w=60");
        assert_eq!(headers["ratelimit"], "\"client\";r=2;t=1");
    }

    #[test]
    fn a_flood_of_addresses_does_not_grow_the_map_without_end() {
        let rates = Rates::new();
        let limit = Limit::new("client", Rate { per_minute: 60, burst: 3 });
        for number in 0..(SHARDS * CLIENTS_PER_SHARD_MAX * 2) as u128 {
            rates.take_at(Key::Address(IpAddr::from(number.to_be_bytes())), &limit, 0);
        }
        let held: usize = rates.shards.iter().map(|shard| shard.lock().unwrap().len()).sum();
        assert!(held <= SHARDS * CLIENTS_PER_SHARD_MAX);
    }

    proptest! {
        #[test]
        fn never_more_than_the_burst_and_the_rate_together(
            per_minute in prop_oneof![1u32..6_000, 1u32..=u32::MAX], burst in prop_oneof![1u32..50, 1u32..=u32::MAX],
            steps in proptest::collection::vec(0u64..200_000_000, 1..300),
        ) {
            let rates = Rates::new();
            let limit = Limit::new("client", Rate { per_minute, burst });
            let (mut now, mut allowed) = (0u64, 0u64);
            for step in steps {
                now += step;
                let verdict = rates.take_at(key(1), &limit, now);
                allowed += u64::from(verdict.allowed);
                prop_assert!(verdict.remaining <= burst);
                prop_assert!(verdict.allowed || verdict.wait_s >= 1);
            }
            prop_assert!(allowed <= u64::from(burst) + now / limit.gap_ns + 1);
        }
    }
}
