//! Distances in metres, and boxes that hold everything within one.

use ::geo::{Coord, CoordsIter, Distance, Geodesic, Geometry, Haversine, Line, LinesIter, Point, Rect};

/// The mean radius of the earth, in metres.
const RADIUS_M: f64 = 6_371_008.8;
/// A great circle on the mean sphere differs from the ellipsoid by less than this share.
const SPHERE_OFF: f64 = 0.0062;

/// Beyond this latitude no plane is used to find what is nearest.
const POLAR_DEG: f64 = 80.0;

/// A rectangle in degrees, `west` ≤ `east`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl BoundingBox {
    pub fn of(rect: Rect<f64>) -> Self {
        Self { west: rect.min().x, south: rect.min().y, east: rect.max().x, north: rect.max().y }
    }

    /// The box around `rect` and everything within `metres` of it; two where it crosses the 180th meridian.
    pub fn around(rect: Rect<f64>, metres: f64) -> Vec<Self> {
        // A little more than needed: no box may miss what the exact test would find.
        let reach = metres * (1.0 + SPHERE_OFF) + 1.0;
        let angle = (reach / RADIUS_M).to_degrees();
        let (south, north) = (rect.min().y - angle, rect.max().y + angle);
        let (south, north) = (south.max(-90.0), north.min(90.0));
        let widest = rect.min().y.abs().max(rect.max().y.abs()).to_radians();
        // Meridians are farthest apart, as seen from a point, where a circle around it touches one.
        let ratio = (reach / RADIUS_M).sin() / widest.cos();
        let beyond = south <= -90.0 || north >= 90.0 || reach / RADIUS_M >= std::f64::consts::FRAC_PI_2;
        let side = if beyond || ratio.is_nan() || ratio >= 1.0 {
            360.0
        } else {
            ratio.asin().to_degrees() * (1.0 + 1e-9) + 1e-9
        };
        let (west, east) = (rect.min().x - side, rect.max().x + side);
        let part = |west: f64, east: f64| Self { west, south, east, north };
        if east - west >= 360.0 {
            vec![part(-180.0, 180.0)]
        } else if west < -180.0 {
            vec![part(-180.0, east), part(west + 360.0, 180.0)]
        } else if east > 180.0 {
            vec![part(west, 180.0), part(-180.0, east - 360.0)]
        } else {
            vec![part(west, east)]
        }
    }

    /// Do two boxes touch?
    pub fn touches(&self, other: &Self) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.south <= other.north
            && other.south <= self.north
    }
}

/// Are two points at most so many metres apart? The exact distance is taken only where the sphere leaves it open.
pub fn nearer(a: Point<f64>, b: Point<f64>, max: f64) -> bool {
    let rough = Haversine.distance(a, b);
    if rough > max * (1.0 + SPHERE_OFF) + 1.0 {
        return false;
    }
    rough < max * (1.0 - SPHERE_OFF) - 1.0 || Geodesic.distance(a, b) <= max
}

/// The distance between two geometries that do not meet, in metres on the ellipsoid.
pub fn metres(a: &Geometry<f64>, b: &Geometry<f64>) -> Option<f64> {
    shortest(a, b, &|p, q| Geodesic.distance(p, q))
}

/// The distance on the sphere, by which clause 4.23 orders; 0 where they meet.
pub fn haversine(a: &Geometry<f64>, b: &Geometry<f64>) -> Option<f64> {
    if geo::Intersects::intersects(a, b) {
        Some(0.0)
    } else {
        shortest(a, b, &|p, q| Haversine.distance(p, q))
    }
}

/// The shortest way leads from a position of one geometry to a position or line of the other.
fn shortest(
    a: &Geometry<f64>,
    b: &Geometry<f64>,
    measure: &dyn Fn(Point<f64>, Point<f64>) -> f64,
) -> Option<f64> {
    let one_way = |from: &Geometry<f64>, to: &Geometry<f64>| {
        let lines: Vec<Line<f64>> = lines(to);
        let mut best: Option<(f64, Coord<f64>, Line<f64>)> = None;
        for position in from.coords_iter() {
            let ends =
                to.coords_iter().map(|c| Line::new(c, c)).take(if lines.is_empty() { usize::MAX } else { 0 });
            for line in lines.iter().copied().chain(ends) {
                let rough = nearest(position, line);
                if best.is_none_or(|(so_far, ..)| rough < so_far) {
                    best = Some((rough, position, line));
                }
            }
        }
        best.map(|(_, position, line)| measure(Point(position), Point(foot(position, line))))
    };
    match (one_way(a, b), one_way(b, a)) {
        (Some(x), Some(y)) => Some(x.min(y)),
        (x, y) => x.or(y),
    }
}

fn lines(of: &Geometry<f64>) -> Vec<Line<f64>> {
    match of {
        Geometry::LineString(line) => line.lines_iter().collect(),
        Geometry::MultiLineString(lines) => lines.lines_iter().collect(),
        Geometry::Polygon(area) => area.lines_iter().collect(),
        Geometry::MultiPolygon(areas) => areas.lines_iter().collect(),
        _ => Vec::new(),
    }
}

fn place(line: Line<f64>, t: f64) -> Coord<f64> {
    Coord {
        // Rounding may not leave the globe.
        x: (line.start.x + (line.end.x - line.start.x) * t).clamp(-180.0, 180.0),
        y: (line.start.y + (line.end.y - line.start.y) * t).clamp(-90.0, 90.0),
    }
}

fn on_sphere(from: Coord<f64>, line: Line<f64>, t: f64) -> f64 {
    Haversine.distance(Point(from), Point(place(line, t)))
}

/// The place on a line nearest to a position, on the sphere: the best of some, and then ever closer around it.
fn foot(from: Coord<f64>, line: Line<f64>) -> Coord<f64> {
    if line.start == line.end {
        return line.start;
    }
    const FIRST: u32 = 32;
    let mut best = (0.0, f64::INFINITY);
    for n in 0..=FIRST {
        let t = f64::from(n) / f64::from(FIRST);
        let distance = on_sphere(from, line, t);
        if distance < best.1 {
            best = (t, distance);
        }
    }
    let (mut low, mut high) =
        ((best.0 - 1.0 / f64::from(FIRST)).max(0.0), (best.0 + 1.0 / f64::from(FIRST)).min(1.0));
    for _ in 0..40 {
        let third = (high - low) / 3.0;
        if on_sphere(from, line, low + third) < on_sphere(from, line, high - third) {
            high -= third;
        } else {
            low += third;
        }
    }
    let t = f64::midpoint(low, high);
    place(line, if on_sphere(from, line, t) < best.1 { t } else { best.0 })
}

/// About how far a line is from a position: enough to choose among lines.
///
/// Lines are straight in degrees, so a plane in which both axes are scaled keeps them straight. Its scale is taken at
/// the position first, and then between it and what was found.
fn nearest(from: Coord<f64>, line: Line<f64>) -> f64 {
    // Seen from the position, the line begins less than half the way round.
    let mut ax = line.start.x - from.x;
    if ax > 180.0 {
        ax -= 360.0;
    } else if ax < -180.0 {
        ax += 360.0;
    }
    let ay = line.start.y - from.y;
    let (lx, ly) = (line.end.x - line.start.x, line.end.y - line.start.y);
    let mut scale = ((from.y + line.start.y) / 2.0).to_radians().cos();
    let mut t = 0.0_f64;
    if lx != 0.0 || ly != 0.0 {
        for _ in 0..2 {
            let (ax, lx) = (ax * scale, lx * scale);
            let length = lx * lx + ly * ly;
            if length <= 0.0 {
                break;
            }
            t = (-(ax * lx + ay * ly) / length).clamp(0.0, 1.0);
            scale = ((from.y + line.start.y + ly * t) / 2.0).to_radians().cos();
        }
    }
    if from.y.abs() < POLAR_DEG && line.start.y.abs() < POLAR_DEG && line.end.y.abs() < POLAR_DEG {
        let (dx, dy) = ((ax + lx * t) * scale, ay + ly * t);
        return dx.hypot(dy).to_radians() * RADIUS_M;
    }
    // Near a pole the shortest way may lead over it, which no plane shows.
    on_sphere(from, line, t).min(on_sphere(from, line, 0.0)).min(on_sphere(from, line, 1.0))
}
