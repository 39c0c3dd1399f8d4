//! DateTime, Date and Time of clause 4.6.3 side by side, and the calendar that periods need.

use crate::time::{parse_us, text};

/// Microseconds of a day.
pub const DAY_US: i64 = 86_400_000_000;

/// A point on one of the three scales that can be compared with each other only among themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Microseconds since 1970-01-01T00:00:00Z.
    DateTime(i64),
    /// Days since 1970-01-01.
    Date(i64),
    /// Microseconds since midnight.
    Time(i64),
}

impl Moment {
    /// Reads text that is one of the three.
    pub fn read(text: &str) -> Option<Self> {
        if !text.as_bytes().first()?.is_ascii_digit() {
            return None;
        }
        date_time(text)
            .map(Self::DateTime)
            .or_else(|| date(text).map(Self::Date))
            .or_else(|| time(text).map(Self::Time))
    }

    /// Order in time, where both are of the same kind.
    pub fn compare(self, other: Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::DateTime(a), Self::DateTime(b))
            | (Self::Date(a), Self::Date(b))
            | (Self::Time(a), Self::Time(b)) => Some(a.cmp(&b)),
            _ => None,
        }
    }
}

fn digits(b: &[u8], from: usize, n: usize) -> Option<i64> {
    let mut value = 0_i64;
    for c in b.get(from..from + n)? {
        if !c.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(c - b'0');
    }
    Some(value)
}

fn is(b: &[u8], at: usize, c: u8) -> Option<()> {
    (b.get(at) == Some(&c)).then_some(())
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
pub fn days(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let m = (5 * of_year + 2) / 153;
    let month = if m < 10 { m + 3 } else { m - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * m + 2) / 5 + 1)
}

/// How many days a month has.
pub fn month_days(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn date_bytes(b: &[u8]) -> Option<i64> {
    let (year, month, day) = (digits(b, 0, 4)?, digits(b, 5, 2)?, digits(b, 8, 2)?);
    is(b, 4, b'-')?;
    is(b, 7, b'-')?;
    ((1..=12).contains(&month) && (1..=month_days(year, month)).contains(&day))
        .then(|| days(year, month, day))
}

fn time_bytes(b: &[u8]) -> Option<i64> {
    let (h, m, s) = (digits(b, 0, 2)?, digits(b, 3, 2)?, digits(b, 6, 2)?);
    is(b, 2, b':')?;
    is(b, 5, b':')?;
    if h > 23 || m > 59 || s > 59 {
        return None;
    }
    let rest = b.get(8..)?;
    let us = match rest {
        [b'Z'] => 0,
        [b'.' | b',', fraction @ .., b'Z'] if (1..=6).contains(&fraction.len()) => {
            digits(fraction, 0, fraction.len())? * 10_i64.pow(6 - u32::try_from(fraction.len()).ok()?)
        }
        _ => return None,
    };
    Some(((h * 60 + m) * 60 + s) * 1_000_000 + us)
}

/// `YYYY-MM-DDThh:mm:ss[.ssssss]Z` in microseconds since 1970; also with a comma.
pub fn date_time(text: &str) -> Option<i64> {
    parse_us(text)
}

/// `YYYY-MM-DD` in days since 1970.
pub fn date(text: &str) -> Option<i64> {
    let b = text.as_bytes();
    if b.len() != 10 { None } else { date_bytes(b) }
}

/// `hh:mm:ss[.ssssss]Z` in microseconds since midnight.
pub fn time(text: &str) -> Option<i64> {
    time_bytes(text.as_bytes())
}

fn fraction(us: i64) -> String {
    match us {
        0 => String::new(),
        us if us % 1_000 == 0 => format!(".{:03}", us / 1_000),
        us => format!(".{us:06}"),
    }
}

/// Microseconds since midnight, written as the clause writes a Time.
pub fn write_time(us: i64) -> String {
    let s = us.rem_euclid(DAY_US) / 1_000_000;
    format!("{:02}:{:02}:{:02}{}Z", s / 3600, s / 60 % 60, s % 60, fraction(us.rem_euclid(1_000_000)))
}

/// Microseconds since 1970, written as the clause writes a DateTime; the fraction only where there is one.
pub fn write_date_time(us: i64) -> String {
    text(us)
}
