//! What an operator can do to an installation. One table: the running server offers it on its socket, and a command
//! runs it itself when no server runs.

use std::sync::Arc;

use ground::action::Boxed;
use ground::city::CityFacts;
use ground::cx::{Cx, Via};
use ground::db::Dialect;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::once::Once;
use ground::validate;
use ground::who::Who;
use ground::words::Lang;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::installation::Installation;
use crate::server::Operate;

/// One thing an operator can do: JSON in, JSON out.
pub struct Operation {
    /// Its address on the socket is `/operator/<name>`.
    pub name: &'static str,
    pub run: fn(Arc<Installation>, Value) -> Boxed<'static, Result<Value, Fault>>,
}

pub static OPERATIONS: &[Operation] = &[
    Operation { name: "status", run: |installation, _| Box::pin(async move { status(&installation) }) },
    Operation { name: "call", run: |installation, input| Box::pin(call(installation, input)) },
    Operation { name: "add-city", run: |installation, input| Box::pin(add_city(installation, input)) },
    Operation { name: "cities", run: |installation, _| Box::pin(async move { cities(&installation) }) },
    Operation { name: "read-only", run: |installation, input| Box::pin(read_only(installation, input)) },
    Operation {
        name: "key",
        run: |installation, input| Box::pin(crate::commands::key::operate(installation, input)),
    },
    Operation {
        name: "backup",
        run: |installation, input| Box::pin(crate::commands::backup::operate(installation, input)),
    },
    Operation {
        name: "hold-still",
        run: |installation, input| Box::pin(crate::commands::migrate::hold_still(installation, input)),
    },
    Operation {
        name: "health",
        run: |installation, _| Box::pin(crate::commands::doctor::inside(installation)),
    },
];

pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// What the running server offers on its socket.
pub fn operate(installation: Arc<Installation>) -> Operate {
    Arc::new(move |name, input| operation(name).map(|found| (found.run)(installation.clone(), input)))
}

/// What a command learns of the server that it reached.
#[derive(Serialize, Deserialize)]
pub struct Status {
    pub version: String,
    pub pid: u32,
    pub postgres: bool,
    pub read_only: bool,
    pub cities: Vec<String>,
}

fn status(installation: &Installation) -> Result<Value, Fault> {
    let house = &installation.house;
    let status = Status {
        version: house.version.to_owned(),
        pid: std::process::id(),
        postgres: installation.is_postgres(),
        read_only: house.shared.is_read_only(),
        cities: house.cities.load().by_slug.keys().map(ToString::to_string).collect(),
    };
    serde_json::to_value(status).map_err(Fault::internal)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    pub city: Option<String>,
    pub action: String,
    pub input: Value,
    /// The account on whose behalf; none for the operator.
    #[serde(rename = "as")]
    pub account: Option<Id>,
    /// With the same key it is done once.
    #[serde(default)]
    pub once: Option<String>,
    #[serde(default)]
    pub lang: Lang,
}

async fn call(installation: Arc<Installation>, input: Value) -> Result<Value, Fault> {
    let asked: Call = validate::read(input)?;
    let house = &installation.house;
    let city = installation.city_or_only(asked.city.as_deref())?;
    let action =
        house.action(&asked.action).cloned().ok_or_else(|| unknown_action(&installation, &asked.action))?;
    let who = match asked.account {
        None => Who::operator(),
        Some(account) => {
            let (house, id) = (house.clone(), account.clone());
            let known = city.db.read(move |tx| house.keeper.of_account(tx, &id)).await?;
            known.ok_or_else(|| Fault::new(Kind::Missing, "account-unknown").arg("account", account))?
        }
    };
    let cx = Cx::new(house, &city, who, asked.lang, Via::Command);
    let once =
        asked.once.map(|key| Once::from_header(&key, asked.input.to_string().as_bytes())).transpose()?;
    action.call(&cx, asked.input, once).await
}

fn unknown_action(installation: &Installation, name: &str) -> Fault {
    let near = installation
        .house
        .actions()
        .map(|action| (strsim::damerau_levenshtein(name, action.name), action.name))
        .min()
        .map_or("", |(_, name)| name);
    Fault::new(Kind::Missing, "action-unknown").arg("action", name).arg("hint", near)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddCity {
    pub slug: String,
    pub name: String,
    pub hosts: Vec<String>,
    /// Absent: its first host name over https, or without one an address that leads to it on this machine only.
    pub public_url: Option<String>,
    pub zone: String,
    pub lang: Lang,
}

/// What stands after a city was added.
#[derive(Serialize, Deserialize)]
pub struct Added {
    pub slug: String,
    pub public_url: String,
    /// The one-time link for the first administrator.
    pub link: Option<String>,
}

async fn add_city(installation: Arc<Installation>, input: Value) -> Result<Value, Fault> {
    let asked: AddCity = validate::read(input)?;
    let public_url = asked.public_url.unwrap_or_else(|| match asked.hosts.first() {
        Some(host) => format!("https://{host}"),
        None => format!("http://{}.localhost:{}", asked.slug, installation.settings.listen.port()),
    });
    let facts = CityFacts {
        name: asked.name,
        zone: asked.zone,
        public_url,
        hosts: asked.hosts,
        languages: Lang::ALL.to_vec(),
        mail_from: String::new(),
        demo: false,
        rev: 1,
    };
    // The same rules hold as on the staff's page.
    validate::check(&ground::floor::actions::SaveCity {
        name: facts.name.clone(),
        zone: facts.zone.clone(),
        public_url: facts.public_url.clone(),
        hosts: facts.hosts.clone(),
        languages: facts.languages.clone(),
        mail_from: facts.mail_from.clone(),
        rev: facts.rev,
    })?;
    let city = installation.add_city(&asked.slug, facts).await?;
    lay_out_pages(&installation, &asked.slug, asked.lang).await?;
    let link = invite(&installation, &asked.slug, asked.lang).await?;
    let added = Added {
        slug: city.slug.to_string(),
        public_url: city.facts().public_url.clone(),
        link: link.map(|path| city.url(&path)),
    };
    serde_json::to_value(added).map_err(Fault::internal)
}

/// Asks the room that knows people for the first administrator's link; a house without such a room has none.
pub async fn invite(installation: &Installation, slug: &str, lang: Lang) -> Result<Option<String>, Fault> {
    let Some(action) = installation.house.action(INVITE).cloned() else { return Ok(None) };
    let city = installation.city(slug)?;
    let cx = Cx::new(&installation.house, &city, Who::operator(), lang, Via::Command);
    let answer = action.call(&cx, json!({}), None).await?;
    Ok(answer.get("path").and_then(Value::as_str).map(str::to_owned))
}

const INVITE: &str = "people.invite_admin";

/// Asks the room that keeps pages for the drafts that every city begins with; a house without such a room has none.
async fn lay_out_pages(installation: &Installation, slug: &str, lang: Lang) -> Result<(), Fault> {
    let Some(action) = installation.house.action(FIRST_PAGES).cloned() else { return Ok(()) };
    let city = installation.city(slug)?;
    let cx = Cx::new(&installation.house, &city, Who::operator(), lang, Via::Command);
    action.call(&cx, json!({}), None).await?;
    Ok(())
}

const FIRST_PAGES: &str = "messages.seed_pages";

/// One line of the list of cities.
#[derive(Serialize, Deserialize)]
pub struct CityLine {
    pub slug: String,
    pub name: String,
    pub public_url: String,
    pub hosts: Vec<String>,
    pub zone: String,
    pub demo: bool,
    pub default: bool,
    pub store: String,
}

fn cities(installation: &Installation) -> Result<Value, Fault> {
    let cities = installation.house.cities.load();
    let lines: Vec<CityLine> = cities
        .by_slug
        .values()
        .map(|city| {
            let facts = city.facts();
            CityLine {
                slug: city.slug.to_string(),
                name: facts.name.clone(),
                public_url: facts.public_url.clone(),
                hosts: facts.hosts.clone(),
                zone: facts.zone.clone(),
                demo: facts.demo,
                default: cities.default.as_ref().is_some_and(|default| default.slug == city.slug),
                store: match city.db.dialect() {
                    Dialect::Sqlite => "sqlite".to_owned(),
                    Dialect::Postgres => "postgres".to_owned(),
                },
            }
        })
        .collect();
    serde_json::to_value(lines).map_err(Fault::internal)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadOnly {
    pub on: bool,
}

/// While data is moved or the program is upgraded: reads go on, writes are told to come back.
async fn read_only(installation: Arc<Installation>, input: Value) -> Result<Value, Fault> {
    let asked: ReadOnly = validate::read(input)?;
    installation.house.shared.set_read_only(asked.on);
    tracing::info!(on = asked.on, "read-only mode");
    Ok(json!({"on": asked.on}))
}
