//! The floor's pages: home, search of settings, staff desk, city facts, jobs, audit, rights.

use maud::html;

use super::actions::{
    AskJobs, CITY, DESK, DISMISS_JOB, JOBS, Nothing, RETRY_JOB, RIGHTS, SAVE_CITY, SaveCity, ThisJob,
};
use crate::city::CityFacts;
use crate::door::Reply;
use crate::fault::{Fault, Kind};
use crate::html::{
    Button, Choice, Col, Conflict, Field, Form, Hero, PostButton, Table, Tag, Tone, buttons, details,
};
use crate::list::Paging;
use crate::page::{MenuPlace, Page, PanelPlace, Visit};
use crate::words::Lang;

pub(super) const PAGES: &[Page] = &[
    Page::get("/", |visit| Box::pin(home(visit))),
    Page::get("/preferences", |visit| Box::pin(preferences(visit))),
    Page::get("/staff", |visit| Box::pin(desk(visit))).menu(MenuPlace::StaffWork, "menu-desk", "ground.desk"),
    Page::get("/staff/city", |visit| Box::pin(city(visit))).menu(
        MenuPlace::StaffCity,
        "menu-city-facts",
        "ground.save_city",
    ),
    Page::post("/staff/city", |visit| Box::pin(save_city(visit))),
    Page::get("/staff/jobs", |visit| Box::pin(jobs(visit))).menu(
        MenuPlace::StaffWatch,
        "menu-jobs",
        "ground.jobs",
    ),
    Page::post("/staff/jobs/{id}/retry", |visit| Box::pin(retry(visit))),
    Page::post("/staff/jobs/{id}/dismiss", |visit| Box::pin(dismiss(visit))),
    Page::get("/staff/audit", |visit| Box::pin(super::audit::audit(visit))).menu(
        MenuPlace::StaffWatch,
        "menu-audit",
        "ground.audit",
    ),
    Page::get("/staff/rights", |visit| Box::pin(rights(visit))).menu(
        MenuPlace::StaffWatch,
        "menu-rights",
        "ground.rights",
    ),
    Page::get("/staff/retention", |visit| Box::pin(super::retention_page::list(visit))).menu(
        MenuPlace::StaffWatch,
        "menu-retention",
        "ground.retention",
    ),
];

async fn home(visit: &Visit) -> Result<Reply, Fault> {
    let facts = visit.read(&CITY, Nothing {}).await?;
    let panels = visit.panels(PanelPlace::Home).await;
    let shell = visit.shell(visit.t("home-title"));
    Ok(visit.page(
        &shell,
        html! {
            (Hero::new(visit.tf("home-welcome", &[("city", &facts.name)])).lead(visit.t("home-lead")).render())
            @for panel in panels { (panel) }
        },
    ))
}

/// Text size and language, kept in cookies; works by plain links.
async fn preferences(visit: &Visit) -> Result<Reply, Fault> {
    let mut reply = Reply::see_other(visit.query.get("back"));
    let size = visit.query.get("text");
    if ["normal", "large", "xlarge"].contains(&size) {
        reply = reply.header("set-cookie", &format!("text={size}; Path=/; Max-Age=31536000; SameSite=Lax"));
    }
    if let Some(lang) = Lang::from_code(visit.query.get("lang")) {
        reply = reply
            .header("set-cookie", &format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax", lang.code()));
    }
    Ok(reply)
}

async fn desk(visit: &Visit) -> Result<Reply, Fault> {
    let setup = visit.read(&DESK, Nothing {}).await?;
    let panels = visit.panels(PanelPlace::StaffDesk).await;
    let open = setup.iter().filter(|row| !row.done).count();
    let shell = visit.shell(visit.t("menu-desk"));
    let table = setup.iter().fold(
        Table::new(visit.t("setup-title"))
            .quiet_caption()
            .column(Col::new(visit.t("setup-what")))
            .column(Col::new(visit.t("setup-state"))),
        |table, row| {
            let state = if row.done {
                Tag::new(visit.t("setup-done"), Tone::Positive)
            } else {
                Tag::new(visit.t("setup-open"), Tone::Caution)
            };
            table.row([html! { a href=(row.href) { (visit.t(&row.word)) } }, state.render()])
        },
    );
    Ok(visit.page(
        &shell,
        html! {
            h1 { (visit.t("menu-desk")) }
            @for panel in panels { (panel) }
            @if visit.may_ever("ground.save_city") {
                h2 { (visit.t("setup-title")) }
                @if open > 0 {
                    p { (visit.tf("setup-missing", &[("count", &open.to_string())])) }
                    (table.render(visit.cx.tongue()))
                } @else {
                    p { (visit.t("setup-complete")) }
                    (details(visit.t("setup-what"), table.render(visit.cx.tongue())))
                }
            }
        },
    ))
}

fn city_form(visit: &Visit, input: &SaveCity, fault: Option<&Fault>) -> maud::Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let text = |name: &'static str, value: &str| {
        let label = format!("city-{}", name.replace('_', "-"));
        Field::text(name, t.t(&label)).value(value).error_if(wrong(name))
    };
    let languages = Lang::ALL.map(|lang| Choice::new(lang.code(), t.t(&format!("language-{}", lang.code()))));
    let mut form = Form::new("/staff/city")
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .field(text("name", &input.name).required())
        .field(text("zone", &input.zone).required().hint(t.t("city-zone-hint")))
        .field(text("public_url", &input.public_url).required().hint(t.t("city-public-url-hint")))
        .field(
            Field::textarea("hosts", t.t("city-hosts"))
                .hint(t.t("city-hosts-hint"))
                .value(input.hosts.join("\n"))
                .error_if(wrong("hosts")),
        )
        .field(
            Field::email("mail_from", t.t("city-mail-from"))
                .hint(t.t("city-mail-hint"))
                .value(&input.mail_from)
                .error_if(wrong("mail_from")),
        )
        .field(
            Field::checkboxes("languages", t.t("city-languages"), languages)
                .required()
                .values(input.languages.iter().map(|lang| lang.code()))
                .error_if(wrong("languages")),
        )
        .submit(t.t("save"));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    form.render(t)
}

/// Two people changed the facts at once: the second one sees both versions.
fn city_conflict(visit: &Visit, yours: &SaveCity, theirs: &CityFacts) -> maud::Markup {
    let t = visit.cx.tongue();
    let codes = |languages: &[Lang]| languages.iter().map(|lang| lang.code()).collect::<Vec<_>>().join(" ");
    Conflict::new("/staff/city", visit.new_token())
        .by(t.t("city-somebody"), visit.time(visit.cx.now_ms()))
        .hidden("rev", theirs.rev.to_string())
        .row("name", t.t("city-name"), &yours.name, &theirs.name)
        .row("zone", t.t("city-zone"), &yours.zone, &theirs.zone)
        .row("public_url", t.t("city-public-url"), &yours.public_url, &theirs.public_url)
        .row("hosts", t.t("city-hosts"), yours.hosts.join(" "), theirs.hosts.join(" "))
        .row("mail_from", t.t("city-mail-from"), &yours.mail_from, &theirs.mail_from)
        .row("languages", t.t("city-languages"), codes(&yours.languages), codes(&theirs.languages))
        .back("/staff/city")
        .render(t)
}

async fn city(visit: &Visit) -> Result<Reply, Fault> {
    if !visit.may_ever("ground.save_city") {
        return Err(if visit.cx.who().is_signed_in() { Fault::refused() } else { Fault::signed_out() });
    }
    let facts = visit.read(&CITY, Nothing {}).await?;
    let input = SaveCity {
        name: facts.name,
        zone: facts.zone,
        public_url: facts.public_url,
        hosts: facts.hosts,
        languages: facts.languages,
        mail_from: facts.mail_from,
        rev: facts.rev,
    };
    let shell = visit.shell(visit.t("menu-city-facts"));
    Ok(visit.page(&shell, html! { h1 { (visit.t("menu-city-facts")) } (city_form(visit, &input, None)) }))
}

async fn save_city(visit: &Visit) -> Result<Reply, Fault> {
    let input = SaveCity {
        name: visit.form.get("name").to_owned(),
        zone: visit.form.get("zone").to_owned(),
        public_url: visit.form.get("public_url").trim_end_matches('/').to_owned(),
        hosts: visit.form.get("hosts").split_whitespace().map(str::to_owned).collect(),
        languages: visit
            .form
            .all("languages")
            .flat_map(str::split_whitespace)
            .filter_map(Lang::from_code)
            .collect(),
        mail_from: visit.form.get("mail_from").to_owned(),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    match visit.act(&SAVE_CITY, input.clone()).await {
        Ok(_) => Ok(Reply::see_other("/staff/city?done=saved")),
        Err(fault) if matches!(fault.kind(), Kind::Invalid | Kind::Outdated) => {
            let shell = visit.shell(visit.t("menu-city-facts")).wrong(true);
            let body = match fault.theirs_as::<CityFacts>() {
                Ok(theirs) => city_conflict(visit, &input, &theirs),
                Err(_) => city_form(visit, &input, Some(&fault)),
            };
            let body = html! { h1 { (visit.t("menu-city-facts")) } (body) };
            Ok(visit.page_with(fault.status(), &shell, body))
        }
        Err(fault) => Err(fault),
    }
}

async fn jobs(visit: &Visit) -> Result<Reply, Fault> {
    let state = visit.query.get("state");
    let ask = |paging| AskJobs { state: state.to_owned(), paging };
    let t = visit.cx.tongue();
    let state_of = |state: &str| match state {
        "dead" => ("job-dead", Tone::Negative),
        "leased" => ("job-running", Tone::Info),
        _ => ("job-waiting", Tone::Neutral),
    };
    if visit.wants_csv() {
        let rows = visit.read_all(&JOBS, ask).await?.into_iter().map(|row| {
            let tries = format!("{}/{}", row.tries, row.tries_max);
            vec![
                row.kind,
                t.t(state_of(&row.state).0).to_owned(),
                tries,
                visit.time(row.created_ms),
                row.last_fault,
            ]
        });
        let heads = ["job-kind", "job-state", "job-tries", "job-created", "job-fault"];
        return visit.csv("jobs", &heads.map(|word| t.t(word)), rows);
    }
    let list = visit.read(&JOBS, ask(Paging::from_query(&visit.query))).await?;
    let base = format!("/staff/jobs?state={}", crate::page::escaped(state));
    let table = list.rows.iter().fold(
        Table::new(t.t("menu-jobs"))
            .quiet_caption()
            .column(Col::new(t.t("job-kind")))
            .column(Col::new(t.t("job-state")))
            .column(Col::number(t.t("job-tries")))
            .column(Col::new(t.t("job-created")))
            .column(Col::new(t.t("job-fault")))
            .column(Col::new(t.t("job-do")))
            .csv(format!("{base}&format=csv"))
            .empty(t.t("jobs-none")),
        |table, row| {
            let (word, tone) = state_of(&row.state);
            let act = |verb: &str, label: &str| {
                PostButton::new(t.t(label), format!("/staff/jobs/{}/{verb}", row.id), visit.new_token()).about(&row.kind).render()
            };
            table.row([
                html! { (row.kind) },
                Tag::new(t.t(word), tone).render(),
                html! { (row.tries) "/" (row.tries_max) },
                html! { (visit.time(row.created_ms)) },
                html! { (row.last_fault) },
                html! { @if row.state == "dead" { (act("retry", "job-retry")) (act("dismiss", "job-dismiss")) } },
            ])
        },
    );
    let filters = ["", "dead", "waiting", "leased"].map(|state| {
        let word = match state {
            "dead" => "job-dead",
            "waiting" => "job-waiting",
            "leased" => "job-running",
            _ => "job-all",
        };
        Button::link(t.t(word), format!("/staff/jobs?state={state}")).tertiary().render()
    });
    let shell = visit.shell(t.t("menu-jobs"));
    Ok(visit.page(
        &shell,
        html! {
            h1 { (t.t("menu-jobs")) }
            p { (t.t("jobs-lead")) }
            (buttons(filters))
            (table.render(t))
            (visit.next_page(list.next.as_deref(), &base))
        },
    ))
}

async fn retry(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&RETRY_JOB, ThisJob { id }).await?;
    Ok(Reply::see_other("/staff/jobs?done=job-retried"))
}

async fn dismiss(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&DISMISS_JOB, ThisJob { id }).await?;
    Ok(Reply::see_other("/staff/jobs?done=job-dismissed"))
}

async fn rights(visit: &Visit) -> Result<Reply, Fault> {
    let rows = visit.read(&RIGHTS, Nothing {}).await?;
    let t = visit.cx.tongue();
    let said = |grant: &String| {
        let (role, reach) = grant.split_once(':').unwrap_or((grant, ""));
        format!("{} ({})", t.t(&format!("role-{role}")), t.t(&format!("reach-{reach}")))
    };
    if visit.wants_csv() {
        let table = rows
            .iter()
            .map(|row| vec![row.action.clone(), row.grants.iter().map(said).collect::<Vec<_>>().join("、")]);
        return visit.csv("rights", &[t.t("rights-action"), t.t("rights-who")], table);
    }
    let table = rows.iter().fold(
        Table::new(t.t("menu-rights"))
            .quiet_caption()
            .column(Col::new(t.t("rights-action")))
            .column(Col::new(t.t("rights-who")))
            .csv("/staff/rights?format=csv"),
        |table, row| {
            let word = format!("action-{}", row.action.replace('.', "-"));
            table.row([
                html! { (t.t(&word)) br; code { (row.action) } },
                html! { ul { @for grant in &row.grants { li { (said(grant)) } } } },
            ])
        },
    );
    let shell = visit.shell(t.t("menu-rights"));
    Ok(visit.page(&shell, html! { h1 { (t.t("menu-rights")) } p { (t.t("rights-lead")) } (table.render(t)) }))
}
