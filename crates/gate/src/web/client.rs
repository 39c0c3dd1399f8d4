//! Asks other servers: a connection goes to the very address that was checked, an answer is read up to its limit, and
//! everything together takes no longer than its time.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use ground::action::Boxed;
use ground::fault::{Fault, Kind};
use ground::ports::{Answer, Ask, Private, Web};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;
use tokio::sync::Semaphore;

use super::address::may_ask;
use super::question::{Question, private, read_url, sent_on};

/// Questions under way at once; more wait for their turn within their time.
const QUESTIONS_MAX: usize = 256;
const CONNECT_TIME: Duration = Duration::from_secs(10);
const TIME_MS_MAX: u64 = 120_000;
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
const REDIRECTS_MAX: usize = 10;
const HEADERS_BYTES_MAX: u32 = 64 * 1024;
const IDLE_PER_HOST: usize = 8;
const IDLE_TIME: Duration = Duration::from_secs(30);

/// How names become addresses: the machine's own way, or one that a test makes up.
pub type Lookup = Arc<dyn Fn(String) -> Boxed<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    /// Goes to public addresses only.
    guarded: reqwest::Client,
    /// Goes to private ones, too. It shares no connection with the other.
    free: reqwest::Client,
    /// Whether the operator allows private addresses.
    private_too: bool,
    turns: Semaphore,
}

impl Client {
    pub fn new(tls: &ClientConfig, agent: &str, private_too: bool, lookup: &Lookup) -> Result<Client, Fault> {
        let build = |private_too: bool| {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .user_agent(agent)
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .retry(reqwest::retry::never())
                .connect_timeout(CONNECT_TIME)
                .pool_max_idle_per_host(IDLE_PER_HOST)
                .pool_idle_timeout(IDLE_TIME)
                .http2_max_header_list_size(HEADERS_BYTES_MAX)
                .dns_resolver(Arc::new(Guard { private_too, lookup: lookup.clone() }))
                .build()
                .map_err(Fault::internal)
        };
        let (guarded, free) = (build(false)?, build(true)?);
        Ok(Client(Arc::new(Inner { guarded, free, private_too, turns: Semaphore::new(QUESTIONS_MAX) })))
    }
}

impl Web for Client {
    fn ask(&self, ask: Ask) -> Boxed<'static, Result<Answer, Fault>> {
        let inner = self.0.clone();
        Box::pin(async move {
            let time = Duration::from_millis(ask.time_ms_max.min(TIME_MS_MAX));
            match tokio::time::timeout(time, inner.ask(ask)).await {
                Ok(answered) => answered,
                Err(_) => Err(too_slow()),
            }
        })
    }
}

impl Inner {
    async fn ask(&self, ask: Ask) -> Result<Answer, Fault> {
        let private_too = match ask.private {
            Private::AsSet => self.private_too,
            Private::Never => false,
            Private::Trial => true,
        };
        let client = if private_too { &self.free } else { &self.guarded };
        let url = read_url(&ask.url, private_too)?;
        let _turn = self.turns.acquire().await.map_err(Fault::internal)?;
        let bytes_max = ask.answer_bytes_max.min(ANSWER_BYTES_MAX);
        let redirects_max = ask.redirects_max.min(REDIRECTS_MAX);
        let mut question = Question { method: ask.method, url, headers: ask.headers, body: ask.body };
        let mut hops = 0;
        loop {
            let asked = client
                .request(question.method.clone(), question.url.clone())
                .headers(question.headers.clone())
                .body(question.body.clone())
                .send();
            let mut response = asked.await.map_err(fault_of)?;
            let status = response.status();
            // Whoever wants no redirects is given them as the answer they are.
            if let Some(to) = sent_on(status, response.headers()).filter(|_| redirects_max > 0) {
                if hops == redirects_max {
                    return Err(Fault::new(Kind::Unavailable, "outside-redirect"));
                }
                hops += 1;
                question = question.next(status, to, private_too)?;
                continue;
            }
            let body = read_body(&mut response, bytes_max).await?;
            let headers = std::mem::take(response.headers_mut());
            return Ok(Answer { status, headers, body, url: question.url.into() });
        }
    }
}

/// Reads up to the limit, and stops there.
async fn read_body(response: &mut reqwest::Response, bytes_max: usize) -> Result<Bytes, Fault> {
    let too_long = || Fault::new(Kind::Unavailable, "outside-too-long").arg("limit", bytes_max);
    if response.content_length().is_some_and(|length| length > bytes_max as u64) {
        return Err(too_long());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(fault_of)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_slow() -> Fault {
    Fault::new(Kind::TooSlow, "outside-slow")
}

/// What went wrong, without the address: it may hold what is secret.
fn fault_of(fault: reqwest::Error) -> Fault {
    let fault = fault.without_url();
    let mut said = fault.to_string();
    let mut source = fault.source();
    while let Some(inner) = source {
        if inner.is::<Inside>() {
            return private();
        }
        said = format!("{said}: {inner}");
        source = inner.source();
    }
    let code = match &fault {
        fault if fault.is_timeout() => return too_slow().detail(said),
        fault if fault.is_connect() => "outside-unreachable",
        _ => "outside-nonsense",
    };
    Fault::new(Kind::Unavailable, code).detail(said)
}

/// A name that leads inside, and nowhere else.
#[derive(Debug)]
struct Inside;

impl fmt::Display for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads into a private network")
    }
}

impl Error for Inside {}

/// Looks names up, and leaves out the addresses that may not be asked. What it answers is what is connected to: there
/// is no second look in between that could answer otherwise.
struct Guard {
    private_too: bool,
    lookup: Lookup,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, private_too) = ((self.lookup)(name.as_str().to_owned()), self.private_too);
        Box::pin(async move {
            let found = found.await?;
            if found.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            let good: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| may_ask(*address, private_too))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if good.is_empty() {
                return Err(Inside.into());
            }
            let addrs: Addrs = Box::new(good.into_iter());
            Ok(addrs)
        })
    }
}

/// The machine's own way of looking names up.
pub fn machines_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}
