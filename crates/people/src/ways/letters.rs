//! The letters of signing in. They are queued with the act that causes them and sent later; none holds more of a person
//! than the address it goes to.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::who::Who;
use ground::words::Lang;
use serde_json::json;

const DAY_MS: i64 = 86_400_000;

fn send(
    tx: &mut Tx<'_>,
    cx: &Cx,
    kind: &str,
    to: &str,
    (subject, plain): (String, String),
    secret: bool,
    until_ms: i64,
) -> Result<(), Fault> {
    if to.is_empty() {
        return Ok(());
    }
    let letter = json!({
        "to": to, "subject": subject, "plain": plain, "html": null, "kind": kind, "secret": secret,
        "until_ms": until_ms,
    });
    cx.acting_as(Who::system()).call(tx, "gate.send_mail", letter).map(|_| ())
}

/// The code in two halves, which is how people read eight digits.
pub(crate) fn halves(code: &str) -> String {
    let (first, last) = code.split_at_checked(code.len() / 2).unwrap_or((code, ""));
    format!("{first} {last}")
}

pub(crate) fn code(
    tx: &mut Tx<'_>,
    cx: &Cx,
    lang: Lang,
    to: &str,
    code: &str,
    until_ms: i64,
) -> Result<(), Fault> {
    let t = cx.house().words.tongue(lang);
    let city = cx.city().facts().name.clone();
    let args = [("city", city.as_str()), ("code", &halves(code)), ("minutes", "10")];
    let words = (t.tf("people-letter-code-subject", &args), t.tf("people-letter-code", &args));
    send(tx, cx, "sign_in_code", to, words, true, until_ms)
}

/// Somebody tried many codes: they rest.
pub(crate) fn resting(tx: &mut Tx<'_>, cx: &Cx, to: &str) -> Result<(), Fault> {
    let city = cx.city().facts().name.clone();
    let address = cx.city().url("/sign-in");
    let args = [("city", city.as_str()), ("address", address.as_str())];
    let t = cx.tongue();
    let words = (t.tf("people-letter-resting-subject", &args), t.tf("people-letter-resting", &args));
    send(tx, cx, "sign_in_resting", to, words, false, cx.now_ms() + DAY_MS)
}

/// Something about the ways into the account has changed. `what` is the word for it.
pub(crate) fn changed(
    tx: &mut Tx<'_>,
    cx: &Cx,
    lang: Option<Lang>,
    to: &str,
    what: &str,
) -> Result<(), Fault> {
    let t = cx.house().words.tongue(lang.unwrap_or(cx.lang()));
    let city = cx.city().facts().name.clone();
    let address = cx.city().url("/my/security");
    let when = cx.now().strftime("%Y-%m-%d %H:%M").to_string();
    let args = [("city", city.as_str()), ("address", &address), ("what", t.t(what)), ("when", &when)];
    let words = (t.tf("people-letter-changed-subject", &args), t.tf("people-letter-changed", &args));
    send(tx, cx, "account_changed", to, words, false, cx.now_ms() + 3 * DAY_MS)
}
