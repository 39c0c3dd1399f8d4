//! Reading of @contexts: what JSON-LD 1.1 calls context processing and term definition, over documents that somebody
//! else fetched.

use std::sync::Arc;

use serde_json::Value;

use super::{CORE_URL, Context, DEFAULT_VOCAB, Links, Map, Term, core, split_compact};
use crate::error::Error;
use crate::json::quoted;
use crate::names;

/// Most documents that one context may need.
pub const DOCUMENTS_MAX: usize = 32;
/// Deepest chain of documents and arrays.
pub const DEPTH_MAX: usize = 16;
/// Most terms that a context may define, over all its documents.
pub const TERMS_MAX: usize = 50_000;
/// Most bytes of terms and IRIs that a context may take.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;

/// What came of reading a context.
#[derive(Debug)]
pub enum Resolved {
    Ready(Arc<Context>),
    /// Absolute addresses to fetch; then ask again.
    Missing(Vec<String>),
}

/// Reads the value of an `@context` member (or the address from a Link header, as a text). `base` is where the
/// document came from, for relative addresses; `have` gives the documents fetched so far, as they were fetched (for one
/// that was fetched and is not JSON, any value that is no object). What cannot be fetched is the caller's to refuse, as
/// `LdContextNotAvailable`; what was fetched and is no context is `BadRequestData` (clause 5.5.6).
pub fn resolve(
    local: &Value,
    base: Option<&str>,
    have: &dyn Fn(&str) -> Option<Arc<Value>>,
) -> Result<Resolved, Error> {
    let mut reading = Reading {
        have,
        active: Active { terms: Map::default(), vocab: None },
        bytes: 0,
        documents: Vec::new(),
        open: Vec::new(),
        missing: Vec::new(),
        names_core: false,
    };
    reading.context(local, base, 0)?;
    if !reading.missing.is_empty() {
        return Ok(Resolved::Missing(reading.missing));
    }
    let links = links(local, base, reading.names_core);
    if reading.active.terms.is_empty() && links.url.as_deref() == Some(CORE_URL) {
        return Ok(Resolved::Ready(Context::core()));
    }
    Ok(Resolved::Ready(Arc::new(Context::built(reading.active.terms, links))))
}

fn links(local: &Value, base: Option<&str>, names_core: bool) -> Links {
    let single = match local {
        Value::String(url) => Some(url),
        Value::Array(items) => match items.as_slice() {
            [Value::String(url)] => Some(url),
            _ => None,
        },
        _ => None,
    };
    let url = match (local, single) {
        (Value::Null, _) => Some(CORE_URL.to_owned()),
        (Value::Array(items), _) if items.is_empty() => Some(CORE_URL.to_owned()),
        (_, Some(url)) if core::core_version(url).is_some() => Some(CORE_URL.to_owned()),
        (_, Some(url)) => absolute(url, base).ok(),
        _ => None,
    };
    let member = if url.as_deref() == Some(CORE_URL) {
        quoted(CORE_URL)
    } else {
        let mut items = match local {
            Value::Array(items) => items.clone(),
            _ => vec![local.clone()],
        };
        for item in &mut items {
            if let Value::String(url) = item
                && let Ok(full) = absolute(url, base)
            {
                *url = full;
            }
        }
        if !names_core {
            items.push(Value::String(CORE_URL.to_owned()));
        }
        match items.as_slice() {
            [one] => one.to_string(),
            _ => Value::Array(items).to_string(),
        }
    };
    Links { url, member, given: local.clone() }
}

struct Active {
    terms: Map<Box<str>, Term>,
    vocab: Option<String>,
}

struct Reading<'a> {
    have: &'a dyn Fn(&str) -> Option<Arc<Value>>,
    active: Active,
    bytes: usize,
    /// Every document that was named, once.
    documents: Vec<String>,
    /// The documents that are being read, outermost first.
    open: Vec<String>,
    missing: Vec<String>,
    names_core: bool,
}

/// How far the definition of a term has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Begun,
    Done,
}

type States<'v> = std::collections::HashMap<&'v str, State, foldhash::quality::RandomState>;

impl Reading<'_> {
    fn context(&mut self, local: &Value, base: Option<&str>, depth: usize) -> Result<(), Error> {
        if depth > DEPTH_MAX {
            return Err(Error::bad(format!("the @context is nested deeper than {DEPTH_MAX} levels")));
        }
        match local {
            Value::Null => {
                self.active = Active { terms: Map::default(), vocab: None };
                self.bytes = 0;
                Ok(())
            }
            Value::Array(items) => {
                for item in items {
                    self.context(item, base, depth + 1)?;
                }
                Ok(())
            }
            Value::String(url) => self.remote(url, base, depth),
            Value::Object(members) => self.definitions(members, base, depth),
            _ => Err(Error::bad(
                "an @context is an address, an object, null, or an array of these; a number or a boolean is none",
            )),
        }
    }

    /// Gives a fetched document, or notes that it is missing.
    fn fetched(&mut self, url: &str) -> Result<Option<Arc<Value>>, Error> {
        if !self.documents.iter().any(|seen| seen == url) {
            if self.documents.len() >= DOCUMENTS_MAX {
                return Err(Error::bad(format!("the @context needs more than {DOCUMENTS_MAX} documents")));
            }
            self.documents.push(url.to_owned());
        }
        let found = (self.have)(url);
        if found.is_none() && !self.missing.iter().any(|known| known == url) {
            self.missing.push(url.to_owned());
        }
        Ok(found)
    }

    fn remote(&mut self, url: &str, base: Option<&str>, depth: usize) -> Result<(), Error> {
        let url = absolute(url, base)?;
        if core::core_version(&url).is_some() {
            self.names_core = true;
            return Ok(());
        }
        if self.open.contains(&url) {
            return Err(Error::bad(format!("the @context {} includes itself", quoted(&url))));
        }
        let Some(document) = self.fetched(&url)? else { return Ok(()) };
        let Some(inner) = document.as_object().and_then(|members| members.get("@context")) else {
            return Err(Error::bad(format!(
                "the document {} is no JSON object with a member @context (clause 5.5.6)",
                quoted(&url)
            )));
        };
        self.open.push(url.clone());
        let outcome = self.context(inner, Some(&url), depth + 1);
        self.open.pop();
        outcome.map_err(|error| error.under(&url))
    }

    fn definitions(
        &mut self,
        members: &serde_json::Map<String, Value>,
        base: Option<&str>,
        depth: usize,
    ) -> Result<(), Error> {
        if let Some(import) = members.get("@import") {
            let Value::String(url) = import else {
                return Err(Error::bad("@import is the address of a context"));
            };
            self.remote(url, base, depth)?;
        }
        match members.get("@vocab") {
            None => {}
            Some(Value::Null) => self.active.vocab = None,
            Some(Value::String(vocab)) => {
                let iri = if vocab.is_empty() {
                    DEFAULT_VOCAB.to_owned()
                } else {
                    self.expanded(vocab, members, &mut States::default(), 0)?.unwrap_or_else(|| vocab.clone())
                };
                self.active.vocab = Some(iri);
            }
            Some(_) => return Err(Error::bad("@vocab is an IRI or null")),
        }
        let mut states = States::default();
        for term in members.keys() {
            self.define(term, members, &mut states, 0)?;
        }
        Ok(())
    }

    fn define<'v>(
        &mut self,
        term: &'v str,
        members: &'v serde_json::Map<String, Value>,
        states: &mut States<'v>,
        depth: usize,
    ) -> Result<(), Error> {
        // Words of JSON-LD, and what looks like one and may become one.
        if term.starts_with('@') {
            return Ok(());
        }
        match states.get(term) {
            Some(State::Done) => return Ok(()),
            Some(State::Begun) => {
                return Err(Error::bad(format!("the @context defines {} by itself", quoted(term))));
            }
            None => {}
        }
        if depth > DEPTH_MAX {
            return Err(Error::bad(format!(
                "the @context defines {} over too many other terms",
                quoted(term)
            )));
        }
        if term.is_empty() {
            return Err(Error::bad("the @context defines an empty term"));
        }
        states.insert(term, State::Begun);
        let meaning = match members.get(term) {
            None => None,
            Some(value) => self.meaning(term, value, members, states, depth)?,
        };
        states.insert(term, State::Done);
        if let Some(meaning) = meaning
            && !core::is_term(term)
        {
            self.bytes += term.len() + meaning.iri.as_ref().map_or(0, |iri| iri.len());
            self.active.terms.insert(term.into(), meaning);
            if self.active.terms.len() > TERMS_MAX || self.bytes > BYTES_MAX {
                return Err(Error::bad(format!(
                    "the @context defines more than {TERMS_MAX} terms or takes more than {BYTES_MAX} bytes"
                )));
            }
        }
        Ok(())
    }

    /// What a definition says; nothing when it is one that is left out.
    fn meaning<'v>(
        &mut self,
        term: &'v str,
        value: &'v Value,
        members: &'v serde_json::Map<String, Value>,
        states: &mut States<'v>,
        depth: usize,
    ) -> Result<Option<Term>, Error> {
        let null = Term { iri: None, prefix: false, name: false };
        let (id, simple, says_prefix) = match value {
            Value::Null => return Ok(Some(null)),
            Value::String(id) => (Some(id.as_str()), true, None),
            Value::Object(definition) => {
                if definition.contains_key("@context") {
                    return Err(Error::bad(format!(
                        "the @context gives {} a context of its own; NGSI-LD takes no scoped contexts (clause 5.5.7)",
                        quoted(term)
                    )));
                }
                if definition.contains_key("@reverse") {
                    return Ok(Some(null));
                }
                let id = match definition.get("@id") {
                    None => None,
                    Some(Value::Null) => return Ok(Some(null)),
                    Some(Value::String(id)) => Some(id.as_str()),
                    Some(_) => {
                        return Err(Error::bad(format!("the @id of the term {} is no text", quoted(term))));
                    }
                };
                (id, false, definition.get("@prefix").and_then(Value::as_bool))
            }
            _ => {
                return Err(Error::bad(format!(
                    "the @context defines {} by something that is no text, object or null",
                    quoted(term)
                )));
            }
        };
        let iri = match id {
            Some(id) if id != term => match self.expanded(id, members, states, depth)? {
                Some(iri) => iri,
                // What looks like a word of JSON-LD without being one.
                None => return Ok(None),
            },
            _ => self.own_iri(term, members, states, depth)?,
        };
        let is_iri = iri.split_once(':').is_some_and(|(scheme, _)| names::is_scheme(scheme));
        if !iri.starts_with('@') && !is_iri {
            return Err(Error::bad(format!(
                "the @context defines {} as {}, which is no IRI",
                quoted(term),
                quoted(&iri)
            )));
        }
        if iri == "@context" {
            return Err(Error::bad(format!("the @context defines {} as @context", quoted(term))));
        }
        if term.contains('/') || split_compact(term).is_some() {
            // Such a term must mean what it says without being defined (JSON-LD 1.1), or nobody could tell.
            if self.own_iri(term, members, states, depth)? != iri {
                return Err(Error::bad(format!(
                    "the @context defines {} as {}, which is not what its own characters say",
                    quoted(term),
                    quoted(&iri)
                )));
            }
            if says_prefix == Some(true) {
                return Err(Error::bad(format!("{} cannot be a prefix itself", quoted(term))));
            }
        }
        let ends_open = iri.ends_with([':', '/', '?', '#', '[', ']', '@']);
        let prefix =
            !iri.starts_with('@') && !term.contains([':', '/']) && says_prefix.unwrap_or(simple && ends_open);
        Ok(Some(Term { iri: Some(iri.into()), prefix, name: names::is_name(term) }))
    }

    /// The IRI of a term that is defined without one: from its own characters.
    fn own_iri<'v>(
        &mut self,
        term: &'v str,
        members: &'v serde_json::Map<String, Value>,
        states: &mut States<'v>,
        depth: usize,
    ) -> Result<String, Error> {
        if let Some((prefix, suffix)) = split_compact(term) {
            return Ok(match self.prefix_iri(prefix, suffix, members, states, depth)? {
                Some(begin) => format!("{begin}{suffix}"),
                None => term.to_owned(),
            });
        }
        let vocab = self.active.vocab.as_deref().unwrap_or(DEFAULT_VOCAB);
        Ok(format!("{vocab}{term}"))
    }

    fn prefix_iri<'v>(
        &mut self,
        prefix: &'v str,
        suffix: &str,
        members: &'v serde_json::Map<String, Value>,
        states: &mut States<'v>,
        depth: usize,
    ) -> Result<Option<String>, Error> {
        if prefix == "_" || suffix.starts_with("//") {
            return Ok(None);
        }
        if let Some((_, iri)) = core::PREFIXES.iter().find(|(known, _)| *known == prefix) {
            return Ok(Some((*iri).to_owned()));
        }
        if members.contains_key(prefix) {
            self.define(prefix, members, states, depth + 1)?;
        }
        Ok(self
            .active
            .terms
            .get(prefix)
            .filter(|meaning| meaning.prefix)
            .and_then(|meaning| meaning.iri.as_deref())
            .map(str::to_owned))
    }

    /// A text within a definition, expanded; nothing for what looks like a word of JSON-LD without being one.
    fn expanded<'v>(
        &mut self,
        text: &'v str,
        members: &'v serde_json::Map<String, Value>,
        states: &mut States<'v>,
        depth: usize,
    ) -> Result<Option<String>, Error> {
        if text.starts_with('@') {
            const WORDS: [&str; 14] = [
                "@id",
                "@type",
                "@value",
                "@language",
                "@list",
                "@set",
                "@graph",
                "@index",
                "@json",
                "@none",
                "@nest",
                "@included",
                "@direction",
                "@context",
            ];
            return Ok(WORDS.contains(&text).then(|| text.to_owned()));
        }
        if let Some(iri) = core::iri(text) {
            return Ok(Some(iri.to_owned()));
        }
        if core::is_keyword_alias(text) {
            return Ok(Some(format!("@{text}")));
        }
        if members.contains_key(text) {
            self.define(text, members, states, depth + 1)?;
        }
        if let Some(meaning) = self.active.terms.get(text) {
            return match &meaning.iri {
                Some(iri) => Ok(Some(iri.to_string())),
                None => {
                    Err(Error::bad(format!("the @context defines a term by {}, which is null", quoted(text))))
                }
            };
        }
        if let Some((prefix, suffix)) = split_compact(text) {
            if let Some(begin) = self.prefix_iri(prefix, suffix, members, states, depth)? {
                return Ok(Some(format!("{begin}{suffix}")));
            }
            if prefix == "_" || names::is_scheme(prefix) || suffix.starts_with("//") {
                return Ok(Some(text.to_owned()));
            }
        }
        let vocab = self.active.vocab.as_deref().unwrap_or(DEFAULT_VOCAB);
        Ok(Some(format!("{vocab}{text}")))
    }
}

/// The absolute address of a context that a document names.
fn absolute(url: &str, base: Option<&str>) -> Result<String, Error> {
    let wrong = || Error::bad(format!("{} is no address of an @context", quoted(url)));
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) || url.is_empty() || url.len() > 4_096 {
        return Err(wrong());
    }
    if has_scheme(url) {
        return Ok(url.to_owned());
    }
    let base = base.filter(|base| has_scheme(base)).ok_or_else(wrong)?;
    let (scheme, rest) = base.split_once(':').ok_or_else(wrong)?;
    if let Some(host) = url.strip_prefix("//") {
        return Ok(format!("{scheme}://{host}"));
    }
    let rest = rest.strip_prefix("//").ok_or_else(wrong)?;
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = match rest.find('/') {
        Some(at) => (rest.get(..at).unwrap_or(rest), rest.get(at..).unwrap_or("/")),
        None => (rest, "/"),
    };
    if url.starts_with(['?', '#']) {
        return Ok(format!("{scheme}://{host}{path}{url}"));
    }
    let (relative, query) = match url.find(['?', '#']) {
        Some(at) => (url.get(..at).unwrap_or(url), url.get(at..).unwrap_or("")),
        None => (url, ""),
    };
    let folder =
        if relative.starts_with('/') { "" } else { path.rsplit_once('/').map_or("", |(folder, _)| folder) };
    let joined = format!("{folder}/{}", relative.trim_start_matches('/'));
    let mut steps: Vec<&str> = Vec::new();
    let mut ends_open = false;
    for step in joined.split('/').skip(1) {
        ends_open = matches!(step, "." | "..");
        match step {
            "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    if ends_open {
        steps.push("");
    }
    Ok(format!("{scheme}://{host}/{}{query}", steps.join("/")))
}

fn has_scheme(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| {
        scheme.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    })
}
