//! SQL of the queue.

use ground::cx::Cx;
use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::{params, sql};

use super::model::{Contents, State};

/// A letter that is queued now.
pub struct NewMail<'m> {
    pub id: &'m Id,
    pub kind: &'m str,
    pub urgent: bool,
    pub secret: bool,
    pub state: State,
    pub sealed: String,
    pub host: String,
    pub message_id: String,
    pub until_ms: i64,
}

pub fn insert(tx: &mut Tx<'_>, mail: &NewMail<'_>, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into gate_mail (city, id, kind, urgent, secret, state, sealed, host, message_id, tries, cause, said,
                                    made_ms, until_ms, next_ms, done_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, '', '', ?10, ?11, ?10, 0)"
        ),
        params![
            mail.id,
            mail.kind,
            mail.urgent,
            mail.secret,
            mail.state.name(),
            mail.sealed.as_str(),
            mail.host.as_str(),
            mail.message_id.as_str(),
            now_ms,
            mail.until_ms
        ],
    )
}

/// A letter as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub id: Id,
    pub kind: String,
    pub urgent: bool,
    pub secret: bool,
    pub state: State,
    pub(crate) sealed: String,
    pub host: String,
    pub message_id: String,
    pub tries: i64,
    /// The code of the fault that stopped it last.
    pub cause: String,
    /// What the mail server said, without addresses.
    pub said: String,
    pub made_ms: i64,
    pub until_ms: i64,
    pub next_ms: i64,
    pub done_ms: i64,
}

impl Mail {
    pub fn has_contents(&self) -> bool {
        !self.sealed.is_empty()
    }

    /// `None` once its contents are erased.
    pub fn contents(&self, cx: &Cx) -> Result<Option<Contents>, Fault> {
        if self.sealed.is_empty() { Ok(None) } else { Contents::open(cx, &self.id, &self.sealed).map(Some) }
    }

    fn read(row: &Row<'_>) -> Result<Mail, Fault> {
        let state = row.get::<String>(4)?;
        Ok(Mail {
            id: row.get(0)?,
            kind: row.get(1)?,
            urgent: row.get(2)?,
            secret: row.get(3)?,
            state: State::from_name(&state)
                .ok_or_else(|| Fault::internal(format!("a letter in the state {state}")))?,
            sealed: row.get(5)?,
            host: row.get(6)?,
            message_id: row.get(7)?,
            tries: row.get(8)?,
            cause: row.get(9)?,
            said: row.get(10)?,
            made_ms: row.get(11)?,
            until_ms: row.get(12)?,
            next_ms: row.get(13)?,
            done_ms: row.get(14)?,
        })
    }
}

pub fn get(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Mail>, Fault> {
    tx.opt(
        sql!(
            "select m.id, m.kind, m.urgent, m.secret, m.state, m.sealed, m.host, m.message_id, m.tries, m.cause, m.said,
                    m.made_ms, m.until_ms, m.next_ms, m.done_ms
             from gate_mail m where m.city = ?1 and m.id = ?2"
        ),
        params![id],
        Mail::read,
    )
}

/// Letters of one state or of all, the newest first, before an id.
pub fn list(tx: &mut Tx<'_>, state: &str, before: &str, rows: i64) -> Result<Vec<Mail>, Fault> {
    tx.all(
        sql!(
            "select m.id, m.kind, m.urgent, m.secret, m.state, m.sealed, m.host, m.message_id, m.tries, m.cause, m.said,
                    m.made_ms, m.until_ms, m.next_ms, m.done_ms
             from gate_mail m where m.city = ?1 and (?2 = '' or m.state = ?2) and (?3 = '' or m.id < ?3)
             order by m.id desc limit ?4"
        ),
        params![state, before, rows],
        Mail::read,
    )
}

/// Every letter whose contents are still there, the newest first, opened. For the outbox and for tests.
pub fn letters(tx: &mut Tx<'_>, cx: &Cx, rows: i64) -> Result<Vec<(Mail, Contents)>, Fault> {
    let mut found = Vec::new();
    for mail in list(tx, "", "", rows)? {
        if let Some(contents) = mail.contents(cx)? {
            found.push((mail, contents));
        }
    }
    Ok(found)
}

/// How a letter ended. Nothing happens when somebody else ended it, or tried it, in between.
pub struct End<'e> {
    pub state: State,
    pub erase: bool,
    pub cause: &'e str,
    pub said: &'e str,
}

pub fn end(tx: &mut Tx<'_>, mail: &Mail, end: &End<'_>, now_ms: i64) -> Result<bool, Fault> {
    let ended = tx.exec(
        sql!(
            "update gate_mail set state = ?4, sealed = case when ?5 = 1 then '' else sealed end, cause = ?6, said = ?7,
                 done_ms = ?8, tries = tries + 1
             where city = ?1 and id = ?2 and tries = ?3 and state = 'waiting'"
        ),
        params![&mail.id, mail.tries, end.state.name(), end.erase, end.cause, end.said, now_ms],
    )?;
    Ok(ended == 1)
}

/// Not now: to be tried again later.
pub fn put_off(tx: &mut Tx<'_>, mail: &Mail, cause: &str, said: &str, next_ms: i64) -> Result<bool, Fault> {
    let put_off = tx.exec(
        sql!(
            "update gate_mail set tries = tries + 1, cause = ?4, said = ?5, next_ms = ?6
             where city = ?1 and id = ?2 and tries = ?3 and state = 'waiting'"
        ),
        params![&mail.id, mail.tries, cause, said, next_ms],
    )?;
    Ok(put_off == 1)
}

/// What the mail server last did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    pub answered_ms: i64,
    pub failed_ms: i64,
    pub cause: String,
}

impl Server {
    pub fn is_down(&self) -> bool {
        self.failed_ms > self.answered_ms
    }
}

pub fn server(tx: &mut Tx<'_>) -> Result<Option<Server>, Fault> {
    tx.opt(
        sql!("select answered_ms, failed_ms, cause from gate_mail_server where city = ?1"),
        params![],
        |row| Ok(Server { answered_ms: row.get(0)?, failed_ms: row.get(1)?, cause: row.get(2)? }),
    )
}

pub fn server_answered(tx: &mut Tx<'_>, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into gate_mail_server (city, answered_ms, failed_ms, cause) values (?1, ?2, 0, '')
             on conflict (city) do update set answered_ms = excluded.answered_ms, failed_ms = 0, cause = ''"
        ),
        params![now_ms],
    )
}

pub fn server_failed(tx: &mut Tx<'_>, cause: &str, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into gate_mail_server (city, answered_ms, failed_ms, cause) values (?1, 0, ?2, ?3)
             on conflict (city) do update set failed_ms = excluded.failed_ms, cause = excluded.cause"
        ),
        params![now_ms, cause],
    )
}

/// Back into the queue, for one more try now.
pub fn wait_again(tx: &mut Tx<'_>, mail: &Mail, now_ms: i64) -> Result<bool, Fault> {
    let waits = tx.exec(
        sql!(
            "update gate_mail set state = 'waiting', tries = tries + 1, next_ms = ?4, done_ms = 0
             where city = ?1 and id = ?2 and tries = ?3 and sealed <> ''
               and state in ('waiting', 'refused', 'failed')"
        ),
        params![&mail.id, mail.tries, now_ms],
    )?;
    Ok(waits == 1)
}

/// Given up by staff.
pub fn drop_it(tx: &mut Tx<'_>, mail: &Mail, now_ms: i64) -> Result<bool, Fault> {
    let dropped = tx.exec(
        sql!(
            "update gate_mail set state = 'dropped', sealed = '', done_ms = ?4
             where city = ?1 and id = ?2 and tries = ?3 and state in ('waiting', 'refused', 'failed')"
        ),
        params![&mail.id, mail.tries, now_ms],
    )?;
    Ok(dropped == 1)
}

/// How many letters wait, and when the oldest of them was written.
pub fn waiting(tx: &mut Tx<'_>) -> Result<(i64, i64), Fault> {
    tx.one(
        sql!(
            "select count(*), coalesce(min(m.made_ms), 0) from gate_mail m where m.city = ?1 and m.state = 'waiting'"
        ),
        params![],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Letters that could not be sent, since a moment.
pub fn failed_since(tx: &mut Tx<'_>, since_ms: i64) -> Result<i64, Fault> {
    tx.one(
        sql!(
            "select count(*) from gate_mail m
             where m.city = ?1 and m.state in ('refused', 'failed') and m.done_ms >= ?2"
        ),
        params![since_ms],
        |row| row.get(0),
    )
}
