//! At the counter: a clerk who has seen the person and a document notes how sure the city now is, or makes a link for
//! somebody who has lost every way in. Both are recorded with who did it.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind as FaultKind};
use ground::id::Id;
use ground::seal;
use ground::who::{Level, Object};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arrive::raise;
use super::code::wake;
use super::second::{set_asks_second, tell};
use super::store::{self, WayKind};
use crate::actions::links::MadeLink;
use crate::actions::sessions::end_all;
use crate::actions::{Nothing, shown};
use crate::model::{AccountKind, AccountState, LinkPurpose};
use crate::store::accounts::{self, Assurance};
use crate::store::{sessions, staff};

/// A person at the counter wants to go home with it; whoever finds the paper tomorrow gets nothing.
const LINK_MINUTES: i64 = 60;

/// By what document a person was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// マイナンバーカード
    NationalCard,
    DrivingLicence,
    Passport,
    ResidenceCard,
    /// Two documents without a photograph.
    TwoPapers,
}

impl Document {
    pub fn name(self) -> &'static str {
        match self {
            Document::NationalCard => "national_card",
            Document::DrivingLicence => "driving_licence",
            Document::Passport => "passport",
            Document::ResidenceCard => "residence_card",
            Document::TwoPapers => "two_papers",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct CheckedAtCounter {
    pub account: Id,
    pub document: Document,
}

fn resident(tx: &mut Tx<'_>, id: &Id) -> Result<Object, Fault> {
    let account = accounts::by_id(tx, id)?
        .filter(|account| account.kind == AccountKind::Resident)
        .ok_or_else(Fault::missing)?;
    Ok(Object::new("account", account.id))
}

/// Notes that the person was seen with a document.
pub const CHECKED_AT_COUNTER: Action<CheckedAtCounter, Assurance> = Action::writes(
    "people.checked_at_counter",
    |tx, _, input: &CheckedAtCounter| resident(tx, &input.account),
    |tx, cx, input| {
        not_oneself(cx, &input.account)?;
        raise(tx, cx, &input.account, Level::Counter, input.document.name())?;
        tell(tx, cx, &input.account, "people-changed-level")?;
        accounts::assurance(tx, &input.account)
    },
)
.emits(&["people.level_raised"]);

/// Nobody vouches for themselves.
fn not_oneself(cx: &Cx, account: &Id) -> Result<(), Fault> {
    if cx.who().account.as_ref() == Some(account) { Err(Fault::refused()) } else { Ok(()) }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CounterLink {
    #[garde(skip)]
    pub account: Id,
    #[garde(skip)]
    pub document: Document,
    /// Why the person cannot come in by themselves.
    #[garde(length(chars, max = 200), custom(shown))]
    pub reason: String,
}

/// Makes a link for a person who stands at the counter and has lost every way in.
pub const COUNTER_LINK: Action<CounterLink, MadeLink> = Action::writes(
    "people.counter_link",
    |tx, _, input: &CounterLink| resident(tx, &input.account),
    |tx, cx, input| {
        not_oneself(cx, &input.account)?;
        let account = accounts::by_id(tx, &input.account)?.ok_or_else(Fault::missing)?;
        if account.state == AccountState::Locked {
            return Err(Fault::new(FaultKind::Invalid, "people-locked"));
        }
        let token = seal::token(cx.secret());
        let ends_ms = cx.now_ms() + LINK_MINUTES * 60_000;
        let digest = seal::token_digest(&token);
        let by = cx.who().written();
        sessions::make_link(tx, &digest, LinkPurpose::Counter, &account.id, &by, cx.now_ms(), ends_ms)?;
        raise(tx, cx, &account.id, Level::Counter, input.document.name())?;
        tell(tx, cx, &account.id, "people-changed-counter")?;
        tx.emit(
            cx,
            "people.link_made",
            account.id.as_str(),
            serde_json::json!({"purpose": LinkPurpose::Counter.name(), "document": input.document.name()}),
        )?;
        Ok(MadeLink { account: account.id, path: format!("/sign-in/link/{token}"), ends_ms })
    },
)
.emits(&["people.link_made", "people.level_raised"])
.answers_once();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisMember {
    pub id: Id,
}

/// Takes away the second factor of a member of staff who has lost it: at the next sign-in they make a new one. Nobody
/// does this for themselves.
pub const RESET_SECOND: Action<ThisMember, Nothing> = Action::writes(
    "people.reset_second",
    |tx, _, input: &ThisMember| {
        let member = staff::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        Ok(Object::new("staff", &member.id).department(member.department))
    },
    |tx, cx, input| {
        not_oneself(cx, &input.id)?;
        super::fresh(cx)?;
        for kept in store::of_account(tx, &input.id)? {
            if matches!(kept.way.kind, WayKind::Totp | WayKind::Passkey) {
                store::remove(tx, &kept.way.id)?;
            }
        }
        store::forget_paper(tx, &input.id)?;
        set_asks_second(tx, &input.id, false)?;
        end_all(tx, cx, &input.id, None)?;
        if let Some(account) = accounts::by_id(tx, &input.id)? {
            wake(tx, cx, &account.mail)?;
        }
        tell(tx, cx, &input.id, "people-changed-reset")?;
        tx.emit(cx, "people.way_removed", input.id.as_str(), serde_json::json!({"kind": "second"}))?;
        Ok(Nothing {})
    },
)
.emits(&["people.way_removed", "people.signed_out"]);
