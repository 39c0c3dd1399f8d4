//! The one place where the machine's time and randomness enter (law 5).

use std::time::Instant;

use ring::rand::{SecureRandom, SystemRandom};

/// The source of time and randomness of a house: the machine's own, or one that a test moves by hand.
pub trait Clock: Send + Sync {
    fn now_ms(&self) -> i64;
    /// Fills the buffer with unpredictable bytes.
    fn random(&self, into: &mut [u8]);
}

/// The machine's clock and the operating system's randomness.
pub struct MachineClock {
    random: SystemRandom,
}

impl MachineClock {
    #[expect(clippy::new_without_default, reason = "a clock is chosen, never defaulted into")]
    pub fn new() -> MachineClock {
        #[expect(clippy::disallowed_methods, reason = "this is where randomness enters")]
        let random = SystemRandom::new();
        MachineClock { random }
    }
}

impl Clock for MachineClock {
    fn now_ms(&self) -> i64 {
        #[expect(clippy::disallowed_methods, reason = "this is where time enters")]
        let now = std::time::SystemTime::now();
        now.duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn random(&self, into: &mut [u8]) {
        // The operating system's source fails only before the machine has finished starting; going on with
        // predictable bytes would be worse than stopping.
        if self.random.fill(into).is_err() {
            std::process::abort();
        }
    }
}

/// The operating system's source itself, for private operations that are blinded against listeners. Nothing that is
/// drawn of it may show in what comes out: that is what [`Clock::random`] is for.
pub fn blinding() -> SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "what is drawn of it never shows")]
    SystemRandom::new()
}

/// Measures how long something took. For logs, metrics and limits only: never for what is stored.
#[derive(Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::new_without_default, reason = "starting is an act")]
    pub fn new() -> Stopwatch {
        #[expect(clippy::disallowed_methods, reason = "this is where measuring begins")]
        let now = Instant::now();
        Stopwatch(now)
    }

    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    pub fn ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A clock that stands still until a test moves it, with repeatable randomness.
pub struct FixedClock {
    now_ms: std::sync::atomic::AtomicI64,
    drawn: std::sync::atomic::AtomicU64,
}

impl FixedClock {
    pub fn at(now_ms: i64) -> FixedClock {
        FixedClock { now_ms: now_ms.into(), drawn: 0.into() }
    }

    pub fn advance_ms(&self, by: i64) {
        self.now_ms.fetch_add(by, std::sync::atomic::Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now_ms(&self) -> i64 {
        self.now_ms.load(std::sync::atomic::Ordering::SeqCst)
    }

    fn random(&self, into: &mut [u8]) {
        let nth = self.drawn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let digest = ring::digest::digest(&ring::digest::SHA512, &nth.to_be_bytes());
        for (place, byte) in into.iter_mut().zip(digest.as_ref().iter().cycle()) {
            *place = *byte;
        }
    }
}
