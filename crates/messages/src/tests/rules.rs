//! Decisions.

use std::collections::BTreeMap;
use std::sync::Arc;

use ground::clock::{Clock, FixedClock};
use ground::id::Id;
use ground::text::Text;
use ground::who::{Role, Who};
use ground::words::Lang::{self, En, Ja, JaEasy};
use proptest::prelude::*;

use crate::model::{PageText, State, is_slug};
use crate::rules::{
    self, SCHEDULE_AHEAD_MS, check_instant, check_texts, may_let_out, next_text, translations_due,
};

fn written(texts: &[(Lang, &str)]) -> BTreeMap<Lang, String> {
    texts.iter().map(|(lang, text)| (*lang, (*text).to_owned())).collect()
}

fn person(number: u128, roles: &[Role]) -> Who {
    Who {
        account: Some(Id::from_parts(FixedClock::at(1).now_ms(), number)),
        roles: Arc::from(roles),
        ..Who::default()
    }
}

#[test]
fn a_translation_falls_behind_when_the_japanese_changes() {
    let first = next_text(None, &written(&[(Ja, "市"), (En, "City")]), 1, &[]);
    assert_eq!(translations_due(&first, &first), [JaEasy]);
    let second = next_text(Some(&first), &written(&[(Ja, "町"), (En, "City")]), 2, &[]);
    assert_eq!(translations_due(&second, &second), [JaEasy, En]);
    let third = next_text(Some(&second), &written(&[(Ja, "町"), (En, "Town")]), 3, &[]);
    assert_eq!(translations_due(&third, &third), [JaEasy]);
    assert_eq!(
        third.0.get(&Ja).map(|ja| ja.of_rev),
        Some(2),
        "the Japanese did not change in the third revision"
    );
}

#[test]
fn a_translation_can_be_confirmed_without_a_change() {
    let first = next_text(None, &written(&[(Ja, "市"), (En, "City")]), 1, &[]);
    let second = next_text(Some(&first), &written(&[(Ja, "市。"), (En, "City")]), 2, &[En]);
    assert_eq!(translations_due(&second, &second), [JaEasy]);
}

#[test]
fn a_language_that_is_emptied_is_gone() {
    let first = next_text(None, &written(&[(Ja, "市"), (En, "City")]), 1, &[]);
    let second = next_text(Some(&first), &written(&[(Ja, "市"), (En, " ")]), 2, &[]);
    assert!(!second.0.contains_key(&En));
}

#[test]
fn whoever_saved_does_not_let_out() {
    let (one, other) = (person(1, &[Role::Staff, Role::Approver]), person(2, &[Role::Staff, Role::Approver]));
    assert_eq!(may_let_out(&other, &one.written(), false), Ok(false));
    assert_eq!(may_let_out(&one, &one.written(), false).unwrap_err().code(), "messages-own-words");
    assert_eq!(may_let_out(&one, &one.written(), true).unwrap_err().code(), "messages-own-words");
}

#[test]
fn an_administrator_lets_out_own_words_only_on_the_record() {
    let admin = person(1, &[Role::Staff, Role::Admin]);
    assert_eq!(may_let_out(&admin, &admin.written(), false).unwrap_err().code(), "messages-own-words-admin");
    assert_eq!(may_let_out(&admin, &admin.written(), true), Ok(true));
    assert_eq!(may_let_out(&admin, "somebody", true), Ok(false), "nothing was bypassed");
}

#[test]
fn japanese_is_always_there_and_a_translation_is_whole() {
    let text = |title: &str, body: &str| PageText { title: title.into(), body: body.into() };
    let paths = |texts: &[(Lang, PageText)]| -> Vec<String> {
        match check_texts(&texts.iter().cloned().collect()) {
            Ok(()) => Vec::new(),
            Err(fault) => fault.fields().iter().map(|field| field.path.clone()).collect(),
        }
    };
    assert_eq!(paths(&[(Ja, text("題", "文"))]), [""; 0]);
    assert_eq!(paths(&[(En, text("t", "b"))]), ["texts.ja.title", "texts.ja.body"]);
    assert_eq!(paths(&[(Ja, text("題", "文")), (En, text("t", ""))]), ["texts.en.body"]);
    assert_eq!(paths(&[(Ja, text("題", "<b>文</b>"))]), ["texts.ja.body"]);
    assert_eq!(paths(&[(Ja, text(&"題".repeat(121), "文"))]), ["texts.ja.title"]);
}

#[test]
fn a_page_is_scheduled_ahead_but_not_for_ever() {
    assert!(check_instant(11, 10).is_ok());
    assert!(check_instant(10, 10).is_err());
    assert!(check_instant(11 + SCHEDULE_AHEAD_MS, 10).is_err());
}

#[test]
fn states_are_read_as_they_are_written() {
    assert!(State::ALL.into_iter().all(|state| State::from_name(state.name()) == Some(state)));
}

proptest! {
    #[test]
    fn a_slug_needs_no_escaping_in_an_address(slug in "\\PC{0,20}") {
        if is_slug(&slug, &()).is_ok() {
            prop_assert!(slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
        }
    }

    #[test]
    fn no_translation_is_newer_than_the_japanese_it_follows(
        saves in proptest::collection::vec((0..3u8, 0..3u8, any::<bool>()), 1..8)
    ) {
        let mut before: Option<Text> = None;
        for (rev, (ja, en, confirmed)) in (1..).zip(saves) {
            let (ja, en) = (format!("日{ja}"), format!("e{en}"));
            let still_right: &[Lang] = if confirmed { &[En] } else { &[] };
            let next = next_text(before.as_ref(), &written(&[(Ja, &ja), (En, &en)]), rev, still_right);
            let of = |lang: Lang| next.0.get(&lang).map(|version| version.of_rev).unwrap();
            prop_assert!(of(En) <= of(Ja) && of(Ja) <= rev);
            let changed = before.as_ref().is_none_or(|old| old.0.get(&En).unwrap().text != en);
            prop_assert!(!(changed || confirmed) || !rules::translations_due(&next, &next).contains(&En));
            before = Some(next);
        }
    }
}
