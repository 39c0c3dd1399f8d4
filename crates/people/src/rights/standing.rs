//! What rights are decided by in one city, held in memory: its policies, its departments, teams and deputies. Every
//! change draws a new mark; whoever decides looks at the mark once a second, so that every node notices.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::Role;
use ground::{params, sql};
use policy::{Compiled, Set};

use super::declared::{self, Declared, Matrix};
use super::facts::{Hat, Places};
use super::store;
use crate::model::Roles;
use crate::store::{departments, districts};

/// Another node's changes are noticed after this time.
const LOOK_EVERY_MS: i64 = 1_000;

/// The city's own policies about one action.
pub struct Own {
    pub all: Set,
    /// What they say whatever the thing is: for menus.
    pub ever: Set,
}

/// Somebody stands in for somebody.
pub struct StandIn {
    pub from_ms: i64,
    pub until_ms: i64,
    pub hat: Hat,
}

/// A city as it stood under one mark.
#[derive(Default)]
pub struct Loaded {
    mark: String,
    pub places: Places,
    compiled: HashMap<String, Arc<Compiled>>,
    pub own: HashMap<&'static str, Own>,
    deputies: HashMap<Id, Vec<StandIn>>,
}

impl Loaded {
    #[cfg(test)]
    pub fn of(matrix: &Matrix, policies: impl IntoIterator<Item = Compiled>) -> Loaded {
        let policies: Vec<Arc<Compiled>> = policies.into_iter().map(Arc::new).collect();
        Loaded { own: grouped(matrix, &policies), ..Loaded::default() }
    }

    #[cfg(test)]
    pub fn stand_in(&mut self, account: Id, one: StandIn) {
        self.deputies.entry(account).or_default().push(one);
    }

    /// In whose place this account may act now.
    pub fn hats(&self, account: Option<&Id>, now_ms: i64) -> impl Iterator<Item = &Hat> + use<'_> {
        let stands_in = account.and_then(|account| self.deputies.get(account));
        stands_in
            .into_iter()
            .flatten()
            .filter(move |one| (one.from_ms..one.until_ms).contains(&now_ms))
            .map(|one| &one.hat)
    }

    /// What the city would say about one action with one policy more, or another text of one it has: for trying out.
    pub fn own_with(&self, declared: &Declared, policy: Compiled) -> Option<Own> {
        let id = policy.id();
        let others = self.compiled.values().filter(|known| known.id() != id).cloned();
        own_of(declared, &others.chain([Arc::new(policy)]).collect::<Vec<_>>())
    }
}

/// The memory of one city.
#[derive(Default)]
pub struct Standing {
    matrix: OnceLock<Matrix>,
    loaded: ArcSwap<Loaded>,
    looked_ms: AtomicI64,
    /// The mark that this process has seen committed: nothing older counts as fresh.
    expected: ArcSwap<String>,
}

/// The memory of the city that this is about.
pub fn of(cx: &Cx) -> Arc<Standing> {
    cx.city().kept()
}

impl Standing {
    /// The declared rights, compiled when they are first needed.
    pub fn matrix(&self, cx: &Cx) -> &Matrix {
        self.matrix.get_or_init(|| declared::matrix(cx.house()))
    }

    pub fn loaded(&self) -> Arc<Loaded> {
        self.loaded.load_full()
    }

    /// Something was committed under this mark.
    fn changed(&self, mark: String) {
        self.expected.store(Arc::new(mark));
        self.looked_ms.store(0, Ordering::Release);
    }

    /// Looks at the mark when it was long ago, and reads everything again when it is another one.
    pub fn look(&self, tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
        let now_ms = cx.now_ms();
        let since = now_ms - self.looked_ms.load(Ordering::Acquire);
        if (0..LOOK_EVERY_MS).contains(&since) {
            return Ok(());
        }
        let mark = mark(tx)?;
        let before = self.loaded.load_full();
        if self.looked_ms.load(Ordering::Acquire) == 0 || before.mark != mark {
            self.loaded.store(Arc::new(load(tx, self.matrix(cx), mark.clone(), &before)?));
        }
        // A reader on an older state of the store may have read an older mark: then the next one looks again.
        if mark >= **self.expected.load() {
            self.looked_ms.store(now_ms.max(1), Ordering::Release);
        }
        Ok(())
    }
}

fn mark(tx: &mut Tx<'_>) -> Result<String, Fault> {
    let found =
        tx.opt(sql!("select mark from people_rights_mark where city = ?1"), params![], |row| row.get(0))?;
    Ok(found.unwrap_or_default())
}

/// Says that something by which rights are decided is about to change.
pub fn touch(tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    let mark = cx.id().to_string();
    tx.put(
        sql!(
            "insert into people_rights_mark (city, mark, at_ms) values (?1, ?2, ?3)
             on conflict (city) do update set mark = excluded.mark, at_ms = excluded.at_ms"
        ),
        params![mark.as_str(), cx.now_ms()],
    )?;
    let standing = of(cx);
    tx.after_commit(move || standing.changed(mark));
    Ok(())
}

fn load(tx: &mut Tx<'_>, matrix: &Matrix, mark: String, before: &Loaded) -> Result<Loaded, Fault> {
    let mut compiled = HashMap::new();
    for (id, version, cedar) in store::policies::in_force(tx)? {
        let key = format!("{id}/{version}");
        let known = match before.compiled.get(&key) {
            Some(known) => known.clone(),
            // It was checked when it was saved; one that cannot be read any more is a fault to be seen, not passed over.
            None => Arc::new(Compiled::read(&id, &cedar).map_err(Fault::internal)?),
        };
        compiled.insert(key, known);
    }
    let policies: Vec<Arc<Compiled>> = compiled.values().cloned().collect();
    Ok(Loaded {
        mark,
        places: places(tx)?,
        own: grouped(matrix, &policies),
        compiled,
        deputies: deputies(tx)?,
    })
}

/// Sorts the policies by the actions they are about. An action without any is not in it.
fn grouped(matrix: &Matrix, policies: &[Arc<Compiled>]) -> HashMap<&'static str, Own> {
    if policies.is_empty() {
        return HashMap::new();
    }
    let all = matrix.values();
    all.filter_map(|declared| Some((declared.name, own_of(declared, policies)?))).collect()
}

fn own_of(declared: &Declared, policies: &[Arc<Compiled>]) -> Option<Own> {
    let about: Vec<&Compiled> = policies
        .iter()
        .map(Arc::as_ref)
        .filter(|policy| policy.is_about(declared.name, &declared.groups))
        .collect();
    if about.is_empty() {
        return None;
    }
    let ever: Vec<Compiled> = about.iter().filter_map(|policy| policy.whatever_the_thing()).collect();
    Some(Own { all: Set::new(about), ever: Set::new(&ever) })
}

fn places(tx: &mut Tx<'_>) -> Result<Places, Fault> {
    let all = departments::all(tx)?;
    let by_id: HashMap<&Id, &departments::Department> = all.iter().map(|one| (&one.id, one)).collect();
    let mut places = Places::default();
    for department in &all {
        let (mut above, mut seen) = (Vec::new(), HashSet::from([&department.id]));
        let mut parent = department.parent.as_ref();
        while let Some(next) = parent.and_then(|id| by_id.get(id)).filter(|next| seen.insert(&next.id)) {
            above.push(next.code.clone());
            parent = next.parent.as_ref();
        }
        places.departments.insert(department.id.clone(), (department.code.clone(), above));
    }
    for district in districts::all(tx)? {
        places.districts.insert(district.id, district.slug);
    }
    places.teams = store::teams::by_account(tx)?;
    places.team_slugs = store::teams::all(tx)?.into_iter().map(|team| team.slug).collect();
    Ok(places)
}

fn deputies(tx: &mut Tx<'_>) -> Result<HashMap<Id, Vec<StandIn>>, Fault> {
    let mut found: HashMap<Id, Vec<StandIn>> = HashMap::new();
    for (account, from_ms, until_ms, person, roles, department) in store::deputies::standing(tx)? {
        let roles: Vec<Role> = Roles::parse(&roles).unwrap_or_default().list().to_vec();
        let hat = Hat { person, roles, department };
        found.entry(account).or_default().push(StandIn { from_ms, until_ms, hat });
    }
    Ok(found)
}
