//! The names of departments, from the room that keeps them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ground::cx::Cx;
use ground::fault::Fault;
use ground::id::Id;
use ground::page::Visit;
use ground::words::Lang;
use serde::Deserialize;
use serde_json::json;

use crate::memory::Memory;

const AGE_MS_MAX: i64 = 30_000;

/// What this room needs to know of a department.
#[derive(Clone, Debug, Deserialize)]
pub struct Department {
    pub id: Id,
    name: String,
    #[serde(default)]
    name_easy: String,
    #[serde(default)]
    name_en: String,
    /// How deep it stands in the tree.
    #[serde(default)]
    pub depth: usize,
    /// The day it was closed, as `YYYY-MM-DD`; empty while it is there.
    #[serde(default)]
    closed_on: String,
}

impl Department {
    /// The name for a reader; Japanese where there is no other.
    pub fn name(&self, lang: Lang) -> &str {
        let wanted = match lang {
            Lang::Ja => &self.name,
            Lang::JaEasy => &self.name_easy,
            Lang::En => &self.name_en,
        };
        if wanted.is_empty() { &self.name } else { wanted }
    }
}

/// All departments in the order of the tree, closed ones too: old pages still name them.
#[derive(Default)]
pub struct Departments {
    rows: Vec<Department>,
    by_id: BTreeMap<Id, usize>,
}

impl Departments {
    pub fn get(&self, id: &Id) -> Option<&Department> {
        self.by_id.get(id).and_then(|at| self.rows.get(*at))
    }

    /// The name of a department; none for the whole city and for departments nobody knows any more.
    pub fn name(&self, id: Option<&Id>, lang: Lang) -> Option<&str> {
        self.get(id?).map(|department| department.name(lang))
    }

    /// Those that are there today.
    pub fn open<'a>(&'a self, today: &'a str) -> impl Iterator<Item = &'a Department> {
        self.rows.iter().filter(move |row| row.closed_on.is_empty() || row.closed_on.as_str() > today)
    }
}

pub async fn departments(cx: &Cx) -> Arc<Departments> {
    let load = async {
        let Some(action) = cx.house().action("people.departments") else { return Ok(Departments::default()) };
        let rows = action.call(cx, json!({"closed": true}), None).await?;
        let rows: Vec<Department> = serde_json::from_value(rows).map_err(Fault::internal)?;
        let by_id = rows.iter().enumerate().map(|(at, row)| (row.id.clone(), at)).collect();
        Ok(Departments { rows, by_id })
    };
    cx.city().kept::<Memory<Departments>>().get(cx.now_ms(), AGE_MS_MAX, load).await.unwrap_or_default()
}

/// Who did something, as an event or a revision says it.
pub fn person(visit: &Visit, written: &str) -> String {
    let who = visit.cx.who();
    if written == who.written()
        && let Some(name) = &who.shown_name
    {
        return name.clone();
    }
    match written {
        "operator" => visit.t("messages-who-operator").to_owned(),
        "system" => visit.t("messages-who-system").to_owned(),
        account => account.to_owned(),
    }
}
