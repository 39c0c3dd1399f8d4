//! A recipient, and a purpose in each of its states.

use ground::id::Id;
use ground::who::Who;
use serde_json::json;
use tests::Town;
use tests::town::admin;

pub struct ConsentSeeds {
    pub recipient: Id,
}

impl ConsentSeeds {
    pub async fn sow(town: &Town) -> ConsentSeeds {
        let input = json!({"code": "library", "name": "図書館", "kind": "city", "contact": "電話"});
        let saved = town.call(Who::operator(), "people.save_recipient", input).await.expect("a recipient");
        let recipient: Id = saved["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        for (code, steps) in
            [("draft", 0), ("proposed", 1), ("returning", 1), ("open", 2), ("leaving", 2), ("duty", 2)]
        {
            let mut input = purpose(code, &recipient);
            if code == "duty" {
                input["legal_basis"] = json!("law");
                input["basis_law"] = json!("住民基本台帳法第12条");
                input["attributes"] = json!(["name", "kana", "birth", "block"]);
            }
            let saved = town
                .call(Who::operator(), "people.save_purpose", input)
                .await
                .unwrap_or_else(|fault| panic!("{code}: {fault}"));
            let mut rev = saved["purpose"]["rev"].clone();
            for (step, who) in
                [("people.propose_purpose", Who::operator()), ("people.approve_purpose", admin())]
                    .into_iter()
                    .take(steps)
            {
                let done = town.call(who, step, json!({"code": code, "rev": rev})).await;
                rev = done.unwrap_or_else(|fault| panic!("{step} {code}: {fault}"))["purpose"]["rev"].clone();
            }
        }
        ConsentSeeds { recipient }
    }
}

/// A purpose that asks for the name, whole in three languages.
pub fn purpose(code: &str, recipient: &Id) -> serde_json::Value {
    let words = json!({"name": "本", "what_for": "本を貸すため", "explained": "くわしく"});
    json!({"code": code, "recipient": recipient, "attributes": ["name", "mail"], "data_class": "personal",
           "sharing": "inside", "legal_basis": "consent", "kept_days": 30,
           "words": {"ja": words, "ja-x-easy": words, "en": words}})
}
