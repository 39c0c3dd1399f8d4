//! Geometries of GeoJSON (RFC 7946), from a query and from the stored form.

use ::geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use serde_json::Value;

use crate::error::Error;
use crate::query::scan::{elements, member, number, string};
use crate::query::text::{self, bad, too_complex};

/// The longest `coordinates`, in bytes.
const COORDINATES_BYTES_MAX: usize = 256 * 1_024;
/// How many positions the geometry of a query may have.
pub const POSITIONS_MAX: usize = 5_000;

/// The kind of a geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Point,
    MultiPoint,
    LineString,
    MultiLineString,
    Polygon,
    MultiPolygon,
}

impl Shape {
    /// Reads the name of a kind, given in the parameter `of`.
    pub fn parse(of: &str, name: &str) -> Result<Self, Error> {
        Self::named(name).ok_or_else(|| {
            let all = "Point, MultiPoint, LineString, MultiLineString, Polygon and MultiPolygon";
            bad(of, format!("'{of}' is one of {all}"))
        })
    }

    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Point" => Self::Point,
            "MultiPoint" => Self::MultiPoint,
            "LineString" => Self::LineString,
            "MultiLineString" => Self::MultiLineString,
            "Polygon" => Self::Polygon,
            "MultiPolygon" => Self::MultiPolygon,
            _ => return None,
        })
    }

    /// How many arrays stand in each other.
    fn depth(self) -> usize {
        match self {
            Self::Point => 1,
            Self::MultiPoint | Self::LineString => 2,
            Self::MultiLineString | Self::Polygon => 3,
            Self::MultiPolygon => 4,
        }
    }
}

/// Reads the coordinates of a reference geometry: an array, or the text of one.
pub fn reference(of: &str, shape: Shape, coordinates: &Value) -> Result<Geometry<f64>, Error> {
    let text = match coordinates {
        Value::String(text) => {
            text::within(of, text, COORDINATES_BYTES_MAX)?;
            let value = serde_json::from_str::<Value>(text)
                .map_err(|_| bad(of, format!("'{of}' is not an array of numbers as JSON writes it")))?;
            value.to_string()
        }
        other => other.to_string(),
    };
    text::within(of, &text, COORDINATES_BYTES_MAX)?;
    if positions(&text, shape.depth()) > POSITIONS_MAX {
        return Err(too_complex(of, format!("'{of}' holds more than {POSITIONS_MAX} positions")));
    }
    geometry(shape, &text).ok_or_else(|| {
        bad(
            of,
            format!(
                "'{of}' does not fit the geometry {shape:?}: positions are [longitude, latitude], a line has two or \
                 more, a ring four or more of which the last is the first again"
            ),
        )
    })
}

fn positions(text: &str, depth: usize) -> usize {
    if depth <= 1 { 1 } else { elements(text).map(|e| positions(e, depth - 1)).sum() }
}

/// Builds a geometry from the text of its coordinates.
pub fn geometry(shape: Shape, coordinates: &str) -> Option<Geometry<f64>> {
    Some(match shape {
        Shape::Point => Geometry::Point(Point(position(coordinates)?)),
        Shape::MultiPoint => {
            Geometry::MultiPoint(MultiPoint(all(coordinates, 1, |p| position(p).map(Point))?))
        }
        Shape::LineString => Geometry::LineString(line(coordinates)?),
        Shape::MultiLineString => Geometry::MultiLineString(MultiLineString(all(coordinates, 1, line)?)),
        Shape::Polygon => Geometry::Polygon(polygon(coordinates)?),
        Shape::MultiPolygon => Geometry::MultiPolygon(MultiPolygon(all(coordinates, 1, polygon)?)),
    })
}

/// The geometry of a stored GeoProperty's value; `None` where it is none that can be asked about.
pub fn read_stored(value: &str) -> Option<Geometry<f64>> {
    if value.starts_with('"') {
        // Clause 4.7.1 allows the whole geometry as text.
        let inside = string(value)?;
        return if inside.starts_with('"') { None } else { read_stored(inside.trim()) };
    }
    let shape = Shape::named(&member(value, "type").and_then(string)?)?;
    geometry(shape, member(value, "coordinates")?)
}

fn all<T>(text: &str, min: usize, one: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    if !text.starts_with('[') {
        return None;
    }
    let found: Vec<T> = elements(text).map(one).collect::<Option<_>>()?;
    (found.len() >= min).then_some(found)
}

fn position(text: &str) -> Option<Coord<f64>> {
    if !text.starts_with('[') {
        return None;
    }
    let mut numbers = elements(text);
    let (x, y) = (number(numbers.next()?)?, number(numbers.next()?)?);
    // An altitude is allowed and not looked at.
    if let Some(altitude) = numbers.next() {
        number(altitude)?;
    }
    let valid = (-180.0..=180.0).contains(&x) && (-90.0..=90.0).contains(&y) && numbers.next().is_none();
    valid.then_some(Coord { x, y })
}

fn line(text: &str) -> Option<LineString<f64>> {
    all(text, 2, position).map(LineString)
}

fn ring(text: &str) -> Option<LineString<f64>> {
    let ring = all(text, 4, position)?;
    (ring.first() == ring.last()).then_some(LineString(ring))
}

fn polygon(text: &str) -> Option<Polygon<f64>> {
    let mut rings = all(text, 1, ring)?;
    let outer = rings.remove(0);
    Some(Polygon::new(outer, rings))
}
