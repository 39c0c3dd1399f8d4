//! The names of departments and of people, from the room that keeps them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ground::cx::Cx;
use ground::fault::Fault;
use ground::id::Id;
use ground::page::Visit;
use ground::text::Text;
use ground::who::Who;
use ground::words::Lang;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::memory::Memory;

const AGE_MS_MAX: i64 = 30_000;

/// What this room needs to know of a department.
#[derive(Clone, Debug, Deserialize)]
pub struct Department {
    pub id: Id,
    name: Text,
    /// How deep it stands in the tree.
    #[serde(default)]
    pub depth: usize,
    /// The day from which it is no more, as `YYYY-MM-DD`; empty while it is there.
    #[serde(default)]
    closed_on: String,
}

impl Department {
    /// The name for a reader; Japanese where there is no other.
    pub fn name(&self, lang: Lang) -> &str {
        self.name.read(lang).0
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

    /// The first whose Japanese name holds a word; none for an empty word.
    pub fn named(&self, word: &str) -> Option<&Department> {
        self.rows.iter().find(|row| !word.is_empty() && row.name(Lang::Ja).contains(word))
    }

    /// Those that are there today.
    pub fn open<'a>(&'a self, today: &'a str) -> impl Iterator<Item = &'a Department> {
        self.rows.iter().filter(move |row| row.closed_on.is_empty() || row.closed_on.as_str() > today)
    }
}

/// The names of departments are for everybody; what else the room tells of them is not, so this room asks by itself and
/// keeps the names only.
pub async fn departments(cx: &Cx) -> Arc<Departments> {
    let load = async {
        let Some(action) = cx.house().action("people.departments") else { return Ok(Departments::default()) };
        let rows = action.call(&cx.acting_as(Who::system()), json!({"closed": true}), None).await?;
        let rows: Vec<Department> = serde_json::from_value(rows).map_err(Fault::internal)?;
        let by_id = rows.iter().enumerate().map(|(at, row)| (row.id.clone(), at)).collect();
        Ok(Departments { rows, by_id })
    };
    cx.city().kept::<Memory<Departments>>().get(cx.now_ms(), AGE_MS_MAX, load).await.unwrap_or_default()
}

/// Who did something, as a revision says it, for staff to read: a name where there is one.
pub async fn person(visit: &Visit, written: &str) -> String {
    match written {
        "operator" => return visit.t("messages-who-operator").to_owned(),
        "system" => return visit.t("messages-who-system").to_owned(),
        _ => {}
    }
    let name = match visit.cx.house().action("people.staff_member") {
        Some(action) => action.call(&visit.cx, json!({"id": written}), None).await.ok(),
        None => None,
    };
    let name = name.as_ref().and_then(|view| view.pointer("/member/name")).and_then(Value::as_str);
    name.map_or_else(|| written.to_owned(), str::to_owned)
}

/// The names of several, each asked for once.
pub async fn people<'a>(visit: &Visit, written: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for one in written {
        if !names.contains_key(one) {
            names.insert(one.to_owned(), person(visit, one).await);
        }
    }
    names
}
