//! The temporal query language of clause 4.11, with `lastN` and what an aggregated answer is made of (5.2.21, 5.2.44).

use std::fmt;

use super::duration::Duration;
use super::text::bad;
use super::time;
use crate::error::{Error, ErrorKind};

/// The greatest `lastN`.
pub const LAST_N_MAX: u32 = 1_000_000;

/// The relation of an instant to those of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timerel {
    Before,
    After,
    Between,
}

/// The temporal property that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeProperty {
    #[default]
    ObservedAt,
    CreatedAt,
    ModifiedAt,
    DeletedAt,
}

impl TimeProperty {
    pub fn name(self) -> &'static str {
        match self {
            Self::ObservedAt => "observedAt",
            Self::CreatedAt => "createdAt",
            Self::ModifiedAt => "modifiedAt",
            Self::DeletedAt => "deletedAt",
        }
    }

    pub fn parse(name: &str) -> Result<Self, Error> {
        [Self::ObservedAt, Self::CreatedAt, Self::ModifiedAt, Self::DeletedAt]
            .into_iter()
            .find(|p| p.name() == name)
            .ok_or_else(|| {
                bad(
                    "timeproperty",
                    "'timeproperty' is one of observedAt, createdAt, modifiedAt and deletedAt",
                )
            })
    }
}

/// Which instants are asked for: from the first (included) to the second (not included), in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub timerel: Timerel,
    pub from_us: Option<i64>,
    pub to_us: Option<i64>,
}

impl Interval {
    /// Reads the three parameters.
    pub fn parse(timerel: &str, time_at: Option<&str>, end_time_at: Option<&str>) -> Result<Self, Error> {
        let timerel = match timerel {
            "before" => Timerel::Before,
            "after" => Timerel::After,
            "between" => Timerel::Between,
            _ => return Err(bad("timerel", "'timerel' is one of before, after and between")),
        };
        let at = |of: &str, text: Option<&str>| {
            let text = text.ok_or_else(|| bad(of, format!("'{of}' is missing")))?;
            time::date_time(text).ok_or_else(|| {
                bad(of, format!("'{of}' is a DateTime in UTC such as 2026-01-31T09:00:00Z, not {text}"))
            })
        };
        let first = at("timeAt", time_at)?;
        let (from_us, to_us) = match timerel {
            Timerel::Before => (None, Some(first)),
            Timerel::After => (Some(first), None),
            Timerel::Between => (Some(first), Some(at("endTimeAt", end_time_at)?)),
        };
        if let (Some(from), Some(to)) = (from_us, to_us)
            && to < from
        {
            return Err(bad("endTimeAt", "'endTimeAt' lies before 'timeAt'"));
        }
        Ok(Self { timerel, from_us, to_us })
    }

    /// Does an instant lie in it? The lower bound belongs to it, the upper does not.
    pub fn contains(&self, us: i64) -> bool {
        self.from_us.is_none_or(|from| us >= from) && self.to_us.is_none_or(|to| us < to)
    }
}

/// A temporal query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TemporalQ {
    pub interval: Option<Interval>,
    pub property: TimeProperty,
    pub last_n: Option<u32>,
    pub aggregation: Option<Aggregation>,
}

/// Methods and the length of a period; a length of 0 is the whole range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregation {
    pub methods: Vec<Method>,
    pub period: Duration,
}

/// The methods of clause 4.5.19.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Avg,
    DistinctCount,
    Max,
    Min,
    Stddev,
    Sum,
    Sumsq,
    TotalCount,
}

impl Method {
    pub const ALL: [Self; 8] = [
        Self::Avg,
        Self::DistinctCount,
        Self::Max,
        Self::Min,
        Self::Stddev,
        Self::Sum,
        Self::Sumsq,
        Self::TotalCount,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Avg => "avg",
            Self::DistinctCount => "distinctCount",
            Self::Max => "max",
            Self::Min => "min",
            Self::Stddev => "stddev",
            Self::Sum => "sum",
            Self::Sumsq => "sumsq",
            Self::TotalCount => "totalCount",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Aggregation {
    /// Reads a list of methods and the length of a period.
    pub fn parse(methods: &[String], period: Option<&str>) -> Result<Self, Error> {
        const OF: &str = "aggrMethods";
        let mut found = Vec::new();
        for name in methods {
            let method = Method::ALL.into_iter().find(|m| m.name() == name).ok_or_else(|| {
                bad(
                    OF,
                    format!(
                        "'aggrMethods': {name} is none of avg, distinctCount, max, min, stddev, sum, sumsq and totalCount"
                    ),
                )
            })?;
            if !found.contains(&method) {
                found.push(method);
            }
        }
        if found.is_empty() {
            return Err(bad(OF, "'aggrMethods' names no method"));
        }
        let period = match period {
            None => Duration::default(),
            Some(text) => Duration::read(text).ok_or_else(|| {
                bad(
                    "aggrPeriodDuration",
                    format!("'aggrPeriodDuration' is a duration such as PT1H, P1D or P1M, not {text}"),
                )
            })?,
        };
        Ok(Self { methods: found, period })
    }
}

impl TemporalQ {
    /// Reads `lastN`.
    pub fn parse_last_n(text: &str) -> Result<u32, Error> {
        match text.parse::<u32>() {
            Ok(n) if n > 0 && n <= LAST_N_MAX && text.bytes().all(|b| b.is_ascii_digit()) => Ok(n),
            _ => Err(bad("lastN", format!("'lastN' is a whole number from 1 to {LAST_N_MAX}"))),
        }
    }

    /// Does an instance belong to the answer, whose temporal property has this instant?
    pub fn contains(&self, us: Option<i64>) -> bool {
        match (&self.interval, us) {
            (None, _) => true,
            (Some(interval), Some(us)) => interval.contains(us),
            (Some(_), None) => false,
        }
    }
}

/// The error for an attribute that no asked method can be applied to (5.7.4.4).
pub fn not_eligible(attribute: &str) -> Error {
    Error {
        kind: ErrorKind::InvalidRequest,
        detail: format!("none of the methods in 'aggrMethods' can be applied to the values of {attribute}"),
        at: Some("aggrMethods".to_owned()),
    }
}
