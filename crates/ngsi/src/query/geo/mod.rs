//! The geoquery language of clause 4.10.
//!
//! Coordinates are longitude and latitude in WGS 84, lines between positions are straight in them (RFC 7946). The
//! relations are those of OGC Simple Features (DE-9IM), in the plane of the coordinates; `near` measures in metres on
//! the ellipsoid. A geometry across the 180th meridian must be cut in two, as RFC 7946 section 3.1.9 asks; `near` sees
//! across it by itself.

mod coordinates;
mod distance;

use std::fmt;

use ::geo::{BoundingRect, Contains, CoordsIter, Geometry, Intersects, Relate};
use serde_json::Value;

use super::q::Expand;
use super::scan::{each, member, string};
use super::text::{self, Cursor, bad, too_complex};
use crate::error::Error;

pub use coordinates::{POSITIONS_MAX, Shape, geometry, read_stored, reference};
pub use distance::{BoundingBox, haversine, metres};

/// The IRI of the attribute that is asked where the query names none.
pub const LOCATION: &str = "https://uri.etsi.org/ngsi-ld/location";

/// How many positions a geometry may have from which distances are measured.
pub const NEAR_POSITIONS_MAX: usize = 200;

/// The relation that target and reference must have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Georel {
    /// At most so many metres away.
    Nearer(f64),
    /// More than so many metres away.
    Farther(f64),
    Within,
    Contains,
    Overlaps,
    Intersects,
    Equals,
    Disjoint,
}

impl Georel {
    /// Reads `near;maxDistance==2000` or the name of a relation.
    pub fn parse(text: &str) -> Result<Self, Error> {
        const OF: &str = "georel";
        text::within(OF, text, 128)?;
        Ok(match text {
            "within" => Self::Within,
            "contains" => Self::Contains,
            "overlaps" => Self::Overlaps,
            "intersects" => Self::Intersects,
            "equals" => Self::Equals,
            "disjoint" => Self::Disjoint,
            _ => {
                let mut cursor = Cursor::new(OF, text);
                if !cursor.eat("near") {
                    return Err(bad(
                        OF,
                        "'georel' is one of near, within, contains, overlaps, intersects, equals and disjoint",
                    ));
                }
                if !cursor.eat(";") {
                    return Err(cursor.fail("';' and a distance: near;maxDistance==2000"));
                }
                let far = if cursor.eat("maxDistance==") {
                    false
                } else if cursor.eat("minDistance==") {
                    true
                } else {
                    return Err(cursor.fail("maxDistance== or minDistance=="));
                };
                let metres = cursor.rest();
                let read = if super::q::is_number(metres) { metres.parse::<f64>().ok() } else { None };
                match read {
                    Some(metres) if metres > 0.0 && metres.is_finite() => {
                        if far {
                            Self::Farther(metres)
                        } else {
                            Self::Nearer(metres)
                        }
                    }
                    _ => return Err(cursor.fail("one distance in metres, a positive number")),
                }
            }
        })
    }
}

impl fmt::Display for Georel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nearer(metres) => write!(f, "near;maxDistance=={metres}"),
            Self::Farther(metres) => write!(f, "near;minDistance=={metres}"),
            Self::Within => f.write_str("within"),
            Self::Contains => f.write_str("contains"),
            Self::Overlaps => f.write_str("overlaps"),
            Self::Intersects => f.write_str("intersects"),
            Self::Equals => f.write_str("equals"),
            Self::Disjoint => f.write_str("disjoint"),
        }
    }
}

/// A geoquery.
#[derive(Debug, Clone, PartialEq)]
pub struct GeoQ {
    pub georel: Georel,
    pub reference: Geometry<f64>,
    /// IRI of the GeoProperty.
    pub property: String,
    boxes: Option<Vec<BoundingBox>>,
}

impl GeoQ {
    /// A geoquery from its parts; `property` is an IRI.
    pub fn new(georel: Georel, reference: Geometry<f64>, property: String) -> Self {
        let boxes = boxes(georel, &reference);
        Self { georel, reference, property, boxes }
    }

    /// Reads the four parameters. `coordinates` is JSON, or the same as text.
    pub fn parse(
        georel: &str,
        geometry: &str,
        coordinates: &Value,
        geoproperty: Option<&str>,
        names: &dyn Expand,
    ) -> Result<Self, Error> {
        let georel = Georel::parse(georel)?;
        let shape = Shape::parse("geometry", geometry)?;
        let reference = reference("coordinates", shape, coordinates)?;
        let near = matches!(georel, Georel::Nearer(_) | Georel::Farther(_));
        if near && reference.coords_count() > NEAR_POSITIONS_MAX {
            return Err(too_complex(
                "coordinates",
                format!(
                    "'coordinates' of a geometry to measure from holds more than {NEAR_POSITIONS_MAX} positions"
                ),
            ));
        }
        let property = match geoproperty {
            Some(name) => {
                super::project::is_name("geoproperty", name)?;
                names.expand(name)?
            }
            None => LOCATION.to_owned(),
        };
        Ok(Self::new(georel, reference, property))
    }

    /// Boxes of which one must touch the box around a target that matches; `None` where no box says anything.
    pub fn boxes(&self) -> Option<&[BoundingBox]> {
        self.boxes.as_deref()
    }

    /// Does an entity's body hold a GeoProperty that has the relation? One instance is enough.
    pub fn matches(&self, body: &str) -> bool {
        let Some(instances) = member(body, &self.property) else { return false };
        each(instances).any(|instance| {
            let geo = member(instance, "type").and_then(string).is_some_and(|t| t == "GeoProperty");
            geo && member(instance, "value").and_then(read_stored).is_some_and(|target| self.relates(&target))
        })
    }

    /// Does the target have the relation to the reference?
    pub fn relates(&self, target: &Geometry<f64>) -> bool {
        let reference = &self.reference;
        match (self.georel, target, reference) {
            (Georel::Nearer(max), Geometry::Point(a), Geometry::Point(b)) => distance::nearer(*a, *b, max),
            (Georel::Nearer(max), ..) => {
                target.intersects(reference) || metres(target, reference).is_some_and(|d| d <= max)
            }
            (Georel::Farther(min), ..) => {
                !target.intersects(reference) && metres(target, reference).is_some_and(|d| d > min)
            }
            // Most targets are points: these need no matrix of intersections.
            (Georel::Equals, Geometry::Point(a), Geometry::Point(b)) => a == b,
            (Georel::Within, Geometry::Point(p), Geometry::Polygon(area)) => area.contains(p),
            (Georel::Within, Geometry::Point(p), Geometry::MultiPolygon(area)) => area.contains(p),
            (Georel::Intersects, ..) => target.intersects(reference),
            (Georel::Disjoint, ..) => !target.intersects(reference),
            (Georel::Within, ..) => target.relate(reference).is_within(),
            (Georel::Contains, ..) => target.relate(reference).is_contains(),
            (Georel::Overlaps, ..) => target.relate(reference).is_overlaps(),
            (Georel::Equals, ..) => target.relate(reference).is_equal_topo(),
        }
    }
}

fn boxes(georel: Georel, reference: &Geometry<f64>) -> Option<Vec<BoundingBox>> {
    let around = reference.bounding_rect()?;
    match georel {
        Georel::Disjoint | Georel::Farther(_) => None,
        Georel::Nearer(metres) => Some(BoundingBox::around(around, metres)),
        _ => Some(vec![BoundingBox::of(around)]),
    }
}
