//! `Cx`: who acts, in which city, in which language, and when; and the only source of ids and secrets (law 5).

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Zoned;
use ring::digest::{Context, SHA512};

use crate::city::City;
use crate::house::House;
use crate::id::Id;
use crate::who::Who;
use crate::words::{Lang, Tongue};

/// The way an act came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    Page,
    Api,
    Door,
    Command,
    Job,
}

impl Via {
    pub fn name(self) -> &'static str {
        match self {
            Via::Page => "page",
            Via::Api => "api",
            Via::Door => "door",
            Via::Command => "command",
            Via::Job => "job",
        }
    }
}

/// Everything an action knows besides its input. Cheap to clone; a clone draws from the same source.
#[derive(Clone)]
pub struct Cx {
    inner: Arc<Inner>,
    drawn: Arc<AtomicU32>,
}

struct Inner {
    house: Arc<House>,
    city: Arc<City>,
    who: Who,
    tongue: Tongue,
    now_ms: i64,
    seed: [u8; 32],
    request: String,
    via: Via,
    from: Option<IpAddr>,
}

impl Cx {
    /// Draws time and randomness once, before any transaction.
    pub fn new(house: &Arc<House>, city: &Arc<City>, who: Who, lang: Lang, via: Via) -> Cx {
        let mut seed = [0u8; 32];
        house.clock.random(&mut seed);
        let now_ms = house.clock.now_ms();
        let request = Id::from_parts(now_ms, number_from(&seed, 0x7e0)).into();
        Cx {
            inner: Arc::new(Inner {
                house: house.clone(),
                city: city.clone(),
                who,
                tongue: house.words.tongue(lang),
                now_ms,
                seed,
                request,
                via,
                from: None,
            }),
            drawn: Arc::new(AtomicU32::new(0)),
        }
    }

    /// Where it came from: whoever answers requests says so before anybody else holds this `Cx`.
    #[must_use]
    pub fn from_address(mut self, address: IpAddr) -> Cx {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.from = Some(address);
        }
        self
    }

    /// The network this came from, signed, so that limits and histories tell networks apart without keeping an address.
    /// Empty for what came from inside.
    pub fn network(&self) -> String {
        match self.inner.from {
            Some(address) => {
                let text = format!("{}/{address}", self.inner.city.slug);
                self.inner.house.sealer.sign("network", &text).chars().take(22).collect()
            }
            None => String::new(),
        }
    }

    /// The same moment and request for another actor or city part of the work (a job run for a person).
    #[must_use]
    pub fn acting_as(&self, who: Who) -> Cx {
        let inner = &self.inner;
        Cx {
            inner: Arc::new(Inner {
                house: inner.house.clone(),
                city: inner.city.clone(),
                who,
                tongue: inner.tongue.clone(),
                now_ms: inner.now_ms,
                seed: inner.seed,
                request: inner.request.clone(),
                via: inner.via,
                from: inner.from,
            }),
            drawn: self.drawn.clone(),
        }
    }

    pub fn house(&self) -> &Arc<House> {
        &self.inner.house
    }
    pub fn city(&self) -> &Arc<City> {
        &self.inner.city
    }
    pub fn who(&self) -> &Who {
        &self.inner.who
    }
    pub fn tongue(&self) -> &Tongue {
        &self.inner.tongue
    }
    pub fn lang(&self) -> Lang {
        self.inner.tongue.lang()
    }
    pub fn now_ms(&self) -> i64 {
        self.inner.now_ms
    }
    /// Now, on the city's own clock.
    pub fn now(&self) -> Zoned {
        self.inner.city.local(self.inner.now_ms)
    }
    pub fn request(&self) -> &str {
        &self.inner.request
    }
    pub fn via(&self) -> Via {
        self.inner.via
    }

    /// A new id. The nth draw of an action is the same when the action is run again.
    pub fn id(&self) -> Id {
        let nth = self.drawn.fetch_add(1, Ordering::Relaxed);
        Id::from_parts(self.inner.now_ms, number_from(&self.inner.seed, nth))
    }

    /// 32 unpredictable bytes: a token, a key, a salt.
    pub fn secret(&self) -> [u8; 32] {
        let nth = self.drawn.fetch_add(1, Ordering::Relaxed);
        let digest = stretched(&self.inner.seed, nth, b"secret");
        let mut out = [0u8; 32];
        for (place, byte) in out.iter_mut().zip(digest.as_ref()) {
            *place = *byte;
        }
        out
    }

    /// An action that is run again starts drawing from the beginning.
    pub(crate) fn mark(&self) -> u32 {
        self.drawn.load(Ordering::Relaxed)
    }
    pub(crate) fn rewind(&self, mark: u32) {
        self.drawn.store(mark, Ordering::Relaxed);
    }
}

fn stretched(seed: &[u8; 32], nth: u32, what: &[u8]) -> ring::digest::Digest {
    let mut context = Context::new(&SHA512);
    context.update(seed);
    context.update(&nth.to_be_bytes());
    context.update(what);
    context.finish()
}

fn number_from(seed: &[u8; 32], nth: u32) -> u128 {
    let digest = stretched(seed, nth, b"id");
    digest.as_ref().iter().take(16).fold(0u128, |so_far, byte| (so_far << 8) | u128::from(*byte))
}
