//! Staff pages over the people who work for the city.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Choice, Col, Conflict, Empty, Field, Form, Link, PageHead, PostButton, SummaryList,
    Table, Tag, Tone, buttons,
};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use ground::who::Role;
use maud::{Markup, html};

use super::{only_for, saver, shell_under};
use crate::actions::departments::{AskDepartments, DEPARTMENTS, DepartmentRow};
use crate::actions::links::{INVITE_STAFF, InviteStaff, MadeLink};
use crate::actions::staff::{
    AskStaff, ComesBy, LOCK_STAFF, SAVE_STAFF, STAFF, STAFF_MEMBER, SaveStaff, StaffView, ThisStaff,
    UNLOCK_STAFF,
};
use crate::model::{AccountState, Roles, STAFF_ROLES};
use crate::store::staff::StaffMember;
use crate::ways::counter::{RESET_SECOND, ThisMember};

const LIST: &str = "/staff/people";

fn role_words(visit: &Visit, roles: &[Role]) -> String {
    let words: Vec<&str> = roles.iter().map(|role| role_word(visit, *role)).collect();
    words.join("、")
}

fn role_word(visit: &Visit, role: Role) -> &str {
    visit.t(match role {
        Role::Editor => "role-editor",
        Role::Approver => "role-approver",
        Role::Clerk => "role-clerk",
        Role::Auditor => "role-auditor",
        Role::Admin => "role-admin",
        _ => "role-staff",
    })
}

fn state_tag(visit: &Visit, state: AccountState) -> Markup {
    match state {
        AccountState::Active => Tag::new(visit.t("people-staff-active"), Tone::Positive).render(),
        AccountState::Locked => Tag::new(visit.t("people-staff-locked"), Tone::Negative).render(),
    }
}

fn department_name<'r>(visit: &Visit, rows: &'r [DepartmentRow], id: Option<&Id>) -> &'r str {
    let found = rows.iter().find(|row| Some(&row.department.id) == id);
    found.map_or("", |row| row.department.name.read(visit.cx.lang()).0)
}

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let department: Option<Id> = visit.query.get("department").parse().ok();
    if visit.wants_csv() {
        return csv(visit, department).await;
    }
    let ask = AskStaff { department: department.clone(), paging: Paging::from_query(&visit.query) };
    let list = visit.read(&STAFF, ask).await?;
    let departments = visit.read(&DEPARTMENTS, AskDepartments { closed: true }).await?;
    let filter = department.as_ref().map_or("", |id| id.as_str());
    let base = if filter.is_empty() { LIST.to_owned() } else { format!("{LIST}?department={filter}") };
    let joint = if filter.is_empty() { '?' } else { '&' };
    let table = list.rows.iter().fold(
        Table::new(t.t("people-menu-staff"))
            .quiet_caption()
            .column(Col::new(t.t("people-staff-name")))
            .column(Col::new(t.t("people-staff-department")))
            .column(Col::new(t.t("people-staff-title")))
            .column(Col::new(t.t("people-staff-roles")))
            .column(Col::new(t.t("people-state")))
            .csv(format!("{base}{joint}format=csv"))
            .empty(t.t("people-staff-none")),
        |table, row| {
            table.row([
                html! { a href=(format!("{LIST}/{}", row.id)) { (row.name) } },
                html! { (department_name(visit, &departments, row.department.as_ref())) },
                html! { (row.title) },
                html! { (role_words(visit, &row.roles)) },
                state_tag(visit, row.state),
            ])
        },
    );
    let shell = visit.shell(t.t("people-menu-staff"));
    let mut ways = Vec::new();
    if visit.may_ever("people.save_staff") {
        ways.push(Button::link(t.t("people-staff-new"), "/staff/people/new").render());
    }
    let head = PageHead::new(t.t("people-menu-staff"))
        .lead(t.t("people-staff-lead"))
        .actions(html! { @for way in ways { (way) } });
    let all = Choice::new("", t.t("people-staff-all"));
    let choices = departments.iter().map(|row| {
        let (name, _) = row.department.name.read(visit.cx.lang());
        Choice::new(row.department.id.to_string(), format!("{}{name}", "　".repeat(row.depth)))
    });
    let narrow = Form::new(LIST)
        .get()
        .compact()
        .label(t.t("people-staff-filter"))
        .field(
            Field::select("department", t.t("people-staff-department"), std::iter::once(all).chain(choices))
                .value(filter),
        )
        .submit(t.t("people-staff-show"));
    Ok(visit.page(
        &shell,
        html! {
            (head.render())
            (narrow.render(t))
            @if list.rows.is_empty() && filter.is_empty() {
                (Empty::new(t.t("people-staff-none")).text(t.t("people-staff-none-text")).render())
            } @else { (table.render(t)) }
            (visit.next_page(list.next.as_deref(), &base))
        },
    ))
}

async fn csv(visit: &Visit, department: Option<Id>) -> Result<Reply, Fault> {
    let ask = |paging| AskStaff { department: department.clone(), paging };
    let rows = visit.read_all(&STAFF, ask).await?.into_iter().map(|row| {
        let roles = row.roles().written();
        vec![row.name, row.kana, row.mail, row.department_code, row.title, roles]
    });
    visit.csv("staff", &crate::import::Kind::Staff.header(), rows)
}

async fn form(visit: &Visit, input: &SaveStaff, fault: Option<&Fault>) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let departments = visit.read(&DEPARTMENTS, AskDepartments::default()).await?;
    let none = Choice::new("", t.t("people-staff-no-department"));
    let choices = departments.iter().map(|row| {
        let (name, _) = row.department.name.read(visit.cx.lang());
        Choice::new(&row.department.code, format!("{}{} {name}", "　".repeat(row.depth), row.department.code))
    });
    let roles = STAFF_ROLES.map(|role| {
        let hint = t.t(match role {
            Role::Editor => "people-role-editor-hint",
            Role::Approver => "people-role-approver-hint",
            Role::Clerk => "people-role-clerk-hint",
            Role::Auditor => "people-role-auditor-hint",
            _ => "people-role-admin-hint",
        });
        Choice::new(role.name(), role_word(visit, role)).hint(hint)
    });
    let action = input.id.as_ref().map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let mut form = Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .field(
            Field::text("name", t.t("people-staff-name"))
                .required()
                .value(&input.name)
                .error_if(wrong("name")),
        )
        .field(
            Field::text("kana", t.t("people-staff-kana"))
                .hint(t.t("people-staff-kana-hint"))
                .value(&input.kana)
                .error_if(wrong("kana")),
        )
        .field(
            Field::email("mail", t.t("people-mail"))
                .required()
                .hint(t.t("people-staff-mail-hint"))
                .autocomplete("off")
                .value(&input.mail)
                .error_if(wrong("mail")),
        )
        .field(
            Field::select("department", t.t("people-staff-department"), std::iter::once(none).chain(choices))
                .unmarked()
                .value(&input.department)
                .error_if(wrong("department")),
        )
        .field(Field::text("title", t.t("people-staff-title")).value(&input.title).error_if(wrong("title")))
        .field(
            Field::checkboxes("roles", t.t("people-staff-roles"), roles)
                .unmarked()
                .hint(t.t("people-staff-roles-hint"))
                .values(input.roles.iter().map(|role| role.name()))
                .error_if(wrong("roles")),
        )
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), LIST));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    Ok(form.render(t))
}

pub(super) async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_staff")?;
    let input = SaveStaff {
        id: None,
        name: String::new(),
        kana: String::new(),
        mail: String::new(),
        department: String::new(),
        roles: Vec::new(),
        title: String::new(),
        rev: 0,
    };
    let inside = form(visit, &input, None).await?;
    let title = visit.t("people-staff-new").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-staff", LIST);
    Ok(visit.page(&shell, html! { (PageHead::new(title).render()) (inside) }))
}

fn input_of(member: &StaffMember) -> SaveStaff {
    SaveStaff {
        id: Some(member.id.clone()),
        name: member.name.clone(),
        kana: member.kana.clone(),
        mail: member.mail.clone(),
        department: member.department_code.clone(),
        roles: member.roles.clone(),
        title: member.title.clone(),
        rev: member.rev,
    }
}

async fn read_one(visit: &Visit) -> Result<StaffView, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.read(&STAFF_MEMBER, ThisStaff { id }).await
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let view = read_one(visit).await?;
    let inside = if visit.may_ever("people.save_staff") {
        form(visit, &input_of(&view.member), None).await?
    } else {
        facts(visit, &view.member).await?
    };
    let shell = shell_under(visit, view.member.name.clone(), "people-menu-staff", LIST);
    let by = saver(visit, &view.saved_by_name);
    let saved = visit.tf("people-saved", &[("who", by), ("when", &visit.time(view.member.saved_ms))]);
    Ok(visit.page(
        &shell,
        html! {
            (head(visit, &view.member))
            p class="quiet" { (saved) }
            @if view.admin_asked {
                (Banner::info(visit.t("people-admin-asked")).link(Link::new(visit.t("people-menu-admins"), "/staff/admins")).render(visit.cx.tongue()))
            }
            @if visit.may_ever("people.what_may") {
                p { a href=(format!("/staff/rights/what?person={}", view.member.id)) { (visit.t("people-what-may")) } }
            }
            (inside)
            (account_ways(visit, &view))
        },
    ))
}

fn head(visit: &Visit, member: &StaffMember) -> Markup {
    let tag = match member.state {
        AccountState::Active => Tag::new(visit.t("people-staff-active"), Tone::Positive),
        AccountState::Locked => Tag::new(visit.t("people-staff-locked"), Tone::Negative),
    };
    PageHead::new(member.name.as_str()).above(member.kana.as_str()).tag(tag).render()
}

/// What colleagues see, who change nothing.
async fn facts(visit: &Visit, member: &StaffMember) -> Result<Markup, Fault> {
    let departments = visit.read(&DEPARTMENTS, AskDepartments { closed: true }).await?;
    let list = SummaryList::new()
        .text(
            visit.t("people-staff-department"),
            department_name(visit, &departments, member.department.as_ref()),
        )
        .text(visit.t("people-staff-title"), member.title.as_str())
        .text(visit.t("people-mail"), member.mail.as_str())
        .text(visit.t("people-staff-roles"), role_words(visit, &member.roles));
    Ok(list.render())
}

/// Their second factor, and when they came last.
fn comes_by(visit: &Visit, comes: &ComesBy) -> Markup {
    let mut second = Vec::new();
    if comes.passkeys > 0 {
        second.push(format!("{} ({})", visit.t("people-passkey"), comes.passkeys));
    }
    if comes.totp {
        second.push(visit.t("people-totp").to_owned());
    }
    let none =
        second.is_empty().then(|| Tag::new(visit.t("people-staff-second-none"), Tone::Caution).render());
    let last = match comes.last_ms {
        0 => visit.t("people-staff-never-came").to_owned(),
        at_ms => visit.time(at_ms),
    };
    SummaryList::new()
        .row(visit.t("people-staff-second"), html! { (second.join("、")) (none.unwrap_or_default()) })
        .text(visit.t("people-staff-last-came"), last)
        .render()
}

/// Inviting, locking and unlocking.
fn account_ways(visit: &Visit, view: &StaffView) -> Markup {
    let member = &view.member;
    // Nothing is taken away from whoever has none.
    let has_second = view.comes_by.as_ref().is_none_or(|comes| comes.totp || comes.passkeys > 0);
    let way = |action: &str, word: &str, verb: &str| {
        visit.may_ever(action).then(|| {
            PostButton::new(visit.t(word), format!("{LIST}/{}/{verb}", member.id), visit.new_token())
        })
    };
    let ways: Vec<Markup> = match member.state {
        AccountState::Active => [
            way("people.invite_staff", "people-staff-invite", "invite"),
            way("people.reset_second", "people-staff-reset", "reset-second")
                .filter(|_| has_second && visit.cx.who().account.as_ref() != Some(&member.id)),
            way("people.lock_staff", "people-staff-lock", "lock").map(PostButton::danger),
        ],
        AccountState::Locked => [way("people.unlock_staff", "people-staff-unlock", "unlock"), None, None],
    }
    .into_iter()
    .flatten()
    .map(|button| button.render())
    .collect();
    let text = match member.state {
        AccountState::Active => "people-staff-account-active",
        AccountState::Locked => "people-staff-account-locked",
    };
    html! {
        @if !ways.is_empty() {
            h2 { (visit.t("people-staff-account")) }
            @if let Some(comes) = &view.comes_by { (comes_by(visit, comes)) }
            p { (visit.t(text)) }
            (buttons(ways))
        }
    }
}

pub(super) async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let id = match visit.slot("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::missing())?),
    };
    let form_text = |name: &str| visit.form.get(name).to_owned();
    // From the boxes of the form one each, from the choice between two versions all in one. What is no role at all
    // becomes one that staff cannot have, so that it is refused and not dropped.
    let given = visit.form.all("roles").flat_map(str::split_whitespace);
    let roles: Vec<Role> = given.map(|name| Role::from_name(name).unwrap_or(Role::System)).collect();
    let input = SaveStaff {
        id,
        name: form_text("name"),
        kana: form_text("kana"),
        mail: form_text("mail"),
        department: form_text("department"),
        roles,
        title: form_text("title"),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    let fault = match visit.act(&SAVE_STAFF, input.clone()).await {
        Ok(view) => {
            return Ok(Reply::see_other(&format!("{LIST}/{}?done=saved", view.member.id)));
        }
        Err(fault) => fault,
    };
    let inside = match fault.kind() {
        Kind::Invalid => form(visit, &input, Some(&fault)).await?,
        Kind::Outdated => conflict(visit, &input, &fault)?,
        _ => return Err(fault),
    };
    let title = visit.t("people-staff-edit").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-staff", LIST).wrong(true);
    Ok(visit.page_with(fault.status(), &shell, html! { (PageHead::new(title).render()) (inside) }))
}

fn conflict(visit: &Visit, mine: &SaveStaff, fault: &Fault) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let view: StaffView = fault.theirs_as()?;
    let stands = input_of(&view.member);
    let written = |roles: &[Role]| Roles::new(roles.iter().copied()).written();
    let (my_roles, their_roles) = (written(&mine.roles), written(&stands.roles));
    let href = format!("{LIST}/{}", view.member.id);
    let conflict = Conflict::new(href.clone(), visit.new_token())
        .by(saver(visit, &view.saved_by_name), visit.time(view.member.saved_ms))
        .hidden("rev", stands.rev.to_string())
        .row("name", t.t("people-staff-name"), &mine.name, &stands.name)
        .row("kana", t.t("people-staff-kana"), &mine.kana, &stands.kana)
        .row("mail", t.t("people-mail"), &mine.mail, &stands.mail)
        .row("department", t.t("people-department-code"), &mine.department, &stands.department)
        .row("title", t.t("people-staff-title"), &mine.title, &stands.title)
        .row_shown(
            "roles",
            t.t("people-staff-roles"),
            (&my_roles, &role_words(visit, &mine.roles)),
            (&their_roles, &role_words(visit, &stands.roles)),
        )
        .back(href);
    Ok(conflict.render(t))
}

pub(super) async fn lock(visit: &Visit) -> Result<Reply, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let back = format!("{LIST}/{id}");
    match visit.act(&LOCK_STAFF, ThisStaff { id }).await {
        Ok(_) => Ok(Reply::see_other(&format!("{back}?done=people-locked"))),
        Err(fault) if fault.kind() == Kind::Invalid => told(visit, &fault).await,
        Err(fault) => Err(fault),
    }
}

pub(super) async fn unlock(visit: &Visit) -> Result<Reply, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let back = format!("{LIST}/{id}?done=people-unlocked");
    visit.act(&UNLOCK_STAFF, ThisStaff { id }).await?;
    Ok(Reply::see_other(&back))
}

/// The page of the person again, with what could not be done.
async fn told(visit: &Visit, fault: &Fault) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let view = read_one(visit).await?;
    let shell = shell_under(visit, view.member.name.clone(), "people-menu-staff", LIST).wrong(true);
    let inside = html! {
        (Banner::error(fault.title(t)).text(fault.remedy(t)).result().render(t))
        (head(visit, &view.member))
        (facts(visit, &view.member).await?)
        (account_ways(visit, &view))
    };
    Ok(visit.page_with(fault.status(), &shell, inside))
}

/// For somebody who has lost their second factor: they make a new one at the next sign-in.
pub(super) async fn reset_second(visit: &Visit) -> Result<Reply, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&RESET_SECOND, ThisMember { id: id.clone() }).await?;
    Ok(Reply::see_other(&format!("{LIST}/{id}?done=people-second-reset")))
}

/// Shows the link right here: it can be read only once, so there is no page to lead to.
pub(super) async fn invite(visit: &Visit) -> Result<Reply, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    // Not kept under the form's token, because the answer holds a way in.
    let made: MadeLink = match INVITE_STAFF.call(&visit.cx, InviteStaff { id }, None).await {
        Ok(made) => made,
        Err(fault) if fault.kind() == Kind::Invalid => return told(visit, &fault).await,
        Err(fault) => return Err(fault),
    };
    let t = visit.cx.tongue();
    let view = read_one(visit).await?;
    let title = t.t("people-staff-invited").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-staff", LIST);
    let address = visit.cx.city().url(&made.path);
    let until = visit.tf("people-link-until", &[("when", &visit.time(made.ends_ms))]);
    let body = html! {
        (PageHead::new(title).lead(visit.tf("people-staff-invited-lead", &[("name", &view.member.name)])).render())
        (SummaryList::new().row(t.t("people-staff-invited-link"), html! { code { (address) } }).render())
        p { (until) }
        p { (t.t("people-staff-invited-once")) }
        (buttons([Button::link(t.t("back"), format!("{LIST}/{}", view.member.id)).tertiary().render()]))
    };
    Ok(visit.page(&shell, body).header("cache-control", "no-store"))
}
