//! SQL over providers, what they publish, and attempts to come in through them.

use ground::db::{Row, Tx};
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::who::Level;
use ground::{params, sql};
use serde::{Deserialize, Serialize};

use super::model::{Alg, ClientAuth, Endpoints, Offer, Preset, Provider, Take};

/// Providers of a city at most: all of them stand on one page.
pub const PROVIDERS_MAX: i64 = 50;

/// How a provider was set up, as it is kept.
#[derive(Serialize, Deserialize)]
struct Body {
    label: Text,
    preset: Preset,
    endpoints: Endpoints,
    client_id: String,
    auth: ClientAuth,
    scopes: String,
    algs: Vec<Alg>,
    level: Level,
    strong: bool,
    takes: Vec<Take>,
    mail_is_confirmed: bool,
    may_register: bool,
    extra: String,
}

fn provider_of(row: &Row<'_>) -> Result<Provider, Fault> {
    let body: Body = serde_json::from_str(&row.get::<String>(3)?).map_err(Fault::internal)?;
    Ok(Provider {
        id: row.get(0)?,
        slug: row.get(1)?,
        issuer: row.get(2)?,
        label: body.label,
        preset: body.preset,
        endpoints: body.endpoints,
        client_id: body.client_id,
        auth: body.auth,
        scopes: body.scopes,
        algs: body.algs,
        level: body.level,
        strong: body.strong,
        takes: body.takes,
        mail_is_confirmed: body.mail_is_confirmed,
        may_register: body.may_register,
        extra: body.extra,
        place: row.get(4)?,
        state: Offer::from_name(&row.get::<String>(5)?),
        rev: row.get(6)?,
        saved_ms: row.get(7)?,
        saved_by: row.get(8)?,
    })
}

pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Provider>, Fault> {
    tx.all(
        sql!(
            "select id, slug, issuer, body, place, state, rev, saved_ms, saved_by from people_provider
             where city = ?1 order by place, slug limit ?2"
        ),
        params![PROVIDERS_MAX],
        provider_of,
    )
}

/// The issuers by which people can come in now.
pub fn open_issuers(tx: &mut Tx<'_>) -> Result<Vec<String>, Fault> {
    let open = all(tx)?.into_iter().filter(|provider| provider.state == Offer::Open);
    Ok(open.map(|provider| provider.issuer).collect())
}

pub fn by_id(tx: &mut Tx<'_>, id: &Id) -> Result<Option<Provider>, Fault> {
    tx.opt(
        sql!(
            "select id, slug, issuer, body, place, state, rev, saved_ms, saved_by from people_provider
             where city = ?1 and id = ?2"
        ),
        params![id],
        provider_of,
    )
}

pub fn by_slug(tx: &mut Tx<'_>, slug: &str) -> Result<Option<Provider>, Fault> {
    tx.opt(
        sql!(
            "select id, slug, issuer, body, place, state, rev, saved_ms, saved_by from people_provider
             where city = ?1 and slug = ?2"
        ),
        params![slug],
        provider_of,
    )
}

/// Everything that adds or changes providers waits for each other.
pub fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.lock("people/provider")
}

/// Writes a provider as it is now to be. Called under [`lock`], after checking.
pub fn put(tx: &mut Tx<'_>, provider: &Provider) -> Result<(), Fault> {
    let body = Body {
        label: provider.label.clone(),
        preset: provider.preset,
        endpoints: provider.endpoints.clone(),
        client_id: provider.client_id.clone(),
        auth: provider.auth,
        scopes: provider.scopes.clone(),
        algs: provider.algs.clone(),
        level: provider.level,
        strong: provider.strong,
        takes: provider.takes.clone(),
        mail_is_confirmed: provider.mail_is_confirmed,
        may_register: provider.may_register,
        extra: provider.extra.clone(),
    };
    let body = serde_json::to_string(&body).map_err(Fault::internal)?;
    tx.put(
        sql!(
            "insert into people_provider (city, id, slug, issuer, body, place, state, rev, saved_ms, saved_by)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             on conflict (city, id) do update
             set issuer = excluded.issuer, body = excluded.body, place = excluded.place, state = excluded.state,
                 rev = excluded.rev, saved_ms = excluded.saved_ms, saved_by = excluded.saved_by"
        ),
        params![
            &provider.id,
            provider.slug.as_str(),
            provider.issuer.as_str(),
            body,
            provider.place,
            provider.state.name(),
            provider.rev,
            provider.saved_ms,
            provider.saved_by.as_str()
        ],
    )
}

/// How many accounts are linked to an issuer.
pub fn linked(tx: &mut Tx<'_>, issuer: &str) -> Result<i64, Fault> {
    tx.one(
        sql!("select count(*) from people_way where city = ?1 and kind = 'provider' and issuer = ?2"),
        params![issuer],
        |row| row.get(0),
    )
}

pub fn kept_document(tx: &mut Tx<'_>, provider: &Id) -> Result<Option<(String, i64)>, Fault> {
    tx.opt(
        sql!(
            "select document, document_ms from people_provider_found
             where city = ?1 and provider = ?2 and document <> ''"
        ),
        params![provider],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

pub fn keep_document(tx: &mut Tx<'_>, provider: &Id, document: &str, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_provider_found (city, provider, document, document_ms, keys, keys_ms)
             values (?1, ?2, ?3, ?4, '', 0)
             on conflict (city, provider) do update
             set document = excluded.document, document_ms = excluded.document_ms"
        ),
        params![provider, document, now_ms],
    )
}

pub fn kept_keys(tx: &mut Tx<'_>, provider: &Id) -> Result<Option<(String, i64)>, Fault> {
    tx.opt(
        sql!(
            "select keys, keys_ms from people_provider_found where city = ?1 and provider = ?2 and keys <> ''"
        ),
        params![provider],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

pub fn keep_keys(tx: &mut Tx<'_>, provider: &Id, keys: &str, now_ms: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into people_provider_found (city, provider, document, document_ms, keys, keys_ms)
             values (?1, ?2, '', 0, ?3, ?4)
             on conflict (city, provider) do update set keys = excluded.keys, keys_ms = excluded.keys_ms"
        ),
        params![provider, keys, now_ms],
    )
}

/// What was found under another issuer or other addresses is worth nothing any more.
pub fn forget_found(tx: &mut Tx<'_>, provider: &Id) -> Result<(), Fault> {
    tx.put(sql!("delete from people_provider_found where city = ?1 and provider = ?2"), params![provider])
}
