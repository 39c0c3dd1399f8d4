//! What staff see of the security organisation.

mod assets;
mod checks;
mod incidents;
mod overview;
mod questions;

use ground::fault::Fault;
use ground::page::{MenuPlace, Page, Panel, PanelPlace, Visit};

use crate::actions::departments::{AskDepartments, DEPARTMENTS};

pub const PAGES: &[Page] = &[
    Page::get("/staff/security", |visit| Box::pin(overview::page(visit))).menu(
        MenuPlace::StaffWatch,
        "people-menu-watch",
        "people.watch",
    ),
    Page::post("/staff/security/ciso", |visit| Box::pin(overview::appoint_ciso(visit))),
    Page::post("/staff/security/posts/{id}", |visit| Box::pin(overview::end_post(visit))),
    Page::get("/staff/security/assets", |visit| Box::pin(assets::list(visit))),
    Page::get("/staff/security/assets/new", |visit| Box::pin(assets::new(visit))),
    Page::post("/staff/security/assets/new", |visit| Box::pin(assets::save(visit))),
    Page::get("/staff/security/assets/{id}", |visit| Box::pin(assets::one(visit))),
    Page::post("/staff/security/assets/{id}", |visit| Box::pin(assets::save(visit))),
    Page::post("/staff/security/assets/{id}/appoint", |visit| Box::pin(assets::appoint(visit))),
    Page::get("/staff/security/incidents", |visit| Box::pin(incidents::list(visit))),
    Page::get("/staff/security/incidents/new", |visit| Box::pin(incidents::new(visit))),
    Page::post("/staff/security/incidents/new", |visit| Box::pin(incidents::report(visit))),
    Page::get("/staff/security/incidents/{id}", |visit| Box::pin(incidents::one(visit))),
    Page::post("/staff/security/incidents/{id}", |visit| Box::pin(incidents::step(visit))),
    Page::get("/staff/security/check", |visit| Box::pin(checks::mine(visit))),
    Page::post("/staff/security/check", |visit| Box::pin(checks::answer(visit))),
    Page::get("/staff/security/checks", |visit| Box::pin(checks::list(visit))),
    Page::get("/staff/security/checks/new", |visit| Box::pin(checks::new(visit))),
    Page::post("/staff/security/checks/new", |visit| Box::pin(checks::save(visit))),
    Page::get("/staff/security/checks/{id}", |visit| Box::pin(checks::one(visit))),
    Page::post("/staff/security/checks/{id}", |visit| Box::pin(checks::save(visit))),
    Page::get("/staff/security/checks/{id}/people", |visit| Box::pin(checks::people(visit))),
    Page::get("/staff/security/questions", |visit| Box::pin(questions::list(visit))),
    Page::get("/staff/security/questions/new", |visit| Box::pin(questions::new(visit))),
    Page::post("/staff/security/questions/new", |visit| Box::pin(questions::save(visit))),
    Page::get("/staff/security/questions/{id}", |visit| Box::pin(questions::one(visit))),
    Page::post("/staff/security/questions/{id}", |visit| Box::pin(questions::save(visit))),
];

pub const PANELS: &[Panel] =
    &[Panel { place: PanelPlace::StaffDesk, order: 60, run: |visit| Box::pin(overview::panel(visit)) }];

const HOME: &str = "/staff/security";

/// The names of departments by their codes; a code that nobody knows stays itself.
struct Departments(Vec<(String, String)>);

impl Departments {
    async fn read(visit: &Visit) -> Result<Departments, Fault> {
        let rows = visit.read(&DEPARTMENTS, AskDepartments { closed: true }).await?;
        let named = rows.into_iter().map(|row| {
            let name = row.department.name.read(visit.cx.lang()).0.to_owned();
            (row.department.code, name)
        });
        Ok(Departments(named.collect()))
    }

    fn name<'d>(&'d self, code: &'d str) -> &'d str {
        self.0.iter().find(|(known, _)| known == code).map_or(code, |(_, name)| name)
    }
}
