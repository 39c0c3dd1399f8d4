//! Round steps for an axis, and axis figures as Japanese readers write them.

use super::super::text::decimal;
use crate::words::Lang;

/// An axis that begins and ends on round figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub low: f64,
    pub high: f64,
    pub step: f64,
}

/// About how many steps an axis has; fewer lines are calmer.
const STEPS: f64 = 4.0;
const TICKS_MAX: usize = 12;

impl Scale {
    pub(super) fn over(values: impl Iterator<Item = f64>, from_zero: bool) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        if !low.is_finite() || !high.is_finite() {
            (low, high) = (0.0, 1.0);
        }
        if from_zero {
            low = low.min(0.0);
            high = high.max(0.0);
        }
        if high - low <= f64::EPSILON * high.abs().max(1.0) {
            // A flat line still needs an axis around it.
            (low, high) =
                if low == 0.0 { (0.0, 1.0) } else { (low - low.abs() * 0.1, high + high.abs() * 0.1) };
        }
        let step = round_step((high - low) / STEPS);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// Where a value lies, from 0 to 1.
    pub(super) fn part(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    pub(super) fn ticks(&self) -> Vec<f64> {
        let mut out = Vec::new();
        for at in 0..TICKS_MAX {
            let tick = self.low + self.step * at as f64;
            if tick > self.high + self.step * 0.01 {
                break;
            }
            out.push(tick);
        }
        out
    }

    /// A tick in words: 万 and 億 where the steps allow it, so that an axis does not count zeros.
    pub(super) fn told(&self, tick: f64, lang: Lang) -> String {
        let japanese = lang != Lang::En;
        for (size, word) in [(1e8, "億"), (1e4, "万")] {
            if japanese && self.step >= size / 10.0 && self.high.abs().max(self.low.abs()) >= size {
                let places =
                    usize::from(self.step < size) + usize::from(self.step < size && !tenth(self.step, size));
                return if tick == 0.0 {
                    "0".to_owned()
                } else {
                    format!("{}{word}", decimal(tick / size, places))
                };
            }
        }
        let places = if self.step >= 1.0 && self.step.fract() == 0.0 { 0 } else { needed_places(self.step) };
        decimal(tick, places)
    }
}

fn tenth(step: f64, size: f64) -> bool {
    let tenths = step / size * 10.0;
    (tenths - tenths.round()).abs() < 1e-6
}

fn needed_places(step: f64) -> usize {
    let mut scaled = step;
    for places in 0..6 {
        if (scaled - scaled.round()).abs() < 1e-6 * scaled.abs().max(1.0) {
            return places;
        }
        scaled *= 10.0;
    }
    6
}

/// 1, 2, 2.5 or 5 times a power of ten, at least `raw`.
fn round_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    let lead = raw / power;
    let rounded = [1.0, 2.0, 2.5, 5.0].into_iter().find(|r| lead <= *r + 1e-9).unwrap_or(10.0);
    rounded * power
}
