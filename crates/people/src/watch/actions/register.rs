//! The register of what is protected, who answers for it, and where nobody does.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::model::{Asset, AssetKind, Check, CheckState, Duty, Post, TakenCheck};
use super::super::store;
use super::{today, writer};
use crate::actions::departments::is_open;
use crate::actions::{Nothing, a_code, a_mail, date_or_empty, outdated, shown, whole_city};
use crate::model::{AccountKind, AccountState, folded_mail, tidy};
use crate::store::{accounts, departments};

/// How long before its end something is said to be ending.
const ENDING_DAYS: i32 = 30;
/// Rows of what is missing that the overview shows itself; the rest stands in the list.
const SHOWN: i64 = 20;

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KindCount {
    pub kind: AssetKind,
    pub all: i64,
    /// For how many nobody answers today.
    pub missing: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Ending {
    pub post: Post,
    pub asset_name: String,
}

/// The whole at a glance.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Overview {
    /// Who are CISO, now, before and after.
    pub ciso: Vec<Post>,
    /// Whether somebody is today.
    pub has_ciso: bool,
    pub counts: Vec<KindCount>,
    pub missing: Vec<Asset>,
    pub ending: Vec<Ending>,
    pub open_incidents: i64,
    /// The check that is open now, with what the asker made of it.
    pub check: Option<Check>,
    pub taken: Option<TakenCheck>,
}

impl Overview {
    /// Everything that wants somebody to do something.
    pub fn gaps(&self) -> i64 {
        i64::from(!self.has_ciso) + self.counts.iter().map(|count| count.missing).sum::<i64>()
    }
}

pub const WATCH: Action<Nothing, Overview> = Action::reads("people.watch", whole_city, |tx, cx, _| {
    let day = today(cx);
    let date = cx.now().date();
    let soon = date.saturating_add(jiff::Span::new().days(ENDING_DAYS)).to_string();
    let ciso = store::posts(tx, None, Duty::Ciso)?;
    let mut counts = Vec::new();
    let mut missing = Vec::new();
    for kind in AssetKind::ALL {
        let (all, none) = store::counts(tx, kind, &day)?;
        counts.push(KindCount { kind, all, missing: none });
        missing.extend(store::assets(tx, kind, true, &day, "", SHOWN)?);
    }
    let ending = store::ending(tx, &day, &soon, SHOWN)?;
    let check = store::checks(tx)?.into_iter().find(|check| check.state == CheckState::Open);
    let taken = match (&check, &cx.who().account) {
        (Some(check), Some(account)) => store::taken(tx, &check.id, account)?,
        _ => None,
    };
    Ok(Overview {
        has_ciso: ciso.iter().any(|post| post.holds(&day)),
        ciso,
        counts,
        missing,
        ending: ending.into_iter().map(|(post, asset_name)| Ending { post, asset_name }).collect(),
        open_incidents: store::open_incidents(tx)?,
        // Right answers are nobody's before they have answered.
        check: check.map(|check| Check { questions: Vec::new(), ..check }),
        taken,
    })
});

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskAssets {
    #[serde(default)]
    #[garde(skip)]
    pub kind: AssetKind,
    /// Those alone for which nobody answers today.
    #[serde(default)]
    #[garde(skip)]
    pub missing: bool,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AssetRow {
    pub asset: Asset,
    pub department_code: String,
    /// The name of who answers for it today; empty when nobody does.
    pub holder: String,
}

fn holder(tx: &mut Tx<'_>, cx: &Cx, asset: &Asset) -> Result<String, Fault> {
    let day = today(cx);
    let posts = store::posts(tx, Some(&asset.id), asset.kind.duty())?;
    Ok(posts.into_iter().find(|post| post.holds(&day)).map(|post| post.name).unwrap_or_default())
}

fn department_code(tx: &mut Tx<'_>, department: Option<&Id>) -> Result<String, Fault> {
    Ok(match department {
        Some(id) => departments::by_id(tx, id)?.map(|department| department.code).unwrap_or_default(),
        None => String::new(),
    })
}

pub const WATCH_ASSETS: Action<AskAssets, List<AssetRow>> =
    Action::reads("people.watch_assets", whole_city, |tx, cx, input: &AskAssets| {
        let rows = input.paging.rows();
        let found = store::assets(tx, input.kind, input.missing, &today(cx), input.paging.after(), rows + 1)?;
        let list = List::cut(found, rows, |asset| asset.code.clone());
        let mut out = Vec::with_capacity(list.rows.len());
        for asset in list.rows {
            let department_code = department_code(tx, asset.department.as_ref())?;
            out.push(AssetRow { department_code, holder: holder(tx, cx, &asset)?, asset });
        }
        Ok(List { rows: out, next: list.next })
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisAsset {
    pub id: Id,
}

fn this_asset(_: &mut Tx<'_>, _: &Cx, input: &ThisAsset) -> Result<Object, Fault> {
    Ok(Object::new("watch-asset", &input.id))
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AssetView {
    pub asset: Asset,
    pub department_code: String,
    pub system_code: String,
    pub system_name: String,
    /// Who manages the terminal or the data's system, by the system.
    pub manager: String,
    pub posts: Vec<Post>,
    pub saved_by_name: String,
}

fn view(tx: &mut Tx<'_>, cx: &Cx, asset: Asset) -> Result<AssetView, Fault> {
    let system = match &asset.system {
        Some(id) => store::asset(tx, id)?,
        None => None,
    };
    let manager = match &system {
        Some(system) => holder(tx, cx, system)?,
        None => String::new(),
    };
    let (system_code, system_name) = system.map(|system| (system.code, system.name)).unwrap_or_default();
    Ok(AssetView {
        department_code: department_code(tx, asset.department.as_ref())?,
        system_code,
        system_name,
        manager,
        posts: store::posts(tx, Some(&asset.id), asset.kind.duty())?,
        saved_by_name: accounts::shown_name(tx, &asset.saved_by)?,
        asset,
    })
}

pub const WATCH_ASSET: Action<ThisAsset, AssetView> =
    Action::reads("people.watch_asset", this_asset, |tx, cx, input: &ThisAsset| {
        let asset = store::asset(tx, &input.id)?.ok_or_else(Fault::missing)?;
        view(tx, cx, asset)
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveAsset {
    /// Absent for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    #[serde(default)]
    #[garde(skip)]
    pub kind: AssetKind,
    #[garde(custom(a_code))]
    pub code: String,
    #[garde(length(chars, max = 100), custom(shown))]
    pub name: String,
    /// The code of the department whose it is; empty for none.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub department: String,
    /// The code of the system that it stands on; empty for none.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub system: String,
    /// A system that others stand on.
    #[serde(default)]
    #[garde(skip)]
    pub chief: bool,
    #[serde(default)]
    #[garde(length(chars, max = 1000))]
    pub note: String,
    /// The day from which it is no more.
    #[serde(default)]
    #[garde(custom(date_or_empty))]
    pub closed_on: String,
    #[serde(default)]
    #[garde(skip)]
    pub rev: i64,
}

fn saved_asset(_: &mut Tx<'_>, _: &Cx, input: &SaveAsset) -> Result<Object, Fault> {
    Ok(Object::new("watch-asset", input.id.as_ref().map_or("", |id| id.as_str())))
}

pub const SAVE_WATCH_ASSET: Action<SaveAsset, AssetView> =
    Action::writes("people.save_watch_asset", saved_asset, |tx, cx, input: &SaveAsset| {
        store::lock(tx)?;
        let before = match &input.id {
            Some(id) => Some(store::asset(tx, id)?.ok_or_else(Fault::missing)?),
            None => None,
        };
        if let Some(before) = &before
            && before.rev != input.rev
        {
            return Err(outdated(&view(tx, cx, before.clone())?));
        }
        let asset = checked(tx, cx, input, before.as_ref())?;
        store::put_asset(tx, &asset)?;
        tx.emit(cx, "people.watch_saved", asset.id.as_str(), serde_json::json!({"rev": asset.rev}))?;
        view(tx, cx, asset)
    })
    .emits(&["people.watch_saved"]);

fn checked(tx: &mut Tx<'_>, cx: &Cx, input: &SaveAsset, before: Option<&Asset>) -> Result<Asset, Fault> {
    if let Some(other) = store::asset_by_code(tx, &input.code)?
        && before.is_none_or(|before| before.id != other.id)
    {
        return Err(Fault::field("code", "field-people-code-taken"));
    }
    if before.is_none() && store::count_assets(tx)? >= store::ASSETS_MAX {
        return Err(Fault::too_large(store::ASSETS_MAX));
    }
    let unknown = || Fault::field("department", "field-people-department-unknown");
    let department = match input.department.as_str() {
        "" => None,
        code => {
            let found = departments::by_code(tx, code)?.ok_or_else(unknown)?;
            let stays = before.is_some_and(|before| before.department.as_ref() == Some(&found.id));
            if !stays && !is_open(&found, &today(cx)) {
                return Err(Fault::field("department", "field-people-department-closed"));
            }
            Some(found.id)
        }
    };
    let kind = before.map_or(input.kind, |before| before.kind);
    let system = match input.system.as_str() {
        "" => None,
        code => {
            let found = store::asset_by_code(tx, code)?
                .filter(|found| found.kind == AssetKind::System && kind != AssetKind::System);
            Some(found.ok_or_else(|| Fault::field("system", "field-people-watch-system"))?.id)
        }
    };
    Ok(Asset {
        id: before.map_or_else(|| cx.id(), |before| before.id.clone()),
        kind,
        code: input.code.clone(),
        name: tidy(&input.name),
        department,
        system,
        chief: input.chief && kind == AssetKind::System,
        note: input.note.trim().to_owned(),
        closed_on: input.closed_on.clone(),
        rev: before.map_or(0, |before| before.rev) + 1,
        saved_ms: cx.now_ms(),
        saved_by: cx.who().written(),
    })
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Appoint {
    /// Absent for the CISO, who answers for the whole city.
    #[serde(default)]
    #[garde(skip)]
    pub asset: Option<Id>,
    /// The address of a member of staff.
    #[garde(custom(a_mail))]
    pub mail: String,
    #[garde(custom(date_or_empty))]
    pub starts_on: String,
    /// Empty without an end.
    #[serde(default)]
    #[garde(custom(date_or_empty))]
    pub ends_on: String,
    #[serde(default)]
    #[garde(length(chars, max = 300))]
    pub note: String,
}

fn appointed(_: &mut Tx<'_>, _: &Cx, input: &Appoint) -> Result<Object, Fault> {
    Ok(Object::new("watch-asset", input.asset.as_ref().map_or("", |id| id.as_str())))
}

/// Names who answers for something from a day on. Whoever did until then ends the day before: there is one at a time.
pub const APPOINT: Action<Appoint, Post> =
    Action::writes("people.appoint", appointed, |tx, cx, input: &Appoint| {
        store::lock(tx)?;
        let duty = match &input.asset {
            Some(id) => store::asset(tx, id)?.ok_or_else(Fault::missing)?.kind.duty(),
            None => Duty::Ciso,
        };
        let account = accounts::by_mail(tx, &folded_mail(&input.mail))?
            .filter(|account| account.kind == AccountKind::Staff && account.state == AccountState::Active)
            .ok_or_else(|| Fault::field("mail", "field-people-watch-staff"))?;
        let starts: jiff::civil::Date =
            input.starts_on.parse().map_err(|_| Fault::field("starts_on", "field-required"))?;
        if !input.ends_on.is_empty() && input.ends_on < input.starts_on {
            return Err(Fault::field("ends_on", "field-people-watch-ends"));
        }
        let eve = starts.yesterday().map_err(|_| Fault::field("starts_on", "field-people-date"))?.to_string();
        let posts = store::posts(tx, input.asset.as_ref(), duty)?;
        if posts.iter().any(|post| {
            post.starts_on >= input.starts_on && (post.ends_on.is_empty() || post.ends_on >= post.starts_on)
        }) {
            return Err(Fault::field("starts_on", "field-people-watch-later"));
        }
        for before in posts.iter().filter(|post| post.ends_on.is_empty() || post.ends_on > eve) {
            store::end_post(tx, &before.id, &eve, cx.now_ms(), &writer(cx))?;
        }
        let post = Post {
            id: cx.id(),
            duty,
            asset: input.asset.clone(),
            account: account.id.clone(),
            name: account.name,
            title: String::new(),
            department_code: String::new(),
            active: true,
            starts_on: input.starts_on.clone(),
            ends_on: input.ends_on.clone(),
            note: input.note.trim().to_owned(),
        };
        store::add_post(tx, &post, cx.now_ms(), &writer(cx))?;
        let facts = serde_json::json!({"duty": duty.name(), "post": post.id, "account": account.id});
        tx.emit(cx, "people.appointed", input.asset.as_ref().map_or("", |id| id.as_str()), facts)?;
        Ok(post)
    })
    .emits(&["people.appointed"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EndAppointment {
    #[garde(skip)]
    pub id: Id,
    #[garde(custom(date_or_empty))]
    pub ends_on: String,
}

fn ended_post(_: &mut Tx<'_>, _: &Cx, input: &EndAppointment) -> Result<Object, Fault> {
    Ok(Object::new("watch-post", &input.id))
}

pub const END_APPOINTMENT: Action<EndAppointment, Post> =
    Action::writes("people.end_appointment", ended_post, |tx, cx, input: &EndAppointment| {
        store::lock(tx)?;
        let post = store::post(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if !input.ends_on.is_empty() && input.ends_on < post.starts_on {
            return Err(Fault::field("ends_on", "field-people-watch-ends"));
        }
        let others = store::posts(tx, post.asset.as_ref(), post.duty)?;
        let follows = others.iter().any(|other| other.id != post.id && other.starts_on > post.starts_on);
        if follows && (input.ends_on.is_empty() || input.ends_on > post.ends_on) {
            return Err(Fault::field("ends_on", "field-people-watch-later"));
        }
        store::end_post(tx, &post.id, &input.ends_on, cx.now_ms(), &writer(cx))?;
        let facts = serde_json::json!({"duty": post.duty.name(), "post": post.id, "account": post.account});
        tx.emit(cx, "people.appointed", post.asset.as_ref().map_or("", |id| id.as_str()), facts)?;
        Ok(Post { ends_on: input.ends_on.clone(), ..post })
    })
    .emits(&["people.appointed"]);
