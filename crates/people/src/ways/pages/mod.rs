//! The pages of coming in and of looking after one's ways.

mod again;
mod code;
mod history;
mod identity;
mod new_mail;
mod passkey;
mod second;
mod security;
mod staff;

use ground::door::{Reply, is_own_path};
use ground::page::{MenuPlace, Page, Visit, escaped};
use ground::session;

use crate::actions::sessions::SignedIn;
use crate::model::AccountKind;

pub(crate) use code::ask as ask_for_code;
pub(crate) use history::way_name;
pub(crate) use passkey::use_form as passkey_form;

pub const PAGES: &[Page] = &[
    Page::post("/sign-in/code", |visit| Box::pin(code::send(visit))),
    Page::get("/sign-in/code", |visit| Box::pin(code::form(visit))),
    Page::post("/sign-in/code/enter", |visit| Box::pin(code::enter(visit))),
    Page::get("/sign-in/welcome", |visit| Box::pin(code::welcome(visit))),
    Page::post("/sign-in/welcome", |visit| Box::pin(code::join(visit))),
    Page::get("/sign-in/offer", |visit| Box::pin(passkey::offer(visit))),
    Page::post("/sign-in/passkey/options", |visit| Box::pin(passkey::use_options(visit))),
    Page::post("/sign-in/passkey", |visit| Box::pin(passkey::use_one(visit))),
    Page::post("/sign-in/new-passkey/options", |visit| Box::pin(passkey::new_options(visit))),
    Page::post("/sign-in/new-passkey", |visit| Box::pin(passkey::add(visit))),
    Page::get("/sign-in/second", |visit| Box::pin(second::form(visit))),
    Page::post("/sign-in/second", |visit| Box::pin(second::enter(visit))),
    Page::post("/sign-in/second/stop", |visit| Box::pin(second::stop(visit))),
    Page::get("/sign-in/totp", |visit| Box::pin(second::start_totp(visit))),
    Page::post("/sign-in/totp", |visit| Box::pin(second::confirm_totp(visit))),
    Page::get("/sign-in/again", |visit| Box::pin(again::again(visit))),
    Page::get("/my/security", |visit| Box::pin(security::page(visit))),
    Page::post("/my/security/ways/{id}/remove", |visit| Box::pin(security::remove(visit))),
    Page::post("/my/security/ways/{id}/unlock", |visit| Box::pin(security::unlock(visit))),
    Page::post("/my/security/ways/{id}/rename", |visit| Box::pin(security::rename(visit))),
    Page::post("/my/security/paper", |visit| Box::pin(second::paper(visit))),
    Page::post("/my/security/wake-mail", |visit| Box::pin(security::wake_mail(visit))),
    Page::get("/my/security/mail", |visit| Box::pin(new_mail::form(visit))),
    Page::post("/my/security/mail", |visit| Box::pin(new_mail::send(visit))),
    Page::get("/my/security/mail/code", |visit| Box::pin(new_mail::code(visit))),
    Page::post("/my/security/mail/code", |visit| Box::pin(new_mail::take(visit))),
    Page::get("/my/sign-ins", |visit| Box::pin(history::page(visit))),
    Page::post("/my/sign-ins/{id}/not-me", |visit| Box::pin(history::not_me(visit))),
    Page::get("/my/identity", |visit| Box::pin(identity::page(visit))),
    Page::get("/staff/sign-ins", |visit| Box::pin(staff::page(visit))).menu(
        MenuPlace::StaffWatch,
        "people-menu-sign-ins",
        "people.sign_ins",
    ),
    Page::post("/staff/sign-ins/{id}/lock", |visit| Box::pin(staff::lock(visit))),
    Page::post("/staff/sign-ins/{id}/unlock", |visit| Box::pin(staff::unlock(visit))),
];

/// Where somebody wanted to go: a path of this site that is not itself a step of signing in.
pub(crate) fn wanted(back: &str) -> Option<&str> {
    let known = is_own_path(back) && !back.starts_with("/sign-") && back != "/" && back.len() <= 500;
    known.then_some(back)
}

/// The first page of one's own.
pub(crate) fn home(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Staff => "/staff",
        AccountKind::Resident => "/my",
    }
}

/// A step of signing in that remembers where the person wanted to go.
pub(crate) fn step(path: &str, back: &str) -> String {
    match wanted(back) {
        Some(back) => format!("{path}?back={}", escaped(back)),
        None => path.to_owned(),
    }
}

/// Hands the session to the browser and leads on: to the second factor where one is asked for, else back to where the
/// person was, or to their own first page.
pub(crate) fn let_in(visit: &Visit, signed_in: &SignedIn, token: &str, back: &str) -> Reply {
    let age_s = (signed_in.ends_ms - visit.cx.now_ms()) / 1_000;
    let to = if signed_in.pending {
        step("/sign-in/second", back)
    } else {
        wanted(back).unwrap_or(home(signed_in.kind)).to_owned()
    };
    with_session(visit, Reply::see_other(&to), token, age_s)
}

/// The session's cookie on an answer.
pub(crate) fn with_session(visit: &Visit, reply: Reply, token: &str, age_s: i64) -> Reply {
    reply
        .header("set-cookie", &session::cookie(&visit.cx.city().facts(), token, age_s))
        .header("cache-control", "no-store")
}
