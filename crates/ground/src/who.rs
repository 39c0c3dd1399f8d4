//! Who acts, on what, and who decides whether they may.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::cx::Cx;
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
    /// A program of another organisation that came with its own credentials (an OAuth client).
    Service,
    /// The command line on the server itself.
    Operator,
    /// The program's own jobs and event readers.
    System,
}

impl Role {
    pub const ALL: [Role; 11] = [
        Role::Anyone,
        Role::Resident,
        Role::Staff,
        Role::Editor,
        Role::Approver,
        Role::Clerk,
        Role::Auditor,
        Role::Admin,
        Role::Service,
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
            Role::Service => "service",
            Role::Operator => "operator",
            Role::System => "system",
        }
    }

    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// How sure the city is of who somebody is. Each level holds what the ones before it hold.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nobody checked anything.
    #[default]
    Declared,
    /// A code sent to the e-mail address came back.
    Mail,
    /// Staff at a counter saw the person and a document.
    Counter,
    /// The national digital identity vouched for the person.
    National,
}

impl Level {
    pub const ALL: [Level; 4] = [Level::Declared, Level::Mail, Level::Counter, Level::National];

    pub fn name(self) -> &'static str {
        match self {
            Level::Declared => "declared",
            Level::Mail => "mail",
            Level::Counter => "counter",
            Level::National => "national",
        }
    }

    /// Whatever is not known is the lowest.
    pub fn from_name(name: &str) -> Level {
        Level::ALL.into_iter().find(|level| level.name() == name).unwrap_or_default()
    }
}

/// What one person may be allowed to do for another. A right that names none of these is never used for somebody else.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Name, address, household and the like.
    Profile,
    /// Turning consent on and off.
    Consents,
    /// Seeing who used the person's data.
    Record,
    /// Notices for the person.
    Messages,
    /// Procedures and applications.
    Cases,
    Bookings,
    /// Evacuation plan and safety check.
    Refuge,
}

impl Scope {
    pub const ALL: [Scope; 7] = [
        Scope::Profile,
        Scope::Consents,
        Scope::Record,
        Scope::Messages,
        Scope::Cases,
        Scope::Bookings,
        Scope::Refuge,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Scope::Profile => "profile",
            Scope::Consents => "consents",
            Scope::Record => "record",
            Scope::Messages => "messages",
            Scope::Cases => "cases",
            Scope::Bookings => "bookings",
            Scope::Refuge => "refuge",
        }
    }

    /// The word under which people read it.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Profile => "scope-profile",
            Scope::Consents => "scope-consents",
            Scope::Record => "scope-record",
            Scope::Messages => "scope-messages",
            Scope::Cases => "scope-cases",
            Scope::Bookings => "scope-bookings",
            Scope::Refuge => "scope-refuge",
        }
    }

    pub fn from_name(name: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Somebody acts for another person: a parent for a child, a guardian, a helper by mandate, staff at the counter for
/// the person in front of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// The account acted for.
    pub person: Id,
    /// The mandate that allows it.
    pub mandate: Id,
    pub scopes: Arc<[Scope]>,
    /// When it ends by the clock; 0 for never. Whoever remembers who came looks at it.
    pub ends_ms: i64,
    /// Shown on every page while it lasts. Never logged.
    pub shown_name: String,
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
    /// How sure the city is of who this is.
    pub level: Level,
    /// Whether they showed a second factor, or a passkey, when they signed in.
    pub strong: bool,
    /// When they signed in; 0 without a session.
    pub signed_in_ms: i64,
    /// The account they have shown only the first of two factors for. They do not act as it yet: whoever is pending
    /// is signed in as nobody, and has a session that can be finished or ended.
    pub pending: Option<Id>,
    /// For whom they act, when not for themselves.
    pub acting: Option<Arc<Acting>>,
    /// The program that came with its own credentials, for [`Role::Service`]; and beside an account when that program
    /// acts in a person's name.
    pub client: Option<Id>,
    /// What that program was let in for ("openid", "purpose:library"); nothing for everybody else.
    pub scopes: Arc<[String]>,
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

    /// Whose things this is about: the person acted for, or the actor's own account.
    pub fn subject(&self) -> Option<&Id> {
        self.acting.as_ref().map(|acting| &acting.person).or(self.account.as_ref())
    }

    /// The account acted for, as events and audit rows write it; empty for somebody who acts for themselves.
    pub fn acting_for(&self) -> &str {
        self.acting.as_ref().map_or("", |acting| acting.person.as_str())
    }

    /// Whether this may be done for the person acted for.
    pub fn acts_within(&self, scope: Scope) -> bool {
        self.acting.as_ref().is_some_and(|acting| acting.scopes.contains(&scope))
    }

    /// Whether a program was let in for this.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|known| known == scope)
    }

    pub fn is_staff(&self) -> bool {
        self.has(Role::Staff)
    }

    /// How this actor is written into events, audit rows and idempotency keys: an id or a kind, never a name.
    pub fn written(&self) -> String {
        match &self.account {
            Some(account) => account.to_string(),
            None if self.client.is_some() => self.client.as_ref().map(Id::to_string).unwrap_or_default(),
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
    /// With what scope somebody may use it for another person; without one, never.
    pub scope: Option<Scope>,
}

impl Grant {
    pub const fn new(action: &'static str, role: Role, reach: Reach) -> Grant {
        Grant { action, role, reach, scope: None }
    }

    /// Whether this line speaks of this actor at all. A program has what is granted to programs, and what everybody has
    /// on everything; what people do with their own things they do themselves, even when the program has their word.
    pub fn is_for(&self, who: &Who) -> bool {
        if who.client.is_some() {
            self.role == Role::Service || (self.role == Role::Anyone && self.reach == Reach::City)
        } else {
            who.has(self.role)
        }
    }

    /// Also for the person whom somebody acts for, within this scope.
    #[must_use]
    pub const fn for_others(mut self, scope: Scope) -> Grant {
        self.scope = Some(scope);
        self
    }
}

/// Who came with an access token, and until when it holds.
#[derive(Clone, Debug)]
pub struct Bearer {
    pub who: Who,
    pub ends_ms: i64,
}

/// Decides who someone is and what they may. `people` implements it; `machiya` joins the two.
pub trait Gatekeeper: Send + Sync {
    /// Who came with this session token; `None` when it is unknown, ended or locked.
    fn identify(&self, tx: &mut Tx<'_>, token_digest: &str, now_ms: i64) -> Result<Option<Who>, Fault>;

    /// Which program came with this access token, and in whose name; `None` when it is unknown, ended or taken back.
    fn identify_bearer(
        &self,
        _tx: &mut Tx<'_>,
        _digest: &str,
        _now_ms: i64,
    ) -> Result<Option<Bearer>, Fault> {
        Ok(None)
    }

    /// Who acts when somebody at the server's own command line speaks for an account.
    fn of_account(&self, _tx: &mut Tx<'_>, _account: &Id) -> Result<Option<Who>, Fault> {
        Ok(None)
    }

    /// Notes that a session is still in use. Whoever answers requests says so now and then, never with each of them.
    fn note_seen(&self, _tx: &mut Tx<'_>, _session: &Id, _now_ms: i64) -> Result<(), Fault> {
        Ok(())
    }

    /// The names of colleagues among these accounts, as far as whoever asks may see them. Residents have none here.
    fn names(
        &self,
        _tx: &mut Tx<'_>,
        _cx: &Cx,
        _accounts: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>, Fault> {
        Ok(BTreeMap::new())
    }

    /// The colleague whom somebody named by an e-mail address, as far as they may look.
    fn colleague(&self, _tx: &mut Tx<'_>, _cx: &Cx, _named: &str) -> Result<Option<Id>, Fault> {
        Ok(None)
    }

    /// Looks whether what rights are decided by has changed in this city, at most now and then. Called in every
    /// transaction before something is decided.
    fn look(&self, _tx: &mut Tx<'_>, _cx: &Cx) -> Result<(), Fault> {
        Ok(())
    }

    /// Whether this actor may do this action on this object. Decides from memory.
    fn may(&self, cx: &Cx, action: &str, object: &Object) -> Decision {
        if declared(cx.house().grants(action), cx.who(), object) { Decision::yes() } else { Decision::no() }
    }

    /// Whether there could be any object on which this actor may do this action: for menus, and before something dear
    /// is prepared. Never says no where [`Gatekeeper::may`] could say yes.
    fn may_ever(&self, cx: &Cx, action: &str) -> bool {
        cx.house().grants(action).iter().any(|grant| grant.is_for(cx.who()))
    }
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub allowed: bool,
    /// The person whose right it is, when the actor stands in for somebody and has none of their own.
    pub stands_in_for: Option<Id>,
}

impl Decision {
    pub const fn yes() -> Decision {
        Decision { allowed: true, stands_in_for: None }
    }

    pub const fn no() -> Decision {
        Decision { allowed: false, stands_in_for: None }
    }
}

/// Whether one of these lines of the rights matrix lets this actor act on this object: the rights as rooms declare
/// them, in the plainest words. What is not known to be the actor's own is not theirs: an object without an owner
/// belongs to nobody, not to everybody.
pub fn declared(grants: &[Grant], who: &Who, object: &Object) -> bool {
    grants.iter().any(|grant| grant.is_for(who) && who.has(grant.role) && reaches(grant, who, object))
}

fn reaches(grant: &Grant, who: &Who, object: &Object) -> bool {
    fn same<T: PartialEq>(mine: Option<&T>, its: Option<&T>) -> bool {
        mine.is_some() && mine == its
    }
    match grant.reach {
        Reach::City => true,
        Reach::OwnDepartment => same(who.department.as_ref(), object.department.as_ref()),
        Reach::OwnDistrict => same(who.district.as_ref(), object.district.as_ref()),
        Reach::OwnHousehold => same(who.household.as_ref(), object.household.as_ref()),
        Reach::Own => {
            let covered = grant.scope.is_some_and(|scope| who.acts_within(scope));
            let person = who.acting.as_ref().filter(|_| covered).map(|acting| &acting.person);
            same(who.account.as_ref(), object.owner.as_ref()) || same(person, object.owner.as_ref())
        }
    }
}
