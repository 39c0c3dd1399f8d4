//! What a letter is.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use ground::cx::Cx;
use ground::fault::Fault;
use ground::id::Id;
use ground::validate::rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Still to be sent.
    Waiting,
    /// Shown in the outbox of a demonstration city, and not sent.
    Kept,
    /// Taken by the mail server.
    Sent,
    /// Refused by the mail server for good.
    Refused,
    /// Its time was over before it could be sent.
    Expired,
    /// Tried for as long as letters are tried.
    Failed,
    /// Given up by staff.
    Dropped,
}

impl State {
    pub const ALL: [State; 7] = [
        State::Waiting,
        State::Kept,
        State::Sent,
        State::Refused,
        State::Expired,
        State::Failed,
        State::Dropped,
    ];

    pub fn name(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Kept => "kept",
            State::Sent => "sent",
            State::Refused => "refused",
            State::Expired => "expired",
            State::Failed => "failed",
            State::Dropped => "dropped",
        }
    }

    pub fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Whom a letter is for and what it says: the part that is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    pub to: String,
    pub subject: String,
    pub plain: String,
    #[serde(default)]
    pub html: Option<String>,
    #[serde(default)]
    pub reply_to: Option<String>,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// A letter opens only as itself: moved to another row, its contents are worth nothing.
fn what(id: &Id) -> String {
    format!("gate.mail/{id}")
}

impl Contents {
    pub fn seal(&self, cx: &Cx, id: &Id) -> Result<String, Fault> {
        let plain = serde_json::to_vec(self).map_err(Fault::internal)?;
        cx.house().sealer.seal(&what(id), &plain, cx.secret())
    }

    pub fn open(cx: &Cx, id: &Id, sealed: &str) -> Result<Contents, Fault> {
        let plain = cx.house().sealer.open(&what(id), sealed)?;
        serde_json::from_slice(&plain).map_err(Fault::internal)
    }
}

/// Headers that other rooms may set, in lower case.
const HEADERS: &[&str] =
    &["list-unsubscribe", "list-unsubscribe-post", "list-id", "precedence", "in-reply-to", "references"];
/// RFC 5322 allows 998 bytes in a line; what rooms set is far shorter.
const HEADER_BYTES_MAX: usize = 900;

/// From the list, and nothing that could begin another header.
pub fn is_good_header(name: &str, value: &str) -> bool {
    HEADERS.contains(&name.to_ascii_lowercase().as_str())
        && !value.is_empty()
        && value.len() <= HEADER_BYTES_MAX
        && value.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// One address, as mail servers everywhere take it: printable ASCII without what has a meaning in headers and commands.
pub fn is_address(text: &str) -> bool {
    text.len() <= 254
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>()[]\\,;:\"".contains(&byte))
        && text.matches('@').count() == 1
        && lettre::Address::from_str(text).is_ok()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub fn an_address(text: &str, (): &()) -> garde::Result {
    if is_address(text.trim()) { Ok(()) } else { Err(rule("field-email", &[])) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub fn one_line(text: &str, (): &()) -> garde::Result {
    if text.chars().any(char::is_control) { Err(rule("field-gate-one-line", &[])) } else { Ok(()) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
pub fn a_kind(text: &str, (): &()) -> garde::Result {
    let good = (1..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if good { Ok(()) } else { Err(rule("field-pattern", &[])) }
}
