//! The outside: letters are queued with the act, sealed, sent later, and never lost.

use ground::who::Who;
use serde_json::{Value, json};
use tests::Town;
use tests::town::each_store_of_the_house;

fn a_code(to: &str) -> Value {
    json!({"to": to, "subject": "確認コード 123456", "plain": "確認コードは 123456 です。", "kind": "sign_in_code",
           "secret": true, "until_ms": tests::town::START_MS + 600_000})
}

/// As another room queues a letter: within its own act.
async fn queue(town: &Town, input: Value) -> Value {
    let cx = town.cx(Who::system());
    let queued = town.city().db.write(move |tx| cx.call(tx, "gate.send_mail", input.clone())).await;
    queued.expect("queued")
}

#[test]
fn a_letter_is_queued_sealed_and_opens_again() {
    each_store_of_the_house(|town| async move {
        let queued = queue(&town, a_code("taro@example.jp")).await;
        assert_eq!(queued["state"], "waiting");
        let letter = town.letter_to("taro@example.jp").await;
        assert_eq!(letter.code(6), "123456");
        assert!(letter.mail.urgent, "a secret with an end goes before others");
        let sealed = town
            .ask(|tx| {
                let all = ground::sql!("select sealed, host from gate_mail where city = ?1");
                tx.one(all, ground::params![], |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))
            })
            .await;
        assert!(!sealed.0.contains("123456") && !sealed.0.contains("taro"), "{}", sealed.0);
        assert_eq!(sealed.1, "example.jp");
    });
}
