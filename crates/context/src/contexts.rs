//! Which @context an operation is said in: found, fetched and compiled before its transaction (clauses 4.4 and 6.3.5).
//!
//! Documents from elsewhere are fetched once and kept in the store. Compiled contexts stay in memory for seconds: other
//! nodes reload and delete, too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ground::cx::Cx;
use ground::db::Store;
use ground::fault::Fault;
use ground::ports::{Ask as Question, Private};
use http::HeaderValue;
use moka::sync::Cache;
use ngsi::json::Json;
use ngsi::ld::{Context, Resolved, resolve};
use ngsi::{Error, ErrorKind};
use serde_json::Value;

use crate::ask::Ask;
use crate::store::ld::{self, Kept, Kind};

/// A document of a @context, in bytes.
const DOCUMENT_BYTES_MAX: usize = 2 * 1024 * 1024;
const FETCH_MS_MAX: u64 = 5_000;
const REDIRECTS_MAX: usize = 5;
/// How often documents may lead to more documents.
const ROUNDS_MAX: usize = 20;
const COMPILED_BYTES_MAX: u64 = 32 * 1024 * 1024;
const COMPILED_AGE: Duration = Duration::from_secs(10);
/// Longest inline @context that is remembered compiled, in bytes.
const KEY_BYTES_MAX: usize = 4_096;

/// Where @contexts are hosted.
pub const HOSTED: &str = "/ngsi-ld/v1/jsonldContexts/";

/// Compiled contexts of a city, and how often each address was used since that was last written down.
struct Compiled {
    cache: Cache<(String, String), Arc<Context>>,
    hits: Mutex<HashMap<String, i64>>,
}

impl Default for Compiled {
    fn default() -> Compiled {
        let weigh = |(tenant, key): &(String, String), context: &Arc<Context>| {
            u32::try_from(tenant.len() + key.len() + context.weight().1 + 512).unwrap_or(u32::MAX)
        };
        let cache =
            Cache::builder().weigher(weigh).max_capacity(COMPILED_BYTES_MAX).time_to_live(COMPILED_AGE);
        Compiled { cache: cache.build(), hits: Mutex::default() }
    }
}

/// Addresses whose use is counted at a time; there are never that many contexts.
const COUNTED_MAX: usize = 10_000;

impl Compiled {
    fn count(&self, given: &Value, cx: &Cx) {
        let urls: Vec<&str> = match given {
            Value::String(url) => vec![url],
            Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mut hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
        for url in urls {
            let own = url.starts_with('/').then(|| cx.city().url(url));
            let url = own.as_deref().unwrap_or(url);
            if let Some(times) = hits.get_mut(url) {
                *times += 1;
            } else if hits.len() < COUNTED_MAX {
                hits.insert(url.to_owned(), 1);
            }
        }
    }
}

fn unavailable(url: &str, why: &str) -> Error {
    Error::new(ErrorKind::LdContextNotAvailable, format!("the @context {url} is not available: {why}"))
}

/// The context of a request whose body says nothing: that of its Link header, or the core.
pub async fn of_link(cx: &Cx, ask: &Ask) -> Result<Arc<Context>, Error> {
    match &ask.link {
        None => Ok(Context::core()),
        Some(url) => given(cx, &ask.tenant, &Value::String(url.clone())).await,
    }
}

/// The context of a body, or of a part of it.
pub async fn of_body(cx: &Cx, ask: &Ask, json: &Json<'_>) -> Result<Arc<Context>, Error> {
    let own = ngsi::entity::context_of(json);
    match (own, ask.ld) {
        (Some(own), true) => given(cx, &ask.tenant, &own).await,
        (None, true) => {
            Err(Error::bad("a body in application/ld+json holds its @context; this one has none").under("@context"))
        }
        (Some(_), false) => Err(Error::bad(
            "a body in application/json holds no @context; name it in a Link header, or send application/ld+json",
        )
        .under("@context")),
        (None, false) => of_link(cx, ask).await,
    }
}

/// The context for the value of an `@context` member.
pub async fn given(cx: &Cx, tenant: &str, value: &Value) -> Result<Arc<Context>, Error> {
    let compiled = cx.city().kept::<Compiled>();
    // A path alone is one of ours.
    let base = cx.city().url("/ngsi-ld/v1/");
    compiled.count(value, cx);
    let key = (tenant.to_owned(), value.to_string());
    if let Some(context) = compiled.cache.get(&key) {
        return Ok(context);
    }
    let mut documents: HashMap<String, Arc<Value>> = HashMap::new();
    for _ in 0..ROUNDS_MAX {
        match resolve(value, Some(&base), &|url| documents.get(url).cloned())? {
            Resolved::Ready(context) => {
                if key.1.len() <= KEY_BYTES_MAX {
                    compiled.cache.insert(key, context.clone());
                }
                return Ok(context);
            }
            Resolved::Missing(urls) => {
                for url in urls {
                    let document = document(cx, tenant, &url).await?;
                    documents.insert(url, document);
                }
            }
        }
    }
    Err(Error::bad("the @context leads from document to document without an end").under("@context"))
}

/// Forgets what was compiled: something was added, reloaded or taken away.
pub fn forget(cx: &Cx) {
    cx.city().kept::<Compiled>().cache.invalidate_all();
}

/// The local identifier in the address of a @context that is hosted here.
pub fn hosted_id<'u>(cx: &Cx, url: &'u str) -> Option<&'u str> {
    let facts = cx.city().facts();
    let id = url.strip_prefix(facts.public_url.as_str())?.strip_prefix(HOSTED)?;
    (!id.is_empty() && !id.contains('/')).then_some(id)
}

/// The address of a @context that is hosted here.
pub fn hosted_url(cx: &Cx, id: &str) -> String {
    cx.city().url(&format!("{HOSTED}{id}"))
}

async fn document(cx: &Cx, tenant: &str, url: &str) -> Result<Arc<Value>, Error> {
    let key = hosted_id(cx, url).unwrap_or(url).to_owned();
    let is_ours = hosted_id(cx, url).is_some();
    let within = tenant.to_owned();
    let kept = cx.city().store(Store::Context).read_quick(move |tx| ld::find(tx, &within, &key)).await;
    match kept.map_err(|fault| inside(&fault))? {
        Some(kept) => serde_json::from_str(&kept.body)
            .map(Arc::new)
            .map_err(|_| Error::new(ErrorKind::InternalError, "a kept @context cannot be read")),
        None if is_ours => Err(unavailable(url, "there is no such @context here")),
        None => {
            let body = fetch(cx, url).await?;
            keep(cx, url, &body).await.map_err(|fault| inside(&fault))?;
            Ok(Arc::new(body))
        }
    }
}

fn inside(fault: &Fault) -> Error {
    Error::new(ErrorKind::InternalError, fault.to_string())
}

/// Asks the server that an address names for its @context.
pub async fn fetch(cx: &Cx, url: &str) -> Result<Value, Error> {
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        return Err(unavailable(url, "it is neither an http nor an https address"));
    }
    let mut question = Question {
        answer_bytes_max: DOCUMENT_BYTES_MAX,
        time_ms_max: FETCH_MS_MAX,
        redirects_max: REDIRECTS_MAX,
        private: if cx.house().is_context_open() { Private::Trial } else { Private::AsSet },
        ..Question::get(url)
    };
    let accepts = HeaderValue::from_static("application/ld+json, application/json;q=0.9");
    question.headers.insert(http::header::ACCEPT, accepts);
    let answer = cx.house().ports.web.ask(question).await.map_err(|fault| unavailable(url, fault.code()))?;
    if !answer.status.is_success() {
        return Err(unavailable(url, &format!("its server answers {}", answer.status.as_u16())));
    }
    let document: Value = serde_json::from_slice(&answer.body)
        .map_err(|_| Error::bad(format!("the @context {url} is not JSON")))?;
    if document.get("@context").is_none() {
        return Err(Error::bad(format!("the document {url} holds no @context")));
    }
    Ok(document)
}

/// Keeps a fetched document.
pub async fn keep(cx: &Cx, url: &str, document: &Value) -> Result<(), Fault> {
    let now_us = crate::now_us(cx);
    let one = Kept {
        id: cx.id().into(),
        url: url.to_owned(),
        kind: Kind::Cached,
        body: document.to_string(),
        made_us: now_us,
        used_us: now_us,
        hits: 0,
    };
    cx.city().store(Store::Context).write(move |tx| ld::put(tx, "", &one)).await
}

/// Writes down how often contexts were used, before somebody looks.
pub async fn write_hits(cx: &Cx) -> Result<(), Fault> {
    let compiled = cx.city().kept::<Compiled>();
    let hits = std::mem::take(&mut *compiled.hits.lock().unwrap_or_else(PoisonError::into_inner));
    if hits.is_empty() {
        return Ok(());
    }
    let now_us = crate::now_us(cx);
    cx.city()
        .store(Store::Context)
        .write(move |tx| hits.iter().try_for_each(|(url, times)| ld::used(tx, url, *times, now_us)))
        .await
}

/// The address for a Link header under which a context that has none of its own is found: it is kept for that.
pub async fn address_of(cx: &Cx, tenant: &str, context: &Context) -> Result<Option<String>, Fault> {
    if context.links().url.is_some() {
        return Ok(None);
    }
    let digest = ring::digest::digest(&ring::digest::SHA256, context.links().member.as_bytes());
    let digest: String = digest.as_ref().iter().take(13).map(|byte| format!("{byte:02x}")).collect();
    let url = hosted_url(cx, &digest);
    let now_us = crate::now_us(cx);
    let one = Kept {
        id: digest,
        url: url.clone(),
        kind: Kind::ImplicitlyCreated,
        body: format!("{{\"@context\":{}}}", context.links().member),
        made_us: now_us,
        used_us: now_us,
        hits: 0,
    };
    let within = tenant.to_owned();
    cx.city()
        .store(Store::Context)
        .write(move |tx| {
            if ld::find(tx, &within, &one.id)?.is_none() {
                ld::put(tx, &within, &one)?;
            }
            Ok(())
        })
        .await?;
    Ok(Some(url))
}
