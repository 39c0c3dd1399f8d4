//! What people see of purposes and consent.

pub(crate) mod card;
mod mine;
mod notice;
mod purpose_form;
mod purposes;
mod recipients;

use ground::page::{MenuPlace, Page, Panel, PanelPlace};

pub const PAGES: &[Page] = &[
    Page::get("/my/consents", |visit| Box::pin(mine::switchboard(visit))),
    Page::get("/my/consents/receipts", |visit| Box::pin(mine::receipts(visit))),
    Page::get("/my/consents/{code}", |visit| Box::pin(mine::one(visit))),
    Page::post("/my/consents/{code}", |visit| Box::pin(mine::decide(visit))),
    Page::get("/my/consents/{code}/receipt", |visit| Box::pin(mine::receipts(visit))),
    Page::get("/purposes", |visit| Box::pin(notice::all(visit))).menu(
        MenuPlace::Foot,
        "people-open-purposes",
        "people.open_purposes",
    ),
    Page::get("/purposes/{code}/{version}", |visit| Box::pin(notice::one(visit))),
    Page::get("/staff/purposes", |visit| Box::pin(purposes::list(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-purposes",
        "people.purposes",
    ),
    Page::get("/staff/purposes/new", |visit| Box::pin(purpose_form::new(visit))),
    Page::post("/staff/purposes/new", |visit| Box::pin(purpose_form::save(visit))),
    Page::post("/staff/purposes/age", |visit| Box::pin(purposes::save_age(visit))),
    Page::get("/staff/purposes/{code}", |visit| Box::pin(purposes::one(visit))),
    Page::get("/staff/purposes/{code}/edit", |visit| Box::pin(purpose_form::edit(visit))),
    Page::post("/staff/purposes/{code}/edit", |visit| Box::pin(purpose_form::save(visit))),
    Page::post("/staff/purposes/{code}/propose", |visit| Box::pin(purposes::propose(visit))),
    Page::post("/staff/purposes/{code}/approve", |visit| Box::pin(purposes::approve(visit))),
    Page::post("/staff/purposes/{code}/return", |visit| Box::pin(purposes::send_back(visit))),
    Page::post("/staff/purposes/{code}/retire", |visit| Box::pin(purposes::retire(visit))),
    Page::get("/staff/recipients", |visit| Box::pin(recipients::list(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-recipients",
        "people.recipients",
    ),
    Page::get("/staff/recipients/new", |visit| Box::pin(recipients::new(visit))),
    Page::post("/staff/recipients/new", |visit| Box::pin(recipients::save(visit))),
    Page::get("/staff/recipients/{id}", |visit| Box::pin(recipients::one(visit))),
    Page::post("/staff/recipients/{id}", |visit| Box::pin(recipients::save(visit))),
];

pub const PANELS: &[Panel] = &[
    Panel { place: PanelPlace::My, order: 15, run: |visit| Box::pin(mine::panel(visit)) },
    Panel { place: PanelPlace::Home, order: 15, run: |visit| Box::pin(mine::home_panel(visit)) },
];
