//! A row of a list against what stands: added, changed, the same, or wrong.
//!
//! Rows are judged one after the other, each as if those before it had been taken over already.

use std::collections::BTreeMap;

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::text::{Text, TextState};
use ground::who::Role;
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::paper::NO_ROLES;
use super::{Kind, RowFault, StagedRow};
use crate::actions::departments::is_open;
use crate::actions::staff::Post;
use crate::model::{AccountState, Roles, exactly, names};
use crate::rules::{block_key, may_stand_under};
use crate::store::departments::{self, Department};
use crate::store::districts::{self, Block, District};
use crate::store::imports;
use crate::store::staff::{self, StaffMember};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Added,
    Changed,
    Same,
    Wrong,
}

impl Verdict {
    pub const ALL: [Verdict; 4] = [Verdict::Added, Verdict::Changed, Verdict::Same, Verdict::Wrong];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Added => "added",
            Verdict::Changed => "changed",
            Verdict::Same => "same",
            Verdict::Wrong => "wrong",
        }
    }

    pub fn from_name(name: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// One thing that a row changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The column's key.
    pub field: String,
    pub before: String,
    pub after: String,
}

/// What is to be written for a row.
pub enum Write {
    Department(Department),
    Staff(Option<Box<StaffMember>>, Post),
    /// The block, and its district when the list brings a new one.
    Block(Block, Option<District>),
}

pub struct Judged {
    pub verdict: Verdict,
    pub changes: Vec<Change>,
    pub faults: Vec<RowFault>,
    pub write: Option<Write>,
}

impl Judged {
    fn wrong(faults: Vec<RowFault>) -> Judged {
        Judged { verdict: Verdict::Wrong, changes: Vec::new(), faults, write: None }
    }

    fn good(is_new: bool, changes: Vec<Change>, write: Write) -> Judged {
        let verdict = match (is_new, changes.is_empty()) {
            (true, _) => Verdict::Added,
            (false, true) => Verdict::Same,
            (false, false) => Verdict::Changed,
        };
        let write = (verdict != Verdict::Same).then_some(write);
        Judged { verdict, changes, faults: Vec::new(), write }
    }
}

/// What a list is judged against, read once for many rows.
pub struct Standing {
    kind: Kind,
    now_ms: i64,
    by: String,
    today: String,
    departments: BTreeMap<String, Department>,
    staff: BTreeMap<String, StaffMember>,
    /// Addresses of residents: staff cannot have them.
    foreign_mails: Vec<String>,
    admins: Vec<Id>,
    districts: Vec<District>,
    blocks: BTreeMap<String, Block>,
}

impl Standing {
    pub fn read(
        tx: &mut Tx<'_>,
        cx: &Cx,
        by: &str,
        kind: Kind,
        rows: &[StagedRow],
    ) -> Result<Standing, Fault> {
        let mut standing = Standing {
            kind,
            now_ms: cx.now_ms(),
            by: by.to_owned(),
            today: cx.now().date().to_string(),
            departments: BTreeMap::new(),
            staff: BTreeMap::new(),
            foreign_mails: Vec::new(),
            admins: Vec::new(),
            districts: Vec::new(),
            blocks: BTreeMap::new(),
        };
        match kind {
            Kind::Departments => standing.read_departments(tx)?,
            Kind::Staff => {
                standing.read_departments(tx)?;
                let mails: Vec<&str> = rows.iter().filter_map(|row| row.said("mail")).collect();
                standing.staff = imports::staff_by_mail(tx, &mails)?;
                standing.foreign_mails = imports::residents_mails(tx, &mails)?;
                standing.admins = staff::active_admins(tx)?;
            }
            Kind::Blocks => {
                standing.districts = districts::all(tx)?;
                let keys: Vec<String> = rows.iter().map(|row| block_key(row.get("name"))).collect();
                standing.blocks = imports::blocks_by_key(tx, &keys)?;
            }
        }
        Ok(standing)
    }

    fn read_departments(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        self.departments = departments::all(tx)?.into_iter().map(|row| (row.code.clone(), row)).collect();
        Ok(())
    }

    /// Judges the next row, and goes on as if it had been taken over.
    pub fn next(&mut self, cx: &Cx, row: &StagedRow) -> Judged {
        if !row.faults.is_empty() {
            return Judged::wrong(row.faults.clone());
        }
        match self.kind {
            Kind::Departments => self.department(cx, row),
            Kind::Staff => self.member(row),
            Kind::Blocks => self.block(cx, row),
        }
    }

    fn parent_code(&self, department: &Department) -> String {
        let parent = department.parent.as_ref();
        let found = self.departments.values().find(|row| Some(&row.id) == parent);
        found.map_or(String::new(), |row| row.code.clone())
    }

    fn department(&mut self, cx: &Cx, row: &StagedRow) -> Judged {
        let code = row.get("code");
        let before = self.departments.get(code).cloned();
        let stands = before.as_ref().map(|before| self.parent_code(before)).unwrap_or_default();
        let parent_code =
            if row.has_column("parent") { row.get("parent").to_owned() } else { stands.clone() };
        let parent = match self.departments.get(&parent_code) {
            Some(parent) => Some(parent.id.clone()),
            None if parent_code.is_empty() => None,
            None => return Judged::wrong(vec![RowFault::new("parent", "field-people-department-unknown")]),
        };
        if before.is_none()
            && self.departments.len() >= usize::try_from(departments::DEPARTMENTS_MAX).unwrap_or(0)
        {
            let full = RowFault::new("", "field-people-too-many").arg("max", departments::DEPARTMENTS_MAX);
            return Judged::wrong(vec![full]);
        }
        let moved = before.is_none() || parent_code != stands;
        if moved && !self.fits(code, &parent_code) {
            return Judged::wrong(vec![RowFault::new("parent", "field-people-parent")]);
        }
        let old = before.as_ref().map(|before| &before.name);
        let kept = |lang: Lang| old.map_or("", |old| exactly(old, lang)).to_owned();
        let name = names(
            old,
            row.get("name"),
            row.said("name_easy").unwrap_or(&kept(Lang::JaEasy)),
            row.said("name_en").unwrap_or(&kept(Lang::En)),
        );
        let place = match row.said("place").and_then(|place| place.parse().ok()) {
            Some(place) => place,
            None => before.as_ref().map_or_else(|| self.last_place(), |before| before.place),
        };
        let department = Department {
            id: before.as_ref().map_or_else(|| cx.id(), |before| before.id.clone()),
            code: code.to_owned(),
            name,
            parent,
            place,
            closed_on: before.as_ref().map(|before| before.closed_on.clone()).unwrap_or_default(),
            rev: before.as_ref().map_or(0, |before| before.rev) + 1,
            saved_ms: self.now_ms,
            saved_by: self.by.clone(),
        };
        let mut changes = Vec::new();
        if let Some(before) = &before {
            name_changes(&mut changes, &before.name, &department.name);
            change(&mut changes, "parent", &stands, &parent_code);
            change(&mut changes, "place", &before.place.to_string(), &place.to_string());
        }
        self.departments.insert(code.to_owned(), department.clone());
        Judged::good(before.is_none(), changes, Write::Department(department))
    }

    /// A place behind everybody who stands already: new ones keep the order of the file.
    fn last_place(&self) -> i64 {
        self.departments.values().map(|row| row.place + 1).max().unwrap_or(1).min(9_999)
    }

    fn fits(&self, code: &str, parent: &str) -> bool {
        let parent_of = |code: &str| self.departments.get(code).map(|row| self.parent_code(row));
        may_stand_under(code, parent, self.height(code), parent_of)
    }

    /// How many levels stand below a department.
    fn height(&self, code: &str) -> usize {
        let mut level: Vec<&Id> = self.departments.get(code).map(|row| &row.id).into_iter().collect();
        let mut height = 0;
        while height <= crate::rules::DEPTH_MAX {
            level = self
                .departments
                .values()
                .filter(|row| row.parent.as_ref().is_some_and(|parent| level.contains(&parent)))
                .map(|row| &row.id)
                .collect();
            if level.is_empty() {
                break;
            }
            height += 1;
        }
        height
    }

    fn member(&mut self, row: &StagedRow) -> Judged {
        let mail = row.get("mail");
        if self.foreign_mails.iter().any(|known| known == mail) {
            return Judged::wrong(vec![RowFault::new("mail", "field-people-mail-taken")]);
        }
        let before = self.staff.get(mail).cloned();
        let department = match row.said("department") {
            None => before.as_ref().and_then(|before| before.department.clone()),
            Some(code) => match self.departments.get(code) {
                None => {
                    return Judged::wrong(vec![RowFault::new(
                        "department",
                        "field-people-department-unknown",
                    )]);
                }
                Some(found) if !is_open(found, &self.today) => {
                    return Judged::wrong(vec![RowFault::new(
                        "department",
                        "field-people-department-closed",
                    )]);
                }
                Some(found) => Some(found.id.clone()),
            },
        };
        let roles = match row.said("roles") {
            None => before.as_ref().map(StaffMember::roles).unwrap_or_default(),
            Some(NO_ROLES) => Roles::default(),
            Some(written) => Roles::parse(written).unwrap_or_default(),
        };
        if let Some(before) = &before
            && before.state == AccountState::Active
            && before.roles().has(Role::Admin)
            && !roles.has(Role::Admin)
        {
            if self.admins.iter().all(|admin| *admin == before.id) {
                return Judged::wrong(vec![RowFault::new("roles", "field-people-last-admin")]);
            }
            self.admins.retain(|admin| *admin != before.id);
        }
        let kept = |key: &str, stands: fn(&StaffMember) -> &String| {
            row.said(key)
                .map_or_else(|| before.as_ref().map(stands).cloned().unwrap_or_default(), str::to_owned)
        };
        let post = Post {
            name: row.get("name").to_owned(),
            kana: kept("kana", |before| &before.kana),
            mail: mail.to_owned(),
            department,
            roles,
            title: kept("title", |before| &before.title),
        };
        let mut changes = Vec::new();
        if let Some(before) = &before {
            change(&mut changes, "name", &before.name, &post.name);
            change(&mut changes, "kana", &before.kana, &post.kana);
            change(&mut changes, "title", &before.title, &post.title);
            change(&mut changes, "roles", &before.roles().written(), &post.roles.written());
            if before.department != post.department {
                change(&mut changes, "department", &before.department_code, row.get("department"));
            }
        }
        let is_new = before.is_none();
        Judged::good(is_new, changes, Write::Staff(before.map(Box::new), post))
    }

    fn block(&mut self, cx: &Cx, row: &StagedRow) -> Judged {
        let (name, slug) = (row.get("district"), row.get("slug"));
        let found = self.districts.iter().find(|district| {
            let by_name = exactly(&district.name, Lang::Ja) == name || district.slug == name;
            if slug.is_empty() { by_name } else { district.slug == slug }
        });
        let (district, new_district) = match found {
            Some(found) => (found.clone(), None),
            // A code makes a new district; without one, a name that nobody knows is a slip of the pen.
            None if slug.is_empty() => {
                return Judged::wrong(vec![RowFault::new("district", "field-people-district-unknown")]);
            }
            None => {
                let district = District {
                    id: cx.id(),
                    slug: slug.to_owned(),
                    name: Text::default().with(Lang::Ja, name, TextState::Written, 1),
                    place: i64::try_from(self.districts.len() + 1).unwrap_or(0),
                    rev: 1,
                    saved_ms: self.now_ms,
                    saved_by: self.by.clone(),
                };
                (district.clone(), Some(district))
            }
        };
        let key = block_key(row.get("name"));
        let before = self.blocks.get(&key).cloned();
        let kept = || before.as_ref().map(|before| before.postal.clone()).unwrap_or_default();
        let block = Block {
            key: key.clone(),
            name: row.get("name").to_owned(),
            district: district.id.clone(),
            postal: row.said("postal").map_or_else(kept, str::to_owned),
        };
        let mut changes = Vec::new();
        if let Some(before) = &before {
            change(&mut changes, "name", &before.name, &block.name);
            change(&mut changes, "postal", &before.postal, &block.postal);
            if before.district != block.district {
                let stood = self.districts.iter().find(|district| district.id == before.district);
                let stood = stood.map_or("", |district| exactly(&district.name, Lang::Ja));
                change(&mut changes, "district", stood, exactly(&district.name, Lang::Ja));
            }
        }
        if let Some(district) = &new_district {
            self.districts.push(district.clone());
        }
        self.blocks.insert(key, block.clone());
        Judged::good(before.is_none(), changes, Write::Block(block, new_district))
    }
}

fn change(changes: &mut Vec<Change>, field: &str, before: &str, after: &str) {
    if before != after {
        let (before, after) = (before.to_owned(), after.to_owned());
        changes.push(Change { field: field.to_owned(), before, after });
    }
}

fn name_changes(changes: &mut Vec<Change>, before: &Text, after: &Text) {
    for (field, lang) in [("name", Lang::Ja), ("name_easy", Lang::JaEasy), ("name_en", Lang::En)] {
        change(changes, field, exactly(before, lang), exactly(after, lang));
    }
}
