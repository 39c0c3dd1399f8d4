//! A recipient with a purpose, and services: one that is open, one that waits for approval, one to refuse, one to close.

use ground::id::Id;
use ground::who::{Role, Who};
use ground::{params, seal, sql};
use serde_json::{Value, json};
use tests::Town;
use tests::town::{START_MS, id, person};

pub const SECRET: &str = "a secret of the seeds";
/// Under which the service knows the account of the seeds.
pub const SUBJECT: &str = "a subject of the seeds";
pub const REDIRECT: &str = "https://library.example/callback";

pub struct OauthSeeds {
    pub client: Id,
    pub proposed: Id,
    pub to_refuse: Id,
    pub to_close: Id,
    pub recipient: Id,
}

pub fn body(recipient: &Id) -> Value {
    json!({
        "name": "図書館", "recipient": recipient, "purposes": ["library"], "proof": "secret",
        "uses": ["sign_in", "refresh", "service"], "redirects": [REDIRECT],
        "logouts": ["https://library.example/bye"],
    })
}

impl OauthSeeds {
    pub async fn sow(town: &Town, account: &Id) -> OauthSeeds {
        let recipient = id(6_001);
        sow_purpose(town, "library", &recipient, "name mail district").await;
        let mut made = Vec::new();
        for _ in 0..4 {
            let input = json!({"client": body(&recipient)});
            let view =
                call(town, person(6_101, &[Role::Staff, Role::Admin]), "people.propose_client", input).await;
            made.push(view["client"]["id"].as_str().and_then(|id| id.parse::<Id>().ok()).expect("an id"));
        }
        for id in [&made[0], &made[3]] {
            let input = json!({"id": id, "rev": 1});
            call(town, person(6_102, &[Role::Staff, Role::Admin]), "people.approve_client", input).await;
        }
        let input = json!({"id": made[0], "secret_digest": seal::token_digest(SECRET)});
        call(town, person(6_102, &[Role::Staff, Role::Admin]), "people.set_client_secret", input).await;
        let (client, account) = (made[0].clone(), account.clone());
        town.city()
            .db
            .write(move |tx| {
                tx.put(
                    sql!(
                        "insert into people_connection (city, client, account, scopes, asked, made_ms, used_ms)
                         values (?1, ?2, ?3, 'openid', '', ?4, ?4)"
                    ),
                    params![&client, &account, START_MS],
                )?;
                tx.put(
                    sql!(
                        "insert into people_pairwise (city, sector, account, subject)
                         values (?1, 'library.example', ?2, ?3)"
                    ),
                    params![&account, SUBJECT],
                )
            })
            .await
            .expect("connected");
        let [client, proposed, to_refuse, to_close] = made.try_into().expect("four");
        OauthSeeds { client, proposed, to_refuse, to_close, recipient }
    }
}

async fn call(town: &Town, who: Who, action: &str, input: Value) -> Value {
    town.call(who, action, input).await.unwrap_or_else(|fault| panic!("{action}: {fault}"))
}

/// A purpose that two have approved, with its recipient.
pub async fn sow_purpose(town: &Town, code: &'static str, recipient: &Id, attributes: &'static str) {
    let recipient = recipient.clone();
    let text = |words: &str| json!({"ja": {"text": words, "state": "written", "of_rev": 1}}).to_string();
    let (name, for_what) = (text("図書館の利用"), text("本を借りる手続きのため"));
    town.city()
        .db
        .write(move |tx| {
            tx.put(
                sql!(
                    "insert into people_recipient (city, id, code, name, kind, address, contact, closed_on, rev, saved_ms,
                                                   saved_by)
                     values (?1, ?2, ?3, ?4, 'city', '', '', '', 1, ?5, 'operator')
                     on conflict (city, id) do nothing"
                ),
                params![&recipient, format!("of-{code}"), &name, START_MS],
            )?;
            tx.put(
                sql!(
                    "insert into people_purpose (city, code, recipient, version, state, rev, saved_ms, saved_by)
                     values (?1, ?2, ?3, 1, 'open', 1, ?4, 'operator')"
                ),
                params![code, &recipient, START_MS],
            )?;
            tx.put(
                sql!(
                    "insert into people_purpose_version
                         (city, purpose, version, state, name, what_for, explained, attributes, recipient, data_class,
                          sharing, legal_basis, basis_law, kept_days, consent_days, asks_again, made_by, made_ms,
                          approved_by, approved_ms)
                     values (?1, ?2, 1, 'approved', ?3, ?4, ?4, ?5, ?6, 'personal', 'inside', 'consent', '', 30, 0, 1,
                             'operator', ?7, 'operator', ?7)"
                ),
                params![code, &name, &for_what, attributes, &recipient, START_MS],
            )
        })
        .await
        .expect("sown");
}
