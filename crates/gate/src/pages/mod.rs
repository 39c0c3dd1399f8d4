//! What people see of mail: the outbox of a demonstration city, and the queue for staff.

mod outbox;
mod queue;

use ground::action::Boxed;
use ground::cx::Cx;
use ground::html::Link;
use ground::page::{MenuPlace, Page, Panel, PanelPlace};

use crate::actions::send::OUTBOX;

pub const PAGES: &[Page] = &[
    Page::get(OUTBOX, |visit| Box::pin(outbox::list(visit))),
    Page::get("/staff/mail", |visit| Box::pin(queue::list(visit))).menu(
        MenuPlace::StaffWatch,
        "gate-menu-mail",
        "gate.mails",
    ),
    Page::post("/staff/mail/{id}/retry", |visit| Box::pin(queue::retry(visit))),
    Page::post("/staff/mail/{id}/give-up", |visit| Box::pin(queue::give_up(visit))),
];

/// Near the top: whoever waits for a code waits for this.
pub const PANELS: &[Panel] =
    &[Panel { place: PanelPlace::StaffDesk, order: 5, run: |visit| Box::pin(queue::panel(visit)) }];

/// On every page of a demonstration city that shows its letters instead of sending them.
pub fn foot(cx: &Cx) -> Boxed<'_, Vec<Link>> {
    let shown = cx.city().facts().demo && !cx.house().ports.post.is_open();
    let link = shown.then(|| Link::new(cx.tongue().t("gate-outbox"), OUTBOX));
    Box::pin(async move { link.into_iter().collect() })
}
