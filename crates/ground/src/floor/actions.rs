//! The verbs of the floor.

use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::action::{Action, AnyAction};
use crate::city::{CityFacts, read_facts, write_facts};
use crate::cx::Cx;
use crate::db::{Row, Topic, Tx};
use crate::fault::Fault;
use crate::id::Id;
use crate::list::{List, Paging};
use crate::validate::rule;
use crate::who::Object;
use crate::words::Lang;
use crate::{params, sql};

pub(super) fn all() -> Vec<AnyAction> {
    vec![
        CITY.any(),
        SAVE_CITY.any(),
        JOBS.any(),
        RETRY_JOB.any(),
        DISMISS_JOB.any(),
        super::audit::AUDIT.any(),
        RIGHTS.any(),
        DESK.any(),
        crate::retention::RETENTION.any(),
        crate::files::FILE.any(),
    ]
}

/// An action that asks for nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct Nothing {}

fn whole_city<In>(_: &mut Tx<'_>, _: &Cx, _: &In) -> Result<Object, Fault> {
    Ok(Object::of_city("city"))
}

/// What the city says about itself.
pub const CITY: Action<Nothing, CityFacts> =
    Action::reads("ground.city", whole_city, |_, cx, _| Ok((*cx.city().facts()).clone())).quick();

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveCity {
    #[garde(length(chars, min = 1, max = 40))]
    pub name: String,
    #[garde(custom(is_zone))]
    pub zone: String,
    #[garde(custom(is_address))]
    pub public_url: String,
    #[garde(length(max = 20), inner(length(min = 1, max = 253), custom(is_host)))]
    #[serde(default)]
    pub hosts: Vec<String>,
    #[garde(length(min = 1))]
    pub languages: Vec<Lang>,
    #[garde(custom(is_mail_or_empty))]
    #[serde(default)]
    pub mail_from: String,
    /// The revision this was edited from.
    #[garde(skip)]
    pub rev: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn is_zone(zone: &str, (): &()) -> garde::Result {
    jiff::tz::TimeZone::get(zone).map(|_| ()).map_err(|_| rule("field-zone", &[]))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn is_address(address: &str, (): &()) -> garde::Result {
    let uri: Result<http::Uri, _> = address.parse();
    let good = uri.is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some() && uri.query().is_none()
    });
    if good && !address.ends_with('/') && address.len() <= 200 {
        Ok(())
    } else {
        Err(rule("field-address", &[]))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn is_host(host: &str, (): &()) -> garde::Result {
    let good =
        host.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte));
    if good { Ok(()) } else { Err(rule("field-host", &[])) }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn is_mail_or_empty(mail: &str, (): &()) -> garde::Result {
    let (user, host) = mail.split_once('@').unwrap_or_default();
    let good = mail.is_empty()
        || (!user.is_empty()
            && host.contains('.')
            && mail.len() <= 254
            && !mail.contains(char::is_whitespace));
    if good { Ok(()) } else { Err(rule("field-email", &[])) }
}

/// Changes what the city says about itself.
pub const SAVE_CITY: Action<SaveCity, CityFacts> =
    Action::writes("ground.save_city", whole_city, |tx, cx, input: &SaveCity| {
        tx.lock("city")?;
        let now = read_facts(tx)?.ok_or_else(Fault::missing)?;
        if now.rev != input.rev {
            return Err(Fault::outdated(serde_json::to_value(&now).map_err(Fault::internal)?));
        }
        let facts = CityFacts {
            name: input.name.trim().to_owned(),
            zone: input.zone.clone(),
            public_url: input.public_url.clone(),
            hosts: input.hosts.clone(),
            languages: input.languages.clone(),
            mail_from: input.mail_from.clone(),
            demo: now.demo,
            rev: now.rev + 1,
        };
        write_facts(tx, &facts, cx.now_ms())?;
        tx.emit(cx, "ground.city_saved", "city", serde_json::json!({"rev": facts.rev}))?;
        let (city, fresh) = (cx.city().clone(), facts.clone());
        tx.after_commit(move || city.set_facts(fresh));
        Ok(facts)
    })
    .emits(&["ground.city_saved"]);

/// A job as staff see it: never its body, which may name people.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct JobRow {
    pub id: Id,
    pub kind: String,
    pub state: String,
    pub lane: i64,
    pub tries: i64,
    pub tries_max: i64,
    pub due_ms: i64,
    pub created_ms: i64,
    pub last_fault: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AskJobs {
    /// "dead", "waiting" or "leased"; empty for all.
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

/// The queue of jobs, and what came to rest on the dead-letter list.
pub const JOBS: Action<AskJobs, List<JobRow>> = Action::reads("ground.jobs", whole_city, |tx, _, input| {
    let rows = tx.all(
        sql!(
            "select id, kind, state, lane, tries, tries_max, due_ms, created_ms, last_fault from ground_job
             where city = ?1 and (?2 = '' or state = ?2) and id > ?3 order by id limit ?4"
        ),
        params![input.state.as_str(), input.paging.after(), input.paging.rows() + 1],
        |row| {
            Ok(JobRow {
                id: row.get(0)?,
                kind: row.get(1)?,
                state: row.get(2)?,
                lane: row.get(3)?,
                tries: row.get(4)?,
                tries_max: row.get(5)?,
                due_ms: row.get(6)?,
                created_ms: row.get(7)?,
                last_fault: row.get(8)?,
            })
        },
    )?;
    Ok(List::cut(rows, input.paging.rows(), |row| row.id.to_string()))
});

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisJob {
    pub id: Id,
}

fn this_job(_: &mut Tx<'_>, _: &Cx, input: &ThisJob) -> Result<Object, Fault> {
    Ok(Object::new("job", &input.id))
}

/// Gives a dead job another row of tries.
pub const RETRY_JOB: Action<ThisJob, Nothing> =
    Action::writes("ground.retry_job", this_job, |tx, cx, input| {
        let changed = tx.exec(
            sql!(
                "update ground_job set state = 'waiting', tries = 0, due_ms = ?3
             where city = ?1 and id = ?2 and state = 'dead'"
            ),
            params![&input.id, cx.now_ms()],
        )?;
        if changed == 0 {
            return Err(Fault::missing());
        }
        tx.wake(Topic::Jobs);
        tx.emit(cx, "ground.job_retried", input.id.as_str(), serde_json::json!({}))?;
        Ok(Nothing {})
    })
    .emits(&["ground.job_retried"]);

/// Gives a dead job up for good.
pub const DISMISS_JOB: Action<ThisJob, Nothing> =
    Action::writes("ground.dismiss_job", this_job, |tx, cx, input| {
        let kind = tx.opt(
            sql!("delete from ground_job where city = ?1 and id = ?2 and state = 'dead' returning kind"),
            params![&input.id],
            |row| row.get::<String>(0),
        )?;
        let kind = kind.ok_or_else(Fault::missing)?;
        tx.emit(cx, "ground.job_dismissed", input.id.as_str(), serde_json::json!({"kind": kind}))?;
        Ok(Nothing {})
    })
    .emits(&["ground.job_dismissed"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AuditRow {
    pub id: Id,
    pub at_ms: i64,
    pub actor: String,
    pub action: String,
    pub class: String,
    pub object: String,
    pub outcome: String,
    pub via: String,
    pub request: String,
    /// The account acted for; empty when the actor acted for themselves.
    #[serde(default)]
    pub acting: String,
    /// The colleague whose right it was, when the actor stood in for somebody.
    #[serde(default)]
    pub stands_in_for: String,
    /// Names of colleagues, as far as whoever asks may see them; otherwise empty.
    #[serde(default)]
    pub actor_name: String,
    #[serde(default)]
    pub acting_name: String,
    #[serde(default)]
    pub stands_in_name: String,
}

pub(crate) fn audit_row(row: &Row<'_>) -> Result<AuditRow, Fault> {
    Ok(AuditRow {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        class: row.get(4)?,
        object: row.get(5)?,
        outcome: row.get(6)?,
        via: row.get(7)?,
        request: row.get(8)?,
        acting: row.get(9)?,
        stands_in_for: row.get(10)?,
        actor_name: String::new(),
        acting_name: String::new(),
        stands_in_name: String::new(),
    })
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RightsRow {
    pub action: String,
    pub room: String,
    pub writes: bool,
    /// "role:reach", as in "editor:own-department".
    pub grants: Vec<String>,
}

/// The rights matrix: every action, and who may do it how far.
pub fn rights_matrix(house: &crate::house::House) -> Vec<RightsRow> {
    house
        .actions()
        .map(|action| RightsRow {
            action: action.name.to_owned(),
            room: action.room().to_owned(),
            writes: action.writes(),
            grants: house
                .grants(action.name)
                .iter()
                .map(|grant| format!("{}:{}", grant.role.name(), grant.reach.name()))
                .collect(),
        })
        .collect()
}

pub const RIGHTS: Action<Nothing, Vec<RightsRow>> =
    Action::reads("ground.rights", whole_city, |_, cx, _| Ok(rights_matrix(cx.house()))).quick();

/// One thing that a new city sets up, and whether it is done.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SetupRow {
    pub word: String,
    pub href: String,
    pub done: bool,
}

/// The set-up list of the city, gathered from all rooms.
pub const DESK: Action<Nothing, Vec<SetupRow>> = Action::reads("ground.desk", whole_city, |tx, cx, _| {
    let house = cx.house().clone();
    let mut rows = Vec::new();
    for item in house.rooms.iter().flat_map(|room| room.setup) {
        rows.push(SetupRow {
            word: item.word.to_owned(),
            href: item.href.to_owned(),
            done: (item.done)(tx, cx)?,
        });
    }
    Ok(rows)
});
