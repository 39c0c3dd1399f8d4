//! Letting a page out, taking it back, and saying that it is still right.

use ground::action::allow;
use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{
    Banner, Button, Choice, Field, Form, Link, Markup, PageHead, PostButton, SummaryList, buttons, html,
};
use ground::page::Visit;
use ground::who::{Object, Role};
use ground::words::Lang;

use super::{crumbs, is_answered_on_the_page, lang_word, page_id, state_tag};
use crate::actions::{
    AskStaffPage, PUBLISH_PAGE, PublishPage, REVIEW_PAGE, ReviewPage, STAFF_PAGE, WITHDRAW_PAGE, WithdrawPage,
};
use crate::model::{StaffPage, State};
use crate::names;

/// What stands in the form.
#[derive(Default)]
struct Typed {
    later: bool,
    at: String,
    bypass: bool,
}

impl Typed {
    /// The instant that was chosen, on the city's own clock; none for now.
    fn at_ms(&self, visit: &Visit) -> Result<Option<i64>, Fault> {
        if !self.later {
            return Ok(None);
        }
        let wrong = || Fault::field("at_ms", "field-instant");
        let at: jiff::civil::DateTime = self.at.parse().map_err(|_| wrong())?;
        let zoned = at.to_zoned(visit.cx.now().time_zone().clone()).map_err(|_| wrong())?;
        Ok(Some(zoned.timestamp().as_millisecond()))
    }
}

pub async fn ask(visit: &Visit) -> Result<Reply, Fault> {
    let page = visit.read(&STAFF_PAGE, AskStaffPage { id: page_id(visit)? }).await?;
    let shell = visit.shell(visit.t("messages-release")).breadcrumbs(crumbs(
        visit,
        Some(&page),
        Some(visit.t("messages-release")),
    ));
    Ok(visit.page(&shell, body(visit, &page, &Typed::default(), None).await))
}

async fn body(visit: &Visit, page: &StaffPage, typed: &Typed, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let object = Object::new("page", &page.id).department(page.department.clone());
    let may = |action: &str| allow(&visit.cx, action, &object).is_ok();
    let base = format!("/staff/pages/{}", page.id);
    let rev = page.rev.to_string();
    let due: Vec<&str> = page.translations_due().into_iter().map(|lang| t.t(lang_word(lang))).collect();
    let facts = SummaryList::new()
        .row(t.t("messages-state"), state_tag(visit, page.state, page.live_rev, page.rev))
        .text(t.t("messages-version-word"), &rev)
        .text(t.t("messages-saved-by"), names::person(visit, &page.saved_by).await)
        .text(t.t("messages-saved"), visit.time(page.saved_ms));
    let previews = Lang::ALL.map(|lang| {
        Button::link(t.t(lang_word(lang)), format!("{base}/preview?in={}", lang.code())).tertiary().render()
    });
    let act = |word: &str, verb: &str| {
        PostButton::new(t.t(word), format!("{base}/{verb}"), visit.new_token()).hidden("rev", &rev)
    };
    html! {
        (PageHead::new(t.t("messages-release")).above(page.title.read(t.lang()).0).render())
        @if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
            (Banner::error(fault.title(t)).text(fault.remedy(t)).result().render(t))
        }
        (facts.render())
        h2 { (t.t("messages-preview")) }
        (buttons(previews))
        @if !due.is_empty() {
            (Banner::warning(t.tf("messages-release-due", &[("langs", &due.join(t.t("messages-comma")))])).render(t))
        }
        @if page.live_rev == page.rev {
            p { (t.t("messages-release-same")) }
        } @else if may("messages.publish_page") {
            h2 { (t.t("messages-publish")) }
            (publish_form(visit, page, typed, fault))
        } @else {
            (Banner::info(t.t("messages-release-not-yours")).render(t))
        }
        @if page.is_live() && may("messages.review_page") {
            h2 { (t.t("messages-review")) }
            p { (t.tf("messages-review-text", &[("at", &visit.time(page.reviewed_ms))])) }
            (act("messages-review-do", "review").render())
        }
        @if (page.is_live() || page.state == State::Scheduled) && may("messages.withdraw_page") {
            @let (head, text) = if page.is_live() {
                ("messages-withdraw", "messages-withdraw-text")
            } else {
                ("messages-unschedule", "messages-unschedule-text")
            };
            h2 { (t.t(head)) }
            p { (t.t(text)) }
            (act(head, "withdraw").danger().render())
        }
    }
}

fn publish_form(visit: &Visit, page: &StaffPage, typed: &Typed, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let own = page.saved_by == visit.cx.who().written();
    let mut form = Form::new(format!("/staff/pages/{}/publish", page.id))
        .token(visit.new_token())
        .field(Field::hidden("rev", page.rev.to_string()))
        .field(
            Field::radios(
                "when",
                t.t("messages-when"),
                [
                    Choice::new("now", t.t("messages-when-now")),
                    Choice::new("later", t.t("messages-when-later")),
                ],
            )
            .required()
            .value(if typed.later { "later" } else { "now" }),
        )
        .field(
            Field::datetime("at", t.t("messages-at"))
                .hint(t.t("messages-at-hint"))
                .value(&typed.at)
                .error_if(fault.and_then(|fault| fault.field_words("at_ms", t))),
        );
    if own && visit.cx.who().has(Role::Admin) {
        form = form.field(
            Field::checkbox("bypass", t.t("messages-bypass"), "yes")
                .hint(t.t("messages-bypass-hint"))
                .value(if typed.bypass { "yes" } else { "" }),
        );
    }
    html! {
        @if own { (Banner::info(t.t("messages-own-words")).render(t)) }
        (form.submit(t.t("messages-publish")).secondary(Link::new(t.t("messages-back-to-editor"), format!("/staff/pages/{}", page.id))).render(t))
    }
}

fn rev(visit: &Visit) -> i64 {
    visit.form.get("rev").parse().unwrap_or(0)
}

/// After a no, the same page says why; what stands now is shown, so that nobody approves what they have not seen.
async fn again(visit: &Visit, typed: &Typed, fault: Fault) -> Result<Reply, Fault> {
    if !is_answered_on_the_page(&fault) {
        return Err(fault);
    }
    let page = visit.read(&STAFF_PAGE, AskStaffPage { id: page_id(visit)? }).await?;
    let shell = visit.shell(visit.t("messages-release")).wrong(true);
    Ok(visit.page_with(fault.status(), &shell, body(visit, &page, typed, Some(&fault)).await))
}

pub async fn publish(visit: &Visit) -> Result<Reply, Fault> {
    let typed = Typed {
        later: visit.form.get("when") == "later",
        at: visit.form.get("at").to_owned(),
        bypass: visit.form.get("bypass") == "yes",
    };
    let id = page_id(visit)?;
    let done = match typed.at_ms(visit) {
        Ok(at_ms) => {
            let input = PublishPage { id: id.clone(), rev: rev(visit), at_ms, bypass: typed.bypass };
            visit.act(&PUBLISH_PAGE, input).await
        }
        Err(fault) => Err(fault),
    };
    match done {
        Ok(page) => {
            let word = if page.state == State::Scheduled { "page-scheduled" } else { "page-published" };
            Ok(Reply::see_other(&format!("/staff/pages/{id}?done={word}")))
        }
        Err(fault) => again(visit, &typed, fault).await,
    }
}

pub async fn withdraw(visit: &Visit) -> Result<Reply, Fault> {
    let id = page_id(visit)?;
    match visit.act(&WITHDRAW_PAGE, WithdrawPage { id: id.clone(), rev: rev(visit) }).await {
        Ok(_) => Ok(Reply::see_other(&format!("/staff/pages/{id}?done=page-withdrawn"))),
        Err(fault) => again(visit, &Typed::default(), fault).await,
    }
}

pub async fn review(visit: &Visit) -> Result<Reply, Fault> {
    let id = page_id(visit)?;
    match visit.act(&REVIEW_PAGE, ReviewPage { id: id.clone(), rev: rev(visit) }).await {
        Ok(_) => Ok(Reply::see_other(&format!("/staff/pages/{id}?done=page-reviewed"))),
        Err(fault) => again(visit, &Typed::default(), fault).await,
    }
}
