//! A client shows that it is itself.

use garde::Validate;
use ground::action::{Action, Boxed};
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::seal::token_digest;
use ground::who::Object;
use jose::{Alg, Expected, Jwks, Wrong};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::oauth::asked::same;
use crate::oauth::issuer;
use crate::oauth::model::{Proof, TokenAlg};
use crate::oauth::store::{clients, tokens};

/// How far a client's clock may be from ours.
const LEEWAY_S: i64 = 60;
/// A client's statement holds no longer than this, so that it need not be remembered longer.
const LIFE_S: i64 = 600;

/// What a client shows. Exactly one of the two, or neither.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct ProveClient {
    #[garde(length(bytes, max = 100))]
    pub client_id: String,
    #[garde(length(bytes, max = 500))]
    pub secret: String,
    #[garde(length(bytes, max = 16_384))]
    pub assertion: String,
    /// What the statement says once its signature was found good. Nobody can send it.
    #[garde(skip)]
    #[serde(skip)]
    shown: Option<Shown>,
}

#[derive(Clone, Debug)]
struct Shown {
    client: Id,
    digest: String,
    ends_ms: i64,
}

impl ProveClient {
    pub fn new(client_id: String, secret: String, assertion: String) -> ProveClient {
        ProveClient { client_id, secret, assertion, shown: None }
    }
}

/// The client that it is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Proved {
    pub client: Id,
    pub proof: Proof,
    pub alg: TokenAlg,
}

/// One answer, whatever was wrong.
pub fn not_proved() -> Fault {
    Fault::new(Kind::SignedOut, "people-oauth-proof")
}

fn of_client(_: &mut Tx<'_>, _: &Cx, _: &ProveClient) -> Result<Object, Fault> {
    Ok(Object::of_city("client"))
}

/// Finds out which client this is. Signatures are checked before the transaction.
pub const PROVE_CLIENT: Action<ProveClient, Proved> = Action::writes("people.prove_client", of_client, prove)
    .prepared_by(check_statement)
    .unaudited()
    .rate(120, 60);

fn prove(tx: &mut Tx<'_>, cx: &Cx, input: &ProveClient) -> Result<Proved, Fault> {
    let said = match &input.shown {
        Some(shown) => Some(shown.client.clone()),
        None => input.client_id.parse().ok(),
    };
    let id = said.ok_or_else(not_proved)?;
    let client = clients::by_id(tx, &id)?.filter(clients::Client::is_open).ok_or_else(not_proved)?;
    let good = match (client.proof, &input.shown) {
        (Proof::Secret, None) if input.assertion.is_empty() => {
            let given = token_digest(&input.secret);
            // All of them are compared, whichever fits.
            let fits = |so_far: bool, known: &String| so_far | same(known, &given);
            clients::secrets(tx, &id, cx.now_ms())?.iter().fold(false, fits) && !input.secret.is_empty()
        }
        (Proof::Key, Some(shown)) if input.secret.is_empty() => {
            let names_itself = input.client_id.is_empty() || input.client_id == id.as_str();
            names_itself && tokens::note_assertion(tx, &id, &shown.digest, shown.ends_ms)?
        }
        (Proof::Open, None) => input.secret.is_empty() && input.assertion.is_empty(),
        _ => false,
    };
    if good {
        Ok(Proved { client: client.id, proof: client.proof, alg: client.alg })
    } else {
        Err(not_proved())
    }
}

/// Checks the signature of a statement against the keys that were registered, and what it says.
fn check_statement(cx: Cx, input: ProveClient) -> Boxed<'static, Result<ProveClient, Fault>> {
    Box::pin(async move {
        let input = ProveClient { shown: None, ..input };
        if input.assertion.is_empty() {
            return Ok(input);
        }
        let id: Id =
            subject_of(&input.assertion).and_then(|said| said.parse().ok()).ok_or_else(not_proved)?;
        let of = id.clone();
        let client = cx.city().db.read(move |tx| clients::by_id(tx, &of)).await?;
        let client = client.filter(|client| client.proof == Proof::Key).ok_or_else(not_proved)?;
        let shown = believed(&cx, &client, &input.assertion).map_err(|wrong| not_proved().detail(wrong))?;
        Ok(ProveClient { shown: Some(shown), ..input })
    })
}

fn believed(cx: &Cx, client: &clients::Client, statement: &str) -> Result<Shown, Wrong> {
    let keys = Jwks::read(&client.keys)?.usable();
    // Either algorithm will do: which one is settled by the keys that were registered, never by the statement.
    let claims: Value = match jose::verify(statement, &keys, Alg::Es256) {
        Err(Wrong::Algorithm) => jose::verify(statement, &keys, Alg::Rs256)?.claims,
        other => other?.claims,
    };
    let (issuer, token) = (issuer(cx), cx.city().url("/oauth/token"));
    let expected = Expected {
        issuer: client.id.as_str(),
        audiences: &[&issuer, &token],
        now_s: cx.now_ms() / 1_000,
        leeway_s: LEEWAY_S,
        life_s_max: LIFE_S,
    };
    expected.check(&claims)?;
    if claims.get("sub").and_then(Value::as_str) != Some(client.id.as_str()) {
        return Err(Wrong::Issuer);
    }
    let number =
        claims.get("jti").and_then(Value::as_str).filter(|number| !number.is_empty()).ok_or(Wrong::Form)?;
    Ok(Shown {
        client: client.id.clone(),
        digest: token_digest(number),
        ends_ms: cx.now_ms() + (LIFE_S + 2 * LEEWAY_S) * 1_000,
    })
}

/// Whom a statement says it is from, before anything of it is believed.
fn subject_of(statement: &str) -> Option<String> {
    use base64::Engine as _;
    let claims = statement.split('.').nth(1)?;
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims.get("sub")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_statement_is_read_without_a_crash(text in "\\PC{0,80}|[a-zA-Z0-9_-]{0,20}\\.[a-zA-Z0-9_-]{0,60}\\.x") {
            let _ = subject_of(&text);
        }
    }
}
