//! Departments: the tree, one of them, saving and closing.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{a_code, date_or_empty, outdated, shown, whole_city};
use crate::model::names;
use crate::rules::{in_tree_order, may_stand_under};
use crate::store::departments::{self, Department};
use crate::store::staff;

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AskDepartments {
    /// Whether those that are closed are wanted too.
    #[serde(default)]
    pub closed: bool,
}

/// A department and how deep it stands.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentRow {
    pub depth: usize,
    #[serde(flatten)]
    pub department: Department,
}

/// All departments, each under its parent.
pub const DEPARTMENTS: Action<AskDepartments, Vec<DepartmentRow>> =
    Action::reads("people.departments", whole_city, |tx, cx, input: &AskDepartments| {
        let today = cx.now().date().to_string();
        let all = departments::all(tx)?;
        let wanted = all.into_iter().filter(|row| input.closed || is_open(row, &today)).collect();
        let rows = in_tree_order(wanted);
        Ok(rows.into_iter().map(|(depth, department)| DepartmentRow { depth, department }).collect())
    });

/// Whether a department is there on a day.
pub fn is_open(department: &Department, today: &str) -> bool {
    department.closed_on.is_empty() || department.closed_on.as_str() > today
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisDepartment {
    pub id: Id,
}

fn this_department(_: &mut Tx<'_>, _: &Cx, input: &ThisDepartment) -> Result<Object, Fault> {
    Ok(Object::new("department", &input.id).department(Some(input.id.clone())))
}

/// One department, with who saved it last.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentView {
    pub department: Department,
    /// The code of the department above; empty at the top.
    pub parent_code: String,
    /// The name of who saved it last; empty when it was the command line.
    pub saved_by_name: String,
    /// How many people work in it.
    pub people: i64,
}

pub(super) fn view(tx: &mut Tx<'_>, department: Department) -> Result<DepartmentView, Fault> {
    let parent = match &department.parent {
        Some(parent) => departments::by_id(tx, parent)?,
        None => None,
    };
    Ok(DepartmentView {
        parent_code: parent.map(|parent| parent.code).unwrap_or_default(),
        saved_by_name: crate::store::accounts::shown_name(tx, &department.saved_by)?,
        people: staff::count_in(tx, &department.id)?,
        department,
    })
}

pub const DEPARTMENT: Action<ThisDepartment, DepartmentView> =
    Action::reads("people.department", this_department, |tx, _, input: &ThisDepartment| {
        let department = departments::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        view(tx, department)
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveDepartment {
    /// Absent for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    #[garde(custom(a_code))]
    pub code: String,
    #[garde(length(chars, max = 60), custom(shown))]
    pub name: String,
    /// The name in plain Japanese.
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub name_easy: String,
    #[serde(default)]
    #[garde(length(chars, max = 100))]
    pub name_en: String,
    /// The code of the department above; empty at the top.
    #[serde(default)]
    #[garde(length(max = 20))]
    pub parent: String,
    /// Where it stands among its brothers and sisters.
    #[serde(default)]
    #[garde(range(min = 0, max = 9999))]
    pub place: i64,
    /// The revision this was edited from; 0 for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub rev: i64,
}

fn saved_department(_: &mut Tx<'_>, _: &Cx, input: &SaveDepartment) -> Result<Object, Fault> {
    let id = input.id.as_ref().map_or("", |id| id.as_str());
    Ok(Object::new("department", id).department(input.id.clone()))
}

pub const SAVE_DEPARTMENT: Action<SaveDepartment, DepartmentView> =
    Action::writes("people.save_department", saved_department, |tx, cx, input: &SaveDepartment| {
        departments::lock(tx)?;
        let before = match &input.id {
            Some(id) => Some(departments::by_id(tx, id)?.ok_or_else(Fault::missing)?),
            None => None,
        };
        if let Some(before) = &before
            && before.rev != input.rev
        {
            return Err(outdated(&view(tx, before.clone())?));
        }
        let department = checked(tx, cx, input, before.as_ref())?;
        keep(tx, cx, &department)?;
        view(tx, department)
    })
    .emits(&["people.department_saved"]);

/// The department as it is to be, after all checks. Called under the lock.
pub(crate) fn checked(
    tx: &mut Tx<'_>,
    cx: &Cx,
    input: &SaveDepartment,
    before: Option<&Department>,
) -> Result<Department, Fault> {
    if let Some(other) = departments::by_code(tx, &input.code)?
        && before.is_none_or(|before| before.id != other.id)
    {
        return Err(Fault::field("code", "field-people-code-taken"));
    }
    if before.is_none() && departments::count(tx)? >= departments::DEPARTMENTS_MAX {
        return Err(Fault::too_large(departments::DEPARTMENTS_MAX));
    }
    let id = before.map_or_else(|| cx.id(), |before| before.id.clone());
    let parent = match input.parent.as_str() {
        "" => None,
        parent => {
            let parent = departments::by_code(tx, parent)?
                .ok_or_else(|| Fault::field("parent", "field-people-department-unknown"))?;
            Some(parent.id)
        }
    };
    if let Some(parent) = &parent {
        let all = departments::all(tx)?;
        let parent_of = |key: &str| {
            let found = all.iter().find(|row| row.id.as_str() == key);
            found.map(|row| row.parent.as_ref().map_or(String::new(), ToString::to_string))
        };
        let height = height_of(&id, &all);
        if !may_stand_under(id.as_str(), parent.as_str(), height, parent_of) {
            return Err(Fault::field("parent", "field-people-parent"));
        }
    }
    Ok(Department {
        id,
        code: input.code.clone(),
        name: names(before.map(|before| &before.name), &input.name, &input.name_easy, &input.name_en),
        parent,
        place: input.place,
        closed_on: before.map(|before| before.closed_on.clone()).unwrap_or_default(),
        rev: before.map_or(0, |before| before.rev) + 1,
        saved_ms: cx.now_ms(),
        saved_by: cx.who().written(),
    })
}

/// How many levels stand below a department.
fn height_of(id: &Id, all: &[Department]) -> usize {
    let mut level = vec![id.clone()];
    let mut height = 0;
    while height <= crate::rules::DEPTH_MAX {
        level = all
            .iter()
            .filter(|row| row.parent.as_ref().is_some_and(|parent| level.contains(parent)))
            .map(|row| row.id.clone())
            .collect();
        if level.is_empty() {
            break;
        }
        height += 1;
    }
    height
}

pub(crate) fn keep(tx: &mut Tx<'_>, cx: &Cx, department: &Department) -> Result<(), Fault> {
    departments::put(tx, department)?;
    crate::rights::standing::touch(tx, cx)?;
    tx.emit(cx, "people.department_saved", department.id.as_str(), serde_json::json!({"rev": department.rev}))
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CloseDepartment {
    #[garde(skip)]
    pub id: Id,
    /// The day from which it is no more; empty opens it again.
    #[serde(default)]
    #[garde(custom(date_or_empty))]
    pub closed_on: String,
    #[garde(skip)]
    pub rev: i64,
}

fn closed_department(_: &mut Tx<'_>, _: &Cx, input: &CloseDepartment) -> Result<Object, Fault> {
    Ok(Object::new("department", &input.id).department(Some(input.id.clone())))
}

/// Closes a department from a day on, or opens it again. What it did stays readable; nobody may be left in it.
pub const CLOSE_DEPARTMENT: Action<CloseDepartment, DepartmentView> =
    Action::writes("people.close_department", closed_department, |tx, cx, input: &CloseDepartment| {
        departments::lock(tx)?;
        let now = departments::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        if now.rev != input.rev {
            return Err(outdated(&view(tx, now)?));
        }
        if !input.closed_on.is_empty() {
            let today = cx.now().date().to_string();
            let all = departments::all(tx)?;
            let below = all.iter().any(|row| row.parent.as_ref() == Some(&now.id) && is_open(row, &today));
            if below || staff::count_in(tx, &now.id)? > 0 {
                return Err(Fault::new(Kind::Invalid, "people-department-in-use"));
            }
        }
        let department = Department {
            closed_on: input.closed_on.clone(),
            rev: now.rev + 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
            ..now
        };
        keep(tx, cx, &department)?;
        view(tx, department)
    })
    .emits(&["people.department_saved"]);
