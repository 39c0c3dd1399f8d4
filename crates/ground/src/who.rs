//! Who acts, on what, and who decides whether they may.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::db::Tx;
use crate::fault::Fault;
use crate::id::Id;

/// What a person is in the city. A person may be several of these.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everybody, signed in or not.
    Anyone,
    /// A resident or visitor with an account.
    Resident,
    /// Everybody who works for the city.
    Staff,
    /// Writes what the department publishes.
    Editor,
    /// Approves what others of the department wrote.
    Approver,
    /// Serves people at the counter.
    Clerk,
    /// Reads records and logs to check on the others; changes nothing.
    Auditor,
    /// Sets the city up: departments, staff, settings.
    Admin,
    /// The command line on the server itself.
    Operator,
    /// The program's own jobs and event readers.
    System,
}

impl Role {
    pub const ALL: [Role; 10] = [
        Role::Anyone,
        Role::Resident,
        Role::Staff,
        Role::Editor,
        Role::Approver,
        Role::Clerk,
        Role::Auditor,
        Role::Admin,
        Role::Operator,
        Role::System,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Role::Anyone => "anyone",
            Role::Resident => "resident",
            Role::Staff => "staff",
            Role::Editor => "editor",
            Role::Approver => "approver",
            Role::Clerk => "clerk",
            Role::Auditor => "auditor",
            Role::Admin => "admin",
            Role::Operator => "operator",
            Role::System => "system",
        }
    }

    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Who acts.
#[derive(Clone, Debug, Default)]
pub struct Who {
    /// The account; none for somebody who is not signed in, the command line, and the program itself.
    pub account: Option<Id>,
    pub roles: Arc<[Role]>,
    pub department: Option<Id>,
    pub district: Option<Id>,
    pub household: Option<Id>,
    /// The session they came with, for form tokens and sign-out.
    pub session: Option<Id>,
    /// Shown in the page's header. Never logged.
    pub shown_name: Option<String>,
    /// The language the person chose once and for all.
    pub lang: Option<crate::words::Lang>,
}

impl Who {
    pub fn anyone() -> Who {
        Who { roles: Arc::from([Role::Anyone]), ..Who::default() }
    }

    pub fn operator() -> Who {
        Who { roles: Arc::from([Role::Operator]), ..Who::default() }
    }

    pub fn system() -> Who {
        Who { roles: Arc::from([Role::System]), ..Who::default() }
    }

    pub fn has(&self, role: Role) -> bool {
        role == Role::Anyone || self.roles.contains(&role)
    }

    pub fn is_signed_in(&self) -> bool {
        self.account.is_some()
    }

    pub fn is_staff(&self) -> bool {
        self.has(Role::Staff)
    }

    /// How this actor is written into events, audit rows and idempotency keys: an id or a kind, never a name.
    pub fn written(&self) -> String {
        match &self.account {
            Some(account) => account.to_string(),
            None if self.has(Role::Operator) => "operator".to_owned(),
            None if self.has(Role::System) => "system".to_owned(),
            None => "anyone".to_owned(),
        }
    }
}

/// What is acted on, as far as rights care.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// The kind of thing: "page", "department".
    pub class: &'static str,
    pub id: String,
    pub owner: Option<Id>,
    pub department: Option<Id>,
    pub district: Option<Id>,
    pub household: Option<Id>,
}

impl Object {
    /// A thing that belongs to the whole city.
    pub fn of_city(class: &'static str) -> Object {
        Object { class, ..Object::default() }
    }

    pub fn new(class: &'static str, id: impl ToString) -> Object {
        Object { class, id: id.to_string(), ..Object::default() }
    }

    #[must_use]
    pub fn department(mut self, department: Option<Id>) -> Object {
        self.department = department;
        self
    }

    #[must_use]
    pub fn owner(mut self, owner: Option<Id>) -> Object {
        self.owner = owner;
        self
    }

    #[must_use]
    pub fn district(mut self, district: Option<Id>) -> Object {
        self.district = district;
        self
    }
}

/// How far a right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Every object of the city.
    City,
    /// Objects of the actor's own department.
    OwnDepartment,
    /// Objects of the actor's own district.
    OwnDistrict,
    /// Objects of the actor's own household.
    OwnHousehold,
    /// The actor's own objects.
    Own,
}

impl Reach {
    pub fn name(self) -> &'static str {
        match self {
            Reach::City => "city",
            Reach::OwnDepartment => "own-department",
            Reach::OwnDistrict => "own-district",
            Reach::OwnHousehold => "own-household",
            Reach::Own => "own",
        }
    }
}

/// One line of the rights matrix: this role may do this action on objects this far.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    pub action: &'static str,
    pub role: Role,
    pub reach: Reach,
}

impl Grant {
    pub const fn new(action: &'static str, role: Role, reach: Reach) -> Grant {
        Grant { action, role, reach }
    }
}

/// Decides who someone is and what they may. `people` implements it; `machiya` joins the two.
pub trait Gatekeeper: Send + Sync {
    /// Who came with this session token; `None` when it is unknown, ended or locked.
    fn identify(&self, tx: &mut Tx<'_>, token_digest: &str, now_ms: i64) -> Result<Option<Who>, Fault>;

    /// Who acts when somebody at the server's own command line speaks for an account.
    fn of_account(&self, _tx: &mut Tx<'_>, _account: &Id) -> Result<Option<Who>, Fault> {
        Ok(None)
    }

    /// Notes that a session is still in use. Whoever answers requests says so now and then, never with each of them.
    fn note_seen(&self, _tx: &mut Tx<'_>, _session: &Id, _now_ms: i64) -> Result<(), Fault> {
        Ok(())
    }

    /// Whether this actor may do this action on this object.
    fn may(&self, grants: &[Grant], who: &Who, object: &Object) -> bool;
}
