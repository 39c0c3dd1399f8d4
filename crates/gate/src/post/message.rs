//! A letter as it goes over the wire. Whatever anybody wrote into it, it has the headers that we gave it and no others.

use std::time::{Duration, UNIX_EPOCH};

use ground::ports::Letter;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use crate::mail::model::{is_address, is_good_header};

/// Why a letter can never be sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Bad {
    /// The city's own address is missing or none: a matter of settings, and no letter's fault.
    Sender,
    Letter(&'static str),
}

fn address(text: &str) -> Option<Address> {
    is_address(text.trim()).then(|| text.trim().parse().ok()).flatten()
}

/// Without what would end a line.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

/// Line ends of one kind, and no other control characters: a lone carriage return ends a line for some servers, and a
/// letter for others.
fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c }).collect()
}

/// The envelope and the bytes of a letter; `from` and `bounce` hold where the letter names none.
pub fn written(letter: &Letter, from: &str, bounce: &str) -> Result<(Envelope, Vec<u8>), Bad> {
    let or = |own: &str, other: &str| if own.trim().is_empty() { other.to_owned() } else { own.to_owned() };
    let from = address(&or(&letter.from, from)).ok_or(Bad::Sender)?;
    let bounce = match or(&letter.bounce, bounce) {
        empty if empty.trim().is_empty() => from.clone(),
        given => address(&given).ok_or(Bad::Sender)?,
    };
    let to = address(&letter.to).ok_or(Bad::Letter("the address cannot be used"))?;
    let name = one_line(&letter.from_name);
    let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(letter.at_ms).unwrap_or(0));
    let envelope = Envelope::new(Some(bounce), vec![to.clone()])
        .map_err(|_| Bad::Letter("there is nobody to send it to"))?;
    let mut builder = Message::builder()
        .from(Mailbox::new((!name.is_empty()).then_some(name), from))
        .to(Mailbox::new(None, to))
        .subject(one_line(&letter.subject))
        .date(at)
        .envelope(envelope.clone());
    builder = builder
        .raw_header(raw("Message-ID", &letter.message_id).ok_or(Bad::Letter("its id cannot be used"))?);
    builder = builder.raw_header(raw("Auto-Submitted", "auto-generated").ok_or(Bad::Letter("a header"))?);
    for (name, value) in &letter.headers {
        if name.eq_ignore_ascii_case("reply-to") {
            let to = address(value).ok_or(Bad::Letter("the address for answers cannot be used"))?;
            builder = builder.reply_to(Mailbox::new(None, to));
        } else if is_good_header(name, value) {
            builder = builder.raw_header(raw(name, value).ok_or(Bad::Letter("a header cannot be used"))?);
        } else {
            return Err(Bad::Letter("a header cannot be used"));
        }
    }
    let plain = lines(&letter.plain);
    let message = match &letter.html {
        Some(html) => builder.multipart(MultiPart::alternative_plain_html(plain, lines(html))),
        None => builder.singlepart(SinglePart::plain(plain)),
    };
    let message = message.map_err(|_| Bad::Letter("it cannot be put together"))?;
    Ok((envelope, message.formatted()))
}

fn raw(name: &str, value: &str) -> Option<HeaderValue> {
    let good = !value.is_empty() && value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let name = HeaderName::new_from_ascii(name.to_owned()).ok()?;
    good.then(|| HeaderValue::new(name, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn letter() -> Letter {
        Letter {
            from: "info@city.example.jp".into(),
            from_name: "帆待市".into(),
            bounce: String::new(),
            to: "taro@example.jp".into(),
            subject: "確認コードのお知らせ".into(),
            plain: "確認コードは 123456 です。\n".into(),
            html: None,
            message_id: "<01ABC@city.example.jp>".into(),
            headers: Vec::new(),
            urgent: false,
            at_ms: 1_775_001_600_000,
        }
    }

    fn heads(bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        let names = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        let mut names: Vec<String> =
            names.map(|line| line.split(':').next().unwrap().to_ascii_lowercase()).collect();
        names.sort();
        names
    }

    const USUAL: [&str; 9] = [
        "auto-submitted",
        "content-transfer-encoding",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "subject",
        "to",
    ];

    #[test]
    fn a_letter_has_its_headers_and_says_what_it_says() {
        let (envelope, bytes) = written(&letter(), "", "").unwrap();
        assert_eq!(envelope.from().unwrap().to_string(), "info@city.example.jp");
        assert_eq!(heads(&bytes), USUAL);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("Message-ID: <01ABC@city.example.jp>\r\n"), "{text}");
        assert!(text.contains("Date: Wed, 01 Apr 2026 00:00:00 +0000\r\n"), "{text}");
        assert!(!text.contains("確認"), "what is not ASCII is encoded");
    }

    #[test]
    fn the_envelope_may_lead_elsewhere_and_a_city_without_an_address_uses_the_houses() {
        let (envelope, _) = written(&letter(), "", "bounce@city.example.jp").unwrap();
        assert_eq!(envelope.from().unwrap().to_string(), "bounce@city.example.jp");
        let nameless = Letter { from: String::new(), ..letter() };
        let (envelope, _) = written(&nameless, "house@example.jp", "").unwrap();
        assert_eq!(envelope.from().unwrap().to_string(), "house@example.jp");
        assert_eq!(written(&nameless, "", "").unwrap_err(), Bad::Sender);
    }

    #[test]
    fn headers_come_from_the_list_only() {
        let with = |name: &str, value: &str| {
            written(&Letter { headers: vec![(name.into(), value.into())], ..letter() }, "", "")
        };
        assert!(with("List-Unsubscribe", "<https://city.example.jp/u>").is_ok());
        assert!(with("Reply-To", "desk@city.example.jp").is_ok());
        for (name, value) in [
            ("Bcc", "evil@example.com"),
            ("List-Id", "x\r\nBcc: evil@example.com"),
            ("List-Id\r\nBcc", "evil@example.com"),
            ("Reply-To", "a@b.jp\r\nBcc: evil@example.com"),
        ] {
            assert!(with(name, value).is_err(), "{name}: {value}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn no_header_is_smuggled_in(
            from_name in any::<String>(), subject in any::<String>(), plain in any::<String>(),
            html in proptest::option::of(any::<String>()), joint in "[\r\n\0\u{85}\u{2028} ]{1,3}",
        ) {
            let poison = |text: &str| format!("{text}{joint}Bcc: evil@example.com{joint}{joint}.{joint}QUIT");
            let one = Letter {
                from_name: poison(&from_name), subject: poison(&subject), plain: poison(&plain), html, ..letter()
            };
            let (envelope, bytes) = written(&one, "", "").unwrap();
            prop_assert_eq!(envelope.to().len(), 1);
            let text = String::from_utf8(bytes).unwrap();
            let mut usual: Vec<&str> = USUAL.to_vec();
            // A letter with HTML says how its parts are encoded, each for itself.
            if one.html.is_some() {
                usual.retain(|name| *name != "content-transfer-encoding");
            }
            prop_assert_eq!(heads(text.as_bytes()), usual);
            // Every line end is a whole one: a bare one means different things to different servers.
            let bare = text.replace("\r\n", "");
            prop_assert!(!bare.contains(['\r', '\n']) && text.is_ascii());
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 998));
        }

        #[test]
        fn an_address_is_one_address(to in "\\PC{0,30}@?\\PC{0,30}[\r\n]{0,2}\\PC{0,10}") {
            let one = Letter { to, ..letter() };
            if let Ok((envelope, _)) = written(&one, "", "") {
                let to = envelope.to()[0].to_string();
                prop_assert!(!to.contains(['\r', '\n', ' ', '<', '>', ',']) && to.matches('@').count() == 1);
            }
        }
    }
}
