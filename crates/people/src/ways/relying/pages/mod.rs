//! What people see of other providers: on the way in, beside their own ways, and in the staff console.

mod staff;
mod way;

pub(crate) use way::{again_panel, is_offered};

use ground::page::{MenuPlace, Page, Panel, PanelPlace};

pub const PAGES: &[Page] = &[
    Page::get("/sign-in/with/{provider}", |visit| Box::pin(way::go(visit))),
    Page::get("/sign-in/with/{provider}/back", |visit| Box::pin(way::back(visit))),
    Page::post("/my/security/providers/{provider}", |visit| Box::pin(way::link(visit))),
    Page::get("/staff/providers", |visit| Box::pin(staff::list(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-providers",
        "people.providers",
    ),
    Page::get("/staff/providers/new", |visit| Box::pin(staff::new(visit))),
    Page::post("/staff/providers/new", |visit| Box::pin(staff::save(visit))),
    Page::get("/staff/providers/{id}", |visit| Box::pin(staff::one(visit))),
    Page::post("/staff/providers/{id}", |visit| Box::pin(staff::save(visit))),
    Page::post("/staff/providers/{id}/try", |visit| Box::pin(staff::try_it(visit))),
];

pub const PANELS: &[Panel] = &[
    Panel { place: PanelPlace::SignIn, order: 20, run: |visit| Box::pin(way::sign_in_panel(visit)) },
    Panel { place: PanelPlace::Security, order: 20, run: |visit| Box::pin(way::security_panel(visit)) },
    Panel { place: PanelPlace::Identity, order: 20, run: |visit| Box::pin(way::identity_panel(visit)) },
];
