//! What people see of this part.

mod family;

use ground::page::Page;

pub const PAGES: &[Page] = &[
    Page::post("/my/family/act/{id}", |visit| Box::pin(family::act(visit))),
    Page::post("/my/family/stop", |visit| Box::pin(family::stop(visit))),
];
