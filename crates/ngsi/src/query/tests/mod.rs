//! Tests of the query languages. Names begin with the clause they are about.

mod geo;
mod lists;
mod model;
mod order;
mod q;
mod query;
mod scan;
mod temporal;

use proptest::test_runner::Config as ProptestConfig;

use crate::error::{Error, ErrorKind};
use crate::ld::Context;
use crate::query::q::{Compiled, Expand, Expr, Linked, Stored};

/// Terms under the core context.
pub struct Names;

impl Expand for Names {
    fn expand(&self, name: &str) -> Result<String, Error> {
        Context::core().expand(name)
    }

    fn expand_value(&self, text: &str) -> Result<String, Error> {
        Context::core().expand_value(text)
    }
}

pub fn iri(term: &str) -> String {
    Names.expand(term).unwrap()
}

/// Writes an entity in the stored form: terms that begin with `~` are expanded.
pub fn body(json: &str) -> String {
    let mut out = String::new();
    let mut rest = json;
    while let Some(at) = rest.find("\"~") {
        out.push_str(&rest[..at]);
        let end = rest[at + 2..].find('"').unwrap();
        out.push('"');
        out.push_str(&iri(&rest[at + 2..at + 2 + end]));
        rest = &rest[at + 2 + end..];
    }
    out.push_str(rest);
    out
}

/// Entities that can be reached over relationships.
pub struct Others(pub Vec<(&'static str, String)>);

impl Linked for Others {
    fn with(&self, id: &str, then: &mut dyn FnMut(Stored<'_>)) {
        if let Some((_, body)) = self.0.iter().find(|(own, _)| *own == id) {
            then(Stored { body, times: "" });
        }
    }
}

pub fn compiled(q: &str) -> Compiled {
    let expr = Expr::parse(q).unwrap_or_else(|e| panic!("{q}: {}", e.detail));
    Compiled::new(&expr, &Names, &[]).unwrap_or_else(|e| panic!("{q}: {}", e.detail))
}

pub fn matches(q: &str, entity: &str) -> bool {
    compiled(q).matches(Stored { body: &body(entity), times: "" }, &Others(Vec::new()))
}

/// So many cases, or as many more as a longer run asks for.
pub fn at_least(cases: u32) -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig { cases: asked.cases.max(cases), ..asked }
}

pub fn kind_of<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    result.unwrap_err().kind
}
