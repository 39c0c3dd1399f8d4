//! GeoJSON geometries (clause 4.7, RFC 7946), all but GeometryCollection.

use crate::error::Error;
use crate::json::Json;

/// Most positions in one geometry.
pub const POSITIONS_MAX: usize = 100_000;

/// The kinds of geometries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Geometry {
    Point,
    MultiPoint,
    LineString,
    MultiLineString,
    Polygon,
    MultiPolygon,
}

impl Geometry {
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
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
}

/// Whether an object says that it is a geometry: what its `type` says, and that it has coordinates.
#[must_use]
pub fn is_geometry(json: &Json<'_>) -> bool {
    json.get("coordinates").is_some()
        && json.get("type").and_then(Json::text).is_some_and(|name| Geometry::of_name(&name).is_some())
}

/// Checks a geometry through and through.
pub fn check(json: &Json<'_>) -> Result<Geometry, Error> {
    let name = json.get("type").and_then(Json::text).ok_or_else(|| {
        Error::bad("a geometry is an object with \"type\" and \"coordinates\", or the text of such an object")
    })?;
    if name == "GeometryCollection" {
        return Err(Error::bad(
            "a GeometryCollection is not taken (clause 4.7.1); use an attribute for each",
        )
        .under("type"));
    }
    let geometry = Geometry::of_name(&name)
        .ok_or_else(|| Error::bad(format!("{name} is no type of geometry of GeoJSON")).under("type"))?;
    let coordinates = json.get("coordinates").ok_or_else(|| Error::bad("a geometry has \"coordinates\""))?;
    coordinates_of(geometry, coordinates).map_err(|error| error.under("coordinates"))?;
    Ok(geometry)
}

/// Checks coordinates against the kind of geometry.
pub fn coordinates_of(geometry: Geometry, coordinates: &Json<'_>) -> Result<(), Error> {
    let mut count = 0;
    match geometry {
        Geometry::Point => position(coordinates, &mut count).map(|_| ()),
        Geometry::MultiPoint => each(coordinates, 1, &mut |item| position(item, &mut count).map(|_| ())),
        Geometry::LineString => line(coordinates, &mut count),
        Geometry::MultiLineString => each(coordinates, 1, &mut |item| line(item, &mut count)),
        Geometry::Polygon => polygon(coordinates, &mut count),
        Geometry::MultiPolygon => each(coordinates, 1, &mut |item| polygon(item, &mut count)),
    }
}

fn each(
    json: &Json<'_>,
    least: usize,
    check: &mut dyn FnMut(&Json<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let items = json.array().ok_or_else(|| Error::bad("an array is expected"))?;
    if items.len() < least {
        return Err(Error::bad(format!("at least {least} are expected, here are {}", items.len())));
    }
    for (at, item) in items.iter().enumerate() {
        check(item).map_err(|error| error.under(&format!("[{at}]")))?;
    }
    Ok(())
}

fn position(json: &Json<'_>, count: &mut usize) -> Result<(f64, f64), Error> {
    *count += 1;
    if *count > POSITIONS_MAX {
        return Err(Error::bad(format!("a geometry has at most {POSITIONS_MAX} positions")));
    }
    let items = json
        .array()
        .filter(|items| (2..=3).contains(&items.len()))
        .ok_or_else(|| Error::bad("a position is an array of longitude, latitude and maybe altitude"))?;
    let mut numbers = items.iter().map(|item| item.number().filter(|number| number.is_finite()));
    let (Some(Some(longitude)), Some(Some(latitude))) = (numbers.next(), numbers.next()) else {
        return Err(Error::bad("a position holds numbers"));
    };
    if numbers.any(|altitude| altitude.is_none()) {
        return Err(Error::bad("a position holds numbers"));
    }
    if !(-180.0..=180.0).contains(&longitude) {
        return Err(Error::bad(format!("the longitude {longitude} is outside of -180 to 180")));
    }
    if !(-90.0..=90.0).contains(&latitude) {
        return Err(Error::bad(format!(
            "the latitude {latitude} is outside of -90 to 90 (the longitude comes first)"
        )));
    }
    Ok((longitude, latitude))
}

fn line(json: &Json<'_>, count: &mut usize) -> Result<(), Error> {
    each(json, 2, &mut |item| position(item, count).map(|_| ()))
}

fn polygon(json: &Json<'_>, count: &mut usize) -> Result<(), Error> {
    each(json, 1, &mut |ring| {
        let mut first = None;
        let mut last = None;
        each(ring, 4, &mut |item| {
            let here = position(item, count)?;
            first.get_or_insert(here);
            last = Some(here);
            Ok(())
        })?;
        if first != last {
            return Err(Error::bad("a ring ends where it begins: its first and last positions are the same"));
        }
        Ok(())
    })
}
