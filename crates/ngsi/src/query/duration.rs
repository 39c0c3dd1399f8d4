//! Durations of ISO 8601 in the form of clause 4.5.19.1: `P[n]Y[n]M[n]DT[n]H[n]M[n]S` or `P[n]W`.

use std::fmt;

use super::time::{DAY_US, civil, days, month_days};

/// A thousand years: longer periods are a slip of the pen.
const MONTHS_MAX: i64 = 12_000;
const US_MAX: i64 = 366_000 * DAY_US;

/// A length of time: whole months, whose length the calendar knows, and the rest in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Duration {
    pub months: i64,
    pub us: i64,
}

impl Duration {
    /// Reads a duration. `None` where the text is none, or is longer than a thousand years.
    pub fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('P')?;
        let (date, time) = match rest.split_once('T') {
            Some((_, "")) => return None,
            Some((date, time)) => (date, time),
            None => (rest, ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let mut read = Self::default();
        if let Some(weeks) = date.strip_suffix('W') {
            if !time.is_empty() {
                return None;
            }
            read.us = whole(weeks)?.checked_mul(7 * DAY_US)?;
        } else {
            for (unit, n) in parts(date, "YMD")? {
                let n = whole(n)?;
                match unit {
                    'Y' => read.months = read.months.checked_add(n.checked_mul(12)?)?,
                    'M' => read.months = read.months.checked_add(n)?,
                    _ => read.us = read.us.checked_add(n.checked_mul(DAY_US)?)?,
                }
            }
        }
        for (unit, n) in parts(time, "HMS")? {
            let us = match unit {
                'H' => whole(n)?.checked_mul(3_600_000_000)?,
                'M' => whole(n)?.checked_mul(60_000_000)?,
                _ => seconds(n)?,
            };
            read.us = read.us.checked_add(us)?;
        }
        (read.months <= MONTHS_MAX && read.us <= US_MAX).then_some(read)
    }

    /// Nothing: the clause reads it as the whole range asked for.
    pub fn is_zero(self) -> bool {
        self.months == 0 && self.us == 0
    }

    /// `n` of these after `from`. Days that a month does not have become its last one.
    pub fn after(self, from: i64, n: i64) -> Option<i64> {
        let mut at = from;
        let months = self.months.checked_mul(n)?;
        if months != 0 {
            let (year, month, day) = civil(at.div_euclid(DAY_US));
            let count = year.checked_mul(12)?.checked_add(month - 1)?.checked_add(months)?;
            let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
            let day = day.min(month_days(year, month));
            at = days(year, month, day).checked_mul(DAY_US)?.checked_add(at.rem_euclid(DAY_US))?;
        }
        at.checked_add(self.us.checked_mul(n)?)
    }

    /// Which period, counted from `from`, holds the instant `at`.
    pub fn index(self, from: i64, at: i64) -> Option<i64> {
        if self.is_zero() {
            return Some(0);
        }
        // A month is between 28 and 31 days, so a guess from its mean is at most a few periods off.
        let mean = self.months.checked_mul(2_629_746_000_000)?.checked_add(self.us)?;
        let mut n = at.checked_sub(from)?.div_euclid(mean);
        while self.after(from, n)? > at {
            n -= 1;
        }
        while self.after(from, n + 1)? <= at {
            n += 1;
        }
        Some(n)
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("PT0S");
        }
        f.write_str("P")?;
        let (days, rest) = (self.us / DAY_US, self.us % DAY_US);
        for (n, unit) in [(self.months / 12, 'Y'), (self.months % 12, 'M'), (days, 'D')] {
            if n != 0 {
                write!(f, "{n}{unit}")?;
            }
        }
        if rest != 0 {
            f.write_str("T")?;
            for (n, unit) in [(rest / 3_600_000_000, 'H'), (rest / 60_000_000 % 60, 'M')] {
                if n != 0 {
                    write!(f, "{n}{unit}")?;
                }
            }
            let us = rest % 60_000_000;
            match (us / 1_000_000, us % 1_000_000) {
                (0, 0) => {}
                (s, 0) => write!(f, "{s}S")?,
                (s, us) => write!(f, "{s}.{us:06}S")?,
            }
        }
        Ok(())
    }
}

/// Cuts `3Y6M` into its parts, which must come in the order of `units`, each at most once.
fn parts<'a>(text: &'a str, units: &str) -> Option<Vec<(char, &'a str)>> {
    let mut found = Vec::new();
    let mut units = units.chars();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')?;
        let (n, tail) = rest.split_at_checked(end)?;
        let unit = tail.chars().next()?;
        units.find(|u| *u == unit)?;
        found.push((unit, n));
        rest = tail.get(unit.len_utf8()..)?;
    }
    Some(found)
}

fn whole(n: &str) -> Option<i64> {
    if n.is_empty() || n.len() > 9 || !n.bytes().all(|b| b.is_ascii_digit()) { None } else { n.parse().ok() }
}

fn seconds(n: &str) -> Option<i64> {
    let (s, fraction) = n.split_once(['.', ',']).unwrap_or((n, "0"));
    if fraction.is_empty() || fraction.len() > 6 {
        return None;
    }
    let scale = 10_i64.pow(6 - u32::try_from(fraction.len()).ok()?);
    whole(s)?.checked_mul(1_000_000)?.checked_add(whole(fraction)?.checked_mul(scale)?)
}
