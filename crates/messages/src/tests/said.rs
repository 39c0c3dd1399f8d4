//! Words and the content that comes with the program.

use std::collections::{BTreeMap, BTreeSet};

use ground::words::{Lang, Words};

use crate::model::STANDING;
use crate::{ROOM, WORDS, content, markdown, rules};

#[test]
fn every_word_stands_in_three_languages() {
    let keys = |lang| Words::keys(WORDS.of(lang)).into_keys().collect::<BTreeSet<_>>();
    assert_eq!(keys(Lang::Ja), keys(Lang::JaEasy));
    assert_eq!(keys(Lang::Ja), keys(Lang::En));
}

#[test]
fn every_word_takes_the_same_arguments_in_three_languages() {
    let taken = |lang: Lang| -> BTreeMap<String, BTreeSet<String>> {
        let lines = WORDS.of(lang).lines().filter_map(|line| line.split_once(" = "));
        let args = |text: &str| text.split("{ $").skip(1).filter_map(|rest| rest.split(' ').next()).map(str::to_owned).collect();
        lines.map(|(key, text)| (key.to_owned(), args(text))).collect()
    };
    assert_eq!(taken(Lang::Ja), taken(Lang::JaEasy));
    assert_eq!(taken(Lang::Ja), taken(Lang::En));
}

#[test]
fn actions_and_events_have_their_words() {
    let words = Words::read(&[ground::floor::WORDS, WORDS]).unwrap();
    let t = words.tongue(Lang::Ja);
    for action in (ROOM.actions)() {
        assert!(t.knows(&action.word()), "{}", action.name);
        assert!(action.emits.iter().all(|event| ROOM.events.iter().any(|(name, _)| name == event)), "{}", action.name);
        assert!(ROOM.grants.iter().any(|grant| grant.action == action.name), "nobody may do {}", action.name);
    }
    for (event, _) in ROOM.events {
        assert!(t.knows(&format!("event-{}", event.replace('.', "-"))), "{event}");
    }
}

#[test]
fn every_city_begins_with_the_standing_pages_in_three_languages() {
    let pages = content::standing().unwrap();
    let slugs: BTreeSet<&str> = pages.iter().map(|page| page.slug.as_str()).collect();
    assert_eq!(slugs, BTreeSet::from(STANDING));
    for page in pages {
        assert_eq!(page.texts.len(), 3, "{}", page.slug);
        assert!(page.in_footer, "{}", page.slug);
        assert_eq!(rules::check_texts(&page.texts), Ok(()), "{}", page.slug);
        for text in page.texts.values() {
            assert!(markdown::words(&text.body).chars().count() > 200, "{} is no more than a stub", page.slug);
        }
    }
}
