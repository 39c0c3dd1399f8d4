//! All pages, for staff.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{
    Button, Choice, Col, Field, Form, Link, Markup, PageHead, Table, Tabs, Tag, Tone, html, plain, say,
};
use ground::list::Paging;
use ground::page::{Visit, escaped};

use super::{crumbs, lang_word, state_tag};
use crate::actions::{AskStaffPages, STAFF_PAGES};
use crate::model::{StaffPageRow, State};
use crate::names::{self, Departments};

/// What can be shown, in the order of the tabs.
const SHOWS: [(&str, &str); 7] = [
    ("", "messages-show-all"),
    ("draft", "messages-state-draft"),
    ("scheduled", "messages-state-scheduled"),
    ("live", "messages-show-live"),
    ("withdrawn", "messages-state-withdrawn"),
    ("translation", "messages-show-translation"),
    ("review", "messages-show-review"),
];

fn asked(visit: &Visit) -> AskStaffPages {
    let show = visit.query.get("show");
    AskStaffPages {
        state: State::from_name(show),
        department: visit.query.get("department").parse().ok(),
        live: show == "live",
        review_due: show == "review",
        translation_due: show == "translation",
        paging: Paging::from_query(&visit.query),
    }
}

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let departments = names::departments(&visit.cx).await;
    if visit.wants_csv() {
        return csv(visit, &departments).await;
    }
    let t = visit.cx.tongue();
    let list = visit.read(&STAFF_PAGES, asked(visit)).await?;
    let (show, department) = (visit.query.get("show"), visit.query.get("department"));
    let here = |show: &str| format!("/staff/pages?show={show}&department={}", escaped(department));
    let tabs = SHOWS.iter().fold(Tabs::new(t.t("messages-show")), |tabs, (key, word)| {
        tabs.tab(Link::new(t.t(word), here(key)).current(*key == show))
    });
    let table = list.rows.iter().fold(
        Table::new(t.t("messages-menu-staff"))
            .quiet_caption()
            // The address stands below the title; only the file gives it a column.
            .columns(heads(visit).into_iter().filter(|head| *head != t.t("messages-address")).map(Col::new))
            .csv(format!("{}&format=csv", here(show)))
            .empty(t.t("messages-none")),
        |table, row| table.row(cells(visit, row, &departments)),
    );
    let mut head = PageHead::new(t.t("messages-menu-staff")).lead(t.t("messages-staff-lead"));
    if visit.may_ever("messages.save_page") {
        head = head.actions(Button::link(t.t("messages-new"), "/staff/pages/new").render());
    }
    let shell = visit.shell(t.t("messages-menu-staff")).breadcrumbs(crumbs(visit, None, None));
    Ok(visit.page(
        &shell,
        html! {
            (head.render())
            (filter(visit, &departments, show))
            (tabs.render())
            (table.render(t))
            (visit.next_page(list.next.as_deref(), &here(show)))
        },
    ))
}

fn filter(visit: &Visit, departments: &Departments, show: &str) -> Markup {
    let t = visit.cx.tongue();
    let today = visit.cx.now().date().to_string();
    let all = Choice::new("", t.t("messages-all-departments"));
    let choices = departments
        .open(&today)
        .map(|row| Choice::new(row.id.as_str(), indented(row.depth, row.name(t.lang()))));
    Form::new("/staff/pages")
        .get()
        .compact()
        .label(t.t("messages-filter"))
        .field(Field::hidden("show", show))
        .field(
            Field::select("department", t.t("messages-department"), std::iter::once(all).chain(choices))
                .value(visit.query.get("department")),
        )
        .submit(t.t("messages-filter"))
        .render(t)
}

/// A name as deep as it stands in the tree.
pub fn indented(depth: usize, name: &str) -> String {
    format!("{}{name}", "　".repeat(depth.min(6)))
}

fn heads(visit: &Visit) -> [&str; 6] {
    [
        "messages-title",
        "messages-address",
        "messages-department",
        "messages-state",
        "messages-needs",
        "messages-saved",
    ]
    .map(|word| visit.cx.tongue().t(word))
}

fn needs(visit: &Visit, row: &StaffPageRow) -> Vec<String> {
    let t = visit.cx.tongue();
    let mut out: Vec<String> = row
        .translations_due
        .iter()
        .map(|lang| t.tf("messages-needs-translation", &[("lang", t.t(lang_word(*lang)))]))
        .collect();
    if row.review_due {
        out.push(t.t("messages-needs-review").to_owned());
    }
    out
}

fn owner<'a>(visit: &'a Visit, row: &StaffPageRow, departments: &'a Departments) -> &'a str {
    departments
        .name(row.department.as_ref(), visit.cx.lang())
        .unwrap_or_else(|| visit.t("messages-whole-city"))
}

fn cells(visit: &Visit, row: &StaffPageRow, departments: &Departments) -> [Markup; 5] {
    [
        html! {
            a href={ "/staff/pages/" (row.id) } { (say(row.title.read(visit.cx.lang()).0)) }
            br;
            code class="quiet" { "/pages/" (row.slug) }
        },
        html! { (owner(visit, row, departments)) },
        html! {
            (state_tag(visit, row.state, row.live_rev, row.rev))
            @if row.publish_ms > 0 { br; (visit.time(row.publish_ms)) }
        },
        html! { @for need in needs(visit, row) { (Tag::new(need, Tone::Caution).render()) " " } },
        html! { (visit.time(row.saved_ms)) },
    ]
}

/// The whole list, page after page.
async fn csv(visit: &Visit, departments: &Departments) -> Result<Reply, Fault> {
    let rows = visit.read_all(&STAFF_PAGES, |paging| AskStaffPages { paging, ..asked(visit) }).await?;
    let states = |row: &StaffPageRow| {
        let word = match row.state {
            State::Draft => "messages-state-draft",
            State::Scheduled => "messages-state-scheduled",
            State::Published => "messages-state-published",
            State::Withdrawn => "messages-state-withdrawn",
        };
        visit.t(word).to_owned()
    };
    let lines = rows.iter().map(|row| {
        vec![
            plain(row.title.read(visit.cx.lang()).0).into_owned(),
            format!("/pages/{}", row.slug),
            owner(visit, row, departments).to_owned(),
            states(row),
            needs(visit, row).join(visit.t("messages-comma")),
            visit.time(row.saved_ms),
        ]
    });
    visit.csv("pages", &heads(visit), lines)
}
