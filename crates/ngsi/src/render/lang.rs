//! The language filter of clause 4.15: ranges with quality values, as in Accept-Language.

use crate::error::Error;
use crate::json::{Json, quoted};
use crate::names;

/// Most ranges of one filter.
const RANGES_MAX: usize = 50;

/// Languages, the best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Languages {
    ranges: Vec<String>,
}

impl Languages {
    /// Reads `fr-CH,fr;q=0.9,en;q=0.8,*;q=0.5`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |part: &str| {
            Error::bad(format!("{} is no language range, as in ja, en;q=0.8 or *", quoted(part)))
                .under("lang")
        };
        let mut ranges: Vec<(String, u32)> = Vec::new();
        for part in text.split(',') {
            let (range, quality) = match part.split_once(';') {
                Some((range, quality)) => {
                    let quality = quality.trim().strip_prefix("q=").ok_or_else(|| wrong(part))?;
                    let number: f64 = quality.parse().map_err(|_| wrong(part))?;
                    if !(0.0..=1.0).contains(&number) || quality.len() > 6 {
                        return Err(wrong(part));
                    }
                    // Three decimals, as HTTP has them; as whole numbers they can be ordered.
                    (range, (number * 1000.0).round() as u32)
                }
                None => (part, 1000),
            };
            let range = range.trim();
            if range != "*" && !names::is_language(range) {
                return Err(wrong(part));
            }
            if quality > 0 {
                ranges.push((range.to_owned(), quality));
            }
            if ranges.len() > RANGES_MAX {
                return Err(Error::bad(format!("lang has at most {RANGES_MAX} ranges")));
            }
        }
        ranges.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
        Ok(Self { ranges: ranges.into_iter().map(|(range, _)| range).collect() })
    }

    /// Which tag of a languageMap is shown: the first range that is met, exactly, by a narrower tag, or by a broader
    /// one; else the default text, else the first (a filter always shows some text).
    #[must_use]
    pub fn choose<'j, 'a>(&self, map: &'j Json<'a>) -> Option<(&'j str, &'j Json<'a>)> {
        let members = map.object()?;
        let find = |matches: &dyn Fn(&str) -> bool| {
            members.iter().find(|(tag, _)| matches(tag)).map(|(tag, value)| (&**tag, value))
        };
        let any = || find(&|tag| tag == "@none").or_else(|| find(&|_| true));
        for range in &self.ranges {
            if range == "*" {
                return any();
            }
            let mut wanted = range.as_str();
            loop {
                let narrower = |tag: &str| {
                    tag.get(..wanted.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(wanted))
                        && tag.get(wanted.len()..).is_some_and(|rest| rest.starts_with('-'))
                };
                let found = find(&|tag| tag.eq_ignore_ascii_case(wanted)).or_else(|| find(&narrower));
                if found.is_some() {
                    return found;
                }
                match wanted.rsplit_once('-') {
                    Some((broader, _)) => wanted = broader,
                    None => break,
                }
            }
        }
        any()
    }
}
