//! One value in a column: a number, a text or a yes and no as a number, or the word that the body itself must be looked at.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;

use ngsi::query::q::{Op, SimpleTest};
use ngsi::query::{Plain, plain_value};

/// Nobody has looked yet.
pub const UNFILLED: f64 = f64::INFINITY;
/// Somebody looked: it is nothing that a cell can hold.
const OTHER: f64 = f64::NAN;
/// Numbers of measurements lie far within this; texts beyond it on the other side.
const NUMBER_MAX: f64 = 1.0e290;
const TEXT_MAX: f64 = -1.0e300;

/// A text as a number: equal ones have equal numbers, and few others have.
fn of_text(text: &str) -> f64 {
    static HASH: OnceLock<RandomState> = OnceLock::new();
    let hash = HASH.get_or_init(RandomState::new).hash_one(text) >> 12;
    // 52 bits are exact in the fraction of a number.
    TEXT_MAX * (1.0 + hash as f64 / (1u64 << 53) as f64)
}

/// What of an entity's body is kept for an attribute.
pub fn of(body: &str, attribute: &str) -> f64 {
    match plain_value(body, attribute) {
        Plain::Number(number) if number.abs() < NUMBER_MAX => number,
        Plain::Text(text) => of_text(&text),
        _ => OTHER,
    }
}

fn order(value: f64, op: Op, wanted: f64) -> bool {
    match op {
        Op::Eq => value == wanted,
        Op::Lt => value < wanted,
        Op::Le => value <= wanted,
        Op::Gt => value > wanted,
        Op::Ge => value >= wanted,
        // Decided on the body.
        Op::Ne => true,
    }
}

/// Whether an entity with this cell may meet a condition; what is not sure may.
pub fn may_meet(cell: f64, test: &SimpleTest) -> bool {
    if !cell.is_finite() {
        return true;
    }
    let is_text = cell <= TEXT_MAX;
    match test {
        SimpleTest::Number(op, wanted) if !is_text && wanted.abs() < NUMBER_MAX => order(cell, *op, *wanted),
        SimpleTest::NumberRange(from, to) if !is_text => (*from..=*to).contains(&cell),
        SimpleTest::Text(Op::Eq, wanted) if is_text => cell == of_text(wanted),
        SimpleTest::Any(tests) => tests.iter().any(|test| may_meet(cell, test)),
        _ => true,
    }
}
