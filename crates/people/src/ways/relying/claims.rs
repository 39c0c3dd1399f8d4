//! What a provider says of a person, brought into the city's own forms. Whatever does not fit is left out: nobody is
//! kept from signing in by an odd telephone number.

use serde_json::{Map, Value};

use super::model::{Place, Provider, Said, Take};
use super::token::Claims;
use crate::model::{folded_mail, is_mail, katakana, tidy};
use crate::rules;

const NAME_CHARS_MAX: usize = 60;
const ADDRESS_CHARS_MAX: usize = 200;
/// Digits of a telephone number (E.164), and what people write between them.
const PHONE_CHARS_MAX: usize = 20;
/// How deep a dotted name leads.
const DEPTH_MAX: usize = 4;

/// Reads what the provider was asked for from the ID token's claims and those of the userinfo endpoint. What both say,
/// the ID token says: it is signed.
pub fn said(provider: &Provider, subject: &str, token: &Claims, more: &Claims) -> Said {
    let mut values = Vec::new();
    for Take { place, claim } in &provider.takes {
        let found = find(token, claim).or_else(|| find(more, claim));
        if let Some(value) = found.and_then(|value| fitted(*place, value)) {
            values.push((*place, value));
        }
    }
    let confirmed = |claims: &Claims| claims.get("email_verified").is_some_and(is_true);
    let mail_confirmed = provider.mail_is_confirmed || confirmed(token) || confirmed(more);
    Said { subject: subject.to_owned(), values, mail_confirmed }
}

/// Some providers write the truth as a text.
fn is_true(value: &Value) -> bool {
    value.as_bool() == Some(true) || value.as_str() == Some("true")
}

fn find<'c>(claims: &'c Map<String, Value>, claim: &str) -> Option<&'c Value> {
    // A claim may have a dot in its own name (`https://city.example/kana`).
    if let Some(value) = claims.get(claim) {
        return Some(value);
    }
    let mut steps = claim.split('.').take(DEPTH_MAX);
    let mut value = claims.get(steps.next()?)?;
    for step in steps {
        value = value.get(step)?;
    }
    Some(value)
}

/// A value in the form in which the city keeps it; nothing when it is not one.
fn fitted(place: Place, value: &Value) -> Option<String> {
    let text = match (place, value) {
        (_, Value::String(text)) => text.as_str(),
        // The address claim is an object with the whole in one of its fields (OpenID Connect Core §5.1.1).
        (Place::Address, Value::Object(parts)) => parts.get("formatted")?.as_str()?,
        (Place::Postal, Value::Object(parts)) => parts.get("postal_code")?.as_str()?,
        _ => return None,
    };
    let short =
        |text: String, most: usize| (!text.is_empty() && text.chars().count() <= most).then_some(text);
    match place {
        Place::Name => short(tidy(text), NAME_CHARS_MAX),
        Place::Kana => short(katakana(text), NAME_CHARS_MAX),
        Place::Address => short(tidy(text), ADDRESS_CHARS_MAX),
        Place::Birth => birth(text),
        Place::Postal => rules::postal_code(text).filter(|postal| !postal.is_empty()),
        Place::Phone => phone(text),
        Place::Mail => Some(folded_mail(text)).filter(|mail| is_mail(mail)),
    }
}

/// `1980-04-01` or `19800401`. A year alone, or one that is kept secret (`0000-…`), is no birth date.
fn birth(text: &str) -> Option<String> {
    let digits: String = text.trim().chars().filter(|c| *c != '-' && *c != '/').collect();
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let date = format!("{}-{}-{}", digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?);
    let read: jiff::civil::Date = date.parse().ok()?;
    (read.year() >= 1870).then_some(date)
}

fn phone(text: &str) -> Option<String> {
    let plain: String = tidy(text);
    let digits = plain.bytes().filter(u8::is_ascii_digit).count();
    let good = plain.len() <= PHONE_CHARS_MAX
        && (9..=15).contains(&digits)
        && plain.bytes().all(|byte| byte.is_ascii_digit() || b"+- ()".contains(&byte));
    good.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn values_come_in_the_citys_own_forms() {
        assert_eq!(fitted(Place::Name, &json!(" 花田　 咲 ")), Some("花田 咲".to_owned()));
        assert_eq!(fitted(Place::Kana, &json!("はなだ さき")), Some("ハナダ サキ".to_owned()));
        assert_eq!(fitted(Place::Birth, &json!("19800401")), Some("1980-04-01".to_owned()));
        assert_eq!(fitted(Place::Birth, &json!("1980-02-30")), None);
        assert_eq!(fitted(Place::Birth, &json!("0000-04-01")), None);
        assert_eq!(fitted(Place::Birth, &json!("1980")), None);
        assert_eq!(
            fitted(Place::Address, &json!({"formatted": "北町\n1-2-3"})),
            Some("北町 1-2-3".to_owned())
        );
        assert_eq!(fitted(Place::Mail, &json!("Hana@Example.JP")), Some("hana@example.jp".to_owned()));
        assert_eq!(fitted(Place::Mail, &json!("no address")), None);
        assert_eq!(fitted(Place::Phone, &json!("+81 90-1234-5678")), Some("+81 90-1234-5678".to_owned()));
        assert_eq!(fitted(Place::Name, &json!(7)), None);
    }

    #[test]
    fn a_dotted_name_leads_into_an_object_unless_the_claim_has_it_itself() {
        let claims: Claims = serde_json::from_value(json!({"a": {"b": "in"}, "a.c": "own"})).unwrap();
        assert_eq!(find(&claims, "a.b"), Some(&json!("in")));
        assert_eq!(find(&claims, "a.c"), Some(&json!("own")));
        assert_eq!(find(&claims, "a.b.c"), None);
        assert_eq!(find(&claims, ""), None);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,80}".prop_map(Value::from),
            "[0-9/-]{6,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z_]{1,12}|formatted|postal_code", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_a_provider_says_is_short_and_without_control_characters(value in any_json()) {
            for place in Place::ALL {
                if let Some(text) = fitted(place, &value) {
                    prop_assert!(!text.is_empty() && text.chars().count() <= 254);
                    prop_assert!(!text.chars().any(char::is_control));
                    if place == Place::Birth {
                        prop_assert!(text.parse::<jiff::civil::Date>().is_ok());
                    }
                }
            }
        }
    }
}
