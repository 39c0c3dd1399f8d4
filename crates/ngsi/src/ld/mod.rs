//! @contexts: terms to IRIs and back (clauses 4.4 and 5.5.7, JSON-LD 1.1).
//!
//! The core context stands in the last place whatever a document says: its terms cannot be defined anew, and its
//! `@vocab` is where names go that nobody defines. A user's `@vocab` serves while that context is read, for terms
//! that it defines without an IRI, as JSON-LD's rules say for a context that another one follows.

mod core;
mod read;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use serde_json::Value;

pub use self::core::{CORE_URL, core_document, core_version};
pub use self::read::{BYTES_MAX, DEPTH_MAX, DOCUMENTS_MAX, Resolved, TERMS_MAX, resolve};
use crate::error::Error;
use crate::json::quoted;
use crate::names;

/// Where names live that no context defines.
pub const DEFAULT_VOCAB: &str = "https://uri.etsi.org/ngsi-ld/default-context/";

type Map<K, V> = HashMap<K, V, foldhash::quality::RandomState>;

/// A compiled @context. Immutable; share it by `Arc`.
#[derive(Debug)]
pub struct Context {
    /// What the user defines; never a term of the core.
    terms: Map<Box<str>, Term>,
    /// The name to write for an IRI that the core has none for: the user's shortest.
    best: Map<Box<str>, Box<str>>,
    /// The same for values, where a shorter term than that is no name of clause 4.6.2.
    best_value: Map<Box<str>, Box<str>>,
    /// IRIs that may begin a compact IRI, and their terms.
    prefixes: Vec<(Box<str>, Box<str>)>,
    links: Links,
}

/// What one term stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// Nothing when the term is defined as null or the wrong way round; a keyword when it is an alias.
    iri: Option<Box<str>>,
    /// May stand before the colon of a compact IRI.
    prefix: bool,
    /// The term itself is a name of clause 4.6.2.
    name: bool,
}

/// How an answer says which context it was written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// The one address for a Link header, when the context is one address (the core's when nobody named any).
    pub url: Option<String>,
    /// JSON text of the member `@context` of a body. The core stands in it, in the last place where it was not named.
    pub member: String,
    /// The context as it was given; null when there was none.
    pub given: Value,
}

static CORE: LazyLock<Arc<Context>> = LazyLock::new(|| {
    Arc::new(Context::built(
        Map::default(),
        Links { url: Some(CORE_URL.to_owned()), member: quoted(CORE_URL), given: Value::Null },
    ))
});

impl Context {
    /// The newest core context alone.
    #[must_use]
    pub fn core() -> Arc<Self> {
        Arc::clone(&CORE)
    }

    /// Indexes the user's terms for the way back.
    fn built(terms: Map<Box<str>, Term>, links: Links) -> Self {
        let mut best: Map<Box<str>, Box<str>> = Map::default();
        let mut best_value: Map<Box<str>, Box<str>> = Map::default();
        let mut prefixes: Vec<(Box<str>, Box<str>)> =
            core::PREFIXES.iter().map(|(term, iri)| ((*iri).into(), (*term).into())).collect();
        let mut by_order: Vec<(&str, &Term)> =
            terms.iter().map(|(term, meaning)| (&**term, meaning)).collect();
        // JSON-LD takes the shortest term, and the least among the shortest. A name that cannot be sent back is none.
        by_order.sort_unstable_by_key(|(term, _)| (term.len(), *term));
        for (term, meaning) in by_order {
            let Some(iri) = &meaning.iri else { continue };
            if iri.starts_with('@') {
                continue;
            }
            if meaning.prefix {
                prefixes.push((iri.clone(), term.into()));
            }
            if core::term_of(iri).is_some() {
                continue;
            }
            if meaning.name || names::is_iri(term) || names::is_compact(term) {
                best.entry(iri.clone()).or_insert_with(|| term.into());
            } else if !best.contains_key(iri) {
                best_value.entry(iri.clone()).or_insert_with(|| term.into());
            }
        }
        prefixes.sort_unstable_by(|a, b| (a.1.len(), &a.1).cmp(&(b.1.len(), &b.1)));
        Self { terms, best, best_value, prefixes, links }
    }

    /// What a term stands for: the core's word first.
    fn meaning(&self, term: &str) -> Option<Meaning<'_>> {
        // A term of the core is never among the user's, so that either may be asked first.
        let Some(term) = self.terms.get(term) else { return core::iri(term).map(Meaning::Iri) };
        Some(match term.iri.as_deref() {
            None => Meaning::Nothing,
            Some(iri) if iri.starts_with('@') => Meaning::Keyword(iri),
            Some(iri) => Meaning::Iri(iri),
        })
    }

    /// Whether the context (or the core) defines this term.
    #[must_use]
    pub fn defines(&self, term: &str) -> bool {
        core::is_term(term) || self.terms.contains_key(term)
    }

    /// The IRI of the name of a type, an attribute or a sub-attribute.
    pub fn expand(&self, name: &str) -> Result<String, Error> {
        if core::is_keyword_alias(name) || name.starts_with('@') {
            return Err(Error::bad(format!("{} is a word of JSON-LD and cannot be a name", quoted(name))));
        }
        if name.contains(':') {
            let iri = self.expand_value(name)?;
            return if (names::is_iri(name) || names::is_compact(name)) && names::is_iri(&iri) {
                Ok(iri)
            } else {
                Err(Error::bad(format!("{} is neither a prefixed name nor a URI", quoted(name))))
            };
        }
        if let Some(Term { iri: Some(iri), name: true, .. }) = self.terms.get(name)
            && !iri.starts_with('@')
        {
            return Ok(iri.to_string());
        }
        if !names::is_name(name) {
            return Err(Error::bad(format!(
                "{} is not a name: a letter, then letters, digits and _ (or a URI)",
                quoted(name)
            )));
        }
        self.expand_value(name)
    }

    /// The IRI of a value that stands for one (`vocab`, `objectType`, `valueType`): any text, by the same rules.
    pub fn expand_value(&self, text: &str) -> Result<String, Error> {
        match self.meaning(text) {
            Some(Meaning::Iri(iri)) => return Ok(iri.to_owned()),
            Some(Meaning::Nothing) => {
                return Err(Error::bad(format!(
                    "the @context defines {} as null, or as a reverse property, which NGSI-LD has none of",
                    quoted(text)
                )));
            }
            Some(Meaning::Keyword(word)) => {
                return Err(Error::bad(format!("the @context defines {} as {word}", quoted(text))));
            }
            None => {}
        }
        if let Some((prefix, suffix)) = split_compact(text) {
            if let Some(iri) = self.prefix(prefix)
                && !suffix.starts_with("//")
            {
                return Ok(format!("{iri}{suffix}"));
            }
            if prefix == "_" || names::is_scheme(prefix) || suffix.starts_with("//") {
                return Ok(text.to_owned());
            }
        }
        Ok(format!("{DEFAULT_VOCAB}{text}"))
    }

    /// The IRI of a prefix.
    fn prefix(&self, term: &str) -> Option<&str> {
        if let Some((_, iri)) = core::PREFIXES.iter().find(|(prefix, _)| *prefix == term) {
            return Some(iri);
        }
        if core::is_term(term) {
            return None;
        }
        self.terms.get(term).filter(|meaning| meaning.prefix)?.iri.as_deref()
    }

    /// The shortest name that stands for an IRI in this context; the IRI itself when there is none.
    #[must_use]
    pub fn compact<'a>(&'a self, iri: &'a str) -> Cow<'a, str> {
        self.compact_if(iri, names::is_name)
    }

    /// [`Context::compact`] for values that are not names (`vocab`).
    #[must_use]
    pub fn compact_value<'a>(&'a self, iri: &'a str) -> Cow<'a, str> {
        if let Some(term) = self.best_value.get(iri) {
            return Cow::Borrowed(term);
        }
        self.compact_if(iri, |suffix| !suffix.is_empty() && !suffix.contains(':') && !suffix.starts_with('@'))
    }

    fn compact_if<'a>(&'a self, iri: &'a str, is_short: fn(&str) -> bool) -> Cow<'a, str> {
        if let Some(term) = self.best.get(iri) {
            return Cow::Borrowed(term);
        }
        if let Some(term) = core::term_of(iri) {
            return Cow::Borrowed(term);
        }
        if let Some(suffix) = iri.strip_prefix(DEFAULT_VOCAB)
            && is_short(suffix)
            && !self.defines(suffix)
        {
            return Cow::Borrowed(suffix);
        }
        let mut found: Option<String> = None;
        for (begin, term) in &self.prefixes {
            let Some(suffix) = iri.strip_prefix(&**begin) else { continue };
            if suffix.is_empty() || suffix.starts_with("//") {
                continue;
            }
            let compact = format!("{term}:{suffix}");
            if !self.defines(&compact)
                && found.as_ref().is_none_or(|best| (compact.len(), &compact) < (best.len(), best))
            {
                found = Some(compact);
            }
        }
        found.map_or(Cow::Borrowed(iri), Cow::Owned)
    }

    /// How an answer says which context it was written with.
    #[must_use]
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// How many terms the user defines, and how many bytes they take: for a cache that weighs what it keeps.
    #[must_use]
    pub fn weight(&self) -> (usize, usize) {
        let bytes = self
            .terms
            .iter()
            .map(|(term, meaning)| 2 * (term.len() + meaning.iri.as_ref().map_or(0, |iri| iri.len())) + 96)
            .sum();
        (self.terms.len(), bytes)
    }
}

enum Meaning<'a> {
    Iri(&'a str),
    Keyword(&'a str),
    Nothing,
}

/// Prefix and suffix of what may be a compact IRI: a colon that is not the first character.
fn split_compact(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').filter(|(prefix, _)| !prefix.is_empty())
}
