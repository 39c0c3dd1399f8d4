//! Which services a person is connected with.

use std::collections::BTreeMap;

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person was asked for at a client.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    pub scopes: String,
    /// Purposes, each with the version that was asked about.
    pub asked: BTreeMap<String, i64>,
}

impl Connection {
    fn written(&self) -> String {
        let pairs: Vec<String> =
            self.asked.iter().map(|(purpose, version)| format!("{purpose}:{version}")).collect();
        pairs.join(" ")
    }
}

fn read_asked(text: &str) -> BTreeMap<String, i64> {
    text.split(' ')
        .filter_map(|pair| pair.rsplit_once(':'))
        .filter_map(|(purpose, version)| Some((purpose.to_owned(), version.parse().ok()?)))
        .collect()
}

pub fn get(tx: &mut Tx<'_>, client: &Id, account: &Id) -> Result<Option<Connection>, Fault> {
    tx.opt(
        sql!("select scopes, asked from people_connection where city = ?1 and client = ?2 and account = ?3"),
        params![client, account],
        |row| Ok(Connection { scopes: row.get(0)?, asked: read_asked(&row.get::<String>(1)?) }),
    )
}

pub fn put(
    tx: &mut Tx<'_>,
    client: &Id,
    account: &Id,
    connection: &Connection,
    now_ms: i64,
) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_connection (city, client, account, scopes, asked, made_ms, used_ms)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?6)
             on conflict (city, client, account) do update
             set scopes = excluded.scopes, asked = excluded.asked, used_ms = excluded.used_ms"
        ),
        params![client, account, &connection.scopes, connection.written(), now_ms],
    )
}

pub fn remove(tx: &mut Tx<'_>, client: &Id, account: &Id) -> Result<bool, Fault> {
    let gone = tx.exec(
        sql!("delete from people_connection where city = ?1 and client = ?2 and account = ?3"),
        params![client, account],
    )?;
    Ok(gone == 1)
}

/// A connection, as its own person sees it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Connected {
    pub client: Id,
    pub name: Text,
    pub recipient: Text,
    /// The codes of the purposes that it asked about.
    pub purposes: Vec<String>,
    /// Whether it stays connected between visits.
    pub stays: bool,
    pub made_ms: i64,
    pub used_ms: i64,
}

fn text_of(row: &Row<'_>, column: usize) -> Result<Text, Fault> {
    let written = row.get::<Option<String>>(column)?.unwrap_or_default();
    Ok(serde_json::from_str(&written).unwrap_or_else(|_| Text::ja(written)))
}

pub fn of_account(tx: &mut Tx<'_>, account: &Id, after: &str, rows: i64) -> Result<Vec<Connected>, Fault> {
    tx.all(
        sql!(
            "select n.client, c.name, r.name, n.asked, n.scopes, n.made_ms, n.used_ms
             from people_connection n
             join people_client c on c.city = ?1 and c.id = n.client
             left join people_recipient r on r.city = ?1 and r.id = c.recipient
             where n.city = ?1 and n.account = ?2 and n.client > ?3 order by n.client limit ?4"
        ),
        params![account, after, rows],
        |row| {
            Ok(Connected {
                client: row.get(0)?,
                name: text_of(row, 1)?,
                recipient: text_of(row, 2)?,
                purposes: read_asked(&row.get::<String>(3)?).into_keys().collect(),
                stays: row.get::<String>(4)?.split(' ').any(|scope| scope == "offline_access"),
                made_ms: row.get(5)?,
                used_ms: row.get(6)?,
            })
        },
    )
}

/// How a session was begun: the way, whether with a second factor, and when.
pub fn session(tx: &mut Tx<'_>, session: &Id) -> Result<Option<(String, bool, i64)>, Fault> {
    tx.opt(
        sql!("select way, strong, created_ms from people_session where city = ?1 and id = ?2"),
        params![session],
        |row| Ok((row.get(0)?, row.get::<i64>(1)? == 1, row.get(2)?)),
    )
}

/// Takes away everything that this part holds of a person, as when they delete their account.
pub fn forget(tx: &mut Tx<'_>, account: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from people_token where city = ?1 and account = ?2"), params![account])?;
    tx.put(sql!("delete from people_family where city = ?1 and account = ?2"), params![account])?;
    // The names that services know them by go some weeks later: until then a service can learn who has left.
    tx.put(sql!("delete from people_connection where city = ?1 and account = ?2"), params![account])
}
