//! Staff pages over departments.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Button, Choice, Col, Conflict, Empty, Field, Form, Group, Link, PageHead, Table, Tag, Tone, Width,
    buttons, details,
};
use ground::page::Visit;
use ground::words::Lang;
use maud::{Markup, html};

use super::{only_for, saver, shell_under, told, typed_number};
use crate::actions::departments::{
    AskDepartments, CLOSE_DEPARTMENT, CloseDepartment, DEPARTMENT, DEPARTMENTS, DepartmentRow,
    DepartmentView, SAVE_DEPARTMENT, SaveDepartment, ThisDepartment,
};
use crate::model::exactly;

const LIST: &str = "/staff/departments";

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let closed = visit.query.get("closed") == "1";
    let rows = visit.read(&DEPARTMENTS, AskDepartments { closed }).await?;
    if visit.wants_csv() {
        return csv(visit, &rows);
    }
    let may_save = visit.may_ever("people.save_department");
    let shell = visit.shell(t.t("people-menu-departments"));
    let mut ways = Vec::new();
    if may_save {
        ways.push(Button::link(t.t("people-department-new"), "/staff/departments/new").render());
    }
    let other = if closed {
        (LIST, "people-departments-open")
    } else {
        ("/staff/departments?closed=1", "people-departments-closed")
    };
    ways.push(Button::link(t.t(other.1), other.0).tertiary().render());
    let head = PageHead::new(t.t("people-menu-departments"))
        .lead(t.t("people-departments-lead"))
        .actions(html! { @for way in ways { (way) } });
    Ok(visit.page(
        &shell,
        html! {
            (head.render())
            @if rows.is_empty() {
                (Empty::new(t.t("people-departments-none")).text(t.t("people-departments-none-text")).render())
            } @else { (table(visit, &rows, closed)) }
        },
    ))
}

fn table(visit: &Visit, rows: &[DepartmentRow], closed: bool) -> Markup {
    let t = visit.cx.tongue();
    let table = rows.iter().fold(
        Table::new(t.t("people-menu-departments"))
            .quiet_caption()
            .column(Col::new(t.t("people-name")))
            .column(Col::new(t.t("people-department-code")))
            .columns(closed.then(|| Col::new(t.t("people-state"))))
            .csv("/staff/departments?format=csv&closed=1"),
        |table, row| {
            let department = &row.department;
            let state = closed.then(|| {
                if department.closed_on.is_empty() {
                    Tag::new(t.t("people-department-is-open"), Tone::Positive).render()
                } else {
                    let words = t.tf("people-department-closed-on", &[("day", &department.closed_on)]);
                    Tag::new(words, Tone::Neutral).render()
                }
            });
            let name = html! {
                @if row.depth > 0 { span aria-hidden="true" { ("　".repeat(row.depth - 1)) "└ " } }
                a href=(format!("{LIST}/{}", department.id)) { (told(&department.name, visit.cx.lang())) }
            };
            table.row([name, html! { (department.code) }].into_iter().chain(state))
        },
    );
    table.render(t)
}

fn csv(visit: &Visit, rows: &[DepartmentRow]) -> Result<Reply, Fault> {
    let code_of = |row: &DepartmentRow| {
        let parent = row.department.parent.as_ref();
        rows.iter()
            .find(|other| Some(&other.department.id) == parent)
            .map_or("", |row| row.department.code.as_str())
    };
    // The same columns as the import reads, in Japanese whatever the reader's language: so a list can go out and in.
    let header = crate::import::Kind::Departments.header();
    let lines = rows.iter().map(|row| {
        let department = &row.department;
        vec![
            department.code.clone(),
            exactly(&department.name, Lang::Ja).to_owned(),
            code_of(row).to_owned(),
            department.place.to_string(),
            exactly(&department.name, Lang::JaEasy).to_owned(),
            exactly(&department.name, Lang::En).to_owned(),
        ]
    });
    visit.csv("departments", &header, lines)
}

/// What the form holds when it is opened, or comes back.
struct Typed {
    input: SaveDepartment,
    place: String,
}

async fn form(visit: &Visit, typed: &Typed, fault: Option<&Fault>) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let input = &typed.input;
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let others = visit.read(&DEPARTMENTS, AskDepartments::default()).await?;
    let top = Choice::new("", t.t("people-department-top"));
    let choices = others.iter().filter(|row| Some(&row.department.id) != input.id.as_ref()).map(|row| {
        let (name, _) = row.department.name.read(visit.cx.lang());
        Choice::new(&row.department.code, format!("{}{} {name}", "　".repeat(row.depth), row.department.code))
    });
    let action = input.id.as_ref().map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let names = Group::new(t.t("people-name"))
        .field(
            Field::text("name", t.t("people-name-ja")).required().value(&input.name).error_if(wrong("name")),
        )
        .field(
            Field::text("name_easy", t.t("people-name-easy"))
                .hint(t.t("people-name-easy-hint"))
                .value(&input.name_easy)
                .error_if(wrong("name_easy")),
        )
        .field(
            Field::text("name_en", t.t("people-name-en")).value(&input.name_en).error_if(wrong("name_en")),
        );
    let mut form = Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .group(names)
        .field(
            Field::text("code", t.t("people-department-code"))
                .required()
                .hint(t.t("people-department-code-hint"))
                .width(Width::Short)
                .value(&input.code)
                .error_if(wrong("code")),
        )
        .field(
            Field::select("parent", t.t("people-department-parent"), std::iter::once(top).chain(choices))
                .unmarked()
                .value(&input.parent)
                .error_if(wrong("parent")),
        )
        .field(
            Field::number("place", t.t("people-place"))
                .hint(t.t("people-place-hint"))
                .value(&typed.place)
                .error_if(wrong("place")),
        )
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), LIST));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    Ok(form.render(t))
}

pub(super) async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_department")?;
    let input = SaveDepartment {
        id: None,
        code: String::new(),
        name: String::new(),
        name_easy: String::new(),
        name_en: String::new(),
        parent: String::new(),
        place: 0,
        rev: 0,
    };
    let inside = form(visit, &Typed { input, place: String::new() }, None).await?;
    let title = visit.t("people-department-new").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-departments", LIST);
    Ok(visit.page(&shell, html! { (PageHead::new(title).render()) (inside) }))
}

fn typed_of(view: &DepartmentView) -> Typed {
    let department = &view.department;
    let input = SaveDepartment {
        id: Some(department.id.clone()),
        code: department.code.clone(),
        name: exactly(&department.name, Lang::Ja).to_owned(),
        name_easy: exactly(&department.name, Lang::JaEasy).to_owned(),
        name_en: exactly(&department.name, Lang::En).to_owned(),
        parent: view.parent_code.clone(),
        place: department.place,
        rev: department.rev,
    };
    Typed { place: department.place.to_string(), input }
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let view = visit.read(&DEPARTMENT, ThisDepartment { id }).await?;
    let may_save = visit.may_ever("people.save_department");
    let inside = if may_save {
        form(visit, &typed_of(&view), None).await?
    } else {
        html! {}
    };
    let (name, _) = view.department.name.read(visit.cx.lang());
    let shell = shell_under(visit, name.to_owned(), "people-menu-departments", LIST);
    let people = visit.tf("people-department-people", &[("count", &view.people.to_string())]);
    let staff = Link::new(
        visit.t("people-department-see-people"),
        format!("/staff/people?department={}", view.department.id),
    );
    let by = saver(visit, &view.saved_by_name);
    let saved = visit.tf("people-saved", &[("who", by), ("when", &visit.time(view.department.saved_ms))]);
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(name).above(view.department.code.as_str()).lead(people).render())
            p { (staff.render()) }
            p class="quiet" { (saved) }
            (inside)
            @if may_save { (closing(visit, &view, None)) }
        },
    ))
}

/// Closing and opening again, below the form and out of the way.
fn closing(visit: &Visit, view: &DepartmentView, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let department = &view.department;
    let action = format!("{LIST}/{}/close", department.id);
    let mut form = Form::new(action)
        .token(visit.new_token())
        .label(t.t("people-department-close"))
        .unmarked()
        .field(Field::hidden("rev", department.rev.to_string()));
    form = if department.closed_on.is_empty() {
        form.field(
            Field::date("closed_on", t.t("people-department-close-on"))
                .required()
                .value(visit.cx.now().date().to_string())
                .error_if(fault.and_then(|fault| fault.field_words("closed_on", t))),
        )
        .submit(t.t("people-department-close"))
        .danger()
    } else {
        form.field(Field::hidden("closed_on", "")).submit(t.t("people-department-open"))
    };
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(format!("{} {}", fault.title(t), fault.remedy(t)));
    }
    let inside = html! { p { (t.t("people-department-close-text")) } (form.render(t)) };
    if fault.is_some() { inside } else { details(t.t("people-department-close"), inside) }
}

pub(super) async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let id = match visit.slot("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::missing())?),
    };
    let form_text = |name: &str| visit.form.get(name).to_owned();
    let input = SaveDepartment {
        id,
        code: form_text("code"),
        name: form_text("name"),
        name_easy: form_text("name_easy"),
        name_en: form_text("name_en"),
        parent: form_text("parent"),
        place: typed_number(visit.form.get("place")),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    let fault = match visit.act(&SAVE_DEPARTMENT, input.clone()).await {
        Ok(_) => return Ok(Reply::see_other("/staff/departments?done=saved")),
        Err(fault) => fault,
    };
    let typed = Typed { place: form_text("place"), input };
    let inside = match fault.kind() {
        Kind::Invalid => form(visit, &typed, Some(&fault)).await?,
        Kind::Outdated => conflict(visit, &typed, &fault)?,
        _ => return Err(fault),
    };
    let title = visit.t("people-department-edit").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-departments", LIST).wrong(true);
    Ok(visit.page_with(fault.status(), &shell, html! { (PageHead::new(title).render()) (inside) }))
}

fn conflict(visit: &Visit, typed: &Typed, fault: &Fault) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let view: DepartmentView = fault.theirs_as()?;
    let (mine, theirs) = (&typed.input, typed_of(&view));
    let stands = &theirs.input;
    let href = format!("{LIST}/{}", view.department.id);
    let conflict = Conflict::new(href.clone(), visit.new_token())
        .by(saver(visit, &view.saved_by_name), visit.time(view.department.saved_ms))
        .hidden("rev", stands.rev.to_string())
        .row("name", t.t("people-name-ja"), &mine.name, &stands.name)
        .row("name_easy", t.t("people-name-easy"), &mine.name_easy, &stands.name_easy)
        .row("name_en", t.t("people-name-en"), &mine.name_en, &stands.name_en)
        .row("code", t.t("people-department-code"), &mine.code, &stands.code)
        .row("parent", t.t("people-department-parent"), &mine.parent, &stands.parent)
        .row("place", t.t("people-place"), &typed.place, &theirs.place)
        .back(href);
    Ok(conflict.render(t))
}

pub(super) async fn close(visit: &Visit) -> Result<Reply, Fault> {
    let id: ground::id::Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let input = CloseDepartment {
        id: id.clone(),
        closed_on: visit.form.get("closed_on").to_owned(),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    let fault = match visit.act(&CLOSE_DEPARTMENT, input).await {
        Ok(_) => return Ok(Reply::see_other("/staff/departments?done=saved")),
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::Outdated) => fault,
        Err(fault) => return Err(fault),
    };
    let view = visit.read(&DEPARTMENT, ThisDepartment { id }).await?;
    let (name, _) = view.department.name.read(visit.cx.lang());
    let shell = shell_under(visit, name.to_owned(), "people-menu-departments", LIST).wrong(true);
    let back = Button::link(visit.t("back"), format!("{LIST}/{}", view.department.id)).tertiary();
    let body = html! {
        (PageHead::new(name).render())
        (closing(visit, &view, Some(&fault)))
        (buttons([back.render()]))
    };
    Ok(visit.page_with(fault.status(), &shell, body))
}
