//! The audit: who did what to which object, and who was refused. Ids only, never personal values.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cx::Cx;
use crate::db::Tx;
use crate::fault::Fault;
use crate::id::Id;
use crate::who::{Object, Role};
use crate::{params, sql};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Done,
    Refused,
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::Refused => "refused",
        }
    }
}

/// Writes the audit row of an act, in the act's own transaction. What the program does by itself is in the event log.
pub(crate) fn write(
    tx: &mut Tx<'_>,
    cx: &Cx,
    action: &str,
    object: &Object,
    outcome: Outcome,
    stands_in_for: Option<&Id>,
) -> Result<(), Fault> {
    if cx.who().has(Role::System) {
        return Ok(());
    }
    tx.put(
        sql!(
            "insert into ground_audit (city, id, at_ms, actor, action, class, object, outcome, via, request,
                                       acting, stands_in_for)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        ),
        params![
            cx.id(),
            cx.now_ms(),
            cx.who().written(),
            action,
            object.class,
            object.id.as_str(),
            outcome.name(),
            cx.via().name(),
            cx.request(),
            cx.who().acting_for(),
            stands_in_for.map_or("", Id::as_str),
        ],
    )
}

/// What others did for this person, newest first: for that person's own page.
pub fn done_for(
    tx: &mut Tx<'_>,
    person: &Id,
    after: &str,
    rows: i64,
) -> Result<Vec<crate::floor::actions::AuditRow>, Fault> {
    tx.all(
        sql!(
            "select id, at_ms, actor, action, class, object, outcome, via, request, acting,
                    stands_in_for
             from ground_audit
             where city = ?1 and acting = ?2 and acting <> '' and (?3 = '' or id < ?3)
             order by id desc limit ?4"
        ),
        params![person, after, rows],
        crate::floor::actions::audit_row,
    )
}

/// Records a refusal. The action's own transaction is gone, so this is one of its own; if it cannot be written, the
/// refusal stands all the same and the log says so.
pub(crate) async fn refusal(cx: &Cx, action: &'static str) {
    let acting = cx.clone();
    let object = Object::of_city("");
    let written =
        cx.city().db.write(move |tx| write(tx, &acting, action, &object, Outcome::Refused, None)).await;
    if let Err(fault) = written {
        tracing::warn!(%fault, action, request = cx.request(), "a refusal could not be recorded");
    }
}
