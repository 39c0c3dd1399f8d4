//! Points on a curve that fills the world: near points have near numbers, so that a plain index finds what lies in a box.

use ngsi::query::geo::BoundingBox;
use serde_json::Value;

/// The cell of whatever is no point: it may be anywhere.
pub const ANYWHERE: i64 = -1;
/// Most ranges that a box is cut into.
const RANGES_MAX: usize = 48;
const BITS: u32 = 31;

fn spread(value: u32) -> u64 {
    let mut x = u64::from(value);
    x = (x | (x << 16)) & 0x0000_ffff_0000_ffff;
    x = (x | (x << 8)) & 0x00ff_00ff_00ff_00ff;
    x = (x | (x << 4)) & 0x0f0f_0f0f_0f0f_0f0f;
    x = (x | (x << 2)) & 0x3333_3333_3333_3333;
    (x | (x << 1)) & 0x5555_5555_5555_5555
}

/// A coordinate as a whole number of [`BITS`] bits.
fn whole(value: f64, half: f64) -> u32 {
    let top = f64::from((1u32 << BITS) - 1);
    // Clamped before: a float is cut to the range of the number anyway.
    (((value + half) / (2.0 * half)).clamp(0.0, 1.0) * top) as u32
}

/// The cell of a point.
pub fn of_point(lon: f64, lat: f64) -> i64 {
    let both = spread(whole(lon, 180.0)) | (spread(whole(lat, 90.0)) << 1);
    i64::try_from(both).unwrap_or(ANYWHERE)
}

/// The cell of a geometry in GeoJSON.
pub fn of_geometry(text: &str) -> i64 {
    let Ok(geometry) = serde_json::from_str::<Value>(text) else { return ANYWHERE };
    if geometry.get("type").and_then(Value::as_str) != Some("Point") {
        return ANYWHERE;
    }
    let number = |nth: usize| geometry.get("coordinates")?.get(nth)?.as_f64();
    match (number(0), number(1)) {
        (Some(lon), Some(lat)) => of_point(lon, lat),
        _ => ANYWHERE,
    }
}

/// A square of the curve: how many bits of each coordinate are fixed, and which.
#[derive(Clone, Copy)]
struct Square {
    fixed: u32,
    x: u32,
    y: u32,
}

impl Square {
    fn span(self) -> (u32, u32, u32, u32) {
        let free = BITS - self.fixed;
        let low = |at: u32| at.checked_shl(free).unwrap_or(0);
        let high = |at: u32| low(at) + ((1u64 << free) - 1) as u32;
        (low(self.x), high(self.x), low(self.y), high(self.y))
    }

    fn range(self) -> (i64, i64) {
        let (x0, x1, y0, y1) = self.span();
        let both = |x, y| i64::try_from(spread(x) | (spread(y) << 1)).unwrap_or(i64::MAX);
        (both(x0, y0), both(x1, y1))
    }
}

/// Ranges of cells that cover the boxes. Points outside the boxes may be in them, no point inside is left out.
pub fn ranges(boxes: &[BoundingBox]) -> Vec<(i64, i64)> {
    let mut found: Vec<(i64, i64)> = boxes.iter().flat_map(of_box).collect();
    found.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (low, high) in found {
        match joined.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            _ => joined.push((low, high)),
        }
    }
    joined
}

fn of_box(one: &BoundingBox) -> Vec<(i64, i64)> {
    // One cell around, for what rounding moves.
    let (x0, x1) = (whole(one.west, 180.0).saturating_sub(1), whole(one.east, 180.0).saturating_add(1));
    let (y0, y1) = (whole(one.south, 90.0).saturating_sub(1), whole(one.north, 90.0).saturating_add(1));
    let mut open = vec![Square { fixed: 0, x: 0, y: 0 }];
    let mut done: Vec<Square> = Vec::new();
    while !open.is_empty() && open.len() + done.len() < RANGES_MAX {
        let mut next = Vec::new();
        for square in open {
            let (a0, a1, b0, b1) = square.span();
            if a1 < x0 || a0 > x1 || b1 < y0 || b0 > y1 {
                continue;
            }
            let inside = a0 >= x0 && a1 <= x1 && b0 >= y0 && b1 <= y1;
            if inside || square.fixed == BITS {
                done.push(square);
                continue;
            }
            let (x, y) = (square.x << 1, square.y << 1);
            next.extend([(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)].map(|(x, y)| Square {
                fixed: square.fixed + 1,
                x,
                y,
            }));
        }
        open = next;
    }
    let touches = |square: &Square| {
        let (a0, a1, b0, b1) = square.span();
        !(a1 < x0 || a0 > x1 || b1 < y0 || b0 > y1)
    };
    done.into_iter().chain(open).filter(touches).map(Square::range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_point_in_a_box_lies_in_its_ranges(
            west in -180.0f64..180.0, south in -90.0f64..90.0, wide in 0.0f64..40.0, tall in 0.0f64..40.0,
            x in 0.0f64..=1.0, y in 0.0f64..=1.0,
        ) {
            let one = BoundingBox { west, south, east: (west + wide).min(180.0), north: (south + tall).min(90.0) };
            let cell = of_point(one.west + (one.east - one.west) * x, one.south + (one.north - one.south) * y);
            let ranges = ranges(&[one]);
            prop_assert!(ranges.iter().any(|(low, high)| (*low..=*high).contains(&cell)));
            prop_assert!(ranges.len() <= 4 * RANGES_MAX);
        }

        #[test]
        fn any_text_has_a_cell(text in "\\PC{0,60}") {
            let _ = of_geometry(&text);
        }
    }

    #[test]
    fn a_small_box_is_a_small_part_of_the_world() {
        let one = BoundingBox { west: 139.7, south: 35.6, east: 139.71, north: 35.61 };
        let cells: i64 = ranges(&[one]).iter().map(|(low, high)| high - low + 1).sum();
        // The box is a 65-millionth of the world; what is read for it, at most some times as much.
        assert!(cells < (1i64 << 62) / 1_000_000, "{cells}");
        assert_eq!(of_geometry(r#"{"type":"Polygon","coordinates":[]}"#), ANYWHERE);
    }
}
