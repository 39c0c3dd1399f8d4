//! Stories of coming in, and attacks on it.

mod codes;
mod looking_after;
mod passkeys;
mod second;

use std::net::IpAddr;

use ground::fault::Fault;
use ground::seal;
use ground::who::Who;
use ground::{params, sql};
use serde_json::{Value, json};
use tests::Town;

use super::who;

/// What a browser holds: told apart by its letter.
fn browser(letter: char) -> String {
    letter.to_string().repeat(43)
}

fn session_digest(token: &str) -> String {
    seal::token_digest(token)
}

/// What waits, opened as only the program can.
async fn attempt(town: &Town, kind: &str, browser: &str) -> Option<Value> {
    let digest = seal::token_digest(&format!("{kind}/{browser}"));
    let asked = digest.clone();
    let sealed: Option<String> = town
        .ask(move |tx| {
            tx.opt(
                sql!("select body from people_attempt where city = ?1 and digest = ?2"),
                params![asked.as_str()],
                |row| row.get(0),
            )
        })
        .await;
    let opened = town.house.sealer.open(&format!("attempt/{digest}"), &sealed?).expect("ours");
    Some(serde_json::from_slice(&opened).expect("JSON"))
}

/// The code that was sent for this browser.
async fn code(town: &Town, browser: &str) -> String {
    let waits = attempt(town, "code", browser).await.expect("a code waits");
    waits["code"].as_str().expect("a code").to_owned()
}

async fn ask(town: &Town, mail: &str, browser: &str) -> Result<Value, Fault> {
    let input = json!({"mail": mail, "browser": browser});
    town.call(Who::anyone(), "people.ask_code", input).await
}

async fn enter(town: &Town, browser: &str, code: &str, token: &str) -> Result<Value, Fault> {
    let input = json!({"browser": browser, "code": code, "session_digest": session_digest(token),
                       "agent": "Firefox / Linux"});
    town.call(Who::anyone(), "people.enter_code", input).await
}

/// Comes from somewhere in the net.
async fn call_from(town: &Town, address: &str, action: &str, input: Value) -> Result<Value, Fault> {
    let address: IpAddr = address.parse().expect("an address");
    let cx = town.cx(Who::anyone()).from_address(address);
    town.house.action(action).expect("known").call(&cx, input, None).await
}

/// Makes an account by a code and the short page; the session's token is the address.
async fn resident(town: &Town, mail: &str, browser: &str) -> Who {
    ask(town, mail, browser).await.expect("sent");
    let code = code(town, browser).await;
    assert_eq!(enter(town, browser, &code, "unused").await.expect("right")["step"], "newcomer");
    let join = json!({"browser": browser, "name": "町屋 花子", "lang": "ja", "agrees": true,
                      "session_digest": session_digest(mail), "agent": "Firefox / Linux"});
    town.call(Who::anyone(), "people.join", join).await.expect("joined");
    who(town, mail).await.expect("signed in")
}

/// Signs in anew by a code.
async fn come_again(town: &Town, mail: &str, browser: &str, token: &str) -> Option<Who> {
    ask(town, mail, browser).await.expect("sent");
    let code = code(town, browser).await;
    enter(town, browser, &code, token).await.expect("right");
    who(town, token).await
}

/// The kinds of letters that were queued, oldest first.
async fn letters(town: &Town) -> Vec<String> {
    town.ask(|tx| {
        tx.all(sql!("select kind from gate_mail where city = ?1 order by id"), params![], |row| row.get(0))
    })
    .await
}

async fn count(town: &Town, what: &'static ground::db::Sql) -> i64 {
    town.ask(move |tx| tx.one(what, params![], |row| row.get(0))).await
}
