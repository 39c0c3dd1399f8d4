//! A client sends somebody here to sign out.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use jose::{Jwk, PublicKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::actions::whole_city;
use crate::oauth::issuer;
use crate::oauth::model::TokenAlg;
use crate::oauth::store::{clients, keys, pairwise};

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct AskLogout {
    #[garde(length(bytes, max = 100))]
    pub client_id: String,
    #[garde(length(bytes, max = 16_384))]
    pub id_token_hint: String,
    #[garde(length(bytes, max = 600))]
    pub post_logout_redirect_uri: String,
}

/// From where somebody comes, and where they may be led afterwards.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct LogoutTarget {
    pub client_name: Option<Text>,
    /// Registered by the client that is known; absent otherwise, whatever was asked for.
    pub redirect: Option<String>,
    /// Whether the client speaks of the person who is signed in here.
    pub same_person: bool,
}

/// Knows the client by a token that the city signed for it, or by its name.
pub const LOGOUT_TARGET: Action<AskLogout, LogoutTarget> =
    Action::reads("people.logout_target", whole_city, |tx, cx, input: &AskLogout| {
        let hint = hinted(tx, cx, &input.id_token_hint)?;
        let named: Option<Id> = input.client_id.parse().ok();
        let id = match (&hint, named) {
            // A token for one client in the hands of another leads nowhere.
            (Some((client, _)), Some(named)) if *client != named => return Ok(LogoutTarget::default()),
            (Some((client, _)), _) => Some(client.clone()),
            (None, named) if input.id_token_hint.is_empty() => named,
            (None, _) => None,
        };
        let client = match &id {
            Some(id) => clients::by_id(tx, id)?.filter(clients::Client::is_open),
            None => None,
        };
        let Some(client) = client else { return Ok(LogoutTarget::default()) };
        let person = match &hint {
            Some((client, subject)) => pairwise::account(tx, client, subject)?,
            None => None,
        };
        let redirect = client.logouts.iter().find(|known| **known == input.post_logout_redirect_uri).cloned();
        Ok(LogoutTarget {
            client_name: Some(client.name),
            redirect,
            same_person: person.is_some() && person.as_ref() == cx.who().account.as_ref(),
        })
    });

/// The client and the subject of a token that the city signed, even if its time is over.
fn hinted(tx: &mut Tx<'_>, cx: &Cx, token: &str) -> Result<Option<(Id, String)>, Fault> {
    if token.is_empty() {
        return Ok(None);
    }
    let shown = keys::shown(tx, cx.now_ms())?;
    for alg in TokenAlg::ALL {
        let public: Vec<PublicKey> = shown
            .iter()
            .filter(|key| key.alg == alg)
            .filter_map(|key| serde_json::from_str::<Jwk>(&key.jwk).ok()?.key().ok())
            .collect();
        let Ok(read) = jose::verify::<Value>(token, &public, alg.jose()) else { continue };
        let text = |name: &str| read.claims.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("iss") != issuer(cx) {
            return Ok(None);
        }
        return Ok(text("aud").parse().ok().map(|client| (client, text("sub").to_owned())));
    }
    Ok(None)
}
