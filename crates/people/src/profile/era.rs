//! Birth dates as people write them: 1985-04-01, 1985年4月1日, 昭和60年4月1日, S60.4.1, 19850401.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization as _;

/// An era: its name, its letter, its first day, the last year that is written with it.
struct Era {
    name: &'static str,
    letter: char,
    first: (i16, i8, i8),
    last: (i16, i8, i8),
}

const ERAS: [Era; 5] = [
    // Before 1873 the months were those of the moon.
    Era { name: "明治", letter: 'm', first: (1873, 1, 1), last: (1912, 7, 29) },
    Era { name: "大正", letter: 't', first: (1912, 7, 30), last: (1926, 12, 24) },
    Era { name: "昭和", letter: 's', first: (1926, 12, 25), last: (1989, 1, 7) },
    Era { name: "平成", letter: 'h', first: (1989, 1, 8), last: (2019, 4, 30) },
    Era { name: "令和", letter: 'r', first: (2019, 5, 1), last: (9999, 12, 31) },
];

impl Era {
    /// The year that its first year is.
    fn base(&self) -> i16 {
        if self.letter == 'm' { 1868 } else { self.first.0 }
    }

    fn holds(&self, day: (i16, i8, i8)) -> bool {
        self.first <= day && day <= self.last
    }
}

/// Reads a day; `None` when it is none, or none of the era that was named.
pub fn read(text: &str) -> Option<Date> {
    let plain: String = text.nfkc().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let era = ERAS.iter().find_map(|era| {
        let rest = plain.strip_prefix(era.name).or_else(|| plain.strip_prefix(era.letter))?;
        Some((era, rest))
    });
    let (year, month, day) = match era {
        None => {
            let (year, month, day) = three(&plain)?;
            (i16::try_from(year).ok().filter(|year| *year >= 1873)?, month, day)
        }
        Some((era, rest)) => {
            let rest = rest.strip_prefix('元').map_or_else(|| rest.to_owned(), |rest| format!("1{rest}"));
            let (year, month, day) = three(&rest)?;
            let year = i16::try_from(year).ok().filter(|year| (1..200).contains(year))?;
            let whole = (era.base() + year - 1, month, day);
            era.holds(whole).then_some(whole)?
        }
    };
    Date::new(year, month, day).ok()
}

/// Year, month and day between anything that is no digit; or eight digits in a row.
fn three(text: &str) -> Option<(i32, i8, i8)> {
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits {
        let (year, rest) = text.split_at_checked(4).filter(|_| text.len() == 8)?;
        let (month, day) = rest.split_at_checked(2)?;
        return Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?));
    }
    let mut pieces = text.split(['年', '月', '日', '-', '/', '.', '−', 'ー']);
    let (year, month, day) = (pieces.next()?, pieces.next()?, pieces.next()?);
    // 「日」 leaves an empty piece behind.
    pieces.all(str::is_empty).then_some(())?;
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

/// The era and the year in it: 昭和60年; empty for a day before the eras counted here.
pub fn year_of(day: Date) -> Option<(&'static str, i16)> {
    let whole = (day.year(), day.month(), day.day());
    ERAS.iter().find(|era| era.holds(whole)).map(|era| (era.name, whole.0 - era.base() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_day_in_every_writing() {
        let texts = [
            "1985-04-01",
            "1985/4/1",
            "1985.4.1",
            "1985年4月1日",
            "19850401",
            "昭和60年4月1日",
            "昭和６０年４月１日",
            "S60.4.1",
            "s60/04/01",
            "Ｓ６０．４．１",
            "昭和 60年 4月 1日",
        ];
        for text in texts {
            assert_eq!(read(text), Some(Date::new(1985, 4, 1).unwrap()), "{text}");
        }
        assert_eq!(read("平成元年1月8日"), Some(Date::new(1989, 1, 8).unwrap()));
        assert_eq!(read("R1.5.1"), Some(Date::new(2019, 5, 1).unwrap()));
        assert_eq!(read("M45.7.29"), Some(Date::new(1912, 7, 29).unwrap()));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "昨日",
            "1985",
            "1985-4",
            "1985-13-01",
            "1985-02-30",
            "昭和64年1月8日",
            "平成元年1月7日",
            "令和0年5月1日",
            "昭和99年1月1日",
            "1700-01-01",
            "1985-4-1-2",
            "198504011",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_year_is_told_in_both_countings() {
        assert_eq!(year_of(Date::new(1985, 4, 1).unwrap()), Some(("昭和", 60)));
        assert_eq!(year_of(Date::new(1989, 1, 7).unwrap()), Some(("昭和", 64)));
        assert_eq!(year_of(Date::new(1989, 1, 8).unwrap()), Some(("平成", 1)));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_crash(text in "\\PC{0,20}") {
            let _ = read(&text);
        }

        #[test]
        fn every_day_is_read_back(year in 1873i16..2100, month in 1i8..13, day in 1i8..29) {
            let date = Date::new(year, month, day).unwrap();
            prop_assert_eq!(read(&date.to_string()), Some(date));
            if let Some((era, years)) = year_of(date) {
                prop_assert_eq!(read(&format!("{era}{years}年{month}月{day}日")), Some(date));
            }
        }
    }
}
