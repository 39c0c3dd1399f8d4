//! The verbs of this part.

pub mod authorize;
pub mod clients;
pub mod keys;
pub mod proof;
pub mod services;
pub mod sign_out;
pub mod tokens;
pub mod userinfo;

use ground::action::AnyAction;
use ground::cx::Cx;
use ground::fault::Fault;
use ground::id::Id;

pub fn all() -> Vec<AnyAction> {
    vec![
        clients::CLIENTS.any(),
        clients::CLIENT.any(),
        clients::CLIENT_CHOICES.any(),
        clients::PROPOSE_CLIENT.any(),
        clients::APPROVE_CLIENT.any(),
        clients::REFUSE_CLIENT.any(),
        clients::CLOSE_CLIENT.any(),
        clients::SET_CLIENT_SECRET.any(),
        keys::KEYS.any(),
        keys::ROTATE_KEYS.any(),
        authorize::AUTHORIZATION.any(),
        authorize::CONNECT.any(),
        proof::PROVE_CLIENT.any(),
        tokens::EXCHANGE_CODE.any(),
        tokens::REFRESH_TOKENS.any(),
        tokens::SERVICE_TOKEN.any(),
        tokens::TOKEN_STATE.any(),
        tokens::REVOKE_TOKEN.any(),
        userinfo::USERINFO.any(),
        services::SERVICES.any(),
        services::DISCONNECT.any(),
        sign_out::LOGOUT_TARGET.any(),
    ]
}

/// The program that asks; somebody who is none is refused.
fn program(cx: &Cx) -> Result<&Id, Fault> {
    cx.who().client.as_ref().ok_or_else(Fault::refused)
}

/// Tokens and sessions that are remembered are asked for anew.
fn forget_remembered(tx: &mut ground::db::Tx<'_>, cx: &Cx) {
    let house = cx.house().clone();
    tx.after_commit(move || house.forget_sessions());
}
