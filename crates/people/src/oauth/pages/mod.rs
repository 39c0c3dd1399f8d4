//! What people see of it: the page that asks before a service hears of them, their connections, and registering services.

mod authorize;
mod clients;
mod form;
mod logout;
mod services;

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{Button, PageHead, buttons};
use ground::page::{MenuPlace, Page, Panel, PanelPlace, Visit};
use http::{HeaderValue, StatusCode, header};
use maud::html;

use super::model::origin_of;

pub const PAGES: &[Page] = &[
    Page::get("/oauth/authorize", |visit| Box::pin(authorize::ask(visit))),
    Page::post("/oauth/consent", |visit| Box::pin(authorize::answer(visit))),
    Page::get("/oauth/logout", |visit| Box::pin(logout::ask(visit))),
    Page::post("/oauth/logout/confirm", |visit| Box::pin(logout::confirm(visit))),
    Page::get("/my/services", |visit| Box::pin(services::list(visit))),
    Page::post("/my/services/{id}/disconnect", |visit| Box::pin(services::disconnect(visit))),
    Page::get("/staff/clients", |visit| Box::pin(clients::list(visit))).menu(
        MenuPlace::StaffCity,
        "people-menu-clients",
        "people.clients",
    ),
    Page::get("/staff/clients/new", |visit| Box::pin(form::new(visit))),
    Page::post("/staff/clients/new", |visit| Box::pin(form::propose(visit))),
    Page::get("/staff/clients/keys", |visit| Box::pin(clients::keys(visit))),
    Page::post("/staff/clients/keys", |visit| Box::pin(clients::rotate(visit))),
    Page::get("/staff/clients/{id}", |visit| Box::pin(clients::one(visit))),
    Page::get("/staff/clients/{id}/edit", |visit| Box::pin(form::edit(visit))),
    Page::post("/staff/clients/{id}/edit", |visit| Box::pin(form::propose(visit))),
    Page::post("/staff/clients/{id}/approve", |visit| Box::pin(clients::approve(visit))),
    Page::post("/staff/clients/{id}/refuse", |visit| Box::pin(clients::refuse(visit))),
    Page::post("/staff/clients/{id}/close", |visit| Box::pin(clients::close(visit))),
    Page::post("/staff/clients/{id}/secret", |visit| Box::pin(clients::secret(visit))),
];

pub const PANELS: &[Panel] =
    &[Panel { place: PanelPlace::My, order: 60, run: |visit| Box::pin(services::panel(visit)) }];

/// The house's own policy, with one more place that a form may lead to: browsers hold a redirect after a form against
/// it, too.
fn policy(address: &str) -> String {
    let origin = origin_of(address).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self' {origin}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

/// Leads on to an address that a client has registered. Nothing of this page goes along but the address itself.
fn lead(address: &str) -> Result<Reply, Fault> {
    let mut reply = Reply::new(StatusCode::SEE_OTHER);
    reply.headers.insert(header::LOCATION, HeaderValue::from_str(address).map_err(Fault::internal)?);
    Ok(reply.header("cache-control", "no-store").header("referrer-policy", "no-referrer"))
}

/// The same as a page of its own. Whoever comes straight from a form of ours, such as the one for signing in, cannot be
/// led to another site by a redirect: browsers count it as part of the form.
fn lead_by_page(visit: &Visit, address: &str, name: &str) -> Reply {
    let title = visit.tf("people-oauth-going", &[("service", name)]);
    let shell = visit.shell(title.clone()).private();
    let body = html! {
        (PageHead::new(title).lead(visit.t("people-oauth-going-text")).render())
        (buttons([Button::link(visit.tf("people-oauth-go", &[("service", name)]), address).render()]))
    };
    visit
        .page(&shell, body)
        .header("refresh", &format!("0;url={address}"))
        .header("cache-control", "no-store")
        .header("referrer-policy", "no-referrer")
}
