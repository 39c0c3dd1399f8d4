//! Residents without a computer: an account on paper, made at the counter.

use garde::Validate;
use ground::action::Action;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Level;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::{date_or_empty, shown, whole_city};
use crate::model::{AccountKind, AccountState, katakana, tidy};
use crate::rules::block_key;
use crate::store::accounts::{self, Account};
use crate::ways::raise;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AddResident {
    #[garde(length(chars, max = 60), custom(shown))]
    pub name: String,
    #[garde(length(chars, max = 60), custom(shown))]
    pub kana: String,
    #[garde(custom(date_or_empty), length(min = 1))]
    pub birth: String,
    /// The block of the town; empty for somebody who lives elsewhere.
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub block: String,
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub address: String,
    #[serde(default)]
    #[garde(length(chars, max = 30))]
    pub phone: String,
    /// What the person showed.
    #[garde(length(chars, max = 60), custom(shown))]
    pub document: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AddedResident {
    pub id: Id,
}

/// Adds a resident whom a clerk has seen with a document. Two of the same name and birth date are refused: whoever is
/// there already is looked up instead.
pub const ADD_RESIDENT: Action<AddResident, AddedResident> =
    Action::writes("people.add_resident", whole_city, |tx, cx, input: &AddResident| {
        accounts::lock(tx)?;
        let (name, kana) = (tidy(&input.name), katakana(&input.kana));
        let known = tx.opt(
            sql!(
                "select a.id from people_resident r join people_account a on a.city = ?1 and a.id = r.account
                 where r.city = ?1 and r.birth = ?2 and a.kana = ?3 and a.state = 'active' limit 1"
            ),
            params![input.birth.as_str(), kana.as_str()],
            |row| row.get::<String>(0),
        )?;
        if known.is_some() {
            return Err(Fault::field("kana", "field-people-resident-known"));
        }
        let block = if input.block.trim().is_empty() { String::new() } else { block_key(&tidy(&input.block)) };
        let district = match block.as_str() {
            "" => String::new(),
            block => tx
                .opt(
                    sql!("select district from people_block where city = ?1 and key = ?2"),
                    params![block],
                    |row| row.get::<String>(0),
                )?
                .ok_or_else(|| Fault::field("block", "field-people-block-unknown"))?,
        };
        let account = Account {
            id: cx.id(),
            kind: AccountKind::Resident,
            name,
            kana,
            mail: String::new(),
            lang: None,
            state: AccountState::Active,
            rev: 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
        };
        accounts::add(tx, &account)?;
        tx.put(
            sql!(
                "insert into people_resident (city, account, household, birth, block, district, langs, address, phone)
                 values (?1, ?2, '', ?3, ?4, ?5, 'ja', ?6, ?7)"
            ),
            params![
                &account.id,
                input.birth.as_str(),
                block,
                district,
                tidy(&input.address),
                tidy(&input.phone)
            ],
        )?;
        raise(tx, cx, &account.id, Level::Counter, &tidy(&input.document))?;
        tx.emit(cx, "people.resident_added", account.id.as_str(), serde_json::json!({}))?;
        Ok(AddedResident { id: account.id })
    })
    .emits(&["people.resident_added", "people.level_raised"]);
