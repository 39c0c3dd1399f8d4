//! The register: systems, data sets, terminals, and who answers for each.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Button, Choice, Col, Conflict, Empty, Field, Form, Link, PageHead, PostButton, SummaryList, Table, Tabs,
    Tag, Tone, buttons, details,
};
use ground::list::Paging;
use ground::page::Visit;
use maud::{Markup, html};

use super::overview::{appoint_form, appoint_input, person, span};
use super::{Departments, HOME};
use crate::actions::departments::{AskDepartments, DEPARTMENTS};
use crate::pages::{only_for, saver, shell_under};
use crate::watch::actions::register::{
    APPOINT, Appoint, AskAssets, AssetView, SAVE_WATCH_ASSET, SaveAsset, ThisAsset, WATCH_ASSET, WATCH_ASSETS,
};
use crate::watch::model::AssetKind;

const LIST: &str = "/staff/security/assets";

fn kind_words(visit: &Visit, kind: AssetKind) -> String {
    visit.t(&format!("people-watch-kind-{}", kind.name())).to_owned()
}

fn duty_words(visit: &Visit, kind: AssetKind, chief: bool) -> String {
    let name = if kind == AssetKind::System && chief { "chief" } else { kind.duty().name() };
    visit.t(&format!("people-watch-duty-{name}")).to_owned()
}

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let kind = AssetKind::from_name(visit.query.get("kind"));
    let missing = visit.query.get("missing") == "1";
    if visit.wants_csv() {
        let rows = visit.read_all(&WATCH_ASSETS, |paging| AskAssets { kind, missing, paging }).await?;
        let header = [
            t.t("people-watch-code"),
            t.t("people-name"),
            t.t("people-watch-department"),
            t.t("people-watch-holder"),
            t.t("people-watch-closed-on"),
        ];
        let lines = rows.into_iter().map(|row| {
            vec![row.asset.code, row.asset.name, row.department_code, row.holder, row.asset.closed_on]
        });
        return visit.csv(&format!("security-{}", kind.name()), &header, lines);
    }
    let ask = AskAssets { kind, missing, paging: Paging::from_query(&visit.query) };
    let found = visit.read(&WATCH_ASSETS, ask).await?;
    let departments = Departments::read(visit).await?;
    let here = |kind: AssetKind, missing: bool| {
        let more = if missing { "&missing=1" } else { "" };
        format!("{LIST}?kind={}{more}", kind.name())
    };
    let tabs = AssetKind::ALL.iter().fold(Tabs::new(t.t("people-watch-kind")), |tabs, one| {
        tabs.tab(Link::new(kind_words(visit, *one), here(*one, missing)).current(*one == kind))
    });
    let table = found.rows.iter().fold(
        Table::new(kind_words(visit, kind))
            .quiet_caption()
            .column(Col::new(t.t("people-name")))
            .column(Col::new(t.t("people-watch-code")))
            .column(Col::new(t.t("people-watch-department")))
            .column(Col::new(duty_words(visit, kind, false)))
            .csv(format!("{}&format=csv", here(kind, missing))),
        |table, row| {
            let holder = if !row.asset.closed_on.is_empty() {
                Tag::new(t.t("people-watch-closed"), Tone::Neutral).render()
            } else if row.holder.is_empty() {
                Tag::new(t.t("people-watch-vacant"), Tone::Negative).render()
            } else {
                html! { (row.holder) }
            };
            table.row([
                html! { a href=(format!("{LIST}/{}", row.asset.id)) { (row.asset.name) } },
                html! { (row.asset.code) },
                html! { (departments.name(&row.department_code)) },
                holder,
            ])
        },
    );
    let title = t.t("people-watch-register").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME);
    let other = if missing { "people-watch-all" } else { "people-watch-only-missing" };
    let new = format!("{LIST}/new?kind={}", kind.name());
    let ways = [
        if visit.may_ever("people.save_watch_asset") {
            Button::link(t.t("people-watch-add"), new).render()
        } else {
            html! {}
        },
        Button::link(t.t(other), here(kind, !missing)).tertiary().render(),
    ];
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(t.t("people-watch-register-lead")).render())
            (tabs.render())
            (buttons(ways))
            @if found.rows.is_empty() { (Empty::new(t.t("people-watch-none")).render()) } @else { (table.render(t)) }
            (visit.next_page(found.next.as_deref(), &here(kind, missing)))
        },
    ))
}

async fn form(visit: &Visit, input: &SaveAsset, fault: Option<&Fault>) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let departments = visit.read(&DEPARTMENTS, AskDepartments::default()).await?;
    let none = Choice::new("", t.t("people-staff-no-department"));
    let choices = departments.iter().map(|row| {
        let (name, _) = row.department.name.read(visit.cx.lang());
        Choice::new(&row.department.code, format!("{}{} {name}", "　".repeat(row.depth), row.department.code))
    });
    let action = input.id.as_ref().map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let mut form = Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .field(Field::hidden("kind", input.kind.name()))
        .field(Field::text("name", t.t("people-name")).required().value(&input.name).error_if(wrong("name")))
        .field(
            Field::text("code", t.t("people-watch-code"))
                .required()
                .value(&input.code)
                .error_if(wrong("code")),
        )
        .field(
            Field::select("department", t.t("people-watch-department"), std::iter::once(none).chain(choices))
                .unmarked()
                .value(&input.department)
                .error_if(wrong("department")),
        );
    if input.kind == AssetKind::System {
        let chief = Field::checkbox("chief", t.t("people-watch-chief"), "1").unmarked();
        form = form.field(if input.chief { chief.value("1") } else { chief });
    } else {
        form = form.field(
            Field::text("system", t.t("people-watch-system-code"))
                .hint(t.t("people-watch-system-hint"))
                .value(&input.system)
                .error_if(wrong("system")),
        );
    }
    let mut form = form
        .field(
            Field::textarea("note", t.t("people-watch-note"))
                .rows(3)
                .value(&input.note)
                .error_if(wrong("note")),
        )
        .field(
            Field::date("closed_on", t.t("people-watch-closed-on"))
                .hint(t.t("people-watch-closed-on-hint"))
                .value(&input.closed_on)
                .error_if(wrong("closed_on")),
        )
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), format!("{LIST}?kind={}", input.kind.name())));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    Ok(form.render(t))
}

pub(super) async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_watch_asset")?;
    let input = SaveAsset {
        id: None,
        kind: AssetKind::from_name(visit.query.get("kind")),
        code: String::new(),
        name: String::new(),
        department: String::new(),
        system: String::new(),
        chief: false,
        note: String::new(),
        closed_on: String::new(),
        rev: 0,
    };
    let inside = form(visit, &input, None).await?;
    let title = format!("{}: {}", visit.t("people-watch-add"), kind_words(visit, input.kind));
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME);
    Ok(visit.page(&shell, html! { (PageHead::new(title).render()) (inside) }))
}

fn input_of(view: &AssetView) -> SaveAsset {
    let asset = &view.asset;
    SaveAsset {
        id: Some(asset.id.clone()),
        kind: asset.kind,
        code: asset.code.clone(),
        name: asset.name.clone(),
        department: view.department_code.clone(),
        system: view.system_code.clone(),
        chief: asset.chief,
        note: asset.note.clone(),
        closed_on: asset.closed_on.clone(),
        rev: asset.rev,
    }
}

async fn read_one(visit: &Visit) -> Result<AssetView, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.read(&WATCH_ASSET, ThisAsset { id }).await
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let view = read_one(visit).await?;
    shown(visit, &view, None).await
}

async fn shown(visit: &Visit, view: &AssetView, wrong: Option<(&Fault, &Appoint)>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let asset = &view.asset;
    let may = visit.may_ever("people.save_watch_asset");
    let departments = Departments::read(visit).await?;
    let shell = shell_under(visit, asset.name.clone(), "people-menu-watch", HOME).wrong(wrong.is_some());
    let mut facts = SummaryList::new()
        .text(t.t("people-watch-kind"), kind_words(visit, asset.kind))
        .text(t.t("people-watch-department"), departments.name(&view.department_code));
    if !view.system_name.is_empty() {
        facts = facts.text(t.t("people-watch-system-code"), view.system_name.clone());
        facts = facts.text(t.t("people-watch-manager"), view.manager.clone());
    }
    if !asset.note.is_empty() {
        facts = facts.text(t.t("people-watch-note"), asset.note.clone());
    }
    let by = saver(visit, &view.saved_by_name);
    let saved = visit.tf("people-saved", &[("who", by), ("when", &visit.time(asset.saved_ms))]);
    let edit = if may {
        form(visit, &input_of(view), None).await?
    } else {
        html! {}
    };
    let status = wrong.map_or(http::StatusCode::OK, |(fault, _)| fault.status());
    let action = format!("{LIST}/{}/appoint", asset.id);
    let name = html! { p { (t.t("people-watch-appoint-text")) } (appoint_form(visit, &action, wrong)) };
    Ok(visit.page_with(
        status,
        &shell,
        html! {
            (PageHead::new(asset.name.as_str()).above(asset.code.as_str()).render())
            (facts.render())
            h2 { (duty_words(visit, asset.kind, asset.chief)) }
            (posts(visit, view))
            @if may {
                @if wrong.is_some() { (name) } @else { (details(t.t("people-watch-appoint"), name)) }
                (details(t.t("people-watch-edit"), edit))
            }
            p class="quiet" { (saved) }
        },
    ))
}

fn posts(visit: &Visit, view: &AssetView) -> Markup {
    let t = visit.cx.tongue();
    let today = visit.cx.now().date().to_string();
    let may = visit.may_ever("people.end_appointment");
    let table = view.posts.iter().fold(
        Table::new(duty_words(visit, view.asset.kind, view.asset.chief))
            .quiet_caption()
            .column(Col::new(t.t("people-watch-holder")))
            .column(Col::new(t.t("people-watch-when")))
            .column(Col::new(t.t("people-state")))
            .columns(may.then(|| Col::new(t.t("people-session-do"))))
            .empty(t.t("people-watch-vacant")),
        |table, post| {
            let (word, tone) = if post.holds(&today) {
                ("people-watch-now", Tone::Positive)
            } else if !post.active {
                ("people-watch-left", Tone::Negative)
            } else if post.starts_on > today {
                ("people-watch-next", Tone::Info)
            } else {
                ("people-watch-before", Tone::Neutral)
            };
            let end = may.then(|| {
                if post.ends_on.is_empty() || post.ends_on > today {
                    let last = if post.starts_on > today { post.starts_on.clone() } else { today.clone() };
                    PostButton::new(
                        t.t("people-watch-end"),
                        format!("{HOME}/posts/{}", post.id),
                        visit.new_token(),
                    )
                    .hidden("ends_on", last)
                    .about(post.name.clone())
                    .render()
                } else {
                    html! {}
                }
            });
            table.row(
                [person(post), html! { (span(visit, post)) }, Tag::new(t.t(word), tone).render()]
                    .into_iter()
                    .chain(end),
            )
        },
    );
    table.render(t)
}

pub(super) async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let text = |name: &str| visit.form.get(name).to_owned();
    let id = match visit.slot("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::missing())?),
    };
    let input = SaveAsset {
        id,
        kind: AssetKind::from_name(visit.form.get("kind")),
        code: text("code"),
        name: text("name"),
        department: text("department"),
        system: text("system"),
        chief: visit.form.get("chief") == "1",
        note: text("note"),
        closed_on: text("closed_on"),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    let fault = match visit.act(&SAVE_WATCH_ASSET, input.clone()).await {
        Ok(view) => return Ok(Reply::see_other(&format!("{LIST}/{}?done=saved", view.asset.id))),
        Err(fault) => fault,
    };
    let inside = match fault.kind() {
        Kind::Invalid => form(visit, &input, Some(&fault)).await?,
        Kind::Outdated => conflict(visit, &input, &fault)?,
        _ => return Err(fault),
    };
    let title = visit.t("people-watch-edit").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-watch", HOME).wrong(true);
    Ok(visit.page_with(fault.status(), &shell, html! { (PageHead::new(title).render()) (inside) }))
}

fn conflict(visit: &Visit, mine: &SaveAsset, fault: &Fault) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let view: AssetView = fault.theirs_as()?;
    let stands = input_of(&view);
    let href = format!("{LIST}/{}", view.asset.id);
    let mut conflict = Conflict::new(href.clone(), visit.new_token())
        .by(saver(visit, &view.saved_by_name), visit.time(view.asset.saved_ms))
        .hidden("rev", stands.rev.to_string())
        .hidden("kind", stands.kind.name())
        .row("name", t.t("people-name"), &mine.name, &stands.name)
        .row("code", t.t("people-watch-code"), &mine.code, &stands.code)
        .row("department", t.t("people-watch-department"), &mine.department, &stands.department)
        .row("system", t.t("people-watch-system-code"), &mine.system, &stands.system)
        .row("note", t.t("people-watch-note"), &mine.note, &stands.note)
        .row("closed_on", t.t("people-watch-closed-on"), &mine.closed_on, &stands.closed_on);
    if stands.chief {
        conflict = conflict.hidden("chief", "1");
    }
    Ok(conflict.back(href).render(t))
}

pub(super) async fn appoint(visit: &Visit) -> Result<Reply, Fault> {
    let view = read_one(visit).await?;
    let input = appoint_input(visit, Some(view.asset.id.clone()));
    match visit.act(&APPOINT, input.clone()).await {
        Ok(_) => Ok(Reply::see_other(&format!("{LIST}/{}?done=saved", view.asset.id))),
        Err(fault) if fault.kind() == Kind::Invalid => shown(visit, &view, Some((&fault, &input))).await,
        Err(fault) => Err(fault),
    }
}
