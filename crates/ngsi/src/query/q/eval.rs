//! Does an entity, as it is stored, meet a query?

use std::borrow::Cow;
use std::cmp::Ordering;

use super::compile::{Check, Compiled, Key, Leaf, Literal, Meta, Node, Route};
use super::syntax::Op;
use crate::query::scan::{each, elements, member, members, named, number, string};
use crate::query::time::Moment;

/// An entity in the form in which it is stored: its body and its times.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    pub body: &'a str,
    /// What the store knows of creation and change; may be empty where a query asks for neither.
    pub times: &'a str,
}

/// How the entity at the end of a relationship is found.
///
/// One question may lead to many entities: relationships hold arrays, and a path goes over several. Whoever implements
/// this counts the calls of a request, and refuses it as too complex when there are too many.
pub trait Linked {
    /// Calls `then` with the entity, if there is one.
    fn with(&self, id: &str, then: &mut dyn FnMut(Stored<'_>));
}

/// Follows no relationship.
pub struct Unlinked;

impl Linked for Unlinked {
    fn with(&self, _: &str, _: &mut dyn FnMut(Stored<'_>)) {}
}

/// What stands at the end of a route.
pub enum Found<'a> {
    /// An instance of an attribute.
    Instance(&'a str),
    /// A member that holds JSON.
    Member(&'a str),
    /// An instant in microseconds.
    Instant(i64),
}

impl Compiled {
    /// Does the entity meet the query?
    pub fn matches(&self, entity: Stored<'_>, linked: &dyn Linked) -> bool {
        node(&self.root, entity, linked)
    }
}

fn node(of: &Node, entity: Stored<'_>, linked: &dyn Linked) -> bool {
    match of {
        Node::And(of) => of.iter().all(|n| node(n, entity, linked)),
        Node::Or(of) => of.iter().any(|n| node(n, entity, linked)),
        Node::Leaf(Leaf { route, check }) => {
            if matches!(check, Check::Absent) {
                return !find(entity, route, linked, &mut |found| {
                    meets(&Check::Exists, &route.inside, &found)
                });
            }
            find(entity, route, linked, &mut |found| meets(check, &route.inside, &found))
        }
    }
}

/// Visits all that stands at the end of a route until `f` is content.
pub fn find(
    entity: Stored<'_>,
    route: &Route,
    linked: &dyn Linked,
    f: &mut dyn FnMut(Found<'_>) -> bool,
) -> bool {
    follow(entity, &route.hops, &route.keys, linked, f)
}

fn follow(
    entity: Stored<'_>,
    hops: &[(String, Vec<String>)],
    keys: &[Key],
    linked: &dyn Linked,
    f: &mut dyn FnMut(Found<'_>) -> bool,
) -> bool {
    let Some(((relation, types), hops)) = hops.split_first() else { return at_entity(entity, keys, f) };
    let Some(instances) = member(entity.body, relation) else { return false };
    each(instances).any(|instance| {
        let (Kind::Relationship, value) = target(instance) else { return false };
        each(value).any(|object| {
            let object =
                if object.starts_with('{') { member(object, "object").unwrap_or_default() } else { object };
            let Some(id) = string(object) else { return false };
            let mut met = false;
            linked.with(&id, &mut |at_end| {
                met = has_type(at_end.body, types) && follow(at_end, hops, keys, linked, f);
            });
            met
        })
    })
}

fn has_type(body: &str, types: &[String]) -> bool {
    types.is_empty()
        || member(body, "type")
            .is_some_and(|own| each(own).filter_map(string).any(|own| types.iter().any(|t| *t == own)))
}

fn at_entity(entity: Stored<'_>, keys: &[Key], f: &mut dyn FnMut(Found<'_>) -> bool) -> bool {
    match keys.split_first() {
        Some((Key::Meta(meta @ (Meta::CreatedAt | Meta::ModifiedAt)), _)) => {
            let n = usize::from(*meta == Meta::ModifiedAt);
            member(entity.times, "").and_then(|own| instant(own, n)).is_some_and(|us| f(Found::Instant(us)))
        }
        Some((Key::Meta(meta), _)) => {
            member(entity.body, meta.stored()).is_some_and(|value| f(Found::Member(value)))
        }
        Some((Key::Attribute(iri), rest)) => {
            let Some(instances) = member(entity.body, iri) else { return false };
            let times = if asks_times(rest) {
                let created = member(entity.times, "").and_then(|own| instant(own, 0));
                Times { text: entity.times, default: created }
            } else {
                Times { text: "", default: None }
            };
            each(instances).any(|instance| at_instance(instance, iri, times, rest, f))
        }
        None => false,
    }
}

fn asks_times(keys: &[Key]) -> bool {
    matches!(keys.last(), Some(Key::Meta(Meta::CreatedAt | Meta::ModifiedAt)))
}

/// The times of the attributes of one thing, and those of an attribute that does not stand there.
#[derive(Clone, Copy)]
struct Times<'a> {
    text: &'a str,
    default: Option<i64>,
}

impl<'a> Times<'a> {
    /// Created, modified, and the times of what is below, for one instance of an attribute.
    fn of(self, name: &str, instance: &str) -> Option<([i64; 2], &'a str)> {
        let dataset = member(instance, "datasetId").and_then(string).unwrap_or(Cow::Borrowed(""));
        match member(self.text, name).and_then(|own| member(own, &dataset)) {
            Some(own) => {
                Some(([instant(own, 0)?, instant(own, 1)?], elements(own).nth(2).unwrap_or_default()))
            }
            None => self.default.map(|us| ([us, us], "")),
        }
    }
}

fn at_instance(
    instance: &str,
    name: &str,
    times: Times<'_>,
    keys: &[Key],
    f: &mut dyn FnMut(Found<'_>) -> bool,
) -> bool {
    match keys.split_first() {
        None => f(Found::Instance(instance)),
        Some((Key::Meta(meta @ (Meta::CreatedAt | Meta::ModifiedAt)), _)) => {
            let own = times.of(name, instance).map(
                |([created, modified], _)| {
                    if *meta == Meta::CreatedAt { created } else { modified }
                },
            );
            own.is_some_and(|us| f(Found::Instant(us)))
        }
        Some((Key::Meta(meta), _)) => {
            member(instance, meta.stored()).is_some_and(|value| f(Found::Member(value)))
        }
        Some((Key::Attribute(iri), rest)) => {
            let Some(instances) = member(instance, iri) else { return false };
            let below = match times.of(name, instance) {
                Some(([_, modified], text)) if asks_times(rest) => Times { text, default: Some(modified) },
                _ => Times { text: "", default: None },
            };
            each(instances).any(|instance| at_instance(instance, iri, below, rest, f))
        }
    }
}

fn instant(times: &str, n: usize) -> Option<i64> {
    elements(times).nth(n)?.parse().ok()
}

/// What kind of value an instance holds, as far as it changes how it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Relationship,
    Language,
    Other,
}

/// The value of an instance.
pub fn target(instance: &str) -> (Kind, &str) {
    for (name, value) in members(instance) {
        let kind = match name {
            "value" | "json" | "valueList" | "vocab" => Kind::Other,
            "object" | "objectList" => Kind::Relationship,
            "languageMap" => Kind::Language,
            _ => continue,
        };
        return (kind, value);
    }
    (Kind::Other, "")
}

fn meets(check: &Check, inside: &[String], found: &Found<'_>) -> bool {
    let instance = match found {
        Found::Instance(instance) => *instance,
        Found::Member(value) => {
            let Some(value) = within(value, inside) else { return false };
            return meets_value(check, value);
        }
        Found::Instant(us) => return inside.is_empty() && meets_instant(check, *us),
    };
    if inside.is_empty() && matches!(check, Check::Exists) {
        return true;
    }
    match target(instance) {
        (_, "") => false,
        (Kind::Relationship, objects) => {
            inside.is_empty()
                && match check {
                    Check::OneOf(equal, values) => {
                        let mut ids = each(objects).map(|o| {
                            if o.starts_with('{') { member(o, "object").unwrap_or_default() } else { o }
                        });
                        ids.any(|id| values.iter().any(|v| equals(id, v))) == *equal
                    }
                    _ => false,
                }
        }
        (Kind::Language, map) => meets_language(check, map, inside),
        (Kind::Other, value) => within(value, inside).is_some_and(|value| meets_value(check, value)),
    }
}

/// A languageMap is taken as the array of all its texts, or of those in the language asked for.
fn meets_language(check: &Check, map: &str, inside: &[String]) -> bool {
    let lang = match inside {
        [] => None,
        [lang] if lang == "*" => None,
        [lang] => Some(lang.as_str()),
        _ => return false,
    };
    let mut texts = members(map)
        .filter(|(name, _)| lang.is_none_or(|lang| named(name, lang) || name.eq_ignore_ascii_case(lang)))
        .map(|(_, text)| text)
        .peekable();
    if texts.peek().is_none() {
        return false;
    }
    let mut any = |check: &Check| texts.any(|text| each(text).any(|text| meets_value(check, text)));
    match check {
        Check::OneOf(false, values) => !texts.any(|t| each(t).any(|t| values.iter().any(|v| equals(t, v)))),
        Check::Range(false, from, to) => !texts.any(|t| each(t).any(|t| between(t, from, to))),
        Check::Like(false, pattern) => {
            !texts.any(|t| each(t).any(|t| string(t).is_some_and(|t| pattern.is_match(&t))))
        }
        other => any(other),
    }
}

/// The value at the end of a trailing path, as a MemberExpression would give it.
fn within<'a>(value: &'a str, inside: &[String]) -> Option<&'a str> {
    inside.iter().try_fold(value, |value, name| {
        if value.starts_with('[') { elements(value).nth(name.parse().ok()?) } else { member(value, name) }
    })
}

fn meets_value(check: &Check, value: &str) -> bool {
    match check {
        Check::Exists => true,
        Check::Absent => false,
        Check::OneOf(equal, values) => each(value).any(|one| values.iter().any(|v| equals(one, v))) == *equal,
        Check::Range(equal, from, to) => each(value).any(|one| between(one, from, to)) == *equal,
        Check::Order(op, literal) => compare(value, literal).is_some_and(|order| holds(*op, order)),
        Check::Like(positive, pattern) => {
            string(value).is_some_and(|text| pattern.is_match(&text) == *positive)
        }
    }
}

fn meets_instant(check: &Check, us: i64) -> bool {
    let order = |literal: &Literal| match literal {
        Literal::Text(_, Some(moment)) | Literal::Moment(moment) => Moment::DateTime(us).compare(*moment),
        _ => None,
    };
    match check {
        Check::Exists => true,
        Check::OneOf(equal, values) => values.iter().any(|v| order(v) == Some(Ordering::Equal)) == *equal,
        Check::Range(equal, from, to) => {
            let inside = order(from).is_some_and(Ordering::is_ge) && order(to).is_some_and(Ordering::is_le);
            inside == *equal
        }
        Check::Order(op, literal) => order(literal).is_some_and(|order| holds(*op, order)),
        Check::Absent | Check::Like(..) => false,
    }
}

fn holds(op: Op, order: Ordering) -> bool {
    match op {
        Op::Eq => order.is_eq(),
        Op::Ne => order.is_ne(),
        Op::Gt => order.is_gt(),
        Op::Ge => order.is_ge(),
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
    }
}

fn equals(value: &str, literal: &Literal) -> bool {
    compare(value, literal) == Some(Ordering::Equal)
}

fn between(value: &str, from: &Literal, to: &Literal) -> bool {
    compare(value, from).is_some_and(Ordering::is_ge) && compare(value, to).is_some_and(Ordering::is_le)
}

/// The order of a value and a literal, where they are of one kind.
fn compare(value: &str, literal: &Literal) -> Option<Ordering> {
    match value.as_bytes().first()? {
        b'"' => {
            let text = string(value)?;
            match literal {
                Literal::Text(wanted, None) => Some(text.as_ref().cmp(wanted)),
                Literal::Text(wanted, Some(moment)) => {
                    match Moment::read(&text).and_then(|own| own.compare(*moment)) {
                        Some(order) => Some(order),
                        None => Some(text.as_ref().cmp(wanted)),
                    }
                }
                Literal::Moment(moment) => Moment::read(&text)?.compare(*moment),
                _ => None,
            }
        }
        // A typed value of JSON-LD: {"@type": "DateTime", "@value": "…"}
        b'{' => compare(member(value, "@value").filter(|v| !v.starts_with('{'))?, literal),
        b't' | b'f' => match literal {
            Literal::Bool(wanted) => {
                (value == if *wanted { "true" } else { "false" }).then_some(Ordering::Equal)
            }
            _ => None,
        },
        b'0'..=b'9' | b'-' => match literal {
            Literal::Number(wanted) => number(value)?.partial_cmp(wanted),
            _ => None,
        },
        _ => None,
    }
}
