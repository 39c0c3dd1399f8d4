//! From attributes of the city to claims of OpenID Connect. The one place where a client is given personal data, and
//! it gets it by release.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Level;
use serde_json::{Map, Value, json};

use crate::attribute::Attribute;
use crate::consent::standing;
use crate::oauth::PURPOSE_SCOPE;
use crate::release::{Ask, release};
use crate::store::accounts;

/// The scope in which an attribute is handed over. What the standards know nothing of comes with its purpose alone.
fn scope_of(attribute: Attribute) -> Option<&'static str> {
    match attribute {
        Attribute::Name | Attribute::Kana | Attribute::Birth | Attribute::Languages => Some("profile"),
        Attribute::Mail => Some("email"),
        Attribute::Phone => Some("phone"),
        Attribute::Postal | Attribute::Address => Some("address"),
        Attribute::AgeBand
        | Attribute::Block
        | Attribute::District
        | Attribute::Place
        | Attribute::Household
        | Attribute::Interests
        | Attribute::Wishes
        | Attribute::Level => None,
    }
}

/// What the person allows this client, purpose by purpose. Each use stands in the record before it is answered; a
/// purpose that the person does not allow is not even tried.
pub fn of_person(tx: &mut Tx<'_>, cx: &Cx, client: &Id, account: &Id) -> Result<Map<String, Value>, Fault> {
    let who = cx.who();
    let person_no = accounts::person_no(tx, account)?;
    let level = accounts::assurance(tx, account)?.level;
    let mut claims = Map::new();
    for purpose in who.scopes.iter().filter_map(|scope| scope.strip_prefix(PURPOSE_SCOPE)) {
        let Some(in_force) = standing::in_force(tx, purpose)? else { continue };
        if in_force.needs_consent() && !standing::is_given(tx, person_no, purpose, cx.now_ms())? {
            continue;
        }
        let wanted = |attribute: &Attribute| scope_of(*attribute).is_none_or(|scope| who.has_scope(scope));
        let attributes: Vec<Attribute> = in_force.attributes.iter().copied().filter(wanted).collect();
        if attributes.is_empty() {
            continue;
        }
        let ask = Ask {
            subject: account.clone(),
            purpose: purpose.to_owned(),
            recipient: crate::oauth::recipient(tx, client)?,
            attributes,
            reason: String::new(),
        };
        for (attribute, value) in release(tx, cx, &ask)?.given {
            put(&mut claims, attribute, value, level);
        }
    }
    Ok(claims)
}

fn put(claims: &mut Map<String, Value>, attribute: Attribute, value: Value, level: Level) {
    let name = match attribute {
        Attribute::Name => "name",
        Attribute::Kana => "name#ja-Kana-JP",
        Attribute::Birth => "birthdate",
        Attribute::Languages => {
            if let Some(first) = value.get(0).or(Some(&value)).and_then(Value::as_str) {
                claims.insert("locale".to_owned(), first.split(' ').next().unwrap_or_default().into());
            }
            return;
        }
        Attribute::Mail => {
            claims.insert("email_verified".to_owned(), (level >= Level::Mail).into());
            "email"
        }
        Attribute::Phone => {
            claims.insert("phone_number_verified".to_owned(), false.into());
            "phone_number"
        }
        Attribute::Postal => return within(claims, "address", "postal_code", value),
        Attribute::Address => return within(claims, "address", "formatted", value),
        other => return within(claims, "city", other.name(), value),
    };
    claims.insert(name.to_owned(), value);
}

/// Puts a value into an object among the claims.
fn within(claims: &mut Map<String, Value>, object: &str, name: &str, value: Value) {
    let place = claims.entry(object).or_insert_with(|| json!({}));
    if let Some(place) = place.as_object_mut() {
        place.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_become_the_claims_of_the_standard() {
        let mut claims = Map::new();
        for (attribute, value) in [
            (Attribute::Name, json!("帆待 花子")),
            (Attribute::Mail, json!("hana@example.jp")),
            (Attribute::Postal, json!("123-4567")),
            (Attribute::Address, json!("北町一丁目")),
            (Attribute::District, json!({"slug": "north"})),
        ] {
            put(&mut claims, attribute, value, Level::Mail);
        }
        assert_eq!(
            Value::Object(claims),
            json!({
                "name": "帆待 花子", "email": "hana@example.jp", "email_verified": true,
                "address": {"postal_code": "123-4567", "formatted": "北町一丁目"},
                "city": {"district": {"slug": "north"}},
            })
        );
    }

    #[test]
    fn an_address_that_nobody_confirmed_is_not_called_verified() {
        let mut claims = Map::new();
        put(&mut claims, Attribute::Mail, json!("x@example.jp"), Level::Declared);
        assert_eq!(claims["email_verified"], false);
    }
}
