//! Requests to make somebody an administrator.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    Open,
    Granted,
    Refused,
}

impl RequestState {
    pub fn name(self) -> &'static str {
        match self {
            RequestState::Open => "open",
            RequestState::Granted => "granted",
            RequestState::Refused => "refused",
        }
    }

    fn from_name(name: &str) -> RequestState {
        match name {
            "open" => RequestState::Open,
            "granted" => RequestState::Granted,
            _ => RequestState::Refused,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AdminRequest {
    pub id: Id,
    /// Who is to become administrator.
    pub account: Id,
    pub name: String,
    pub state: RequestState,
    pub asked_by: String,
    pub asked_ms: i64,
    pub decided_by: String,
    pub decided_ms: i64,
}

fn request_of(row: &Row<'_>) -> Result<AdminRequest, Fault> {
    Ok(AdminRequest {
        id: row.get(0)?,
        account: row.get(1)?,
        name: row.get(2)?,
        state: RequestState::from_name(&row.get::<String>(3)?),
        asked_by: row.get(4)?,
        asked_ms: row.get(5)?,
        decided_by: row.get(6)?,
        decided_ms: row.get(7)?,
    })
}

/// Newest first.
pub fn page(tx: &mut Tx<'_>, after: &str, rows: i64) -> Result<Vec<AdminRequest>, Fault> {
    tx.all(
        sql!(
            "select r.id, r.account, a.name, r.state, r.asked_by, r.asked_ms, r.decided_by, r.decided_ms
             from people_admin_request r join people_account a on a.city = ?1 and a.id = r.account
             where r.city = ?1 and (?2 = '' or r.id < ?2) order by r.id desc limit ?3"
        ),
        params![after, rows],
        request_of,
    )
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<AdminRequest>, Fault> {
    tx.opt(
        sql!(
            "select r.id, r.account, a.name, r.state, r.asked_by, r.asked_ms, r.decided_by, r.decided_ms
             from people_admin_request r join people_account a on a.city = ?1 and a.id = r.account
             where r.city = ?1 and r.id = ?2"
        ),
        params![id],
        request_of,
    )
}

pub fn is_asked(tx: &mut Tx<'_>, account: &Id) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!(
            "select id from people_admin_request where city = ?1 and state = 'open' and account = ?2 limit 1"
        ),
        params![account],
        |row| row.get::<String>(0),
    )?;
    Ok(found.is_some())
}

pub fn put(tx: &mut Tx<'_>, request: &AdminRequest) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_admin_request (city, id, account, state, asked_by, asked_ms, decided_by, decided_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             on conflict (city, id) do update
             set state = excluded.state, decided_by = excluded.decided_by, decided_ms = excluded.decided_ms"
        ),
        params![
            &request.id,
            &request.account,
            request.state.name(),
            request.asked_by.as_str(),
            request.asked_ms,
            request.decided_by.as_str(),
            request.decided_ms
        ],
    )
}
