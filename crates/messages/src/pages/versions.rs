//! Saved revisions, and what readers thought.

use ground::action::allow;
use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{
    Button, Chart, Col, Markup, PageHead, PostButton, SummaryList, Table, Tag, Tone, buttons, html, say,
};
use ground::list::Paging;
use ground::page::Visit;
use ground::who::Object;

use super::preview::{language_tabs, looked_at, shown_in};
use super::{crumbs, is_answered_on_the_page, page_id, public};
use crate::actions::{
    AskRates, AskStaffPage, AskVersions, PAGE_RATES, PAGE_VERSIONS, RESTORE_PAGE_VERSION, RestorePageVersion,
    STAFF_PAGE,
};
use crate::model::{PageVersion, StaffPage};
use crate::{markdown, names};

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let id = page_id(visit)?;
    let page = visit.read(&STAFF_PAGE, AskStaffPage { id: id.clone() }).await?;
    let list =
        visit.read(&PAGE_VERSIONS, AskVersions { id, paging: Paging::from_query(&visit.query) }).await?;
    let t = visit.cx.tongue();
    let base = format!("/staff/pages/{}/versions", page.id);
    let names = names::people(visit, list.rows.iter().map(|version| version.saved_by.as_str())).await;
    let table = list.rows.iter().fold(
        Table::new(t.t("messages-versions"))
            .quiet_caption()
            .column(Col::new(t.t("messages-version-word")))
            .column(Col::new(t.t("messages-title")))
            .column(Col::new(t.t("messages-saved")))
            .column(Col::new(t.t("messages-saved-by")))
            .column(Col::new(t.t("messages-state"))),
        |table, version| {
            table.row([
                html! { a href={ (base) "/" (version.rev) } { (t.tf("messages-version", &[("rev", &version.rev.to_string())])) } },
                html! { (say(version.title.read(t.lang()).0)) },
                html! { (visit.time(version.saved_ms)) },
                html! { @if let Some(name) = names.get(&version.saved_by) { (name) } },
                marks(visit, &page, version),
            ])
        },
    );
    let shell = visit.shell(t.t("messages-versions")).breadcrumbs(crumbs(
        visit,
        Some(&page),
        Some(t.t("messages-versions")),
    ));
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(t.t("messages-versions")).above(page.title.read(t.lang()).0).lead(t.t("messages-versions-lead")).render())
            (table.render(t))
            (visit.next_page(list.next.as_deref(), &base))
        },
    ))
}

fn marks(visit: &Visit, page: &StaffPage, version: &PageVersion) -> Markup {
    let t = visit.cx.tongue();
    html! {
        @if version.rev == page.rev { (Tag::new(t.t("messages-version-now"), Tone::Info).render()) " " }
        @if version.rev == page.live_rev { (Tag::new(t.t("messages-state-published"), Tone::Positive).render()) " " }
        @if version.published_ms > 0 { (t.tf("messages-version-out", &[("at", &visit.time(version.published_ms))])) " " }
        @if version.bypass { (Tag::new(t.t("messages-version-bypass"), Tone::Caution).render()) " " }
        @if version.restored_from > 0 {
            (t.tf("messages-version-from", &[("rev", &version.restored_from.to_string())]))
        }
    }
}

fn wanted(visit: &Visit) -> Result<i64, Fault> {
    visit.slot("rev").parse().ok().filter(|rev| *rev > 0 && *rev < i64::MAX).ok_or_else(Fault::missing)
}

async fn version(visit: &Visit, page: &StaffPage) -> Result<PageVersion, Fault> {
    let rev = wanted(visit)?;
    let paging = Paging { after: (rev + 1).to_string(), rows: 1 };
    let found = visit.read(&PAGE_VERSIONS, AskVersions { id: page.id.clone(), paging }).await?;
    found.rows.into_iter().find(|version| version.rev == rev).ok_or_else(Fault::missing)
}

pub async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let page = visit.read(&STAFF_PAGE, AskStaffPage { id: page_id(visit)? }).await?;
    let version = version(visit, &page).await?;
    let t = visit.cx.tongue();
    let title = t.tf("messages-version", &[("rev", &version.rev.to_string())]);
    let shell = visit.shell(&title).breadcrumbs(crumbs(visit, Some(&page), Some(&title)));
    Ok(visit.page(&shell, show(visit, &page, &version, None).await))
}

async fn show(visit: &Visit, page: &StaffPage, version: &PageVersion, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let base = format!("/staff/pages/{}/versions", page.id);
    let lang = looked_at(visit);
    let old = StaffPage {
        title: version.title.clone(),
        body: version.body.clone(),
        department: version.department.clone(),
        rev: version.rev,
        saved_ms: version.saved_ms,
        ..page.clone()
    };
    let shown = shown_in(visit, &old, lang);
    let content = markdown::render(t, &shown.body);
    let object = Object::new("page", &page.id).department(page.department.clone());
    let may_restore =
        version.rev != page.rev && allow(&visit.cx, "messages.restore_page_version", &object).is_ok();
    let facts = SummaryList::new()
        .text(t.t("messages-saved"), visit.time(version.saved_ms))
        .text(t.t("messages-saved-by"), names::person(visit, &version.saved_by).await)
        .row(t.t("messages-state"), marks(visit, page, version));
    let restore = PostButton::new(
        t.t("messages-restore"),
        format!("{base}/{}/restore", version.rev),
        visit.new_token(),
    )
    .hidden("rev", page.rev.to_string());
    html! {
        @if let Some(fault) = fault {
            (ground::html::Banner::error(fault.title(t)).text(fault.remedy(t)).result().render(t))
        }
        p class="page-above" { (t.tf("messages-version", &[("rev", &version.rev.to_string())])) }
        (facts.render())
        (language_tabs(visit, &format!("{base}/{}", version.rev), lang))
        (public::article(visit, &shown, &content, false).await)
        @if may_restore { p { (t.t("messages-restore-text")) } (restore.render()) }
        (buttons([Button::link(t.t("messages-versions"), base).tertiary().render()]))
    }
}

pub async fn restore(visit: &Visit) -> Result<Reply, Fault> {
    let id = page_id(visit)?;
    let input = RestorePageVersion {
        id: id.clone(),
        rev: visit.form.get("rev").parse().unwrap_or(0),
        version: wanted(visit)?,
    };
    match visit.act(&RESTORE_PAGE_VERSION, input).await {
        Ok(_) => Ok(Reply::see_other(&format!("/staff/pages/{id}?done=page-restored"))),
        Err(fault) if is_answered_on_the_page(&fault) => {
            let page = visit.read(&STAFF_PAGE, AskStaffPage { id }).await?;
            let version = version(visit, &page).await?;
            let shell = visit.shell(visit.t("messages-versions")).wrong(true);
            Ok(visit.page_with(fault.status(), &shell, show(visit, &page, &version, Some(&fault)).await))
        }
        Err(fault) => Err(fault),
    }
}

/// Was this page helpful: twelve weeks as bars with their table.
pub async fn votes(visit: &Visit) -> Result<Reply, Fault> {
    let id = page_id(visit)?;
    let page = visit.read(&STAFF_PAGE, AskStaffPage { id: id.clone() }).await?;
    let rates = visit.read(&PAGE_RATES, AskRates { id }).await?;
    let t = visit.cx.tongue();
    let count = |number: i64| i32::try_from(number).map_or(f64::from(i32::MAX), f64::from);
    let weeks =
        rates.weeks.iter().map(|week| visit.cx.city().local(week.from_ms).strftime("%m-%d").to_string());
    let told = t.tf("messages-votes-told", &[("yes", &rates.yes.to_string()), ("no", &rates.no.to_string())]);
    let chart = Chart::bar("votes", t.t("messages-votes-weeks"))
        .text(told)
        .unit(t.t("messages-votes-unit"))
        .across(t.t("messages-votes-week"), weeks)
        .series(t.t("messages-helpful-yes"), rates.weeks.iter().map(|week| count(week.yes)))
        .series(t.t("messages-helpful-no"), rates.weeks.iter().map(|week| count(week.no)));
    let shell = visit.shell(t.t("messages-votes")).breadcrumbs(crumbs(
        visit,
        Some(&page),
        Some(t.t("messages-votes")),
    ));
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(t.t("messages-votes")).above(page.title.read(t.lang()).0).lead(t.t("messages-votes-lead")).render())
            (chart.render(t))
        },
    ))
}
