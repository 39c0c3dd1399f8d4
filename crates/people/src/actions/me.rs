//! One's own account.

use garde::Validate;
use ground::action::Action;
use ground::fault::Fault;
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Nothing, outdated, own_account, shown};
use crate::model::tidy;
use crate::store::accounts::{self, Account};
use crate::store::residents::{self, Resident};

/// One's own account: one row by its key.
pub const ME: Action<Nothing, Account> = Action::reads("people.me", own_account, |tx, cx, _| {
    let id = cx.who().account.as_ref().ok_or_else(Fault::signed_out)?;
    accounts::by_id(tx, id)?.ok_or_else(Fault::missing)
})
.quick();

/// One's own account with what the city keeps about a resident.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Profile {
    pub account: Account,
    /// Absent for staff, and for residents who gave nothing yet.
    pub resident: Option<Resident>,
}

pub const PROFILE: Action<Nothing, Profile> = Action::reads("people.profile", own_account, |tx, cx, _| {
    let id = cx.who().account.as_ref().ok_or_else(Fault::signed_out)?;
    let account = accounts::by_id(tx, id)?.ok_or_else(Fault::missing)?;
    let resident = residents::by_account(tx, id)?;
    Ok(Profile { account, resident })
})
.quick();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveMe {
    /// How one is called on the pages.
    #[garde(length(chars, max = 60), custom(shown))]
    pub name: String,
    /// Absent: the browser's language decides.
    #[serde(default)]
    #[garde(skip)]
    pub lang: Option<Lang>,
    /// The revision this was edited from.
    #[garde(skip)]
    pub rev: i64,
}

pub const SAVE_ME: Action<SaveMe, Account> =
    Action::writes("people.save_me", own_account, |tx, cx, input: &SaveMe| {
        let id = cx.who().account.as_ref().ok_or_else(Fault::signed_out)?;
        let now = accounts::by_id(tx, id)?.ok_or_else(Fault::missing)?;
        if now.rev != input.rev {
            return Err(outdated(&now));
        }
        let saved = Account {
            name: tidy(&input.name),
            lang: input.lang,
            rev: now.rev + 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
            ..now
        };
        if !accounts::change(tx, &saved)? {
            let stands = accounts::by_id(tx, id)?.ok_or_else(Fault::missing)?;
            return Err(outdated(&stands));
        }
        tx.emit(cx, "people.account_saved", id.as_str(), serde_json::json!({"rev": saved.rev}))?;
        let house = cx.house().clone();
        tx.after_commit(move || house.forget_sessions());
        Ok(saved)
    })
    .emits(&["people.account_saved"]);
