//! Staff: who works here, where and as what; locking and unlocking.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::{Object, Role};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::departments::is_open;
use super::sessions::end_all;
use super::{a_mail, outdated, shown, whole_city};
use crate::model::{AccountKind, AccountState, Roles, folded_mail, katakana, tidy};
use crate::rights::actions::admins;
use crate::rights::standing::touch;
use crate::store::accounts::{self, Account};
use crate::store::departments;
use crate::store::staff::{self, StaffMember};
use crate::ways::history::{self, Outcome};
use crate::ways::{self, WayKind};

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskStaff {
    /// Only those of this department.
    #[serde(default)]
    #[garde(skip)]
    pub department: Option<Id>,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// The cursor of the list: the id, then the reading it stands at.
fn cursor_of(row: &StaffMember) -> String {
    let kana: String = row.kana.chars().take(KANA_MAX).collect();
    format!("{}{kana}", row.id)
}

/// Readings longer than this are refused, so that every cursor fits.
const KANA_MAX: usize = 60;

/// Everybody who works for the city, by their reading.
pub const STAFF: Action<AskStaff, List<StaffMember>> =
    Action::reads("people.staff", whole_city, |tx, _, input: &AskStaff| {
        let (id, kana) = input.paging.after().split_at_checked(26).unwrap_or_default();
        let department = input.department.as_ref().map_or("", |id| id.as_str());
        let rows = staff::page(tx, department, (kana, id), input.paging.rows() + 1)?;
        Ok(List::cut(rows, input.paging.rows(), cursor_of))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisStaff {
    pub id: Id,
}

fn this_staff(tx: &mut Tx<'_>, _: &Cx, input: &ThisStaff) -> Result<Object, Fault> {
    object_of(tx, &input.id)
}

fn object_of(tx: &mut Tx<'_>, id: &Id) -> Result<Object, Fault> {
    let member = staff::by_id(tx, id)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("staff", &member.id).department(member.department))
}

/// A member of staff, with who saved it last.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StaffView {
    pub member: StaffMember,
    pub saved_by_name: String,
    /// Whether they are to become administrator, and a second administrator has not decided yet.
    #[serde(default)]
    pub admin_asked: bool,
    /// How they sign in, for whoever may take a second factor away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comes_by: Option<ComesBy>,
}

/// What an administrator knows of a colleague's ways in, to help when one is lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComesBy {
    pub passkeys: usize,
    pub totp: bool,
    /// 0 when they never did.
    pub last_ms: i64,
}

/// Sign-ins that are looked through for the last that succeeded.
const LOOKED_THROUGH: i64 = 50;

fn comes_by(tx: &mut Tx<'_>, id: &Id) -> Result<ComesBy, Fault> {
    let kinds: Vec<WayKind> =
        ways::store::of_account(tx, id)?.into_iter().map(|kept| kept.way.kind).collect();
    let last = history::of_account(tx, id, "", LOOKED_THROUGH)?
        .into_iter()
        .find(|entry| entry.outcome == Outcome::In);
    Ok(ComesBy {
        passkeys: kinds.iter().filter(|kind| **kind == WayKind::Passkey).count(),
        totp: kinds.contains(&WayKind::Totp),
        last_ms: last.map_or(0, |entry| entry.at_ms),
    })
}

fn view(tx: &mut Tx<'_>, member: StaffMember) -> Result<StaffView, Fault> {
    Ok(StaffView {
        saved_by_name: accounts::shown_name(tx, &member.saved_by)?,
        admin_asked: crate::rights::is_admin_asked(tx, &member.id)?,
        comes_by: None,
        member,
    })
}

fn view_of(tx: &mut Tx<'_>, id: &Id) -> Result<StaffView, Fault> {
    let member = staff::by_id(tx, id)?.ok_or_else(Fault::missing)?;
    view(tx, member)
}

pub const STAFF_MEMBER: Action<ThisStaff, StaffView> =
    Action::reads("people.staff_member", this_staff, |tx, cx, input: &ThisStaff| {
        let found = view_of(tx, &input.id)?;
        let helps = crate::rights::may_ever(cx, "people.reset_second");
        Ok(StaffView { comes_by: helps.then(|| comes_by(tx, &input.id)).transpose()?, ..found })
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveStaff {
    /// Absent for somebody new.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    #[garde(length(chars, max = 60), custom(shown))]
    pub name: String,
    /// The reading; kept in katakana.
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub kana: String,
    #[garde(custom(a_mail))]
    pub mail: String,
    /// The code of the department; empty for none.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub department: String,
    #[serde(default)]
    #[garde(length(max = 5))]
    pub roles: Vec<Role>,
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub title: String,
    /// The revision this was edited from; 0 for somebody new.
    #[serde(default)]
    #[garde(skip)]
    pub rev: i64,
}

fn saved_staff(tx: &mut Tx<'_>, _: &Cx, input: &SaveStaff) -> Result<Object, Fault> {
    match &input.id {
        Some(id) => object_of(tx, id),
        None => Ok(Object::of_city("staff")),
    }
}

pub const SAVE_STAFF: Action<SaveStaff, StaffView> =
    Action::writes("people.save_staff", saved_staff, |tx, cx, input: &SaveStaff| {
        accounts::lock(tx)?;
        let before = match &input.id {
            Some(id) => Some(staff::by_id(tx, id)?.ok_or_else(Fault::missing)?),
            None => None,
        };
        if let Some(before) = &before
            && before.rev != input.rev
        {
            return Err(outdated(&view(tx, before.clone())?));
        }
        let post = Post {
            name: tidy(&input.name),
            kana: katakana(&input.kana),
            mail: folded_mail(&input.mail),
            department: department_of(tx, cx, &input.department, before.as_ref())?,
            roles: asked_roles(&input.roles)?,
            title: tidy(&input.title),
        };
        let id = keep(tx, cx, &post, before.as_ref())?;
        view_of(tx, &id)
    })
    .emits(&["people.staff_saved", "people.admin_asked"]);

fn asked_roles(given: &[Role]) -> Result<Roles, Fault> {
    let roles = Roles::new(given.iter().copied());
    // A role that staff cannot have would be dropped silently otherwise.
    if given.iter().all(|role| roles.has(*role)) {
        Ok(roles)
    } else {
        Err(Fault::field("roles", "field-people-role"))
    }
}

fn department_of(
    tx: &mut Tx<'_>,
    cx: &Cx,
    code: &str,
    before: Option<&StaffMember>,
) -> Result<Option<Id>, Fault> {
    if code.is_empty() {
        return Ok(None);
    }
    let found = departments::by_code(tx, code)?
        .ok_or_else(|| Fault::field("department", "field-people-department-unknown"))?;
    let stays = before.is_some_and(|before| before.department.as_ref() == Some(&found.id));
    if !stays && !is_open(&found, &cx.now().date().to_string()) {
        return Err(Fault::field("department", "field-people-department-closed"));
    }
    Ok(Some(found.id))
}

/// Somebody's post as it is to be.
pub(crate) struct Post {
    pub name: String,
    pub kana: String,
    pub mail: String,
    pub department: Option<Id>,
    pub roles: Roles,
    pub title: String,
}

/// Writes a post and its account, and tells that it did. Called under the lock of accounts.
fn keep(tx: &mut Tx<'_>, cx: &Cx, post: &Post, before: Option<&StaffMember>) -> Result<Id, Fault> {
    let account = write(tx, cx, post, before, &cx.who().written())?;
    // Whoever stands in for them has their roles and department.
    touch(tx, cx)?;
    let roles = staff::by_id(tx, &account.id)?.map(|member| member.roles().written()).unwrap_or_default();
    let facts = serde_json::json!({"rev": account.rev, "roles": roles});
    tx.emit(cx, "people.staff_saved", account.id.as_str(), facts)?;
    let house = cx.house().clone();
    tx.after_commit(move || house.forget_sessions());
    Ok(account.id)
}

/// Writes a post and its account, after checking what no two may have and what the city cannot do without.
pub(crate) fn write(
    tx: &mut Tx<'_>,
    cx: &Cx,
    post: &Post,
    before: Option<&StaffMember>,
    saved_by: &str,
) -> Result<Account, Fault> {
    if let Some(other) = accounts::by_mail(tx, &post.mail)?
        && before.is_none_or(|before| before.id != other.id)
    {
        return Err(Fault::field("mail", "field-people-mail-taken"));
    }
    if let Some(before) = before {
        spare_last_admin(tx, before, post.roles.has(Role::Admin))
            .map_err(|_| Fault::field("roles", "field-people-last-admin"))?;
    }
    let (roles, ask_for_admin) = admins::at_once(tx, cx, &post.roles, before, saved_by)?;
    let account = match before {
        Some(before) => {
            let now = accounts::by_id(tx, &before.id)?.ok_or_else(Fault::missing)?;
            let account = Account {
                name: post.name.clone(),
                kana: post.kana.clone(),
                mail: post.mail.clone(),
                rev: now.rev + 1,
                saved_ms: cx.now_ms(),
                saved_by: saved_by.to_owned(),
                ..now
            };
            if !accounts::change(tx, &account)? {
                return Err(Fault::exists());
            }
            account
        }
        None => {
            let account = Account {
                id: cx.id(),
                kind: AccountKind::Staff,
                name: post.name.clone(),
                kana: post.kana.clone(),
                mail: post.mail.clone(),
                lang: None,
                state: AccountState::Active,
                rev: 1,
                saved_ms: cx.now_ms(),
                saved_by: saved_by.to_owned(),
            };
            accounts::add(tx, &account)?;
            account
        }
    };
    staff::put(tx, &account.id, post.department.as_ref(), &roles, &post.title)?;
    if ask_for_admin {
        admins::ask(tx, cx, &account.id, saved_by)?;
    }
    Ok(account)
}

/// A city that nobody can administer would have to be opened from its server: the last administrator stays.
fn spare_last_admin(tx: &mut Tx<'_>, member: &StaffMember, stays_admin: bool) -> Result<(), Fault> {
    if stays_admin || !member.roles().has(Role::Admin) || member.state == AccountState::Locked {
        return Ok(());
    }
    if staff::active_admins(tx)?.iter().any(|admin| *admin != member.id) {
        Ok(())
    } else {
        Err(Fault::new(Kind::Invalid, "people-last-admin"))
    }
}

/// Locks the account: its sessions end at once and its links stop working.
pub const LOCK_STAFF: Action<ThisStaff, StaffView> =
    Action::writes("people.lock_staff", this_staff, |tx, cx, input: &ThisStaff| {
        accounts::lock(tx)?;
        let member = staff::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if member.state == AccountState::Active {
            spare_last_admin(tx, &member, false)?;
            set_state(tx, cx, &input.id, AccountState::Locked)?;
            end_all(tx, cx, &input.id, None)?;
            crate::store::sessions::forget_links(tx, &input.id)?;
            tx.emit(cx, "people.account_locked", input.id.as_str(), serde_json::json!({}))?;
        }
        view_of(tx, &input.id)
    })
    .emits(&["people.account_locked", "people.signed_out"]);

/// Unlocks it again. Whoever was locked out signs in anew.
pub const UNLOCK_STAFF: Action<ThisStaff, StaffView> =
    Action::writes("people.unlock_staff", this_staff, |tx, cx, input: &ThisStaff| {
        accounts::lock(tx)?;
        let member = staff::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if member.state == AccountState::Locked {
            set_state(tx, cx, &input.id, AccountState::Active)?;
            tx.emit(cx, "people.account_unlocked", input.id.as_str(), serde_json::json!({}))?;
        }
        view_of(tx, &input.id)
    })
    .emits(&["people.account_unlocked"]);

fn set_state(tx: &mut Tx<'_>, cx: &Cx, id: &Id, state: AccountState) -> Result<(), Fault> {
    let now = accounts::by_id(tx, id)?.ok_or_else(Fault::missing)?;
    let account =
        Account { state, rev: now.rev + 1, saved_ms: cx.now_ms(), saved_by: cx.who().written(), ..now };
    if !accounts::change(tx, &account)? {
        return Err(Fault::exists());
    }
    touch(tx, cx)
}
