//! Text as it is searched: folded, cut into grams, and the places of a find in the text as written.
//!
//! Japanese has no spaces between words, so kana and kanji are kept as overlapping pairs of characters: every word of
//! two letters is found. The last character of a run stands alone, too, so that one letter is enough. Words of letters
//! with spaces between them, and numbers, are kept whole and found by how they begin.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A Latin word is compared up to so many characters.
const WORD_CHARS: usize = 32;
/// Goes before the grams of a title, so that titles can be asked for alone. No folded text has it.
const IN_TITLE: char = '†';
/// A snippet holds about so many characters,
const SNIPPET_CHARS: usize = 120;
/// of which so many stand before the first find.
const SNIPPET_BEFORE: usize = 30;

/// Width, case and punctuation do not matter: what is neither letter nor digit becomes one space.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    each_folded(text, |_, c| push(&mut out, c));
    trim_end(&mut out);
    out
}

fn push(out: &mut String, c: char) {
    if c.is_alphanumeric() {
        out.push(c);
    } else if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

fn trim_end(out: &mut String) {
    out.truncate(out.trim_end().len());
}

/// Gives each folded character with the number of the written character it comes from. A mark (゛) is folded together
/// with what it stands on.
fn each_folded(text: &str, mut take: impl FnMut(usize, char)) {
    let mut chars = text.chars().enumerate().peekable();
    let mut cluster = String::new();
    while let Some((at, first)) = chars.next() {
        if stands_for_itself(first) && chars.peek().is_none_or(|(_, next)| stands_for_itself(*next)) {
            take(at, first.to_ascii_lowercase());
            continue;
        }
        cluster.clear();
        cluster.push(first);
        while let Some((_, mark)) = chars.next_if(|(_, c)| is_combining_mark(*c) || matches!(c, 'ﾞ' | 'ﾟ'))
        {
            cluster.push(mark);
        }
        cluster.nfkc().flat_map(char::to_lowercase).for_each(|c| take(at, c));
    }
}

/// The many characters that folding leaves as they are, but for the case of ASCII: no need to look them up.
fn stands_for_itself(c: char) -> bool {
    c.is_ascii() || matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '一'..='鿿' | '、' | '。' | '々')
}

/// Scripts without spaces between words.
fn runs_on(c: char) -> bool {
    matches!(u32::from(c),
        0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x2e80..=0x9fff | 0xa960..=0xa97f | 0xac00..=0xd7ff
        | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

/// The runs of one script in a folded text.
fn runs(folded: &str) -> Vec<Vec<char>> {
    let mut out: Vec<Vec<char>> = Vec::new();
    let mut before = None;
    for c in folded.chars() {
        let kind = c.is_alphanumeric().then(|| runs_on(c));
        match (kind, out.last_mut()) {
            (None, _) => {}
            (Some(_), Some(run)) if kind == before => run.push(c),
            (Some(_), _) => out.push(vec![c]),
        }
        before = kind;
    }
    out
}

fn is_run_on(run: &[char]) -> bool {
    run.first().is_some_and(|c| runs_on(*c))
}

fn whole(run: &[char]) -> String {
    run.iter().take(WORD_CHARS).collect()
}

/// What a document is found by, each once, with spaces between.
pub(super) fn grams(folded_title: &str, folded_body: &str) -> String {
    let mut out = BTreeSet::new();
    for (folded, is_title) in [(folded_title, true), (folded_body, false)] {
        for run in runs(folded) {
            let mut add = |gram: String| {
                if is_title {
                    out.insert(format!("{IN_TITLE}{gram}"));
                }
                out.insert(gram);
            };
            if is_run_on(&run) {
                run.windows(2).for_each(|pair| add(pair.iter().collect()));
                add(run.last().into_iter().collect());
            } else {
                add(whole(&run));
            }
        }
    }
    out.into_iter().collect::<Vec<_>>().join(" ")
}

/// What is asked for: each phrase folded, all of them wanted. Words stand apart by spaces; quotes keep a phrase
/// together.
pub(super) fn phrases(words: &str, at_most: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (nth, piece) in words.split(['"', '“', '”', '„', '＂']).enumerate() {
        let quoted = nth % 2 == 1;
        let pieces: Vec<&str> = if quoted { vec![piece] } else { piece.split_whitespace().collect() };
        for piece in pieces {
            let folded = fold(piece);
            if !folded.is_empty() && !out.contains(&folded) && out.len() < at_most {
                out.push(folded);
            }
        }
    }
    out
}

/// The grams that a document with these phrases has; a star means "begins so". The words of one language for both
/// databases.
pub(super) fn wanted(phrases: &[String], in_title: bool) -> String {
    let mut out: Vec<String> = Vec::new();
    for run in phrases.iter().flat_map(|phrase| runs(phrase)) {
        let mut add = |gram: String| {
            let gram = if in_title { format!("{IN_TITLE}{gram}") } else { gram };
            if !out.contains(&gram) {
                out.push(gram);
            }
        };
        if is_run_on(&run) && run.len() > 1 {
            run.windows(2).for_each(|pair| add(pair.iter().collect()));
        } else {
            add(format!("{}*", whole(&run)));
        }
    }
    out.join(" ")
}

/// A text with the places of what was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Marked {
    pub text: String,
    /// From and up to, in characters.
    pub marks: Vec<(u32, u32)>,
}

impl Marked {
    /// The text in pieces, each with whether it is a find: for pages.
    pub fn pieces(&self) -> Vec<(String, bool)> {
        let chars: Vec<char> = self.text.chars().collect();
        let piece = |from: usize, to: usize| chars.iter().take(to).skip(from).collect::<String>();
        let (mut out, mut at) = (Vec::new(), 0);
        for (from, to) in self.marks.iter().map(|(from, to)| (*from as usize, *to as usize)) {
            if from > at {
                out.push((piece(at, from), false));
            }
            out.push((piece(from, to), true));
            at = to;
        }
        if at < chars.len() {
            out.push((piece(at, chars.len()), false));
        }
        out
    }
}

/// Where the phrases stand in a text, in characters of the text as written, in order and without overlaps.
fn places(text: &str, phrases: &[String]) -> Vec<(usize, usize)> {
    let (mut folded, mut from) = (String::with_capacity(text.len()), Vec::new());
    each_folded(text, |at, c| {
        push(&mut folded, c);
        // One entry for each byte, so that a found place leads straight back.
        from.resize(folded.len(), at);
    });
    let written = text.chars().count();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for phrase in phrases {
        for (start, _) in folded.match_indices(phrase.as_str()) {
            let end = start + phrase.len();
            let first = from.get(start).copied().unwrap_or(0);
            let last = from.get(end - 1).copied().unwrap_or(first);
            // The find ends where the next written character begins that is not part of it.
            let after = from.iter().skip(end).find(|at| **at > last).copied().unwrap_or(written);
            found.push((first, after.min(last + 1).max(first + 1)));
        }
    }
    found.sort_unstable();
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        match out.last_mut() {
            Some((_, so_far)) if start <= *so_far => *so_far = end.max(*so_far),
            _ => out.push((start, end)),
        }
    }
    out
}

fn mark(start: usize, end: usize) -> (u32, u32) {
    (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

/// A whole text with its finds.
pub(super) fn marked(text: &str, phrases: &[String]) -> Marked {
    let marks = places(text, phrases).into_iter().map(|(start, end)| mark(start, end)).collect();
    Marked { text: text.to_owned(), marks }
}

/// A piece of a long text around its first find; its beginning when there is none.
pub(super) fn snippet(text: &str, phrases: &[String]) -> Marked {
    let plain: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let places = places(&plain, phrases);
    let length = plain.chars().count();
    let first = places.first().map_or(0, |(start, _)| *start);
    let start = first.saturating_sub(SNIPPET_BEFORE).min(length.saturating_sub(SNIPPET_CHARS));
    let end = (start + SNIPPET_CHARS).min(length);
    let mut out = Marked::default();
    let shift = usize::from(start > 0);
    if start > 0 {
        out.text.push('…');
    }
    out.text.extend(plain.chars().skip(start).take(end - start));
    if end < length {
        out.text.push('…');
    }
    out.marks = places
        .into_iter()
        .filter(|(from, _)| *from < end && *from >= start)
        .map(|(from, to)| mark(from - start + shift, to.min(end) - start + shift))
        .collect();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn finds(text: &str, words: &str) -> bool {
        // What the databases do with grams, said plainly.
        let folded = fold(text);
        let have = grams(&folded, "");
        let have: BTreeSet<&str> = have.split(' ').collect();
        let phrases = phrases(words, 8);
        let by_gram = wanted(&phrases, true).split(' ').all(|want| match want.strip_suffix('*') {
            Some(start) => have.iter().any(|gram| gram.starts_with(start)),
            None => have.contains(want),
        });
        !phrases.is_empty() && by_gram && phrases.iter().all(|phrase| folded.contains(phrase.as_str()))
    }

    #[test]
    fn words_of_two_letters_and_of_one_are_found() {
        assert!(finds("指定緊急避難場所の一覧", "避難"));
        assert!(finds("指定緊急避難場所の一覧", "緊急避難 一覧"));
        assert!(finds("防火", "火"));
        assert!(finds("防火", "防"));
        assert!(!finds("東京都庁", "東都"));
    }

    #[test]
    fn width_case_and_marks_do_not_matter() {
        assert!(finds("ｶﾞｽの点検（ＷＥＢ予約）", "ガス web"));
        assert!(finds("か\u{3099}いこく", "がい"));
        assert!(finds("カレンダー", "カレンダー"));
        assert!(!finds("カレンダー", "かれんだー"));
    }

    #[test]
    fn latin_words_are_found_by_how_they_begin() {
        assert!(finds("Garbage collection day 2026", "garb COLL 2026"));
        assert!(!finds("Garbage collection", "bage"));
        assert!(finds("第3回大会", "第3回"));
    }

    #[test]
    fn quotes_keep_a_phrase_together() {
        assert!(finds("防災 訓練のお知らせ", "\"防災・訓練\""));
        assert!(!finds("訓練と防災", "\"防災 訓練\""));
        assert!(finds("訓練と防災", "防災 訓練"));
    }

    #[test]
    fn finds_are_marked_in_the_text_as_written() {
        let phrases = phrases("ガス web", 8);
        let marked = marked("ｶﾞｽの点検（ＷＥＢ予約）", &phrases);
        let finds: Vec<String> =
            marked.pieces().into_iter().filter(|(_, hit)| *hit).map(|(text, _)| text).collect();
        assert_eq!(finds, ["ｶﾞｽ", "ＷＥＢ"]);
    }

    #[test]
    fn a_snippet_shows_the_first_find_with_something_around_it() {
        let text = format!("{}避難所{}", "あ".repeat(300), "い".repeat(300));
        let snippet = snippet(&text, &phrases("避難所", 8));
        assert!(snippet.text.starts_with('…') && snippet.text.ends_with('…'));
        assert!(snippet.text.chars().count() <= SNIPPET_CHARS + 2);
        assert!(snippet.pieces().contains(&("避難所".to_owned(), true)));
    }

    #[test]
    fn what_stands_for_itself_is_not_changed_by_folding() {
        for c in ('\u{80}'..='\u{ffff}').filter(|c| stands_for_itself(*c)) {
            let folded: String = c.to_string().nfkc().flat_map(char::to_lowercase).collect();
            assert_eq!(folded, c.to_string());
            assert!(!is_combining_mark(c));
        }
    }

    proptest! {
        #[test]
        fn any_part_of_a_title_finds_it(
            title in "[ぁ-んァ-ヶー一-鿿々]{2,30}", start in 0usize..29, length in 1usize..12,
        ) {
            let chars: Vec<char> = title.chars().collect();
            let start = start.min(chars.len() - 1);
            let part: String = chars.iter().skip(start).take(length).collect();
            prop_assert!(finds(&title, &part), "{part} in {title}");
        }

        #[test]
        fn any_text_is_folded_marked_and_cut_without_a_crash(text in "\\PC{0,200}", words in "\\PC{0,30}") {
            let phrases = phrases(&words, 8);
            let folded = fold(&text);
            prop_assert_eq!(fold(&folded), folded.clone());
            for gram in grams(&folded, &folded).split(' ').chain(wanted(&phrases, false).split(' ')) {
                prop_assert!(gram.trim_end_matches('*').chars().all(|c| c.is_alphanumeric() || c == IN_TITLE));
            }
            for marked in [marked(&text, &phrases), snippet(&text, &phrases)] {
                let whole: String = marked.pieces().into_iter().map(|(piece, _)| piece).collect();
                prop_assert_eq!(whole, marked.text);
            }
        }
    }
}
