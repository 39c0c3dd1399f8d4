//! A person's attributes as they are given away.

use ground::db::Row;
use ground::fault::Fault;
use ground::text::Text;
use ground::words::Lang;
use serde_json::{Value, json};

use crate::attribute::Attribute;

/// What the city knows about one person, read with the purpose in one go.
pub struct Known {
    pub name: String,
    pub kana: String,
    pub mail: String,
    pub level: String,
    pub birth: String,
    pub block: String,
    pub district: String,
    pub district_name: String,
    pub postal: String,
    pub address: String,
    pub place: Option<(f64, f64)>,
    pub phone: String,
    pub langs: String,
    pub interests: String,
    pub wishes: String,
    /// Our own id of it: asked further, never given away.
    pub household: String,
}

impl Known {
    /// Reads sixteen columns from `at` on, in the order of [`COLUMNS`](super::single).
    pub fn read(row: &Row<'_>, at: usize) -> Result<Known, Fault> {
        let (latitude, longitude): (Option<f64>, Option<f64>) = (row.get(at + 10)?, row.get(at + 11)?);
        Ok(Known {
            name: row.get(at)?,
            kana: row.get(at + 1)?,
            mail: row.get(at + 2)?,
            level: row.get(at + 3)?,
            birth: row.get(at + 4)?,
            block: row.get(at + 5)?,
            district: row.get(at + 6)?,
            district_name: row.get(at + 7)?,
            postal: row.get(at + 8)?,
            address: row.get(at + 9)?,
            place: latitude.zip(longitude),
            phone: row.get(at + 12)?,
            langs: row.get(at + 13)?,
            interests: row.get(at + 14)?,
            wishes: row.get(at + 15)?,
            household: row.get(at + 16)?,
        })
    }

    /// One attribute, or nothing when the person never gave it. The household is counted by the caller.
    pub fn value(&self, attribute: Attribute, today: jiff::civil::Date) -> Option<Value> {
        match attribute {
            Attribute::Name => text(&self.name),
            Attribute::Kana => text(&self.kana),
            Attribute::Birth => text(&self.birth),
            Attribute::AgeBand => age_band(&self.birth, today).map(Value::from),
            Attribute::Postal => text(&self.postal),
            Attribute::Address => text(&self.address),
            Attribute::Block => text(&self.block),
            Attribute::District if self.district.is_empty() => None,
            Attribute::District => {
                let name: Text = serde_json::from_str(&self.district_name).unwrap_or_default();
                Some(json!({"code": self.district, "name": name.read(Lang::Ja).0}))
            }
            Attribute::Place => {
                self.place.map(|(latitude, longitude)| json!({"latitude": latitude, "longitude": longitude}))
            }
            Attribute::Household => None,
            Attribute::Mail => text(&self.mail),
            Attribute::Phone => text(&self.phone),
            Attribute::Languages => list(&self.langs),
            Attribute::Interests => list(&self.interests),
            Attribute::Wishes => list(&self.wishes),
            Attribute::Level => text(&self.level),
        }
    }
}

fn text(value: &str) -> Option<Value> {
    (!value.is_empty()).then(|| value.into())
}

fn list(value: &str) -> Option<Value> {
    let names: Vec<&str> = value.split_whitespace().collect();
    (!names.is_empty()).then(|| names.into())
}

/// Whole years of life on a day; nothing for a birth date that is none, or lies ahead.
pub fn age(birth: &str, today: jiff::civil::Date) -> Option<i64> {
    let birth: jiff::civil::Date = birth.parse().ok()?;
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    let years = i64::from(today.year()) - i64::from(birth.year()) - i64::from(!had_birthday);
    (years >= 0).then_some(years)
}

/// The decade of life: `30-39`; from 100 on one for all.
pub fn age_band(birth: &str, today: jiff::civil::Date) -> Option<String> {
    let decade = age(birth, today)? / 10 * 10;
    Some(if decade >= 100 { "100-".to_owned() } else { format!("{decade}-{}", decade + 9) })
}
