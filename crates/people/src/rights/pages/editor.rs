//! One policy: written, read in plain words, tried out, with its history.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Choice, Col, Conflict, Field, Form, Group, Link, PageHead, PostButton, Table, Tag, Tone,
    buttons, details,
};
use ground::page::Visit;
use maud::{Markup, html};
use policy::{Compiled, Effect};

use super::policies::{LIST, state_tag, state_word, this};
use super::said::{self, Names};
use super::{action_choices, department_choices};
use crate::actions::departments::{AskDepartments, DEPARTMENTS, DepartmentRow};
use crate::model::STAFF_ROLES;
use crate::pages::{only_for, saver, shell_under};
use crate::rights::actions::policies::{POLICY, PolicyView, SAVE_POLICY, SavePolicy, ThisPolicy};
use crate::rights::actions::why::{TRY_POLICY, Tried, TryPolicy};
use crate::rights::store::policies::PolicyState;

/// What the form holds when it is opened, or comes back.
struct Typed {
    input: SavePolicy,
    person: String,
    action: String,
    department: String,
}

impl Typed {
    fn of(input: SavePolicy) -> Typed {
        Typed { input, person: String::new(), action: String::new(), department: String::new() }
    }
}

/// A first text, from what was chosen: a page for those who have not written one yet.
fn template(visit: &Visit) -> String {
    let (effect, role, action) =
        (visit.query.get("effect"), visit.query.get("role"), visit.query.get("action"));
    let effect = if effect == "permit" { "permit" } else { "forbid" };
    let named = |text: &str| {
        text.chars().filter(|c| c.is_ascii_alphanumeric() || "._".contains(*c)).collect::<String>()
    };
    let principal = match named(role).as_str() {
        "" => "principal".to_owned(),
        role => format!("principal in Role::\"{role}\""),
    };
    let act = match named(action).as_str() {
        "" => "action".to_owned(),
        action => format!("action == Action::\"{action}\""),
    };
    format!("{effect} (\n  {principal},\n  {act},\n  resource\n);\n")
}

fn start_form(visit: &Visit) -> Markup {
    let t = visit.cx.tongue();
    let effects = [
        Choice::new("forbid", t.t("people-policy-forbid")),
        Choice::new("permit", t.t("people-policy-permit")),
    ];
    let roles = std::iter::once(Choice::new("", t.t("people-said-everybody")))
        .chain(STAFF_ROLES.map(|role| Choice::new(role.name(), t.t(&format!("role-{}", role.name())))));
    let actions =
        std::iter::once(Choice::new("", t.t("people-said-all-actions"))).chain(action_choices(visit));
    let form = Form::new("/staff/policies/new")
        .get()
        .label(t.t("people-policy-start"))
        .field(Field::select("effect", t.t("people-said-effect"), effects).value(visit.query.get("effect")))
        .field(Field::select("role", t.t("people-said-who"), roles).unmarked().value(visit.query.get("role")))
        .field(
            Field::select("action", t.t("people-said-what"), actions)
                .unmarked()
                .value(visit.query.get("action")),
        )
        .submit(t.t("people-policy-start-use"));
    details(t.t("people-policy-start"), form.render(t))
}

fn form(visit: &Visit, typed: &Typed, departments: &[DepartmentRow], fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let input = &typed.input;
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let action = input.id.as_ref().map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let nobody = std::iter::once(Choice::new("", t.t("people-policy-try-none"))).chain(action_choices(visit));
    let tried = Group::new(t.t("people-policy-try"))
        .field(
            Field::text("try_person", t.t("people-why-person"))
                .unmarked()
                .hint(t.t("people-policy-try-hint"))
                .value(&typed.person)
                .error_if(wrong("person")),
        )
        .field(
            Field::select("try_action", t.t("people-why-action"), nobody)
                .unmarked()
                .value(&typed.action)
                .error_if(wrong("action")),
        )
        .field(
            Field::select(
                "try_department",
                t.t("people-why-department"),
                department_choices(visit, departments, "people-why-nearest"),
            )
            .unmarked()
            .value(&typed.department)
            .error_if(wrong("department")),
        );
    let mut form = Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .field(
            Field::text("name", t.t("people-policy-name"))
                .required()
                .hint(t.t("people-policy-name-hint"))
                .value(&input.name)
                .error_if(wrong("name")),
        )
        .field(
            Field::textarea("cedar", t.t("people-policy-cedar"))
                .required()
                .rows(12)
                .hint(t.t("people-policy-cedar-hint"))
                .value(&input.cedar)
                .error_if(wrong("cedar")),
        )
        .field(
            Field::textarea("note", t.t("people-policy-note"))
                .rows(3)
                .hint(t.t("people-policy-note-hint"))
                .value(&input.note)
                .error_if(wrong("note")),
        )
        .group(tried)
        .submit(t.t("people-policy-save"))
        .also(&Button::submit(t.t("people-policy-try-do")).secondary().named("_do", "try"))
        .secondary(Link::new(t.t("cancel"), LIST));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    form.render(t)
}

/// The names that a policy may use, for whoever writes one.
fn help(visit: &Visit, departments: &[DepartmentRow]) -> Markup {
    let t = visit.cx.tongue();
    let words = [
        ("principal in Role::\"editor\"", "people-help-role"),
        ("principal in Team::\"…\"", "people-help-team"),
        ("principal in Department::\"01\"", "people-help-department"),
        ("principal.strong", "people-help-strong"),
        ("principal.level >= 2", "people-help-level"),
        ("principal has acting_for", "people-help-acting"),
        ("principal has stands_in_for", "people-help-deputy"),
        ("principal has client", "people-help-program"),
        ("action == Action::\"messages.save_page\"", "people-help-action"),
        ("action in Action::\"writes\"", "people-help-writes"),
        ("resource.class == \"page\"", "people-help-class"),
        ("resource has department && resource.department == Department::\"0101\"", "people-help-thing"),
        ("resource has owner && resource.owner == principal", "people-help-own"),
    ];
    let body = html! {
        p { (t.t("people-help-lead")) }
        dl { @for (code, word) in words { dt { code { (code) } } dd { (t.t(word)) } } }
        p {
            (t.t("people-help-departments")) " "
            @for row in departments.iter().take(200) {
                (row.department.name.read(visit.cx.lang()).0) " (" code { (row.department.code) } ") "
            }
        }
    };
    details(t.t("people-help"), body)
}

fn tried(visit: &Visit, tried: &Tried) -> Markup {
    let t = visit.cx.tongue();
    let line = |may: bool, reasons| {
        let word = if may { "people-may" } else { "people-may-not" };
        let tone = if may { Tone::Positive } else { Tone::Negative };
        html! { (Tag::new(t.t(word), tone).render()) (said::reasons(visit, reasons, "")) }
    };
    let table = Table::new(visit.tf("people-policy-tried", &[("name", &tried.name)]))
        .column(Col::new(t.t("people-policy-tried-when")))
        .column(Col::new(t.t("people-policy-tried-what")))
        .row([html! { (t.t("people-policy-before")) }, line(tried.before, &tried.before_reasons)])
        .row([html! { (t.t("people-policy-after")) }, line(tried.after, &tried.after_reasons)]);
    html! {
        div role="status" {
            (table.render(t))
            @if tried.kept_open { p { (t.t("people-policy-kept-open")) } }
        }
    }
}

pub async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_policy")?;
    let input =
        SavePolicy { id: None, name: String::new(), cedar: template(visit), note: String::new(), rev: 0 };
    let departments = visit.read(&DEPARTMENTS, AskDepartments::default()).await?;
    let title = visit.t("people-policy-new").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-policies", LIST);
    let head = PageHead::new(title).lead(visit.t("people-policy-new-lead"));
    let body = html! {
        (head.render())
        (start_form(visit))
        (form(visit, &Typed::of(input), &departments, None))
        (help(visit, &departments))
    };
    Ok(visit.page(&shell, body))
}

fn input_of(view: &PolicyView) -> SavePolicy {
    SavePolicy {
        id: Some(view.policy.id.clone()),
        name: view.policy.name.clone(),
        cedar: view.policy.cedar.clone(),
        note: view.policy.note.clone(),
        rev: view.policy.rev,
    }
}

pub async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let view = visit.read(&POLICY, ThisPolicy { id: this(visit)? }).await?;
    let departments = visit.read(&DEPARTMENTS, AskDepartments::default()).await?;
    let t = visit.cx.tongue();
    let names = Names { departments: &departments };
    let policy = &view.policy;
    let shell = shell_under(visit, policy.name.clone(), "people-menu-policies", LIST);
    let by = saver(visit, view.name_of(&policy.saved_by));
    let saved = visit.tf("people-saved", &[("who", by), ("when", &visit.time(policy.saved_ms))]);
    let may_edit = visit.may_ever("people.save_policy") && policy.state != PolicyState::Retiring;
    let gone = view.gone.iter().map(|gone| {
        let (_, name) = gone.split_once(':').unwrap_or_default();
        visit.tf("people-policy-gone", &[("name", name)])
    });
    let body = html! {
        (PageHead::new(policy.name.as_str()).lead(policy.note.as_str()).render())
        p { (state_tag(visit, policy)) }
        p class="quiet" { (saved) }
        @for gone in gone { (Banner::warning(gone).render(t)) }
        h2 { (t.t("people-policy-plain")) }
        @if let Ok(compiled) = Compiled::read("p", &policy.cedar) { (names.explained(visit, &compiled)) }
        (details(t.t("people-policy-cedar"), html! { pre { code { (policy.cedar) } } }))
        (next_steps(visit, &view))
        h2 { (t.t("people-policy-history")) }
        (history(visit, &view))
        @if may_edit {
            h2 { (t.t("people-policy-edit")) }
            @if policy.in_force > 0 { p { (t.t("people-policy-edit-text")) } }
            (form(visit, &Typed::of(input_of(&view)), &departments, None))
            (help(visit, &departments))
        }
    };
    Ok(visit.page(&shell, body))
}

/// What can be done with it now, and by whom.
fn next_steps(visit: &Visit, view: &PolicyView) -> Markup {
    let policy = &view.policy;
    let button = |word: &str, verb: &str| {
        PostButton::new(visit.t(word), format!("{LIST}/{}/{verb}", policy.id), visit.new_token())
            .hidden("rev", policy.rev.to_string())
    };
    let me = visit.cx.who().written();
    let newest = view.newest();
    let one_of_two = newest.is_some_and(|one| {
        one.proposed_by == me || (one.state == PolicyState::Proposed && one.saved_by == me)
    });
    let (may_propose, may_decide, may_retire) = (
        visit.may_ever("people.propose_policy"),
        visit.may_ever("people.decide_policy"),
        visit.may_ever("people.retire_policy"),
    );
    let effect = Compiled::read("p", &policy.cedar).map(|compiled| compiled.effect());
    let mut steps: Vec<Markup> = Vec::new();
    match policy.state {
        PolicyState::Draft => {
            if may_propose {
                steps.push(button("people-policy-propose", "propose").render());
            }
            if may_retire {
                steps.push(button("people-policy-throw-away", "retire").danger().render());
            }
        }
        PolicyState::Proposed | PolicyState::Retiring if may_decide && !one_of_two => {
            let retiring = policy.state == PolicyState::Retiring;
            let yes = if retiring { "people-policy-agree-retire" } else { "people-policy-approve" };
            let no = if retiring { "people-policy-keep" } else { "people-policy-send-back" };
            steps.push(button(yes, "approve").render());
            steps.push(button(no, "send-back").render());
        }
        PolicyState::Approved if may_retire && policy.in_force > 0 => {
            let word = match effect {
                Ok(Effect::Permit) => "people-policy-retire",
                _ => "people-policy-ask-retire",
            };
            steps.push(button(word, "retire").danger().render());
        }
        _ => {}
    }
    let waits = matches!(policy.state, PolicyState::Proposed | PolicyState::Retiring) && one_of_two;
    html! {
        @if waits { p { (visit.t("people-policy-waits")) } }
        @if !steps.is_empty() { (buttons(steps)) }
    }
}

fn history(visit: &Visit, view: &PolicyView) -> Markup {
    let t = visit.cx.tongue();
    let hand = |account: &str, at_ms: i64| {
        html! {
            @if at_ms > 0 { (saver(visit, view.name_of(account))) br; span class="quiet" { (visit.time(at_ms)) } }
        }
    };
    let table = view.versions.iter().fold(
        Table::new(t.t("people-policy-history"))
            .quiet_caption()
            .column(Col::new(t.t("people-policy-version")))
            .column(Col::new(t.t("people-state")))
            .column(Col::new(t.t("people-policy-saved")))
            .column(Col::new(t.t("people-policy-proposed-by")))
            .column(Col::new(t.t("people-policy-decided-by")))
            .column(Col::new(t.t("people-policy-cedar"))),
        |table, row| {
            let in_force = row.version == view.policy.in_force;
            let word = match row.state {
                PolicyState::Approved if !in_force => "people-policy-replaced",
                state => state_word(state),
            };
            table.row([
                html! { (row.version) },
                html! { (t.t(word)) },
                hand(&row.saved_by, row.saved_ms),
                hand(&row.proposed_by, row.proposed_ms),
                hand(&row.decided_by, row.decided_ms),
                details(
                    t.t("people-policy-show"),
                    html! { pre { code { (row.cedar) } } @if !row.note.is_empty() { p { (row.note) } } },
                ),
            ])
        },
    );
    table.render(t)
}

fn typed_of(visit: &Visit) -> Result<Typed, Fault> {
    let text = |name: &str| visit.form.get(name).replace("\r\n", "\n");
    let id = if visit.slot("id").is_empty() { None } else { Some(this(visit)?) };
    let input = SavePolicy {
        id,
        name: text("name"),
        cedar: text("cedar"),
        note: text("note"),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    Ok(Typed {
        input,
        person: text("try_person"),
        action: text("try_action"),
        department: text("try_department"),
    })
}

pub async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let typed = typed_of(visit)?;
    let (answer, fault) = if visit.form.get("_do") == "try" {
        let input = TryPolicy {
            id: typed.input.id.clone(),
            cedar: typed.input.cedar.clone(),
            person: typed.person.clone(),
            action: typed.action.clone(),
            department: typed.department.clone(),
        };
        match visit.read(&TRY_POLICY, input).await {
            Ok(answer) => (Some(answer), None),
            Err(fault) => (None, Some(fault)),
        }
    } else {
        match visit.act(&SAVE_POLICY, typed.input.clone()).await {
            Ok(view) => return Ok(Reply::see_other(&format!("{LIST}/{}?done=saved", view.policy.id))),
            Err(fault) => (None, Some(fault)),
        }
    };
    let departments = visit.read(&DEPARTMENTS, AskDepartments::default()).await?;
    let inside = match &fault {
        Some(fault) if fault.kind() == Kind::Outdated => conflict(visit, &typed.input, fault)?,
        Some(fault) if fault.kind() != Kind::Invalid => return Err(fault.clone()),
        fault => form(visit, &typed, &departments, fault.as_ref()),
    };
    let names = Names { departments: &departments };
    let title = visit.t("people-policy-edit").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-policies", LIST).wrong(fault.is_some());
    let status = fault.as_ref().map_or(http::StatusCode::OK, Fault::status);
    let body = html! {
        (PageHead::new(title).render())
        @if let Some(answer) = &answer {
            (tried(visit, answer))
            @if let Ok(compiled) = Compiled::read("p", &typed.input.cedar) { (names.explained(visit, &compiled)) }
        }
        (inside)
        (help(visit, &departments))
    };
    Ok(visit.page_with(status, &shell, body))
}

fn conflict(visit: &Visit, mine: &SavePolicy, fault: &Fault) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let view: PolicyView = fault.theirs_as()?;
    let stands = input_of(&view);
    let href = format!("{LIST}/{}", view.policy.id);
    let conflict = Conflict::new(href.clone(), visit.new_token())
        .by(saver(visit, view.name_of(&view.policy.saved_by)), visit.time(view.policy.saved_ms))
        .hidden("rev", stands.rev.to_string())
        .row("name", t.t("people-policy-name"), &mine.name, &stands.name)
        .row("cedar", t.t("people-policy-cedar"), &mine.cedar, &stands.cedar)
        .row("note", t.t("people-policy-note"), &mine.note, &stands.note)
        .back(href);
    Ok(conflict.render(t))
}
