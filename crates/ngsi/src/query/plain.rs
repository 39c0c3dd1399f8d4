//! What an attribute says, where it says one plain thing: for stores that keep values beside the bodies.

use std::borrow::Cow;

use super::q::{Kind, target};
use super::scan::{member, number, string};

/// The one value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain<'a> {
    Number(f64),
    /// A text, or what a relationship points to.
    Text(Cow<'a, str>),
    /// There is none, there are several, or it is something else.
    Other,
}

/// Reads it from a stored body.
pub fn plain_value<'a>(body: &'a str, attribute: &str) -> Plain<'a> {
    let Some(instance) = member(body, attribute).filter(|one| one.starts_with('{')) else {
        return Plain::Other;
    };
    let (kind, value) = target(instance);
    if kind == Kind::Language {
        return Plain::Other;
    }
    if let Some(number) = number(value) {
        return Plain::Number(number);
    }
    string(value).map_or(Plain::Other, Plain::Text)
}
