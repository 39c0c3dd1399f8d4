//! What people see. Every page reads and acts through the room's actions.

mod departments;
mod districts;
mod imports;
pub(crate) mod my;
mod sign_in;
mod staff;

use ground::fault::Fault;
use ground::html::{Link, Shell};
use ground::page::{MenuPlace, Page, Panel, PanelPlace, Visit};
use ground::text::Text;
use ground::words::Lang;
use maud::{Markup, html};

pub const PAGES: &[Page] = &[
    Page::get("/sign-in", |visit| Box::pin(sign_in::ways(visit))),
    Page::post("/sign-in/demo", |visit| Box::pin(sign_in::play(visit))),
    Page::get("/sign-in/link/{token}", |visit| Box::pin(sign_in::link(visit))),
    Page::post("/sign-in/link/{token}", |visit| Box::pin(sign_in::use_link(visit))),
    Page::post("/sign-out", |visit| Box::pin(sign_in::sign_out(visit))),
    Page::get("/my", |visit| Box::pin(my::my(visit))),
    Page::get("/my/sessions", |visit| Box::pin(my::sessions(visit))),
    Page::post("/my/sessions/end-others", |visit| Box::pin(my::end_others(visit))),
    Page::post("/my/sessions/{id}/end", |visit| Box::pin(my::end_session(visit))),
    Page::get("/staff/departments", |visit| Box::pin(departments::list(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-departments",
        "people.departments",
    ),
    Page::get("/staff/departments/new", |visit| Box::pin(departments::new(visit))),
    Page::post("/staff/departments/new", |visit| Box::pin(departments::save(visit))),
    Page::get("/staff/departments/{id}", |visit| Box::pin(departments::one(visit))),
    Page::post("/staff/departments/{id}", |visit| Box::pin(departments::save(visit))),
    Page::post("/staff/departments/{id}/close", |visit| Box::pin(departments::close(visit))),
    Page::get("/staff/people", |visit| Box::pin(staff::list(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-staff",
        "people.staff",
    ),
    Page::get("/staff/people/new", |visit| Box::pin(staff::new(visit))),
    Page::post("/staff/people/new", |visit| Box::pin(staff::save(visit))),
    Page::get("/staff/people/{id}", |visit| Box::pin(staff::one(visit))),
    Page::post("/staff/people/{id}", |visit| Box::pin(staff::save(visit))),
    Page::post("/staff/people/{id}/invite", |visit| Box::pin(staff::invite(visit))),
    Page::post("/staff/people/{id}/reset-second", |visit| Box::pin(staff::reset_second(visit))),
    Page::post("/staff/people/{id}/lock", |visit| Box::pin(staff::lock(visit))),
    Page::post("/staff/people/{id}/unlock", |visit| Box::pin(staff::unlock(visit))),
    Page::get("/staff/districts", |visit| Box::pin(districts::list(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-districts",
        "people.district",
    ),
    Page::get("/staff/districts/new", |visit| Box::pin(districts::new(visit))),
    Page::post("/staff/districts/new", |visit| Box::pin(districts::save(visit))),
    Page::get("/staff/districts/{id}", |visit| Box::pin(districts::one(visit))),
    Page::post("/staff/districts/{id}", |visit| Box::pin(districts::save(visit))),
    Page::post("/staff/districts/{id}/add-block", |visit| Box::pin(districts::add_block(visit))),
    Page::post("/staff/districts/{id}/remove-block", |visit| Box::pin(districts::remove_block(visit))),
    Page::get("/staff/import", |visit| Box::pin(imports::start(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-import",
        "people.stage_import",
    ),
    Page::post("/staff/import", |visit| Box::pin(imports::stage(visit))).takes_bytes(LIST_BYTES),
    Page::get("/staff/import-template/{kind}", |visit| Box::pin(imports::template(visit))),
    Page::get("/staff/import/{id}", |visit| Box::pin(imports::one(visit))),
    Page::get("/staff/import/{id}/progress", |visit| Box::pin(imports::progress(visit))),
    Page::post("/staff/import/{id}/take-over", |visit| Box::pin(imports::take_over(visit))),
    Page::post("/staff/import/{id}/discard", |visit| Box::pin(imports::discard(visit))),
];

/// A list with the form around it.
const LIST_BYTES: usize = crate::import::LIMITS.bytes + 64 * 1024;

pub const PANELS: &[Panel] =
    &[Panel { place: PanelPlace::My, order: 10, run: |visit| Box::pin(my::panel(visit)) }];

/// Somebody who may never do this is told so before a form is shown.
pub(crate) fn only_for(visit: &Visit, action: &str) -> Result<(), Fault> {
    if visit.may_ever(action) {
        Ok(())
    } else if visit.cx.who().is_signed_in() {
        Err(Fault::refused())
    } else {
        Err(Fault::signed_out())
    }
}

/// A text of the city's, marked with its language where that is not the page's.
pub(crate) fn told(text: &Text, lang: Lang) -> Markup {
    let (words, is) = text.read(lang);
    let foreign = is == Lang::En || lang == Lang::En;
    html! { @if is != lang && foreign { span lang=(is.code()) { (words) } } @else { (words) } }
}

/// The shell of a staff page under one of the lists.
pub(crate) fn shell_under<'v>(
    visit: &'v Visit,
    title: String,
    list_word: &'v str,
    list_href: &str,
) -> Shell<'v> {
    let crumbs = [
        Link::new(visit.t("people-crumb-staff"), "/staff"),
        Link::new(visit.t(list_word), list_href),
        Link::new(title.clone(), visit.path.clone()),
    ];
    visit.shell(title).breadcrumbs(crumbs)
}

/// Who saved something last; the command line has no name.
pub(crate) fn saver<'v>(visit: &'v Visit, name: &'v str) -> &'v str {
    if name.is_empty() { visit.t("people-saved-by-command") } else { name }
}

/// A number that was typed, in either width; what is not one is told apart by `-1`, which no field takes.
pub(crate) fn typed_number(text: &str) -> i64 {
    let plain: String = text
        .chars()
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .collect();
    if plain.is_empty() { 0 } else { plain.parse().unwrap_or(-1) }
}
