//! What people see of this part.

mod delete;
mod family;
mod join;
mod overview;
mod profile;
mod rules;
mod takeout;

use ground::fault::Fault;
use ground::html::{Link, Shell};
use ground::page::{MenuPlace, Page, Panel, PanelPlace, Visit};
use maud::Markup;

pub const PAGES: &[Page] = &[
    Page::get("/my/profile", |visit| Box::pin(profile::show(visit))),
    Page::post("/my/profile", |visit| Box::pin(profile::save(visit))),
    Page::post("/my/profile/check", |visit| Box::pin(profile::check(visit))),
    Page::get("/my/family", |visit| Box::pin(family::show(visit))),
    Page::post("/my/family/act/{id}", |visit| Box::pin(family::act(visit))),
    Page::post("/my/family/stop", |visit| Box::pin(family::stop(visit))),
    Page::post("/my/family/mandates/{id}/end", |visit| Box::pin(family::end(visit))),
    Page::post("/my/family/mandates/{id}/answer", |visit| Box::pin(family::answer(visit))),
    Page::get("/my/family/acts", |visit| Box::pin(family::acts(visit))),
    Page::get("/my/family/invite", |visit| Box::pin(join::invite_form(visit))),
    Page::post("/my/family/invite", |visit| Box::pin(join::invite(visit))),
    Page::post("/my/family/invitations/{id}/take-back", |visit| Box::pin(join::take_back(visit))),
    Page::get("/my/family/join", |visit| Box::pin(join::join_form(visit))),
    Page::post("/my/family/join", |visit| Box::pin(join::join(visit))),
    Page::post("/my/family/household", |visit| Box::pin(family::name_household(visit))),
    Page::post("/my/family/household/leave", |visit| Box::pin(family::leave_household(visit))),
    Page::get("/my/family/children/new", |visit| Box::pin(family::child_form(visit))),
    Page::post("/my/family/children/new", |visit| Box::pin(family::add_child(visit))),
    Page::get("/my/family/children/{id}/hand-over", |visit| Box::pin(family::hand_over_form(visit))),
    Page::post("/my/family/children/{id}/hand-over", |visit| Box::pin(family::hand_over(visit))),
    Page::get("/my/takeout", |visit| Box::pin(takeout::show(visit))),
    Page::post("/my/takeout", |visit| Box::pin(takeout::ask(visit))),
    Page::get("/my/takeout/{id}", |visit| Box::pin(takeout::fetch(visit))),
    Page::get("/my/delete", |visit| Box::pin(delete::show(visit))),
    Page::post("/my/delete", |visit| Box::pin(delete::ask(visit))),
    Page::post("/my/delete/take-back", |visit| Box::pin(delete::take_back(visit))),
    Page::get("/staff/rules", |visit| Box::pin(rules::show(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-rules",
        "people.save_rule",
    ),
    Page::post("/staff/rules", |visit| Box::pin(rules::save(visit))),
    Page::get("/staff/mandates/new", |visit| Box::pin(join::record_form(visit))),
    Page::post("/staff/mandates/new", |visit| Box::pin(join::record(visit))),
];

pub const PANELS: &[Panel] = &[
    Panel { place: PanelPlace::My, order: 5, run: |visit| Box::pin(overview::hints(visit)) },
    Panel { place: PanelPlace::My, order: 20, run: |visit| Box::pin(overview::family(visit)) },
    Panel { place: PanelPlace::My, order: 90, run: |visit| Box::pin(overview::data(visit)) },
];

/// A page under my page, about whoever signed in.
fn shell<'v>(visit: &'v Visit, title: &str, href: &str) -> Shell<'v> {
    let crumbs = [Link::new(visit.t("people-my"), "/my"), Link::new(title, href)];
    visit.own_shell(title).private().breadcrumbs(crumbs)
}

/// A page two steps under my page.
fn shell_under<'v>(visit: &'v Visit, word: &str, above: &str, title: &str) -> Shell<'v> {
    let crumbs = [
        Link::new(visit.t("people-my"), "/my"),
        Link::new(visit.t(word), above),
        Link::new(title, visit.path.clone()),
    ];
    visit.own_shell(title).private().breadcrumbs(crumbs)
}

/// What a fault says, above a page that is shown again.
fn said(visit: &Visit, fault: &Fault) -> Markup {
    let t = visit.cx.tongue();
    ground::html::Banner::error(fault.title(t)).text(fault.remedy(t)).result().render(t)
}
