//! Services that are registered.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::who::Level;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::oauth::model::{ClientBody, ClientState, Proof, TokenAlg, Use};

/// A client as it stands, with what is proposed beside it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Client {
    pub id: Id,
    pub name: Text,
    pub recipient: Id,
    pub recipient_name: Text,
    pub state: ClientState,
    pub proof: Proof,
    pub alg: TokenAlg,
    pub uses: Vec<Use>,
    pub level: Level,
    pub redirects: Vec<String>,
    pub logouts: Vec<String>,
    /// Within which people have one subject.
    pub sector: String,
    /// The client's public keys, as they were given.
    pub keys: String,
    /// When its secret was made; 0 without one.
    pub secret_ms: i64,
    /// Until when the secret before still works; 0 when there is none.
    pub secret_before_ends_ms: i64,
    /// What somebody wants to stand in place of this.
    pub proposed: Option<ClientBody>,
    pub proposed_by: String,
    pub proposed_ms: i64,
    pub approved_by: String,
    pub approved_ms: i64,
    pub used_ms: i64,
    pub rev: i64,
    pub saved_ms: i64,
    pub saved_by: String,
}

impl Client {
    pub fn has(&self, one: Use) -> bool {
        self.uses.contains(&one)
    }

    pub fn is_open(&self) -> bool {
        self.state == ClientState::Open
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

pub fn uses_written(uses: &[Use]) -> String {
    let names = Use::ALL.into_iter().filter(|one| uses.contains(one)).map(Use::name);
    names.collect::<Vec<_>>().join(" ")
}

fn text_of(row: &Row<'_>, column: usize) -> Result<Text, Fault> {
    let written = row.get::<Option<String>>(column)?.unwrap_or_default();
    Ok(serde_json::from_str(&written).unwrap_or_else(|_| Text::ja(written)))
}

fn client_of(row: &Row<'_>) -> Result<Client, Fault> {
    let proposed: String = row.get(15)?;
    Ok(Client {
        id: row.get(0)?,
        name: text_of(row, 1)?,
        recipient: row.get(2)?,
        recipient_name: text_of(row, 3)?,
        state: ClientState::from_name(&row.get::<String>(4)?),
        proof: Proof::from_name(&row.get::<String>(5)?),
        alg: TokenAlg::from_name(&row.get::<String>(6)?),
        uses: row.get::<String>(7)?.split(' ').filter_map(Use::from_name).collect(),
        level: Level::from_name(&row.get::<String>(8)?),
        redirects: lines(&row.get::<String>(9)?),
        logouts: lines(&row.get::<String>(10)?),
        sector: row.get(11)?,
        keys: row.get(12)?,
        secret_ms: row.get(13)?,
        secret_before_ends_ms: row.get(14)?,
        proposed: serde_json::from_str(&proposed).ok(),
        proposed_by: row.get(16)?,
        proposed_ms: row.get(17)?,
        approved_by: row.get(18)?,
        approved_ms: row.get(19)?,
        used_ms: row.get(20)?,
        rev: row.get(21)?,
        saved_ms: row.get(22)?,
        saved_by: row.get(23)?,
    })
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Client>, Fault> {
    tx.opt(
        sql!(
            "select c.id, c.name, c.recipient, r.name, c.state, c.proof, c.alg, c.uses, c.level, c.redirects, c.logouts,
                    c.sector, c.keys, c.secret_ms, c.secret_before_ends_ms, c.proposed, c.proposed_by, c.proposed_ms,
                    c.approved_by, c.approved_ms, c.used_ms, c.rev, c.saved_ms, c.saved_by
             from people_client c left join people_recipient r on r.city = ?1 and r.id = c.recipient
             where c.city = ?1 and c.id = ?2"
        ),
        params![id],
        client_of,
    )
}

/// By their ids, which follow the time of their making.
pub fn list(tx: &mut Tx<'_>, after: &str, rows: i64) -> Result<Vec<Client>, Fault> {
    tx.all(
        sql!(
            "select c.id, c.name, c.recipient, r.name, c.state, c.proof, c.alg, c.uses, c.level, c.redirects, c.logouts,
                    c.sector, c.keys, c.secret_ms, c.secret_before_ends_ms, c.proposed, c.proposed_by, c.proposed_ms,
                    c.approved_by, c.approved_ms, c.used_ms, c.rev, c.saved_ms, c.saved_by
             from people_client c left join people_recipient r on r.city = ?1 and r.id = c.recipient
             where c.city = ?1 and c.id > ?2 order by c.id limit ?3"
        ),
        params![after, rows],
        client_of,
    )
}

/// A client that nobody has approved yet.
pub fn add(tx: &mut Tx<'_>, id: &Id, name: &str, recipient: &Id) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_client
                 (city, id, name, recipient, state, proof, alg, uses, level, redirects, logouts, sector, keys,
                  secret_digest, secret_ms, secret_before, secret_before_ends_ms, proposed, proposed_by, proposed_ms,
                  approved_by, approved_ms, used_ms, rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, 'proposed', 'open', 'es256', '', 'declared', '', '', '', '', '', 0, '', 0, '', '', 0,
                     '', 0, 0, 0, 0, '')"
        ),
        params![id, name, recipient],
    )
}

/// Lays a proposal beside what stands.
pub fn propose(
    tx: &mut Tx<'_>,
    id: &Id,
    proposed: &str,
    by: &str,
    now_ms: i64,
    rev: i64,
) -> Result<bool, Fault> {
    let done = tx.exec(
        sql!(
            "update people_client set proposed = ?3, proposed_by = ?4, proposed_ms = ?5, rev = rev + 1, saved_ms = ?5,
                    saved_by = ?4
             where city = ?1 and id = ?2 and rev = ?6"
        ),
        params![id, proposed, by, now_ms, rev],
    )?;
    Ok(done == 1)
}

/// What was proposed stands from now on.
pub fn approve(
    tx: &mut Tx<'_>,
    id: &Id,
    name: &str,
    body: &ClientBody,
    sector: &str,
    by: &str,
    now_ms: i64,
) -> Result<(), Fault> {
    let keys = if body.proof == Proof::Key { body.keys.trim() } else { "" };
    tx.put(
        sql!(
            "update people_client set name = ?3, recipient = ?4, state = 'open', proof = ?5, alg = ?6, uses = ?7,
                    level = ?8, redirects = ?9, logouts = ?10, sector = ?11, keys = ?12, proposed = '', proposed_by = '',
                    proposed_ms = 0, approved_by = ?13, approved_ms = ?14, rev = rev + 1, saved_ms = ?14, saved_by = ?13
             where city = ?1 and id = ?2"
        ),
        params![
            id,
            name,
            &body.recipient,
            body.proof.name(),
            body.alg.name(),
            uses_written(&body.uses),
            body.level.name(),
            body.redirects.join("\n"),
            body.logouts.join("\n"),
            sector,
            keys,
            by,
            now_ms
        ],
    )?;
    if body.proof != Proof::Secret {
        forget_secrets(tx, id)?;
    }
    tx.put(sql!("delete from people_client_purpose where city = ?1 and client = ?2"), params![id])?;
    for purpose in &body.purposes {
        tx.put(
            sql!(
                "insert into people_client_purpose (city, client, purpose) values (?1, ?2, ?3)
                 on conflict (city, client, purpose) do nothing"
            ),
            params![id, purpose],
        )?;
    }
    Ok(())
}

fn forget_secrets(tx: &mut Tx<'_>, id: &Id) -> Result<(), Fault> {
    tx.put(
        sql!(
            "update people_client set secret_digest = '', secret_ms = 0, secret_before = '', secret_before_ends_ms = 0
             where city = ?1 and id = ?2"
        ),
        params![id],
    )
}

pub fn remove(tx: &mut Tx<'_>, id: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from people_client where city = ?1 and id = ?2"), params![id])
}

pub fn close(tx: &mut Tx<'_>, id: &Id, by: &str, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "update people_client set state = 'closed', rev = rev + 1, saved_ms = ?3, saved_by = ?4
             where city = ?1 and id = ?2"
        ),
        params![id, now_ms, by],
    )?;
    forget_secrets(tx, id)
}

/// A new secret; the one before works on for a while, so that a service can change over.
pub fn set_secret(
    tx: &mut Tx<'_>,
    id: &Id,
    digest: &str,
    now_ms: i64,
    before_ends_ms: i64,
    by: &str,
) -> Result<(), Fault> {
    tx.put(
        sql!(
            "update people_client set secret_before = secret_digest,
                    secret_before_ends_ms = case when secret_digest = '' then cast(0 as bigint) else ?5 end,
                    secret_digest = ?3, secret_ms = ?4, rev = rev + 1, saved_ms = ?4, saved_by = ?6
             where city = ?1 and id = ?2"
        ),
        params![id, digest, now_ms, before_ends_ms, by],
    )
}

/// The digests of the secrets that work now.
pub fn secrets(tx: &mut Tx<'_>, id: &Id, now_ms: i64) -> Result<Vec<String>, Fault> {
    let found = tx.opt(
        sql!(
            "select secret_digest, case when secret_before_ends_ms > ?3 then secret_before else '' end
             from people_client where city = ?1 and id = ?2"
        ),
        params![id, now_ms],
        |row| Ok([row.get::<String>(0)?, row.get::<String>(1)?]),
    )?;
    Ok(found.into_iter().flatten().filter(|digest| !digest.is_empty()).collect())
}

/// The codes of the purposes that a client may ask for.
pub fn purposes(tx: &mut Tx<'_>, id: &Id) -> Result<Vec<String>, Fault> {
    tx.all(
        sql!("select purpose from people_client_purpose where city = ?1 and client = ?2 order by purpose"),
        params![id],
        |row| row.get(0),
    )
}

/// Counts a use, by day and kind and never by person.
pub fn count_use(tx: &mut Tx<'_>, id: &Id, day: &str, kind: &str, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_client_use (city, client, day, kind, count, at_ms) values (?1, ?2, ?3, ?4, 1, ?5)
             on conflict (city, client, day, kind) do update set count = people_client_use.count + 1"
        ),
        params![id, day, kind, now_ms],
    )?;
    tx.put(
        sql!("update people_client set used_ms = ?3 where city = ?1 and id = ?2 and used_ms < ?3"),
        params![id, now_ms],
    )
}

/// How often a client was used since a day.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Used {
    pub kind: String,
    pub count: i64,
}

pub fn used_since(tx: &mut Tx<'_>, id: &Id, day: &str) -> Result<Vec<Used>, Fault> {
    tx.all(
        sql!(
            "select u.kind, {sum(u.count)} from people_client_use u
             where u.city = ?1 and u.client = ?2 and u.day >= ?3 group by u.kind order by u.kind"
        ),
        params![id, day],
        |row| Ok(Used { kind: row.get(0)?, count: row.get(1)? }),
    )
}

/// Whether an open client reads tokens of this algorithm.
pub fn any_with_alg(tx: &mut Tx<'_>, alg: TokenAlg) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!("select cast(1 as bigint) from people_client where city = ?1 and state = 'open' and alg = ?2 limit 1"),
        params![alg.name()],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// Whether the recipient can be given anything.
pub fn recipient_is_known(tx: &mut Tx<'_>, id: &Id) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!("select cast(1 as bigint) from people_recipient where city = ?1 and id = ?2 and closed_on = ''"),
        params![id],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}

/// The recipient that a purpose in force gives to; nobody for one that is not in force.
pub fn recipient_of_purpose(tx: &mut Tx<'_>, purpose: &str) -> Result<Option<Id>, Fault> {
    tx.opt(
        sql!("select recipient from people_purpose where city = ?1 and code = ?2 and state = 'open' and version > 0"),
        params![purpose],
        |row| row.get(0),
    )
}

/// Recipients and purposes to choose from.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Named {
    pub key: String,
    pub name: Text,
}

pub fn recipients(tx: &mut Tx<'_>) -> Result<Vec<Named>, Fault> {
    tx.all(
        sql!(
            "select id, name from people_recipient where city = ?1 and closed_on = '' order by code limit 500"
        ),
        params![],
        |row| Ok(Named { key: row.get(0)?, name: text_of(row, 1)? }),
    )
}

pub fn purposes_to_choose(tx: &mut Tx<'_>) -> Result<Vec<Named>, Fault> {
    tx.all(
        sql!(
            "select p.code, v.name from people_purpose p
             join people_purpose_version v on v.city = ?1 and v.purpose = p.code and v.version = p.version
             where p.city = ?1 and p.state = 'open' and p.version > 0 order by p.code limit 500"
        ),
        params![],
        |row| Ok(Named { key: row.get(0)?, name: text_of(row, 1)? }),
    )
}

/// Who gets what this client is given; nobody when it is closed.
pub fn recipient(tx: &mut Tx<'_>, client: &Id) -> Result<Option<Id>, Fault> {
    tx.opt(
        sql!("select recipient from people_client where city = ?1 and id = ?2 and state = 'open'"),
        params![client],
        |row| row.get(0),
    )
}

/// Whether two people agreed that this client may ask for this purpose.
pub fn may_use(tx: &mut Tx<'_>, client: &Id, purpose: &str) -> Result<bool, Fault> {
    let found = tx.opt(
        sql!(
            "select cast(1 as bigint) from people_client_purpose p
             join people_client c on c.city = ?1 and c.id = p.client
             where p.city = ?1 and p.client = ?2 and p.purpose = ?3 and c.state = 'open'"
        ),
        params![client, purpose],
        |row| row.get::<i64>(0),
    )?;
    Ok(found.is_some())
}
