//! Notices by e-mail about mandates, data taken along, and leaving. Queued in the acting transaction; somebody without an
//! address gets none.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Who;
use serde_json::json;

use crate::store::accounts;

/// What a notice is about, and what its sentence names.
pub struct Notice<'n> {
    /// `people-mail-<kind>` is its subject, `people-mail-<kind>-body` its text.
    pub kind: &'static str,
    pub args: &'n [(&'n str, &'n str)],
    /// Where to read on.
    pub path: &'n str,
}

/// Writes to an account's own address, in the language that its person chose.
pub fn to_account(tx: &mut Tx<'_>, cx: &Cx, account: &Id, notice: &Notice<'_>) -> Result<(), Fault> {
    let Some(account) = accounts::by_id(tx, account)? else { return Ok(()) };
    let tongue = cx.house().words.tongue(account.lang.unwrap_or_else(|| cx.lang()));
    to_address(tx, cx, &account.mail, &tongue, notice)
}

/// Writes to an address that somebody named.
pub fn to_address(
    tx: &mut Tx<'_>,
    cx: &Cx,
    to: &str,
    tongue: &ground::words::Tongue,
    notice: &Notice<'_>,
) -> Result<(), Fault> {
    // A house without an outside sends nothing.
    if to.is_empty() || cx.house().action("gate.send_mail").is_none() {
        return Ok(());
    }
    let city = cx.city().facts().name.clone();
    let address = cx.city().url(notice.path);
    let mut args = vec![("city", city.as_str()), ("url", address.as_str())];
    args.extend_from_slice(notice.args);
    let subject = tongue.tf(&format!("people-mail-{}", notice.kind), &args);
    let plain = tongue.tf(&format!("people-mail-{}-body", notice.kind), &args);
    let letter = json!({
        "to": to, "subject": subject, "plain": plain, "html": null, "kind": notice.kind.replace('-', "_"),
        "secret": notice.kind == "invitation", "until_ms": cx.now_ms() + 7 * 86_400_000,
    });
    cx.acting_as(Who::system()).call(tx, "gate.send_mail", letter).map(|_| ())
}
