//! Pure decisions: how departments stand in a tree, and when blocks of a town are the same.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization as _;

/// Departments under departments under departments, and no deeper: 部・課・係 and one to spare.
pub const DEPTH_MAX: usize = 4;

/// Something that stands under something else.
pub trait Branch {
    fn key(&self) -> &str;
    /// Empty at the top.
    fn parent(&self) -> &str;
    /// What brothers and sisters are sorted by.
    fn order(&self) -> (i64, &str);
}

/// Puts every branch under its parent, each with its depth. A branch whose parent is unknown or which stands in a
/// circle is shown at the top rather than lost.
pub fn in_tree_order<T: Branch>(branches: Vec<T>) -> Vec<(usize, T)> {
    let known: BTreeSet<String> = branches.iter().map(|branch| branch.key().to_owned()).collect();
    let mut under: BTreeMap<String, Vec<T>> = BTreeMap::new();
    for branch in branches {
        let parent = if known.contains(branch.parent()) { branch.parent().to_owned() } else { String::new() };
        under.entry(parent).or_default().push(branch);
    }
    for siblings in under.values_mut() {
        siblings.sort_by(|a, b| a.order().cmp(&b.order()));
    }
    let mut out = Vec::new();
    let top = under.remove("").unwrap_or_default();
    let mut open: Vec<(usize, T)> = top.into_iter().rev().map(|branch| (0, branch)).collect();
    loop {
        while let Some((depth, branch)) = open.pop() {
            let children = under.remove(branch.key()).unwrap_or_default();
            open.extend(children.into_iter().rev().map(|child| (depth + 1, child)));
            out.push((depth, branch));
        }
        // Whoever is left stands in a circle: cut it open where its first key stands.
        let Some((_, circle)) = under.pop_first() else { break };
        open.extend(circle.into_iter().rev().map(|branch| (0, branch)));
    }
    out
}

/// Whether `key` may stand under `parent`: not under itself, not under its own descendants, not too deep.
/// `parent_of` gives the parent of a key, `height` how many levels stand below `key`.
pub fn may_stand_under(
    key: &str,
    parent: &str,
    height: usize,
    parent_of: impl Fn(&str) -> Option<String>,
) -> bool {
    let mut above = parent.to_owned();
    let mut depth = 0;
    while !above.is_empty() {
        depth += 1;
        if above == key || depth + height >= DEPTH_MAX {
            return false;
        }
        above = parent_of(&above).unwrap_or_default();
    }
    true
}

/// The key under which a block of the town (町字) is known, however it is written: full width or half, 一丁目 or 1丁目,
/// with or without 大字, with ヶ, ケ or が.
pub fn block_key(name: &str) -> String {
    let mut wide = one_width(name);
    // What was taken out may let its neighbours combine: once more, until nothing moves.
    for _ in 0..4 {
        let again = one_width(&wide);
        if again == wide {
            break;
        }
        wide = again;
    }
    let mut key = with_digits_before(&wide, "丁目");
    // More than one prefix may stand there, and taking one off may bring out the next.
    loop {
        let shorter = ["大字", "字"].iter().find_map(|prefix| key.strip_prefix(prefix)).map(str::to_owned);
        match shorter {
            Some(shorter) if !shorter.is_empty() => key = shorter,
            _ => return key,
        }
    }
}

fn one_width(name: &str) -> String {
    let lower: String =
        name.nfkc().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>().to_lowercase();
    let ke = |c| if matches!(c, 'ヶ' | 'ヵ' | 'が' | 'ガ') { 'ケ' } else { c };
    lower.chars().map(ke).collect()
}

/// Turns the kanji number right before each `mark` into digits.
fn with_digits_before(text: &str, mark: &str) -> String {
    let mut pieces = text.split(mark).peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            out.push_str(piece);
            break;
        }
        let start = piece
            .char_indices()
            .rev()
            .take_while(|(_, c)| kanji_digit(*c).is_some())
            .last()
            .map_or(piece.len(), |(at, _)| at);
        let (before, number) =
            (piece.get(..start).unwrap_or_default(), piece.get(start..).unwrap_or_default());
        out.push_str(before);
        match kanji_number(number) {
            Some(number) => out.push_str(&number.to_string()),
            None => out.push_str(number),
        }
        out.push_str(mark);
    }
    out
}

fn kanji_digit(c: char) -> Option<u32> {
    "〇一二三四五六七八九十".chars().zip(0..).find(|(known, _)| *known == c).map(|(_, value)| value)
}

/// 一 to 九十九; `None` for anything that is not such a number.
fn kanji_number(text: &str) -> Option<u32> {
    let digits: Vec<u32> = text.chars().map(kanji_digit).collect::<Option<_>>()?;
    match *digits.as_slice() {
        [one] if one > 0 => Some(one),
        [10, one] if (1..10).contains(&one) => Some(10 + one),
        [ten, 10] if (1..10).contains(&ten) => Some(ten * 10),
        [ten, 10, one] if (1..10).contains(&ten) && (1..10).contains(&one) => Some(ten * 10 + one),
        _ => None,
    }
}

/// A postal code as seven digits with a hyphen; empty stays empty; `None` when it is not one.
pub fn postal_code(text: &str) -> Option<String> {
    let plain: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let plain = plain.trim_start_matches('〒');
    if plain.is_empty() {
        return Some(String::new());
    }
    let digits: String = plain.chars().filter(|c| !matches!(c, '-' | '‐' | '−' | 'ー' | '–')).collect();
    let well_formed = digits.len() == 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    well_formed.then(|| {
        let (first, last) = digits.split_at(3);
        format!("{first}-{last}")
    })
}

/// A code of a department or a slug of a district: letters, digits, hyphen and dot.
pub fn is_code(text: &str) -> bool {
    (1..=20).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}

/// A slug is part of addresses.
pub fn is_slug(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}
