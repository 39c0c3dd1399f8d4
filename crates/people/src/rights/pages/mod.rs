//! What staff see of rights.

mod admins;
mod deputies;
mod editor;
mod policies;
mod said;
mod teams;
mod why;

use ground::html::{Choice, Link};
use ground::page::{MenuPlace, Page, Panel, PanelPlace, Visit};
use maud::{Markup, html};

use crate::actions::departments::DepartmentRow;

pub const PAGES: &[Page] = &[
    Page::get("/staff/rights/who", |visit| Box::pin(why::who(visit))).menu(
        MenuPlace::StaffWatch,
        "people-menu-who-may",
        "people.who_may",
    ),
    Page::get("/staff/rights/what", |visit| Box::pin(why::what(visit))),
    Page::get("/staff/policies", |visit| Box::pin(policies::list(visit))).menu(
        MenuPlace::StaffWatch,
        "people-menu-policies",
        "people.policies",
    ),
    Page::get("/staff/policies/new", |visit| Box::pin(editor::new(visit))),
    Page::post("/staff/policies/new", |visit| Box::pin(editor::save(visit))),
    Page::get("/staff/policies/{id}", |visit| Box::pin(editor::one(visit))),
    Page::post("/staff/policies/{id}", |visit| Box::pin(editor::save(visit))),
    Page::post("/staff/policies/{id}/propose", |visit| Box::pin(policies::propose(visit))),
    Page::post("/staff/policies/{id}/approve", |visit| Box::pin(policies::decide(visit, true))),
    Page::post("/staff/policies/{id}/send-back", |visit| Box::pin(policies::decide(visit, false))),
    Page::post("/staff/policies/{id}/retire", |visit| Box::pin(policies::retire(visit))),
    Page::get("/staff/deputies", |visit| Box::pin(deputies::list(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-deputies",
        "people.deputies",
    ),
    Page::post("/staff/deputies", |visit| Box::pin(deputies::save(visit))),
    Page::post("/staff/deputies/{id}/end", |visit| Box::pin(deputies::end(visit))),
    Page::post("/staff/deputies/{id}/agree", |visit| Box::pin(deputies::decide(visit, true))),
    Page::post("/staff/deputies/{id}/refuse", |visit| Box::pin(deputies::decide(visit, false))),
    Page::get("/staff/admins", |visit| Box::pin(admins::list(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-admins",
        "people.admin_requests",
    ),
    Page::post("/staff/admins/{id}/grant", |visit| Box::pin(admins::decide(visit, true))),
    Page::post("/staff/admins/{id}/refuse", |visit| Box::pin(admins::decide(visit, false))),
    Page::get("/staff/teams", |visit| Box::pin(teams::list(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-teams",
        "people.teams",
    ),
    Page::get("/staff/teams/new", |visit| Box::pin(teams::new(visit))),
    Page::post("/staff/teams/new", |visit| Box::pin(teams::save(visit))),
    Page::get("/staff/teams/{id}", |visit| Box::pin(teams::one(visit))),
    Page::post("/staff/teams/{id}", |visit| Box::pin(teams::save(visit))),
    Page::post("/staff/teams/{id}/remove", |visit| Box::pin(teams::remove(visit))),
];

pub const PANELS: &[Panel] =
    &[Panel { place: PanelPlace::StaffDesk, order: 15, run: |visit| Box::pin(deputies::panel(visit)) }];

/// The pages about rights, for whoever looks at one of them.
fn ways(visit: &Visit) -> Markup {
    let ways = [
        ("/staff/rights", "menu-rights", "ground.rights"),
        ("/staff/rights/who", "people-menu-who-may", "people.who_may"),
        ("/staff/rights/what", "people-what-may", "people.what_may"),
        ("/staff/policies", "people-menu-policies", "people.policies"),
    ];
    let links: Vec<Link> = ways
        .into_iter()
        .filter(|(path, _, action)| visit.may_ever(action) && visit.path != *path)
        .map(|(path, word, _)| Link::new(visit.t(word), path))
        .collect();
    html! {
        nav aria-label=(visit.t("people-rights-ways")) {
            ul { @for link in &links { li { a href=(link.href) { (link.label) } } } }
        }
    }
}

/// The departments to choose from, each under the one it stands under.
fn department_choices(visit: &Visit, rows: &[DepartmentRow], none: &str) -> Vec<Choice> {
    let all = rows.iter().map(|row| {
        let (name, _) = row.department.name.read(visit.cx.lang());
        Choice::new(&row.department.code, format!("{}{} {name}", "　".repeat(row.depth), row.department.code))
    });
    std::iter::once(Choice::new("", visit.t(none))).chain(all).collect()
}

/// The actions of the house to choose from, by what people call them.
fn action_choices(visit: &Visit) -> Vec<Choice> {
    let mut choices: Vec<(String, &'static str)> =
        visit.cx.house().actions().map(|action| (visit.t(&action.word()).to_owned(), action.name)).collect();
    choices.sort_by(|a, b| {
        let room = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        (room(a.1), &a.0).cmp(&(room(b.1), &b.0))
    });
    choices.into_iter().map(|(word, name)| Choice::new(name, format!("{word} ({name})"))).collect()
}
