//! What staff see of signing in: what looks like an attack, and the lock for the account it is aimed at.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind as FaultKind};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::Object;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::history::{Entry, Signal, entry_of};
use super::second::tell;
use crate::actions::sessions::end_all;
use crate::actions::{Nothing, whole_city};
use crate::model::{AccountKind, AccountState};
use crate::store::accounts::{self, Account};
use crate::store::{sessions, staff};

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskSignIns {
    /// Only with this signal.
    #[serde(default)]
    #[garde(skip)]
    pub signal: Option<Signal>,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// A sign-in that is worth a look. Residents are shown by number: who they are is not needed to stop an attack.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Suspicious {
    pub entry: Entry,
    pub staff: bool,
    /// Of staff only.
    pub name: String,
    pub locked: bool,
}

/// Sign-ins that are worth a look, newest first.
pub const SIGN_INS: Action<AskSignIns, List<Suspicious>> =
    Action::reads("people.sign_ins", whole_city, |tx, _, input: &AskSignIns| {
        let signal = input.signal.map_or("", Signal::name);
        let rows = tx.all(
            sql!(
                "select s.id, s.account, s.at_ms, s.way, s.agent, s.network, s.outcome, s.signals,
                        coalesce(a.kind, ''), coalesce(a.name, ''), coalesce(a.state, '')
                 from people_sign_in s
                 left join people_account a on a.city = ?1 and a.id = s.account
                 where s.city = ?1 and s.signals <> '' and (?2 = '' or s.id < ?2)
                   and (?3 = '' or {contains(s.signals, ?3)})
                 order by s.id desc limit ?4"
            ),
            params![input.paging.after(), signal, input.paging.rows() + 1],
            |row| {
                let staff = row.get::<String>(8)? == AccountKind::Staff.name();
                let name: String = row.get(9)?;
                Ok(Suspicious {
                    entry: entry_of(row)?,
                    staff,
                    name: if staff { name } else { String::new() },
                    locked: row.get::<String>(10)? == AccountState::Locked.name(),
                })
            },
        )?;
        Ok(List::cut(rows, input.paging.rows(), |row| row.entry.id.to_string()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisAccount {
    pub id: Id,
}

fn this_account(tx: &mut Tx<'_>, _: &Cx, input: &ThisAccount) -> Result<Object, Fault> {
    let account = accounts::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("account", account.id))
}

fn set_state(tx: &mut Tx<'_>, cx: &Cx, before: Account, state: AccountState) -> Result<(), Fault> {
    let account =
        Account { state, rev: before.rev + 1, saved_ms: cx.now_ms(), saved_by: cx.who().written(), ..before };
    if accounts::change(tx, &account)? { Ok(()) } else { Err(Fault::exists()) }
}

/// Locks any account at once: its sessions end, its links stop working, and no way leads in.
pub const LOCK_ACCOUNT: Action<ThisAccount, Nothing> =
    Action::writes("people.lock_account", this_account, |tx, cx, input: &ThisAccount| {
        accounts::lock(tx)?;
        let account = accounts::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if account.state == AccountState::Active {
            let admins = staff::active_admins(tx)?;
            if admins.contains(&input.id) && admins.len() == 1 {
                return Err(Fault::new(FaultKind::Invalid, "people-last-admin"));
            }
            set_state(tx, cx, account, AccountState::Locked)?;
            end_all(tx, cx, &input.id, None)?;
            sessions::forget_links(tx, &input.id)?;
            tell(tx, cx, &input.id, "people-changed-locked")?;
            tx.emit(cx, "people.account_locked", input.id.as_str(), serde_json::json!({}))?;
        }
        Ok(Nothing {})
    })
    .emits(&["people.account_locked", "people.signed_out"]);

pub const UNLOCK_ACCOUNT: Action<ThisAccount, Nothing> =
    Action::writes("people.unlock_account", this_account, |tx, cx, input: &ThisAccount| {
        accounts::lock(tx)?;
        let account = accounts::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if account.state == AccountState::Locked {
            set_state(tx, cx, account, AccountState::Active)?;
            tx.emit(cx, "people.account_unlocked", input.id.as_str(), serde_json::json!({}))?;
        }
        Ok(Nothing {})
    })
    .emits(&["people.account_unlocked"]);
