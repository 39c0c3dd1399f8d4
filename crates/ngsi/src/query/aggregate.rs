//! From a series of instances to aggregated values, as tables 4.5.19.1-1 to -3 say.
//!
//! Periods begin at the start of the range asked for (`timeAt` of `after` and `between`), else at the first instance.
//! Periods without an instance are left out: a second-long period over ten years has no answer of use otherwise. The
//! standard deviation is that of the values in the period taken as a whole (population). Where the values of one
//! attribute are of several kinds, `avg`, `max`, `min`, `stddev`, `sum` and `sumsq` go by the most frequent one.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde_json::{Number, Value};

use super::q::{Kind, target};
use super::scan::{elements, member, number, string};
use super::temporal::{Aggregation, Interval, Method};
use super::text::too_complex;
use super::time::{self, Moment};
use crate::error::Error;

/// How many periods one attribute may have in one answer.
pub const PERIODS_MAX: usize = 50_000;

/// One instance of the series.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// Its instant on the temporal property asked for, in microseconds since 1970.
    pub at_us: i64,
    /// The stored text of the instance.
    pub instance: &'a str,
}

/// One period of the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    pub value: Value,
    pub start_us: i64,
    pub end_us: i64,
}

impl Period {
    /// `[value, start, end]`, as the answer has it.
    pub fn to_json(&self) -> Value {
        Value::Array(vec![
            self.value.clone(),
            Value::String(time::write_date_time(self.start_us)),
            Value::String(time::write_date_time(self.end_us)),
        ])
    }
}

/// The kinds of values that the tables tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Number,
    Bool,
    Array,
    Text,
    DateTime,
    Date,
    Time,
    /// Objects, URIs and relationships: only counted.
    Counted,
}

impl Class {
    fn of(kind: Kind, value: &str, instance: &str) -> Self {
        if kind != Kind::Other
            || member(instance, "type").and_then(string).is_some_and(|t| t == "VocabProperty")
        {
            return Self::Counted;
        }
        match value.as_bytes().first() {
            Some(b'"') => match string(value).and_then(|t| Moment::read(&t)) {
                Some(Moment::DateTime(_)) => Self::DateTime,
                Some(Moment::Date(_)) => Self::Date,
                Some(Moment::Time(_)) => Self::Time,
                None => Self::Text,
            },
            Some(b'[') => Self::Array,
            Some(b't' | b'f') => Self::Bool,
            Some(b'0'..=b'9' | b'-') => Self::Number,
            _ => Self::Counted,
        }
    }

    fn allows(self, method: Method) -> bool {
        match method {
            Method::DistinctCount | Method::TotalCount => true,
            Method::Max | Method::Min => self != Self::Counted,
            Method::Avg => matches!(self, Self::Number | Self::Bool | Self::Array | Self::Time),
            Method::Sum => matches!(self, Self::Number | Self::Bool | Self::Array),
            Method::Stddev | Method::Sumsq => matches!(self, Self::Number | Self::Bool),
        }
    }
}

/// Aggregates the series of one attribute. Methods that its values do not allow are left out; an empty answer means that
/// the attribute is not eligible (see [`super::not_eligible`]).
pub fn aggregate(
    samples: &[Sample<'_>],
    aggregation: &Aggregation,
    interval: Option<&Interval>,
) -> Result<Vec<(Method, Vec<Period>)>, Error> {
    let read: Vec<(i64, Class, &str)> = samples
        .iter()
        .map(|s| {
            let (kind, value) = target(s.instance);
            (s.at_us, Class::of(kind, value, s.instance), value)
        })
        .collect();
    let (Some(first), Some(last)) = (read.iter().map(|r| r.0).min(), read.iter().map(|r| r.0).max()) else {
        return Ok(Vec::new());
    };
    let start = interval.and_then(|i| i.from_us).unwrap_or(first);
    let period = aggregation.period;
    let mut periods: BTreeMap<i64, Vec<(Class, &str)>> = BTreeMap::new();
    for (at, class, value) in &read {
        let Some(n) = period.index(start, *at) else { continue };
        periods.entry(n).or_default().push((*class, value));
        if periods.len() > PERIODS_MAX {
            return Err(too_complex(
                "aggrPeriodDuration",
                format!(
                    "the answer would have more than {PERIODS_MAX} periods; ask for longer ones or for less time"
                ),
            ));
        }
    }
    let class = leading(&read);
    let whole_end = interval.and_then(|i| i.to_us).unwrap_or(last);
    let mut answer = Vec::new();
    for method in aggregation.methods.iter().copied().filter(|m| class.allows(*m)) {
        let mut of_method = Vec::with_capacity(periods.len());
        for (n, values) in &periods {
            let Some(value) = apply(method, class, values) else { continue };
            let (start_us, end_us) = if period.is_zero() {
                (start, whole_end)
            } else {
                match (period.after(start, *n), period.after(start, n + 1)) {
                    (Some(from), Some(to)) => (from, to),
                    _ => continue,
                }
            };
            of_method.push(Period { value, start_us, end_us });
        }
        answer.push((method, of_method));
    }
    Ok(answer)
}

/// The most frequent kind; of equally frequent ones the first in the order of the tables.
fn leading(read: &[(i64, Class, &str)]) -> Class {
    let mut counts: BTreeMap<Class, usize> = BTreeMap::new();
    for (_, class, _) in read {
        *counts.entry(*class).or_default() += 1;
    }
    counts.iter().rev().max_by_key(|(_, n)| **n).map_or(Class::Counted, |(class, _)| *class)
}

fn apply(method: Method, class: Class, all: &[(Class, &str)]) -> Option<Value> {
    match method {
        Method::TotalCount => return Some(Value::from(all.len())),
        Method::DistinctCount => {
            let distinct: HashSet<Cow<'_, str>> = all.iter().map(|(_, v)| canonical(v)).collect();
            return Some(Value::from(distinct.len()));
        }
        _ => {}
    }
    let values = all.iter().filter(|(c, _)| *c == class).map(|(_, v)| *v);
    match class {
        Class::Counted => None,
        Class::Text => {
            let texts = values.filter_map(string);
            let text = if method == Method::Max { texts.max() } else { texts.min() };
            text.map(|t| Value::String(t.into_owned()))
        }
        Class::DateTime | Class::Date | Class::Time => {
            let read = |v: &str| match string(v).and_then(|t| Moment::read(&t)) {
                Some(Moment::DateTime(n) | Moment::Date(n) | Moment::Time(n)) => Some(n),
                None => None,
            };
            if method == Method::Avg {
                let (mut sum, mut count) = (0_i64, 0_i64);
                for us in values.filter_map(read) {
                    sum = sum.checked_add(us)?;
                    count += 1;
                }
                return (count > 0).then(|| Value::String(time::write_time(sum / count.max(1))));
            }
            let keyed = values.filter_map(|v| Some((read(v)?, string(v)?)));
            let (_, text) = if method == Method::Max {
                keyed.max_by_key(|(n, _)| *n)?
            } else {
                keyed.min_by_key(|(n, _)| *n)?
            };
            Some(Value::String(text.into_owned()))
        }
        Class::Number | Class::Bool | Class::Array => {
            let numbers = values.filter_map(|v| match class {
                Class::Number => number(v),
                Class::Bool => Some(if v == "true" { 1.0 } else { 0.0 }),
                _ => u32::try_from(elements(v).count()).ok().map(f64::from),
            });
            numeric(method, numbers)
        }
    }
}

fn numeric(method: Method, numbers: impl Iterator<Item = f64>) -> Option<Value> {
    let (mut n, mut sum, mut sumsq, mut mean, mut spread) = (0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64);
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    for x in numbers {
        n += 1.0;
        sum += x;
        sumsq += x * x;
        // Welford's way keeps the digits that a difference of large squares loses.
        let off = x - mean;
        mean += off / n;
        spread += off * (x - mean);
        min = min.min(x);
        max = max.max(x);
    }
    if n == 0.0 {
        return None;
    }
    let value = match method {
        Method::Avg => sum / n,
        Method::Max => max,
        Method::Min => min,
        Method::Stddev => (spread / n).max(0.0).sqrt(),
        Method::Sum => sum,
        Method::Sumsq => sumsq,
        Method::TotalCount | Method::DistinctCount => return None,
    };
    // A sum beyond what JSON's numbers hold has no value.
    Some(written(value).map_or(Value::Null, Value::Number))
}

/// Whole numbers are written without a fraction.
fn written(value: f64) -> Option<Number> {
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < WHOLE_MAX {
        return format!("{value:.0}").parse::<i64>().ok().map(Number::from);
    }
    Number::from_f64(value)
}

/// Values that are equal have one text: `1.0` and `1`, and objects whatever the order of their members.
fn canonical(value: &str) -> Cow<'_, str> {
    match value.as_bytes().first() {
        Some(b'0'..=b'9' | b'-') => {
            number(value).map_or(Cow::Borrowed(value), |n| Cow::Owned(format!("{n}")))
        }
        Some(b'{' | b'[') => match serde_json::from_str::<Value>(value) {
            Ok(value) => Cow::Owned(sorted(value).to_string()),
            Err(_) => Cow::Borrowed(value),
        },
        _ => Cow::Borrowed(value),
    }
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(of) => {
            let members: BTreeMap<String, Value> =
                of.into_iter().map(|(name, v)| (name, sorted(v))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(of) => Value::Array(of.into_iter().map(sorted).collect()),
        other => other,
    }
}
