//! What is decided from values alone: when to try again, what a letter is called, what may be said about it.

use ground::id::Id;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// A letter that nobody takes is tried for so long.
pub const TRIED_FOR_MS: i64 = 96 * HOUR;

/// When to try again after so many tries: 2, 4, 8 … 30 s for what is urgent; 10 s, 20 s … half an hour for the rest,
/// each spread over three to five quarters of itself.
pub fn delay_ms(tries: i64, urgent: bool, jitter: u8) -> i64 {
    let (first, most) = if urgent { (2 * SECOND, 30 * SECOND) } else { (10 * SECOND, 30 * MINUTE) };
    let whole = first.saturating_mul(1 << tries.saturating_sub(1).clamp(0, 20)).min(most);
    whole * 3 / 4 + whole / 2 * i64::from(jitter) / 255
}

/// The part of an address after the @.
pub fn host_of(address: &str) -> String {
    address.rsplit_once('@').map_or("", |(_, host)| host).to_ascii_lowercase()
}

/// The same for every try, and another for every letter.
pub fn message_id(id: &Id, mail_from: &str, public_url: &str) -> String {
    let own = host_of(mail_from);
    let host = if own.is_empty() {
        let rest = public_url.split_once("://").map_or(public_url, |(_, rest)| rest);
        rest.split(['/', ':']).next().unwrap_or_default().to_owned()
    } else {
        own
    };
    let good =
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    format!("<{id}@{}>", if good { host.as_str() } else { "machiya.invalid" })
}

/// What a mail server said, without line breaks and without anybody's address: servers like to repeat it.
pub fn told(said: &str) -> String {
    let spaced: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = spaced.split_whitespace().map(|word| if word.contains('@') { "…" } else { word });
    let told = words.collect::<Vec<_>>().join(" ");
    told.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_letter_is_named_after_the_city_it_comes_from() {
        let id = Id::from_parts(1_775_001_600_000, 7);
        let named = |from: &str, url: &str| message_id(&id, from, url);
        assert_eq!(named("info@city.example.jp", "https://x.example"), format!("<{id}@city.example.jp>"));
        assert_eq!(named("", "http://first.localhost:8080"), format!("<{id}@first.localhost>"));
        assert_eq!(named("", ""), format!("<{id}@machiya.invalid>"));
    }

    #[test]
    fn nobodys_address_is_repeated() {
        assert_eq!(told("550 5.1.1 <taro@example.jp>: user\r\nunknown"), "550 5.1.1 … user unknown");
    }

    proptest! {
        #[test]
        fn delays_grow_and_stay_within_their_limit(tries in 1i64..200, urgent: bool, jitter: u8) {
            let delay = delay_ms(tries, urgent, jitter);
            let most = if urgent { 30 * SECOND } else { 30 * MINUTE };
            prop_assert!((SECOND..=most * 5 / 4).contains(&delay));
            prop_assert!(delay_ms(tries + 1, urgent, jitter) >= delay);
        }

        #[test]
        fn what_is_told_holds_no_address_and_no_line_break(said in "\\PC{0,40}@\\PC{0,40}\r\n\\PC{0,400}") {
            let told = told(&said);
            prop_assert!(!told.contains(['@', '\r', '\n']));
            prop_assert!(told.chars().count() <= 300);
        }

        #[test]
        fn a_name_is_always_one_that_headers_can_hold(from in "\\PC{0,60}", url in "\\PC{0,60}") {
            let named = message_id(&Id::from_parts(1, 1), &from, &url);
            prop_assert!(named.is_ascii() && !named.contains(' ') && named.matches('@').count() == 1);
        }
    }
}
