//! Addresses as people write them, brought to one form: width, hyphens, 丁目・番地・号 in any writing. Pure: which blocks
//! a city has is looked up by the caller, who is handed the keys to look for.

use unicode_normalization::UnicodeNormalization as _;

use crate::rules::{block_key, postal_code};

/// Characters of an address at most.
pub const CHARS_MAX: usize = 120;
/// The longest name of a block that is looked for.
const NAME_CHARS_MAX: usize = 24;
/// 丁目, 番, 号 and a room: more numbers in a row are no address.
const NUMBERS_MAX: usize = 5;

/// What was typed, in one width and with one kind of hyphen; a postal code in front stands apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// `123-4567`, or empty.
    pub postal: String,
    /// The address, with the prefecture and the city in front if they were typed.
    pub whole: String,
    /// The address from the block on.
    pub within: String,
}

/// One way to read the front of an address as a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The key to look for among the city's blocks.
    pub key: String,
    /// What follows it.
    pub rest: String,
}

/// Reads an address as it was typed, in a city of this name.
pub fn typed(text: &str, city: &str) -> Typed {
    let clean = clean(text);
    let (postal, whole) = without_postal(&clean);
    let within = within_city(whole, &clean_name(city));
    Typed { postal, whole: whole.to_owned(), within: within.to_owned() }
}

fn clean_name(city: &str) -> String {
    clean(city)
}

/// One width, one kind of space, one kind of hyphen.
fn clean(text: &str) -> String {
    let wide: Vec<char> = text
        .nfkc()
        .map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c })
        .map(|c| {
            if matches!(c, '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹣' | '─') {
                '-'
            } else {
                c
            }
        })
        .collect();
    let mut out = String::with_capacity(wide.len() * 3);
    for (at, c) in wide.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| wide.get(at)).copied();
        let after = wide.get(at + 1).copied();
        // The long vowel is a hyphen between numbers only: コーポ stays コーポ.
        let between = |is: fn(char) -> bool| before.is_some_and(is) && after.is_some_and(is);
        out.push(if matches!(c, 'ー' | '一') && between(|c| c.is_ascii_digit()) { '-' } else { c });
    }
    let tidy = out.split(' ').filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join(" ");
    tidy.trim_matches(|c| matches!(c, ' ' | '、' | '。' | ',')).to_owned()
}

fn without_postal(text: &str) -> (String, &str) {
    let marked = text.strip_prefix('〒').map(str::trim_start);
    let from = marked.unwrap_or(text);
    let end = from
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_digit() || *c == '-'))
        .map_or(from.len(), |(at, _)| at);
    let (code, rest) = (from.get(..end).unwrap_or_default(), from.get(end..).unwrap_or_default());
    match postal_code(code) {
        Some(postal) if !postal.is_empty() => (postal, rest.trim_start()),
        _ => (String::new(), text),
    }
}

/// Takes off the prefecture, the county and the city, where they stand in front. Without the city behind it, nothing is
/// taken for a prefecture: a street may end like one.
fn within_city<'t>(text: &'t str, city: &str) -> &'t str {
    if city.is_empty() {
        return text;
    }
    let behind = prefecture_ends(text).filter_map(|end| text.get(end..));
    let starts = std::iter::once(text).chain(behind).map(str::trim_start);
    let found = starts.filter_map(|start| {
        // 某郡 stands before a town or a village.
        let county = start.find('郡').and_then(|at| start.get(at + '郡'.len_utf8()..)).map(str::trim_start);
        start.strip_prefix(city).or_else(|| county.and_then(|rest| rest.strip_prefix(city)))
    });
    found.map(str::trim_start).next().unwrap_or(text)
}

/// Where a prefecture in front would end: names have three letters or four with the last.
fn prefecture_ends(text: &str) -> impl Iterator<Item = usize> {
    let letters = text.char_indices().skip(2).take(2);
    letters.filter(|(_, c)| matches!(c, '都' | '道' | '府' | '県')).map(|(at, c)| at + c.len_utf8())
}

/// Every way to read the front of an address as a block; the one that takes most comes first.
pub fn candidates(within: &str) -> Vec<Candidate> {
    let mut out: Vec<Candidate> = Vec::new();
    let ends = within.char_indices().map(|(at, c)| at + c.len_utf8()).take(NAME_CHARS_MAX);
    for end in ends {
        let (front, rest) = (within.get(..end).unwrap_or_default(), within.get(end..).unwrap_or_default());
        if ends_well(rest) {
            out.push(Candidate { key: block_key(front), rest: rest.trim_start().to_owned() });
        }
        // 本町1-2-3 is 本町一丁目2番3号 where there is such a block.
        if !front.ends_with(|c: char| c.is_ascii_digit())
            && let Some((number, after)) = a_number(rest.trim_start())
            && let Some(after) = after_hyphen(after)
        {
            out.push(Candidate { key: block_key(&format!("{front}{number}丁目")), rest: after.to_owned() });
        }
    }
    out.retain(|candidate| !candidate.key.is_empty());
    // What leaves least over was read furthest. A stable sort: of two alike the plain reading counts.
    out.sort_by_key(|candidate| candidate.rest.chars().count());
    out
}

/// Whether the name of a block may end before this: not in the middle of a longer name, nor of a number.
fn ends_well(rest: &str) -> bool {
    match rest.chars().next() {
        None | Some(' ') => true,
        Some(c) if c.is_ascii_digit() => true,
        Some('番' | '-' | ',' | '、') => true,
        Some(_) => a_number(rest).is_some_and(|(_, after)| {
            ["丁目", "番", "号", "-", "の", "ノ", " "].iter().any(|mark| after.starts_with(mark))
                || after.is_empty()
        }),
    }
}

/// A hyphen, or の in its place, and a number after it; what stands from that number on.
fn after_hyphen(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let after = ["-", "の", "ノ"].iter().find_map(|mark| text.strip_prefix(mark))?.trim_start();
    a_number(after).map(|_| after)
}

/// A number at the beginning, in digits or in kanji, and what follows.
fn a_number(text: &str) -> Option<(u32, &str)> {
    let taken =
        |is: fn(char) -> bool| text.char_indices().find(|(_, c)| !is(*c)).map_or(text.len(), |(at, _)| at);
    let digits = taken(|c| c.is_ascii_digit());
    if digits > 0 {
        let number = text.get(..digits)?.parse().ok().filter(|number| *number < 1_000_000)?;
        return Some((number, text.get(digits..)?));
    }
    let kanji = taken(|c| kanji_value(c).is_some());
    Some((kanji_number(text.get(..kanji)?)?, text.get(kanji..)?))
}

fn kanji_value(c: char) -> Option<u32> {
    Some(match c {
        '〇' => 0,
        '一' => 1,
        '二' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        _ => return None,
    })
}

/// 三, 十二, 百二十三, 一二三, 二〇一.
fn kanji_number(text: &str) -> Option<u32> {
    let values: Vec<u32> = text.chars().map(kanji_value).collect::<Option<_>>()?;
    if values.is_empty() || values.len() > 9 {
        return None;
    }
    if values.iter().all(|value| *value < 10) {
        let number = values.iter().fold(0u32, |sum, digit| sum.saturating_mul(10).saturating_add(*digit));
        return (number > 0 && number < 1_000_000).then_some(number);
    }
    let (mut sum, mut digit, mut last) = (0u32, None, u32::MAX);
    for value in values {
        if value >= 10 {
            // 十百 is no number: units fall.
            if value >= last {
                return None;
            }
            sum += digit.take().unwrap_or(1) * value;
            last = value;
        } else if value == 0 || digit.is_some() {
            return None;
        } else {
            digit = Some(value);
        }
    }
    Some(sum + digit.unwrap_or(0))
}

/// What follows the block: its numbers with hyphens between, then the building as it was typed.
pub fn numbers_and_building(rest: &str) -> (String, String) {
    let mut numbers: Vec<u32> = Vec::new();
    let mut left = rest.trim_start();
    while numbers.len() < NUMBERS_MAX {
        let Some((number, after)) = a_number(left) else { break };
        // 101号室 is a room of the building.
        if after.starts_with("号室") || after.starts_with('階') || !may_follow(after) {
            break;
        }
        numbers.push(number);
        let (next, more) = after_mark(after);
        left = next;
        if !more {
            break;
        }
    }
    let shown = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
    (shown, left.trim_matches(|c| matches!(c, ' ' | ',' | '、' | '-')).to_owned())
}

/// A number of an address stands before a mark, a space or the end; in 三笠荘 or 2ndハイツ it is part of a name.
fn may_follow(after: &str) -> bool {
    let marks = ["丁目", "番地", "番", "号", "-", "の", "ノ", " ", ",", "、"];
    after.is_empty()
        || marks.iter().any(|mark| after.starts_with(mark))
        // 2-3コーポ桜: a building may follow without a space, but not a Latin ending such as 2nd.
        || after.starts_with(|c: char| !c.is_ascii_alphanumeric() && kanji_value(c).is_none())
}

/// What stands after the mark behind a number, and whether another number belongs to it.
fn after_mark(after: &str) -> (&str, bool) {
    let after = after.trim_start();
    for mark in ["丁目", "番地", "番", "号"] {
        if let Some(rest) = after.strip_prefix(mark) {
            let rest = rest.trim_start();
            let joined =
                ["の", "ノ", "-"].iter().find_map(|joint| rest.strip_prefix(joint)).map(str::trim_start);
            let is_number = |text: &str| a_number(text).is_some_and(|(_, next)| may_follow(next));
            return match joined {
                Some(next) if is_number(next) => (next, true),
                _ => (rest, mark != "号" && is_number(rest)),
            };
        }
    }
    match ["-", "の", "ノ"].iter().find_map(|joint| after.strip_prefix(joint)) {
        Some(rest) if a_number(rest.trim_start()).is_some() => (rest.trim_start(), true),
        _ => (after, false),
    }
}

/// An address in the form in which it is kept: the block as the city writes it, numbers, building.
pub fn shown(block: &str, rest: &str) -> String {
    let (numbers, building) = numbers_and_building(rest);
    let mut out = format!("{block}{numbers}");
    if !building.is_empty() {
        out.push(' ');
        out.push_str(&building);
    }
    out
}

#[cfg(test)]
mod tests;
