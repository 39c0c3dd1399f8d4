//! Teams of staff across departments.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Button, Col, Conflict, Empty, Field, Form, Link, PageHead, PostButton, Table, Width, buttons,
};
use ground::page::Visit;
use maud::{Markup, html};

use crate::actions::Nothing;
use crate::pages::{only_for, saver, shell_under};
use crate::rights::actions::teams::{REMOVE_TEAM, SAVE_TEAM, SaveTeam, TEAM, TEAMS, TeamView, ThisTeam};

const LIST: &str = "/staff/teams";

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let rows = visit.read(&TEAMS, Nothing {}).await?;
    if visit.wants_csv() {
        let mut lines = Vec::new();
        for row in rows {
            let view = visit.read(&TEAM, ThisTeam { id: row.id }).await?;
            for member in view.members {
                lines.push(vec![view.team.slug.clone(), view.team.name.clone(), member.name, member.mail]);
            }
        }
        let heads = ["people-team-slug", "people-team-name", "people-staff-name", "people-mail"];
        return visit.csv("teams", &heads.map(|word| t.t(word)), lines);
    }
    let table = rows.iter().fold(
        Table::new(t.t("people-menu-teams"))
            .quiet_caption()
            .column(Col::new(t.t("people-team-name")))
            .column(Col::new(t.t("people-team-slug")))
            .csv(format!("{LIST}?format=csv")),
        |table, row| {
            table.row([
                html! { a href=(format!("{LIST}/{}", row.id)) { (row.name) } },
                html! { code { (row.slug) } },
            ])
        },
    );
    let shell = visit.shell(t.t("people-menu-teams"));
    let mut head = PageHead::new(t.t("people-menu-teams")).lead(t.t("people-teams-lead"));
    if visit.may_ever("people.save_team") {
        head = head.actions(Button::link(t.t("people-team-new"), "/staff/teams/new").render());
    }
    Ok(visit.page(
        &shell,
        html! {
            (head.render())
            @if rows.is_empty() {
                (Empty::new(t.t("people-teams-none")).text(t.t("people-teams-none-text")).render())
            } @else { (table.render(t)) }
        },
    ))
}

fn form(visit: &Visit, input: &SaveTeam, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let action = input.id.as_ref().map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let mut form = Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .field(
            Field::text("name", t.t("people-team-name"))
                .required()
                .value(&input.name)
                .error_if(wrong("name")),
        )
        .field(
            Field::text("slug", t.t("people-team-slug"))
                .required()
                .hint(t.t("people-team-slug-hint"))
                .width(Width::Short)
                .value(&input.slug)
                .error_if(wrong("slug")),
        )
        .field(
            Field::textarea("members", t.t("people-team-members"))
                .hint(t.t("people-team-members-hint"))
                .value(input.members.join("\n"))
                .error_if(wrong("members")),
        )
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), LIST));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    form.render(t)
}

pub async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_team")?;
    let input = SaveTeam { id: None, slug: String::new(), name: String::new(), members: Vec::new(), rev: 0 };
    let title = visit.t("people-team-new").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-teams", LIST);
    Ok(visit.page(&shell, html! { (PageHead::new(title).render()) (form(visit, &input, None)) }))
}

fn input_of(view: &TeamView) -> SaveTeam {
    SaveTeam {
        id: Some(view.team.id.clone()),
        slug: view.team.slug.clone(),
        name: view.team.name.clone(),
        members: view.members.iter().map(|member| member.mail.clone()).collect(),
        rev: view.team.rev,
    }
}

pub async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let view = visit.read(&TEAM, ThisTeam { id }).await?;
    let t = visit.cx.tongue();
    let shell = shell_under(visit, view.team.name.clone(), "people-menu-teams", LIST);
    let by = saver(visit, &view.saved_by_name);
    let saved = visit.tf("people-saved", &[("who", by), ("when", &visit.time(view.team.saved_ms))]);
    let remove = || {
        PostButton::new(
            t.t("people-team-remove"),
            format!("{LIST}/{}/remove", view.team.id),
            visit.new_token(),
        )
        .danger()
        .render()
    };
    let body = html! {
        (PageHead::new(view.team.name.as_str()).above(view.team.slug.as_str()).render())
        p class="quiet" { (saved) }
        h2 { (t.t("people-team-members")) }
        @if view.members.is_empty() { p { (t.t("people-team-nobody")) } }
        ul { @for member in &view.members { li { a href=(format!("/staff/people/{}", member.account)) { (member.name) } } } }
        @if visit.may_ever("people.save_team") {
            h2 { (t.t("people-team-edit")) }
            (form(visit, &input_of(&view), None))
            (buttons([remove()]))
        }
    };
    Ok(visit.page(&shell, body))
}

pub async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let id = match visit.slot("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::missing())?),
    };
    let input = SaveTeam {
        id,
        slug: visit.form.get("slug").to_owned(),
        name: visit.form.get("name").to_owned(),
        members: visit.form.get("members").split_whitespace().map(str::to_owned).collect(),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    let fault = match visit.act(&SAVE_TEAM, input.clone()).await {
        Ok(view) => return Ok(Reply::see_other(&format!("{LIST}/{}?done=saved", view.team.id))),
        Err(fault) => fault,
    };
    let inside = match fault.kind() {
        Kind::Invalid => form(visit, &input, Some(&fault)),
        Kind::Outdated => conflict(visit, &input, &fault)?,
        _ => return Err(fault),
    };
    let title = visit.t("people-team-edit").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-teams", LIST).wrong(true);
    Ok(visit.page_with(fault.status(), &shell, html! { (PageHead::new(title).render()) (inside) }))
}

fn conflict(visit: &Visit, mine: &SaveTeam, fault: &Fault) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let view: TeamView = fault.theirs_as()?;
    let stands = input_of(&view);
    let href = format!("{LIST}/{}", view.team.id);
    let conflict = Conflict::new(href.clone(), visit.new_token())
        .by(saver(visit, &view.saved_by_name), visit.time(view.team.saved_ms))
        .hidden("rev", stands.rev.to_string())
        .row("name", t.t("people-team-name"), &mine.name, &stands.name)
        .row("slug", t.t("people-team-slug"), &mine.slug, &stands.slug)
        .row("members", t.t("people-team-members"), mine.members.join(" "), stands.members.join(" "))
        .back(href);
    Ok(conflict.render(t))
}

pub async fn remove(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&REMOVE_TEAM, ThisTeam { id }).await?;
    Ok(Reply::see_other(&format!("{LIST}?done=saved")))
}
