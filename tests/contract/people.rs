//! Stories of the room of people: ways in, the organisation, lists from a spreadsheet, the fictional city, pages.

mod consent;
mod demo;
mod lists;
mod oauth;
mod organisation;
mod pages;
mod personal;
mod profile;
mod providers;
mod release;
mod residents;
mod rights;
mod watch;
mod ways;
mod ways_in;

use std::sync::Arc;

use ground::fault::Fault;
use ground::id::Id;
use ground::seal;
use ground::who::Who;
use serde_json::{Value, json};
use tests::Town;

/// Gives the first city its administrator, who is signed in.
async fn administrator(town: &Arc<Town>) -> Who {
    let link = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
    sign_in(town, link_of(&link), "administrator").await
}

/// The token of a link that was made.
fn link_of(made: &Value) -> &str {
    made["path"].as_str().and_then(|path| path.strip_prefix("/sign-in/link/")).expect("a path with a token")
}

/// Signs in with a link, and has shown the second factor, too; the session's token is chosen by the caller.
async fn sign_in(town: &Town, link: &str, token: &str) -> Who {
    use_link(town, Who::anyone(), link, token).await.expect("signed in");
    let digest = seal::token_digest(token);
    let strong = move |tx: &mut ground::db::Tx<'_>| {
        tx.exec(
            ground::sql!("update people_session set strong = 1 where city = ?1 and digest = ?2"),
            ground::params![digest.as_str()],
        )
    };
    town.city().db.write(strong).await.expect("strong");
    who(town, token).await.expect("known")
}

async fn use_link(town: &Town, by: Who, link: &str, token: &str) -> Result<Value, Fault> {
    let input =
        json!({"token": link, "session_digest": seal::token_digest(token), "agent": "Firefox / Linux"});
    town.call(by, "people.use_link", input).await
}

/// Whom the gatekeeper knows by a session's token.
async fn who(town: &Town, token: &str) -> Option<Who> {
    let (keeper, digest) = (town.house.keeper.clone(), seal::token_digest(token));
    let now_ms = town.house.clock.now_ms();
    town.ask(move |tx| keeper.identify(tx, &digest, now_ms)).await
}

/// Adds somebody to the staff; answers the id.
async fn hire(town: &Town, admin: &Who, mail: &str, name: &str, roles: &[&str]) -> Id {
    let input = json!({"name": name, "kana": name, "mail": mail, "roles": roles});
    let saved = town.call(admin.clone(), "people.save_staff", input).await.expect("hired");
    saved["member"]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

async fn department(town: &Town, admin: &Who, code: &str, parent: &str) -> Value {
    let input = json!({"code": code, "name": format!("部署{code}"), "parent": parent});
    town.call(admin.clone(), "people.save_department", input).await.expect("saved")
}

fn words_of(fault: &Fault) -> Vec<(&str, &str)> {
    fault.fields().iter().map(|field| (field.path.as_str(), field.word.as_str())).collect()
}
