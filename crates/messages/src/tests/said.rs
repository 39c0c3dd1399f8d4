//! Words and the content that comes with the program.

use std::collections::{BTreeMap, BTreeSet};

use ground::words::{Lang, Words};

use crate::model::STANDING;
use crate::{ROOM, WORDS, content, demo, markdown, rules};

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
        let args = |text: &str| {
            text.split("{ $").skip(1).filter_map(|rest| rest.split(' ').next()).map(str::to_owned).collect()
        };
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
        assert!(
            action.emits.iter().all(|event| ROOM.events.iter().any(|(name, _)| name == event)),
            "{}",
            action.name
        );
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
            assert!(
                markdown::words(&text.body).chars().count() > 200,
                "{} is no more than a stub",
                page.slug
            );
        }
    }
}

#[test]
fn the_pages_of_the_demonstration_city_can_be_saved() {
    let pages = demo::pages().unwrap();
    let slugs: BTreeSet<&str> = pages.iter().map(|page| page.slug.as_str()).collect();
    assert_eq!(slugs.len(), pages.len(), "a name is taken twice");
    for page in &pages {
        assert_eq!(rules::check_texts(&page.texts), Ok(()), "{}", page.slug);
        assert!(!page.department.is_empty(), "{} belongs to nobody", page.slug);
    }
    assert!(pages.iter().any(|page| page.in_hours > 0) && pages.iter().any(|page| page.draft));
    assert!(pages.iter().any(|page| !page.texts.contains_key(&Lang::En)), "some translation is missing");
}

#[test]
fn links_between_the_pages_that_come_with_the_program_lead_somewhere() {
    let pages: Vec<_> = content::standing().unwrap().into_iter().chain(demo::pages().unwrap()).collect();
    let slugs: BTreeSet<&str> = pages.iter().map(|page| page.slug.as_str()).collect();
    for page in &pages {
        for text in page.texts.values() {
            for to in text.body.split("](/pages/").skip(1).filter_map(|rest| rest.split(')').next()) {
                assert!(slugs.contains(to), "{} leads to {to}", page.slug);
            }
        }
    }
}

#[test]
fn a_file_says_where_it_is_wrong() {
    assert!(content::read("slug: a\nplace: x\n\n=== ja\n# t\n\nb").is_err());
    assert!(content::read("slug: a\n\n=== fr\n# t\n\nb").is_err());
    let page = content::read("slug: a\nplace: 3\n\n=== ja\n# t\n\nb\n\nc\n").unwrap();
    assert_eq!(
        (page.place, page.texts[&Lang::Ja].title.as_str(), page.texts[&Lang::Ja].body.as_str()),
        (3, "t", "b\n\nc")
    );
}
