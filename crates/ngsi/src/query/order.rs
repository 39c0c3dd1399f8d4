//! The entity ordering language of clause 4.23.
//!
//! Text is ordered by code points unless a collation is asked for: the same order as everywhere else in the store, and
//! the one in which pages are stable. `collation=und` gives the root order of ICU, `collation=ja` that of Japanese.
//! What does not exist, and null, come last in both directions.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use ::geo::{CoordsIter, Geometry};
use icu_collator::{
    CollatorBorrowed,
    options::{CollatorOptions, Strength},
};
use icu_locale_core::{Locale, extensions::unicode::key};
use serde_json::Value;

use super::geo::{NEAR_POSITIONS_MAX, Shape, haversine, read_stored};
use super::q::{Expand, Kind, Path, Route, Stored, find, path, target};
use super::scan::{each, elements, member, members, number, string};
use super::text::{self, Cursor, bad, too_complex};
use super::time::Moment;
use crate::error::Error;

/// How many members one ordering may name.
pub const ORDER_MAX: usize = 8;
const ORDER_BYTES_MAX: usize = 2_048;

/// In which direction one member orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Asc,
    Desc,
    DistAsc,
    DistDesc,
}

impl Direction {
    fn name(self) -> &'static str {
        match self {
            Self::Asc => "asc",
            Self::Desc => "desc",
            Self::DistAsc => "dist-asc",
            Self::DistDesc => "dist-desc",
        }
    }

    fn by_distance(self) -> bool {
        matches!(self, Self::DistAsc | Self::DistDesc)
    }
}

/// `name;desc`, as written.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderTerm {
    pub path: Path,
    pub direction: Direction,
}

impl OrderTerm {
    /// Reads a comma-separated list.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, Error> {
        const OF: &str = "orderBy";
        text::within(OF, text, ORDER_BYTES_MAX)?;
        let mut cursor = Cursor::new(OF, text);
        let mut terms = Vec::new();
        loop {
            cursor.spaces();
            let path = path(&mut cursor)?;
            if !path.hops.is_empty() {
                return Err(bad(OF, "'orderBy' goes by what an entity itself holds, not by linked entities"));
            }
            let mut direction = Direction::Asc;
            if cursor.eat(";") {
                let found = [Direction::DistAsc, Direction::DistDesc, Direction::Desc, Direction::Asc]
                    .into_iter()
                    .find(|d| cursor.eat(d.name()));
                direction = found.ok_or_else(|| cursor.fail("asc, desc, dist-asc or dist-desc"))?;
            }
            terms.push(Self { path, direction });
            if terms.len() > ORDER_MAX {
                return Err(too_complex(OF, format!("'orderBy' names more than {ORDER_MAX} members")));
            }
            cursor.spaces();
            if cursor.done() {
                return Ok(terms);
            }
            if !cursor.eat(",") {
                return Err(cursor.fail("',' or the end"));
            }
        }
    }
}

impl fmt::Display for OrderTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};{}", self.path, self.direction.name())
    }
}

/// An order of entities.
#[derive(Debug, Clone)]
pub struct OrderBy {
    terms: Vec<(Route, Direction)>,
    only_id: bool,
    from: Option<Geometry<f64>>,
    collation: Option<(String, Collator)>,
    lang: Option<String>,
}

/// A collator; its data is built in.
#[derive(Clone)]
struct Collator(Arc<CollatorBorrowed<'static>>);

impl fmt::Debug for Collator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collator")
    }
}

impl PartialEq for OrderBy {
    fn eq(&self, other: &Self) -> bool {
        let name = |o: &Self| o.collation.as_ref().map(|(name, _)| name.clone());
        self.terms == other.terms
            && self.from == other.from
            && name(self) == name(other)
            && self.lang == other.lang
    }
}

/// What one entity is ordered by.
#[derive(Debug, Clone, PartialEq)]
pub struct Keys(Vec<Key>);

/// The kinds of clause 4.23.2 in their order.
#[derive(Debug, Clone, PartialEq)]
enum Key {
    Distance(f64),
    Number(f64),
    Text(String),
    Object(String),
    Array(String),
    Bool(bool),
    Time(i64),
    Date(i64),
    DateTime(i64),
    Null,
    Absent,
}

impl Key {
    fn rank(&self) -> u8 {
        match self {
            Self::Distance(_) => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
            Self::Object(_) => 3,
            Self::Array(_) => 4,
            Self::Bool(_) => 5,
            Self::Time(_) => 6,
            Self::Date(_) => 7,
            Self::DateTime(_) => 8,
            Self::Null => 9,
            Self::Absent => 10,
        }
    }

    fn of_value(value: &str) -> Self {
        match value.as_bytes().first() {
            Some(b'"') => match string(value) {
                Some(text) => match Moment::read(&text) {
                    Some(Moment::DateTime(us)) => Self::DateTime(us),
                    Some(Moment::Date(days)) => Self::Date(days),
                    Some(Moment::Time(us)) => Self::Time(us),
                    None => Self::Text(text.into_owned()),
                },
                None => Self::Absent,
            },
            Some(b'{') => match member(value, "@value") {
                Some(typed) if typed.starts_with('"') => Self::of_value(typed),
                _ => Self::Object(value.to_owned()),
            },
            Some(b'[') => Self::Array(value.to_owned()),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') => Self::Null,
            _ => number(value).map_or(Self::Absent, Self::Number),
        }
    }
}

impl OrderBy {
    /// An order from its parts. `from` is the geometry to measure distances from.
    pub fn new(
        terms: &[OrderTerm],
        from: Option<Geometry<f64>>,
        collation: Option<&str>,
        names: &dyn Expand,
    ) -> Result<Self, Error> {
        if from.is_none() && terms.iter().any(|t| t.direction.by_distance()) {
            return Err(bad(
                "orderFrom",
                "'orderBy' goes by distance: give the geometry to measure from in 'orderFrom'",
            ));
        }
        let only_id = terms.iter().all(|t| t.path.names == ["id"] && t.path.inside.is_empty());
        let terms = terms
            .iter()
            .map(|t| Ok((Route::new(&t.path, names)?, t.direction)))
            .collect::<Result<Vec<_>, Error>>()?;
        let collation =
            collation.map(|name| Ok::<_, Error>((name.to_owned(), collator(name)?))).transpose()?;
        Ok(Self { terms, only_id, from, collation, lang: None })
    }

    /// Orders values of LanguageProperties by this language first.
    pub fn in_language(mut self, lang: Option<String>) -> Self {
        self.lang = lang;
        self
    }

    /// Does it order by `id` alone, in ascending (true) or descending (false) direction?
    pub fn by_id(&self) -> Option<bool> {
        if !self.only_id || self.collation.is_some() {
            return None;
        }
        match self.terms.first() {
            Some((_, Direction::Asc)) => Some(true),
            Some((_, Direction::Desc)) => Some(false),
            _ => None,
        }
    }

    /// Is nothing but `id` named?
    pub fn only_id(&self) -> bool {
        self.only_id
    }

    /// What an entity is ordered by.
    pub fn keys(&self, entity: Stored<'_>) -> Keys {
        Keys(self.terms.iter().map(|(route, direction)| self.key(entity, route, *direction)).collect())
    }

    fn key(&self, entity: Stored<'_>, route: &Route, direction: Direction) -> Key {
        let mut key = Key::Absent;
        // The default instance stands first, and it alone orders.
        find(entity, route, &super::q::Unlinked, &mut |found| {
            key = match found {
                super::q::Found::Instant(us) => Key::DateTime(us),
                super::q::Found::Member(value) => each(value).next().map_or(Key::Absent, Key::of_value),
                super::q::Found::Instance(instance) => self.instance_key(instance, route, direction),
            };
            true
        });
        key
    }

    fn instance_key(&self, instance: &str, route: &Route, direction: Direction) -> Key {
        let (kind, value) = target(instance);
        if let (true, Some(from)) = (direction.by_distance(), &self.from)
            && let Some(distance) = read_stored(value).and_then(|geometry| haversine(&geometry, from))
        {
            return Key::Distance(distance);
        }
        match kind {
            Kind::Language => {
                let wanted = route.inside.first().or(self.lang.as_ref());
                let text = wanted
                    .and_then(|lang| members(value).find(|(l, _)| l.eq_ignore_ascii_case(lang)))
                    .or_else(|| if route.inside.is_empty() { members(value).next() } else { None });
                text.and_then(|(_, text)| each(text).next()).map_or(Key::Absent, Key::of_value)
            }
            Kind::Relationship => {
                let first = each(value).next().unwrap_or_default();
                Key::of_value(if first.starts_with('{') {
                    member(first, "object").unwrap_or_default()
                } else {
                    first
                })
            }
            Kind::Other => {
                let inside = route.inside.iter().try_fold(value, |value, name| {
                    if value.starts_with('[') {
                        elements(value).nth(name.parse().ok()?)
                    } else {
                        member(value, name)
                    }
                });
                inside.map_or(Key::Absent, Key::of_value)
            }
        }
    }

    /// The order of two entities by their keys; equal ones are to be ordered by `id`.
    pub fn compare(&self, a: &Keys, b: &Keys) -> Ordering {
        for ((a, b), (_, direction)) in a.0.iter().zip(&b.0).zip(&self.terms) {
            let order = match (a, b) {
                (Key::Number(a), Key::Number(b)) | (Key::Distance(a), Key::Distance(b)) => a.total_cmp(b),
                (Key::Text(a), Key::Text(b)) => match &self.collation {
                    Some((_, collator)) => collator.0.compare(a, b),
                    None => a.cmp(b),
                },
                (Key::Object(a), Key::Object(b)) | (Key::Array(a), Key::Array(b)) => a.cmp(b),
                (Key::Bool(a), Key::Bool(b)) => a.cmp(b),
                (Key::Time(a), Key::Time(b))
                | (Key::Date(a), Key::Date(b))
                | (Key::DateTime(a), Key::DateTime(b)) => a.cmp(b),
                (a, b) => a.rank().cmp(&b.rank()),
            };
            let nothing = a.rank() >= Key::Null.rank() || b.rank() >= Key::Null.rank();
            let turned = matches!(direction, Direction::Desc | Direction::DistDesc) && !nothing;
            // By distance, what is no geometry comes after all that is, in both directions.
            let placed =
                direction.by_distance() && matches!(a, Key::Distance(_)) != matches!(b, Key::Distance(_));
            let order = if turned && !placed { order.reverse() } else { order };
            if order.is_ne() {
                return order;
            }
        }
        Ordering::Equal
    }
}

/// Reads the geometry to measure from; a point where its kind is not named.
pub fn order_from(of: &str, shape: Option<&str>, coordinates: &Value) -> Result<Geometry<f64>, Error> {
    let shape = shape.map_or(Ok(Shape::Point), |name| Shape::parse("orderGeometry", name))?;
    let geometry = super::geo::reference(of, shape, coordinates)?;
    if geometry.coords_count() > NEAR_POSITIONS_MAX {
        return Err(too_complex(of, format!("'{of}' holds more than {NEAR_POSITIONS_MAX} positions")));
    }
    Ok(geometry)
}

fn collator(name: &str) -> Result<Collator, Error> {
    let refused = || {
        bad(
            "collation",
            format!("'collation': {name} is not an ICU collation such as und, ja or de-u-co-phonebk"),
        )
    };
    text::within("collation", name, 64)?;
    let locale: Locale = name.parse().map_err(|_| refused())?;
    let mut options = CollatorOptions::default();
    // The strength is an option of the comparison, which a locale does not carry over by itself.
    if let Some(strength) = locale.extensions.unicode.keywords.get(&key!("ks")) {
        options.strength = Some(match strength.to_string().as_str() {
            "level1" => Strength::Primary,
            "level2" => Strength::Secondary,
            "level3" => Strength::Tertiary,
            "level4" => Strength::Quaternary,
            "identic" => Strength::Identical,
            _ => return Err(refused()),
        });
    }
    let built = CollatorBorrowed::try_new((&locale).into(), options).map_err(|_| refused())?;
    Ok(Collator(Arc::new(built)))
}
