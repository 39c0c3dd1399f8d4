//! Lists of members: `attrs`, and the projection language of clause 4.21 for `pick` and `omit`. What is read is what
//! answers are written by.

use std::fmt;

use super::q::{Expand, HOPS_MAX};
use super::text::{self, Cursor, bad, too_complex};
use crate::error::Error;
pub use crate::render::{Member, Projection};

/// The longest list, in bytes.
pub const LIST_BYTES_MAX: usize = 16_384;
/// How many members one list may name, all levels together.
pub const MEMBERS_MAX: usize = 500;

/// Members of an entity that are no attributes.
const ENTITY_MEMBERS: [&str; 6] = ["id", "type", "scope", "createdAt", "modifiedAt", "expiresAt"];

impl Projection {
    /// Reads a projection given in the parameter `of`.
    pub fn parse(of: &'static str, text: &str) -> Result<Self, Error> {
        text::within(of, text, LIST_BYTES_MAX)?;
        let mut cursor = Cursor::new(of, text);
        let mut count = 0;
        let projection = Self::read(&mut cursor, 0, &mut count)?;
        if !cursor.done() {
            return Err(cursor.fail("',', '|', '{' or the end"));
        }
        Ok(projection)
    }

    fn read(cursor: &mut Cursor<'_>, depth: usize, count: &mut usize) -> Result<Self, Error> {
        let mut members = Vec::new();
        loop {
            cursor.spaces();
            let name = cursor.name("the name of a member")?.to_owned();
            *count += 1;
            if *count > MEMBERS_MAX {
                return Err(too_complex(
                    cursor.of(),
                    format!("'{}' names more than {MEMBERS_MAX} members", cursor.of()),
                ));
            }
            cursor.spaces();
            let mut linked = Self::default();
            if cursor.eat("{") {
                if depth >= HOPS_MAX {
                    return Err(bad(
                        cursor.of(),
                        format!("'{}' goes over more than {HOPS_MAX} relationships", cursor.of()),
                    ));
                }
                linked = Self::read(cursor, depth + 1, count)?;
                if !cursor.eat("}") {
                    return Err(cursor.fail("',', '|' or '}'"));
                }
                cursor.spaces();
            }
            members.push(Member { name, linked });
            if !cursor.eat(",") && !cursor.eat("|") {
                return Ok(Self { members });
            }
        }
    }

    /// The same with IRIs.
    pub fn expand(&self, names: &dyn Expand) -> Result<Self, Error> {
        let one = |member: &Member| {
            let name = if ENTITY_MEMBERS.contains(&member.name.as_str()) {
                member.name.clone()
            } else {
                names.expand(&member.name)?
            };
            Ok(Member { name, linked: member.linked.expand(names)? })
        };
        Ok(Self { members: self.members.iter().map(one).collect::<Result<_, Error>>()? })
    }

    /// How many relationships it goes over: what `joinLevel` must allow.
    pub fn hops(&self) -> usize {
        let below = |m: &Member| if m.linked.is_empty() { 0 } else { 1 + m.linked.hops() };
        self.members.iter().map(below).max().unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The member with this name.
    pub fn get(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|m| m.name == name)
    }

    /// A name, without anything of a linked entity, that stands in both.
    pub fn shared<'a>(&'a self, other: &Self) -> Option<&'a str> {
        let alone =
            |m: &&Member| m.linked.is_empty() && other.get(&m.name).is_some_and(|o| o.linked.is_empty());
        self.members.iter().find(alone).map(|m| m.name.as_str())
    }
}

impl fmt::Display for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, member) in self.members.iter().enumerate() {
            write!(f, "{}{}", if n > 0 { "," } else { "" }, member.name)?;
            if !member.linked.is_empty() {
                write!(f, "{{{}}}", member.linked)?;
            }
        }
        Ok(())
    }
}

/// Cuts a list at its commas; an empty element is refused.
pub fn list(of: &str, text: &str) -> Result<Vec<String>, Error> {
    text::within(of, text, LIST_BYTES_MAX)?;
    let mut found = Vec::new();
    for part in text.split(',') {
        let part = part.trim_matches(' ');
        if part.is_empty() {
            return Err(bad(
                of,
                format!("'{of}': nothing stands between two commas or at an end of the list"),
            ));
        }
        if found.len() >= MEMBERS_MAX {
            return Err(too_complex(of, format!("'{of}' lists more than {MEMBERS_MAX}")));
        }
        found.push(part.to_owned());
    }
    Ok(found)
}

/// A list of names of attributes, as `attrs`, `expandValues` and `jsonKeys` are.
pub fn names(of: &'static str, text: &str) -> Result<Vec<String>, Error> {
    let found = list(of, text)?;
    found.iter().try_for_each(|name| is_name(of, name))?;
    Ok(found)
}

/// Refuses what cannot be the name of an attribute.
pub fn is_name(of: &'static str, name: &str) -> Result<(), Error> {
    let mut cursor = Cursor::new(of, name);
    cursor.name("the name of an attribute")?;
    if cursor.done() { Ok(()) } else { Err(cursor.fail("',' or the end of the name")) }
}

/// A list of URIs; `also` is let through beside them.
pub fn uris(of: &str, text: &str, also: Option<&str>) -> Result<Vec<String>, Error> {
    let found = list(of, text)?;
    found.iter().try_for_each(|uri| is_uri(of, uri, also))?;
    Ok(found)
}

/// Refuses what is no absolute URI.
pub fn is_uri(of: &str, uri: &str, also: Option<&str>) -> Result<(), Error> {
    if text::is_uri(uri) || also == Some(uri) {
        Ok(())
    } else {
        Err(bad(of, format!("'{of}': {uri} is not a URI")))
    }
}
