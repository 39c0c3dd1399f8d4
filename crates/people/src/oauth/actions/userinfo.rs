//! What a client learns of the person who signed in there.

use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::program;
use crate::actions::Nothing;
use crate::oauth::claims;
use crate::oauth::store::{clients, pairwise};

/// The claims, `sub` among them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct UserInfo {
    pub claims: Map<String, Value>,
}

fn person_of(_: &mut Tx<'_>, cx: &Cx, _: &Nothing) -> Result<Object, Fault> {
    program(cx)?;
    Ok(Object::new("person", "").owner(cx.who().account.clone()))
}

/// The person's claims: the subject always, everything else by release. The record of uses is its audit.
pub const USERINFO: Action<Nothing, UserInfo> = Action::writes("people.userinfo", person_of, |tx, cx, _| {
    let client = program(cx)?;
    let (Some(account), true) = (&cx.who().account, cx.who().has_scope("openid")) else {
        return Err(Fault::new(Kind::Refused, "people-oauth-no-person"));
    };
    let subject = pairwise::subject(tx, cx, client, account)?;
    let mut claims = claims::of_person(tx, cx, client, account)?;
    claims.insert("sub".to_owned(), subject.into());
    clients::count_use(tx, client, &cx.now().date().to_string(), "userinfo", cx.now_ms())?;
    Ok(UserInfo { claims })
})
.unaudited();
