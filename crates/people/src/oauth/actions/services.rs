//! The services that a person is connected with.

use garde::Validate;
use ground::action::Action;
use ground::fault::Fault;
use ground::id::Id;
use ground::list::{List, Paging};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::forget_remembered;
use crate::actions::{Nothing, own_account};
use crate::oauth::store::connections::{self, Connected};
use crate::oauth::store::tokens;

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskServices {
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

pub const SERVICES: Action<AskServices, List<Connected>> =
    Action::reads("people.services", own_account, |tx, cx, input: &AskServices| {
        let account = cx.who().account.as_ref().ok_or_else(Fault::signed_out)?;
        let rows = connections::of_account(tx, account, input.paging.after(), input.paging.rows() + 1)?;
        Ok(List::cut(rows, input.paging.rows(), |row| row.client.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Disconnect {
    pub client: Id,
}

/// Ends a connection: its tokens are worth nothing from now on. What the person allowed stays as it stands, and is
/// changed on the page of consents.
pub const DISCONNECT: Action<Disconnect, Nothing> =
    Action::writes("people.disconnect", own_account, |tx, cx, input: &Disconnect| {
        let account = cx.who().account.as_ref().ok_or_else(Fault::signed_out)?;
        if !connections::remove(tx, &input.client, account)? {
            return Err(Fault::missing());
        }
        tokens::end_all(tx, &input.client, account)?;
        forget_remembered(tx, cx);
        tx.emit(cx, "people.disconnected", input.client.as_str(), json!({"account": account}))?;
        Ok(Nothing {})
    })
    .emits(&["people.disconnected"]);
