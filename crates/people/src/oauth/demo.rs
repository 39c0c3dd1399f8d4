//! Services of the demonstration city: two that are open, with ids and secrets that anybody may try, and one that waits
//! for approval.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Level;
use ground::{params, seal, sql};
use serde_json::json;

use super::keys::ROTATE;
use super::model::{ClientBody, Proof, TokenAlg, Use};
use super::store::clients;
use super::store::connections::{self, Connection};
use crate::consent::standing;
use crate::demo::DemoPart;
use crate::model::names;
use crate::store::{accounts, written};

const DAY_MS: i64 = 24 * 3_600_000;

/// A service as the documents for developers name it. The secret is no secret: the city is made up, and it opens
/// nothing anywhere else.
struct Sample {
    id: &'static str,
    name: [&'static str; 3],
    recipient: &'static str,
    purposes: &'static [&'static str],
    uses: &'static [Use],
    redirects: &'static [&'static str],
    logouts: &'static [&'static str],
    secret: &'static str,
    /// Sign-ins or calls of each of the last days.
    each_day: i64,
}

const LIBRARY: Sample = Sample {
    id: "01DEM0T0SHKAN0000000000001",
    name: ["帆待市 図書館", "帆待市の 図書館", "Homachi City Library"],
    recipient: "library",
    purposes: &["library"],
    uses: &[Use::SignIn, Use::Refresh],
    redirects: &["http://localhost:9090/callback"],
    logouts: &["http://localhost:9090/"],
    secret: "demo-library-secret",
    each_day: 41,
};

const WATCH: Sample = Sample {
    id: "01DEM0M1MAM0R1000000000001",
    name: ["地域見守りサービス", "まちの 見守り サービス", "Neighbourhood watch-over service"],
    recipient: "welfare-council",
    purposes: &["watch-over"],
    uses: &[Use::SignIn, Use::Service],
    redirects: &["http://localhost:9091/callback"],
    logouts: &[],
    secret: "demo-watch-secret",
    each_day: 6,
};

const CHILDCARE: Sample = Sample {
    id: "01DEM0K0S0DATE000000000001",
    name: ["子育て応援アプリ", "子そだて おうえん アプリ", "Childcare app"],
    recipient: "childcare",
    purposes: &["childcare"],
    uses: &[Use::SignIn],
    redirects: &["https://childcare.homachi.example/callback"],
    logouts: &[],
    secret: "",
    each_day: 0,
};

pub fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if !cx.city().facts().demo {
            return Err(Fault::refused());
        }
        let acting = cx.clone();
        cx.city().db.write(move |tx| services(tx, &acting)).await
    })
}

fn services(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    let part = |tx: &mut Tx<'_>, part: DemoPart| -> Result<String, Fault> {
        Ok(accounts::by_mail(tx, part.mail())?.map(|account| account.id.to_string()).unwrap_or_default())
    };
    let (admin, approver) = (part(tx, DemoPart::Admin)?, part(tx, DemoPart::Approver)?);
    for sample in [&LIBRARY, &WATCH] {
        let Some((id, body)) = begin(tx, sample)? else { continue };
        let at_ms = cx.now_ms() - 300 * DAY_MS;
        clients::propose(tx, &id, "", &admin, at_ms, 0)?;
        let name = written(&names(None, &body.name, &body.name_easy, &body.name_en))?;
        clients::approve(tx, &id, &name, &body, &format!("client:{id}"), &approver, at_ms + DAY_MS)?;
        clients::set_secret(tx, &id, &seal::token_digest(sample.secret), at_ms + DAY_MS, 0, &admin)?;
        used(tx, cx, &id, sample)?;
    }
    if let Some((id, body)) = begin(tx, &CHILDCARE)? {
        let text = serde_json::to_string(&body).map_err(Fault::internal)?;
        clients::propose(tx, &id, &text, &admin, cx.now_ms() - DAY_MS, 0)?;
    }
    connect(tx, cx)?;
    tx.enqueue(cx, ROTATE, None, &json!({}))
}

/// Nothing for a service that is there already, or whose recipient is not.
fn begin(tx: &mut Tx<'_>, sample: &Sample) -> Result<Option<(Id, ClientBody)>, Fault> {
    let id: Id = sample.id.parse().map_err(Fault::internal)?;
    let recipient = tx.opt(
        sql!("select id from people_recipient where city = ?1 and code = ?2"),
        params![sample.recipient],
        |row| row.get::<Id>(0),
    )?;
    let Some(recipient) = recipient else { return Ok(None) };
    if clients::by_id(tx, &id)?.is_some() {
        return Ok(None);
    }
    let list = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
    let [ja, easy, en] = sample.name;
    let body = ClientBody {
        name: ja.to_owned(),
        name_easy: easy.to_owned(),
        name_en: en.to_owned(),
        recipient: recipient.clone(),
        purposes: list(sample.purposes),
        proof: Proof::Secret,
        uses: sample.uses.to_vec(),
        alg: TokenAlg::Es256,
        level: Level::Declared,
        redirects: list(sample.redirects),
        logouts: list(sample.logouts),
        keys: String::new(),
    };
    clients::add(tx, &id, &written(&names(None, ja, easy, en))?, &recipient)?;
    Ok(Some((id, body)))
}

fn used(tx: &mut Tx<'_>, cx: &Cx, id: &Id, sample: &Sample) -> Result<(), Fault> {
    let kind = if sample.uses.contains(&Use::Service) { "service" } else { "sign_in" };
    for ago in 1..30 {
        let at_ms = cx.now_ms() - ago * DAY_MS;
        let day = cx.city().local(at_ms).date().to_string();
        tx.put(
            sql!(
                "insert into people_client_use (city, client, day, kind, count, at_ms) values (?1, ?2, ?3, ?4, ?5, ?6)
                 on conflict (city, client, day, kind) do nothing"
            ),
            params![id, day, kind, sample.each_day + (ago * 7) % 5, at_ms],
        )?;
    }
    tx.put(
        sql!("update people_client set used_ms = ?3 where city = ?1 and id = ?2"),
        params![id, cx.now_ms() - DAY_MS],
    )
}

/// The resident whom visitors play has used the library.
fn connect(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    let library: Id = LIBRARY.id.parse().map_err(Fault::internal)?;
    let Some(resident) = accounts::by_mail(tx, DemoPart::Resident.mail())? else { return Ok(()) };
    let Some(purpose) = standing::in_force(tx, "library")? else { return Ok(()) };
    if clients::by_id(tx, &library)?.is_none() || connections::get(tx, &library, &resident.id)?.is_some() {
        return Ok(());
    }
    let connection = Connection {
        scopes: "openid profile email purpose:library".to_owned(),
        asked: [("library".to_owned(), purpose.version)].into(),
    };
    connections::put(tx, &library, &resident.id, &connection, cx.now_ms() - 3 * DAY_MS)
}
