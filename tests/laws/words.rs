//! Words: three languages with the same keys, none missing, none left over.

use std::collections::{BTreeMap, BTreeSet};

use ground::words::{Lang, Words};
use tests::rooms::ROOMS;
use tests::source::{none_of, under};

use super::sources::{Literal, literals};

/// The word files of every room: Japanese, plain Japanese, English.
fn files() -> Vec<(&'static str, [String; 3])> {
    ROOMS.iter().map(|room| (room.name, Lang::ALL.map(|lang| room.words.of(lang).to_owned()))).collect()
}

/// Every key with its text as written.
fn messages(source: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut last = None;
    for line in source.lines() {
        let begins = line.starts_with(|c: char| c.is_ascii_lowercase());
        match line.split_once('=').filter(|_| begins) {
            Some((key, text)) => {
                found.insert(key.trim().to_owned(), text.trim().to_owned());
                last = Some(key.trim().to_owned());
            }
            None if line.starts_with([' ', '\t', '}']) => {
                if let Some(text) = last.as_ref().and_then(|key| found.get_mut(key)) {
                    text.push('\n');
                    text.push_str(line);
                }
            }
            None => {}
        }
    }
    found
}

/// The `$names` that a text takes.
fn arguments(text: &str) -> BTreeSet<String> {
    text.split('$')
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect())
        .collect()
}

#[test]
fn the_three_languages_have_the_same_keys() {
    let mut findings = Vec::new();
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for (room, sources) in files() {
        let keys = sources.clone().map(|source| messages(&source));
        let all: BTreeSet<&String> = keys.iter().flat_map(BTreeMap::keys).collect();
        for (lang, known) in Lang::ALL.iter().zip(&keys) {
            for key in all.iter().filter(|key| !known.contains_key(**key)) {
                findings.push(format!("{room}/{}: {key} is missing", lang.code()));
            }
            for (key, text) in known.iter().filter(|(_, text)| text.trim().is_empty()) {
                findings.push(format!("{room}/{}: {key} says nothing{text}", lang.code()));
            }
        }
        for (lang, source) in Lang::ALL.iter().zip(&sources) {
            let mut seen = BTreeSet::new();
            for line in source.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase())) {
                let key = line.split_once('=').map_or(line, |(key, _)| key.trim());
                if !seen.insert(key) {
                    findings.push(format!("{room}/{}: {key} stands there twice", lang.code()));
                }
            }
        }
        for key in all {
            if let Some(other) = owners.insert(key.clone(), room) {
                findings.push(format!("{key} stands in the words of {other} and of {room}"));
            }
        }
    }
    none_of(&findings, "Every word is said in ja, ja-x-easy and en, once:");
}

#[test]
fn the_three_languages_take_the_same_arguments() {
    let mut findings = Vec::new();
    for (room, sources) in files() {
        let [ja, easy, en] = sources.map(|source| messages(&source));
        for (key, text) in &ja {
            let wanted = arguments(text);
            for (lang, other) in [("ja-x-easy", &easy), ("en", &en)] {
                let given = other.get(key).map(|text| arguments(text)).unwrap_or_default();
                if given != wanted && other.contains_key(key) {
                    findings.push(format!("{room}: {key} takes {wanted:?} in ja and {given:?} in {lang}"));
                }
            }
        }
    }
    none_of(
        &findings,
        "A sentence that loses its number or its name in one language says something else there:",
    );
}

#[test]
fn plain_japanese_is_plain() {
    let mut findings = Vec::new();
    for (room, [_, easy, _]) in files() {
        for (key, text) in messages(&easy) {
            for sentence in text.split(['。', '\n', '！', '？']) {
                let length = sentence.chars().filter(|c| !c.is_ascii()).count();
                if length > 60 {
                    findings.push(format!(
                        "{room}: {key} has a sentence of {length} characters: {}…",
                        sentence.trim().chars().take(30).collect::<String>()
                    ));
                }
            }
        }
    }
    none_of(&findings, "やさしい日本語 says one thing per sentence: cut what is longer than 60 characters.");
}

fn texts() -> Vec<(String, Literal)> {
    under("crates")
        .iter()
        .filter(|source| source.is_rust() && !source.is_test())
        .flat_map(|source| {
            literals(&source.code()).into_iter().map(|one| (source.path.clone(), one)).collect::<Vec<_>>()
        })
        .collect()
}

fn looks_like_a_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

/// The keys that a text in the code asks for.
fn asked_for(literal: &Literal) -> Vec<String> {
    let before = literal.before.trim_end();
    let text = literal.text.split('|').next().unwrap_or_default();
    if !looks_like_a_key(text) {
        return Vec::new();
    }
    let ends = |ends: &[&str]| ends.iter().any(|end| before.ends_with(end));
    if ends(&[".t(", ".tf("]) {
        return vec![text.to_owned()];
    }
    // `Fault::new(Kind::Conflict, "exists")`
    let tail = before.rsplit("Fault::new(").next().unwrap_or_default();
    if before.contains("Fault::new(")
        && tail.starts_with("Kind::")
        && tail.ends_with(',')
        && tail.matches(',').count() == 1
    {
        return vec![format!("fault-{text}"), format!("fault-{text}-remedy")];
    }
    if ends(&["rule("]) {
        return vec![text.to_owned()];
    }
    let field = before.rsplit("Fault::field(").next().unwrap_or_default();
    if before.contains("Fault::field(") && field.ends_with(',') && field.matches(',').count() == 1 {
        return vec![text.to_owned()];
    }
    let field = before.rsplit(".and_field(").next().unwrap_or_default();
    if before.contains(".and_field(") && field.ends_with(',') && field.matches(',').count() == 1 {
        return vec![text.to_owned()];
    }
    Vec::new()
}

/// `?done=saved` shows the word `done-saved`.
fn done_words(literal: &Literal) -> Vec<String> {
    literal
        .text
        .split("done=")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>())
        .filter(|word| !word.is_empty())
        .map(|word| format!("done-{word}"))
        .collect()
}

#[test]
fn no_word_that_the_code_asks_for_is_missing() {
    let known: BTreeSet<String> =
        files().iter().flat_map(|(_, [ja, _, _])| messages(ja).into_keys().collect::<Vec<_>>()).collect();
    let mut findings = BTreeSet::new();
    for (path, literal) in texts() {
        for key in asked_for(&literal).into_iter().chain(done_words(&literal)) {
            if !known.contains(&key) {
                findings.insert(format!("{path}: {key}"));
            }
        }
    }
    none_of(
        &findings.into_iter().collect::<Vec<_>>(),
        "People would see these keys instead of words; add them in three languages:",
    );
}

#[test]
fn no_word_is_left_over() {
    let texts = texts();
    let mut exact: BTreeSet<String> = BTreeSet::new();
    // What is put together at run time: "fault-{code}", "menu-{x}".
    let mut beginnings: BTreeSet<String> = BTreeSet::new();
    for (_, literal) in &texts {
        exact.insert(literal.text.split('|').next().unwrap_or_default().to_owned());
        exact.extend(asked_for(literal));
        exact.extend(done_words(literal));
        if let Some((start, _)) = literal.text.split_once('{')
            && start.ends_with('-')
            && looks_like_a_key(start)
            && start != "fault-"
            && start != "action-"
        {
            beginnings.insert(if literal.before.contains("Fault::new(") {
                format!("fault-{start}")
            } else {
                start.to_owned()
            });
        }
    }
    // A fault is often named far from where it is made: any text may be its code.
    let codes: Vec<String> = exact.iter().filter(|text| looks_like_a_key(text)).cloned().collect();
    for code in codes {
        exact.insert(format!("fault-{code}"));
        exact.insert(format!("fault-{code}-remedy"));
    }
    for (_, action) in super::actions::actions() {
        exact.insert(action.word().into_owned());
    }
    for door in ROOMS.iter().flat_map(|room| room.doors) {
        exact.insert(format!("action-{}", door.name.replace('.', "-")));
    }
    for (event, _) in ROOMS.iter().flat_map(|room| room.events) {
        exact.insert(format!("event-{}", event.replace('.', "-")));
    }
    let mut findings = Vec::new();
    for (room, [ja, _, _]) in files() {
        for key in messages(&ja).into_keys() {
            let used = exact.contains(&key) || beginnings.iter().any(|start| key.starts_with(start));
            if !used {
                findings.push(format!("{room}: {key}"));
            }
        }
    }
    none_of(&findings, "Nobody says these words any more; take them out of all three languages:");
}

#[test]
fn every_word_can_be_said() {
    let all = files();
    let sources: Vec<_> = ROOMS.iter().map(|room| room.words).collect();
    let words = Words::read(&sources).expect("the word files can be read");
    let mut findings = Vec::new();
    for (room, sources) in &all {
        for (lang, source) in Lang::ALL.iter().zip(sources) {
            let tongue = words.tongue(*lang);
            for (key, text) in messages(source) {
                let arguments: Vec<String> = arguments(&text).into_iter().collect();
                let given: Vec<(&str, &str)> = arguments.iter().map(|name| (name.as_str(), "3")).collect();
                let said = tongue.tf(&key, &given);
                if said == key || said.contains("{$") || said.contains("{ $") {
                    findings.push(format!("{room}/{}: {key} becomes {said:?}", lang.code()));
                }
            }
        }
    }
    none_of(&findings, "These words cannot be put together:");
}
