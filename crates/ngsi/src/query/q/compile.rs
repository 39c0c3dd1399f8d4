//! What a query means under an @context: names as IRIs, literals read, patterns compiled.

use super::PATTERNS_MAX;
use super::syntax::{Expr, Hop, Op, Path, Term, Test, Value};
use crate::error::Error;
use crate::ld::Context;
use crate::query::pattern::Pattern;
use crate::query::text::{bad, too_complex};
use crate::query::time::Moment;

/// Turns terms into IRIs. An @context does.
pub trait Expand {
    /// The IRI of the name of a type or an attribute.
    fn expand(&self, name: &str) -> Result<String, Error>;

    /// The IRI of a value that stands for one.
    fn expand_value(&self, text: &str) -> Result<String, Error>;
}

impl Expand for Context {
    fn expand(&self, name: &str) -> Result<String, Error> {
        Self::expand(self, name)
    }

    fn expand_value(&self, text: &str) -> Result<String, Error> {
        Self::expand_value(self, text)
    }
}

/// A query ready to be asked of many entities.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    pub(super) root: Node,
    hops: usize,
    names_attribute: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Leaf(Leaf),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    pub route: Route,
    pub check: Check,
}

/// The way to a target: over relationships to an entity, to its attribute, to a sub-attribute, into the value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Route {
    /// IRIs of relationships, each with the types of which one the entity at its end must have.
    pub hops: Vec<(String, Vec<String>)>,
    /// The attribute and its sub-attributes; a member like `observedAt` may be the last.
    pub keys: Vec<Key>,
    pub inside: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    Attribute(String),
    Meta(Meta),
}

/// Members that are no attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meta {
    Id,
    Type,
    Scope,
    ExpiresAt,
    CreatedAt,
    ModifiedAt,
    ObservedAt,
    UnitCode,
    DatasetId,
    ObjectType,
}

impl Meta {
    /// The member of an entity with this name.
    pub fn of_entity(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "type" => Self::Type,
            "scope" => Self::Scope,
            "expiresAt" => Self::ExpiresAt,
            "createdAt" => Self::CreatedAt,
            "modifiedAt" => Self::ModifiedAt,
            _ => return None,
        })
    }

    /// The member of an attribute with this name.
    pub fn of_attribute(name: &str) -> Option<Self> {
        Some(match name {
            "createdAt" => Self::CreatedAt,
            "modifiedAt" => Self::ModifiedAt,
            "observedAt" => Self::ObservedAt,
            "unitCode" => Self::UnitCode,
            "datasetId" => Self::DatasetId,
            "objectType" => Self::ObjectType,
            _ => return None,
        })
    }

    /// Its name in the stored form; those that stand in the times have none there.
    pub fn stored(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Type => "type",
            Self::Scope => "scope",
            Self::ExpiresAt => "expiresAt",
            Self::CreatedAt => "createdAt",
            Self::ModifiedAt => "modifiedAt",
            Self::ObservedAt => "observedAt",
            Self::UnitCode => "unitCode",
            Self::DatasetId => "datasetId",
            Self::ObjectType => "objectType",
        }
    }
}

/// A value of the query, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Number(f64),
    Bool(bool),
    /// Text, and the moment it denotes if it denotes one: such text is compared in time with text of the same kind.
    Text(String, Option<Moment>),
    Moment(Moment),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Check {
    Exists,
    Absent,
    Order(Op, Literal),
    OneOf(bool, Vec<Literal>),
    Range(bool, Literal, Literal),
    Like(bool, Pattern),
}

impl Compiled {
    /// Compiles a query. `expanded` names the attributes whose values are expanded too (`expandValues`).
    pub fn new(expr: &Expr, names: &dyn Expand, expanded: &[String]) -> Result<Self, Error> {
        Self::read(expr, &Reading { names, expanded, in_body: false })
    }

    /// Compiles a query that came in a body. Some clients encode its values as for a URL (`"Eiffel%20Tower"`), which the
    /// clause asks for in URLs alone; such a value equals both what it says and what it would say there.
    pub fn of_body(expr: &Expr, names: &dyn Expand, expanded: &[String]) -> Result<Self, Error> {
        Self::read(expr, &Reading { names, expanded, in_body: true })
    }

    fn read(expr: &Expr, reading: &Reading<'_>) -> Result<Self, Error> {
        let patterns = expr.terms().iter().filter(|t| matches!(t.test, Test::Like(..))).count();
        if patterns > PATTERNS_MAX {
            return Err(too_complex(
                "q",
                format!("the query has more than {PATTERNS_MAX} regular expressions"),
            ));
        }
        let root = node(expr, reading)?;
        let names_attribute = expr.terms().iter().any(|t| {
            !t.path.hops.is_empty() || t.path.names.first().is_some_and(|n| Meta::of_entity(n).is_none())
        });
        Ok(Self { root, hops: expr.hops(), names_attribute })
    }

    /// How many relationships are followed: what `joinLevel` must allow.
    pub fn hops(&self) -> usize {
        self.hops
    }

    /// Is there a condition on something that is not kept by the system itself (clause 5.7.2.4)?
    pub fn names_attribute(&self) -> bool {
        self.names_attribute
    }

    /// The conditions that must all hold and that a store can decide by itself, and whether they are the whole query.
    pub fn simple(&self) -> (Vec<Simple>, bool) {
        let all = match &self.root {
            Node::And(of) => of.iter().collect(),
            other => vec![other],
        };
        let found: Vec<Simple> = all.iter().filter_map(|n| simple(n)).collect();
        let whole = found.len() == all.len() && found.iter().all(|s| s.exact);
        (found, whole)
    }

    /// IRIs of the attributes of the entity itself that the query looks at.
    pub fn attributes(&self) -> Vec<&str> {
        fn visit<'a>(node: &'a Node, into: &mut Vec<&'a str>) {
            match node {
                Node::And(of) | Node::Or(of) => of.iter().for_each(|n| visit(n, into)),
                Node::Leaf(leaf) => {
                    let name = match (leaf.route.hops.first(), leaf.route.keys.first()) {
                        (Some((relation, _)), _) => relation.as_str(),
                        (None, Some(Key::Attribute(iri))) => iri.as_str(),
                        _ => return,
                    };
                    if !into.contains(&name) {
                        into.push(name);
                    }
                }
            }
        }
        let mut found = Vec::new();
        visit(&self.root, &mut found);
        found
    }
}

/// A condition on the values of one attribute that a store can decide from side columns.
///
/// It holds for an entity if it holds for one value of one instance of the attribute, where the values of an instance
/// are: its `value`, `json`, `object` or `vocab`, if that is a number, text or a boolean; the `@value` of one that is a
/// typed value of JSON-LD; every text of a `languageMap`, also within arrays; and, where `in_arrays` says so, all such
/// elements of an array (`value`, `json`, `object`, `vocab`, `valueList`) and the objects of an `objectList`. A store
/// that keeps no elements must take entities with arrays as candidates.
#[derive(Debug, Clone, PartialEq)]
pub struct Simple {
    /// IRI of the attribute.
    pub attribute: String,
    pub test: SimpleTest,
    pub in_arrays: bool,
    /// If every entity for which it holds meets the term, so that no further test is needed.
    pub exact: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum SimpleTest {
    /// The attribute is there.
    Exists,
    Number(Op, f64),
    /// By code points.
    Text(Op, String),
    Bool(bool),
    /// DateTime text, in microseconds since 1970.
    Instant(Op, i64),
    /// Any of these.
    Any(Vec<SimpleTest>),
    /// From the first to the second, both included.
    NumberRange(f64, f64),
}

fn simple(node: &Node) -> Option<Simple> {
    let Node::Leaf(leaf) = node else { return None };
    let ([Key::Attribute(attribute)], true, true) =
        (leaf.route.keys.as_slice(), leaf.route.hops.is_empty(), leaf.route.inside.is_empty())
    else {
        return None;
    };
    let (test, in_arrays, exact) = match &leaf.check {
        Check::Exists => (SimpleTest::Exists, false, true),
        Check::Order(op, literal) => {
            // A relationship never meets an order, but its object is text in the side columns.
            let exact = !matches!(literal, Literal::Text(..));
            (compare(*op, literal)?, false, exact)
        }
        Check::OneOf(true, values) => {
            let mut tests: Vec<SimpleTest> =
                values.iter().map(|v| compare(Op::Eq, v)).collect::<Option<_>>()?;
            let test = if tests.len() == 1 { tests.pop()? } else { SimpleTest::Any(tests) };
            (test, true, true)
        }
        Check::Range(true, Literal::Number(from), Literal::Number(to)) => {
            (SimpleTest::NumberRange(*from, *to), true, true)
        }
        _ => return None,
    };
    Some(Simple { attribute: attribute.clone(), test, in_arrays, exact })
}

fn compare(op: Op, literal: &Literal) -> Option<SimpleTest> {
    Some(match literal {
        Literal::Number(n) => SimpleTest::Number(op, *n),
        Literal::Bool(b) => SimpleTest::Bool(*b),
        Literal::Text(text, None) => SimpleTest::Text(op, text.clone()),
        Literal::Moment(Moment::DateTime(us)) => SimpleTest::Instant(op, *us),
        // Text that is a moment equals every spelling of it, so no side column decides.
        Literal::Text(_, Some(_)) | Literal::Moment(_) => return None,
    })
}

/// What the words of a query are read by.
struct Reading<'a> {
    names: &'a dyn Expand,
    expanded: &'a [String],
    in_body: bool,
}

fn node(expr: &Expr, reading: &Reading<'_>) -> Result<Node, Error> {
    let all = |of: &[Expr]| of.iter().map(|e| node(e, reading)).collect::<Result<Vec<_>, _>>();
    Ok(match expr {
        Expr::And(of) => Node::And(all(of)?),
        Expr::Or(of) => Node::Or(all(of)?),
        Expr::Term(term) => Node::Leaf(leaf(term, reading)?),
    })
}

/// Text without its percent signs, if it holds such escapes of a URL and these are UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    let mut found = false;
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |b: Option<u8>| char::from(b?).to_digit(16).and_then(|d| u8::try_from(d).ok());
        out.push(digit(bytes.next())? * 16 + digit(bytes.next())?);
        found = true;
    }
    if found { String::from_utf8(out).ok() } else { None }
}

impl Route {
    /// A path with its names expanded.
    pub fn new(path: &Path, names: &dyn Expand) -> Result<Self, Error> {
        let hop = |hop: &Hop| {
            let types = hop.types.iter().map(|t| names.expand(t)).collect::<Result<Vec<_>, _>>()?;
            Ok::<_, Error>((names.expand(&hop.relation)?, types))
        };
        let hops = path.hops.iter().map(hop).collect::<Result<Vec<_>, _>>()?;
        let mut keys = Vec::new();
        for (n, name) in path.names.iter().enumerate() {
            let meta = if n == 0 { Meta::of_entity(name) } else { Meta::of_attribute(name) };
            if matches!(keys.last(), Some(Key::Meta(_))) {
                return Err(bad(
                    "q",
                    format!(
                        "'q': nothing stands under '{}' in the path {path}",
                        path.names.get(n - 1).map_or("", String::as_str)
                    ),
                ));
            }
            keys.push(match meta {
                Some(meta) => Key::Meta(meta),
                None => Key::Attribute(names.expand(name)?),
            });
        }
        Ok(Self { hops, keys, inside: path.inside.clone() })
    }
}

fn leaf(term: &Term, reading: &Reading<'_>) -> Result<Leaf, Error> {
    let Reading { names, expanded, in_body } = *reading;
    let route = Route::new(&term.path, names)?;
    let expand = term.path.names.first().is_some_and(|first| expanded.contains(first))
        || route.keys.iter().any(|key| matches!(key, Key::Attribute(iri) if expanded.contains(iri)));
    let one_of = |equal: bool, values: &[Value]| {
        let mut literals = Vec::with_capacity(values.len());
        for value in values {
            // What cannot be a term stays as it is: it then equals no expanded value.
            if let (true, Value::Word(word) | Value::Text(word)) = (expand, value)
                && let Ok(iri) = names.expand_value(word)
                && iri != *word
            {
                literals.push(Literal::Text(iri, None));
            }
            literals.push(literal(value));
            if let (true, Value::Text(text) | Value::Word(text)) = (in_body, value)
                && let Some(text) = decoded(text)
            {
                literals.push(literal(&Value::Text(text)));
            }
        }
        Check::OneOf(equal, literals)
    };
    let check = match &term.test {
        Test::Exists => Check::Exists,
        Test::Absent => Check::Absent,
        Test::Compare(Op::Eq, value) => one_of(true, std::slice::from_ref(value)),
        Test::Compare(Op::Ne, value) => one_of(false, std::slice::from_ref(value)),
        Test::Compare(op, value) => Check::Order(*op, literal(value)),
        Test::OneOf(equal, values) => one_of(*equal, values),
        Test::Range(equal, from, to) => {
            let (from, to) = (literal(from), literal(to));
            if std::mem::discriminant(&from) != std::mem::discriminant(&to) {
                return Err(bad("q", format!("'q': both ends of the range in {term} must be of one kind")));
            }
            Check::Range(*equal, from, to)
        }
        Test::Like(positive, pattern, _) => Check::Like(*positive, Pattern::new("q", pattern)?),
    };
    Ok(Leaf { route, check })
}

fn literal(value: &Value) -> Literal {
    match value {
        Value::Number(n) => Literal::Number(*n),
        Value::Bool(b) => Literal::Bool(*b),
        Value::Text(text) => Literal::Text(text.clone(), Moment::read(text)),
        Value::Word(text) => Literal::Text(text.clone(), None),
        Value::Moment(text) => match Moment::read(text) {
            Some(moment) => Literal::Moment(moment),
            None => Literal::Text(text.clone(), None),
        },
    }
}
