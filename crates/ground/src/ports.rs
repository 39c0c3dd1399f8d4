//! Ports to the outside: what the house wants of the world, without knowing how it is done. `gate` implements them and
//! is the only room that opens connections (law 3); tests put their own behind them.
//!
//! They are used in an action's `prepare` or in jobs outside a transaction, never while a writer waits.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::action::Boxed;
use crate::fault::{Fault, Kind};

/// The ports of a house.
#[derive(Clone)]
pub struct Ports {
    pub web: Arc<dyn Web>,
    pub post: Arc<dyn Post>,
}

impl Ports {
    /// A house without an outside: every attempt is a fault that says so.
    pub fn closed() -> Ports {
        Ports { web: Arc::new(Closed), post: Arc::new(Closed) }
    }
}

/// Whether an address inside a private network may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Private {
    /// As the operator decided (`MACHIYA_OUTBOUND_PRIVATE`).
    AsSet,
    /// Never, whatever was set: for addresses that strangers hand in.
    Never,
    /// Allowed while the broker is open for trials (`MACHIYA_CONTEXT_ACCESS`), which it is on this machine alone.
    Trial,
}

/// A question to another server.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: Method,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub private: Private,
    /// The longest answer that is read.
    pub answer_bytes_max: usize,
    pub time_ms_max: u64,
    pub redirects_max: usize,
}

impl Ask {
    pub fn get(url: impl Into<String>) -> Ask {
        Ask {
            method: Method::GET,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            private: Private::AsSet,
            answer_bytes_max: 1024 * 1024,
            time_ms_max: 10_000,
            redirects_max: 0,
        }
    }

    pub fn post(url: impl Into<String>, body: impl Into<Bytes>) -> Ask {
        Ask { method: Method::POST, body: body.into(), ..Ask::get(url) }
    }
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Where it came from in the end.
    pub url: String,
}

/// Asks other servers over HTTP. Whatever goes wrong on the way (no address, refused, too slow, too long, a private
/// address) is a fault; an answer with any status is an answer.
pub trait Web: Send + Sync {
    fn ask(&self, ask: Ask) -> Boxed<'static, Result<Answer, Fault>>;
}

/// A letter by e-mail. Plain text always; HTML beside it when there is any.
#[derive(Clone, Debug)]
pub struct Letter {
    pub from: String,
    pub from_name: String,
    /// Where what comes back undelivered goes (the envelope's sender); the same as `from` when empty.
    pub bounce: String,
    pub to: String,
    pub subject: String,
    pub plain: String,
    pub html: Option<String>,
    pub message_id: String,
    pub headers: Vec<(String, String)>,
    /// Goes before letters that can wait.
    pub urgent: bool,
    /// When it was written.
    pub at_ms: i64,
}

/// What a mail server said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    Taken,
    /// The address or the letter is refused for good; trying again changes nothing.
    Refused(String),
}

/// Hands letters to a mail server. A fault means: try again later.
pub trait Post: Send + Sync {
    /// Whether there is a mail server to hand letters to at all.
    fn is_open(&self) -> bool;
    fn send(&self, letter: Letter) -> Boxed<'static, Result<Posted, Fault>>;
}

struct Closed;

fn closed() -> Fault {
    Fault::new(Kind::Unavailable, "outside-closed")
}

impl Web for Closed {
    fn ask(&self, _: Ask) -> Boxed<'static, Result<Answer, Fault>> {
        Box::pin(async { Err(closed()) })
    }
}

impl Post for Closed {
    fn is_open(&self) -> bool {
        false
    }
    fn send(&self, _: Letter) -> Boxed<'static, Result<Posted, Fault>> {
        Box::pin(async { Err(closed()) })
    }
}
