//! Taking one's data along: asked for, made by a job, fetched for some days.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actions::{Nothing, own_account};
use crate::profile::store::takeouts::{self, Takeout, TakeoutState};
use crate::profile::takeout;
use crate::ways::fresh;

/// Asked for so often within a week, at most: each is some work for the city.
const PER_WEEK: usize = 3;
const WEEK_MS: i64 = 7 * 86_400_000;
/// Those of one account that are shown.
const SHOWN: i64 = 20;

pub const TAKEOUTS: Action<Nothing, Vec<Takeout>> =
    Action::reads("people.takeouts", own_account, |tx, cx, _| {
        let own = cx.who().account.as_ref().ok_or_else(Fault::signed_out)?;
        takeouts::of_account(tx, own, SHOWN)
    });

/// Asks for everything that the city's rooms know of oneself.
pub const ASK_TAKEOUT: Action<Nothing, Takeout> =
    Action::writes("people.ask_takeout", own_account, |tx, cx, _| {
        fresh(cx)?;
        let own = cx.who().account.clone().ok_or_else(Fault::signed_out)?;
        tx.lock(&format!("people/takeout/{own}"))?;
        let before = takeouts::of_account(tx, &own, SHOWN)?;
        let lately = before.iter().filter(|one| one.made_ms > cx.now_ms() - WEEK_MS);
        if before.iter().any(|one| one.state == TakeoutState::Asked) || lately.count() >= PER_WEEK {
            return Err(Fault::new(Kind::Conflict, "people-takeout-again").arg("limit", PER_WEEK));
        }
        let asked = Takeout {
            id: cx.id(),
            account: own,
            state: TakeoutState::Asked,
            lang: Some(cx.lang()),
            file: None,
            size: 0,
            made_ms: cx.now_ms(),
            ready_ms: 0,
            ends_ms: cx.now_ms() + takeout::KEPT_DAYS * 86_400_000,
        };
        takeouts::add(tx, &asked)?;
        tx.enqueue(cx, takeout::MAKE, Some(asked.id.as_str()), &serde_json::json!({"id": asked.id}))?;
        tx.emit(cx, "people.takeout_asked", asked.id.as_str(), serde_json::json!({}))?;
        Ok(asked)
    })
    .emits(&["people.takeout_asked"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisTakeout {
    pub id: Id,
}

fn own_takeout(tx: &mut Tx<'_>, _: &Cx, input: &ThisTakeout) -> Result<Object, Fault> {
    let takeout = takeouts::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("takeout", &takeout.id).owner(Some(takeout.account)))
}

/// The file's own right: its person, who has signed in lately.
pub const TAKEOUT_FILE: Action<ThisTakeout, Takeout> =
    Action::reads("people.takeout_file", own_takeout, |tx, cx, input: &ThisTakeout| {
        fresh(cx)?;
        takeouts::by_id(tx, &input.id)?
            .filter(|one| one.state == TakeoutState::Ready && one.ends_ms > cx.now_ms())
            .ok_or_else(Fault::missing)
    });
