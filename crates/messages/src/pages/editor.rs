//! Writing a page: one form with the three languages one below another.

use std::collections::BTreeMap;

use ground::action::allow;
use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Choice, Conflict, Field, Form, Group, Link, Markup, PageHead, SummaryList, Tag, Tone,
    Width, buttons, html,
};
use ground::id::Id;
use ground::page::Visit;
use ground::who::Object;
use ground::words::Lang;

use super::preview::shown_in;
use super::staff_list::indented;
use super::{crumbs, lang_word, must_ever, page_id, state_tag};
use crate::actions::{AskStaffPage, SAVE_PAGE, STAFF_PAGE, SavePage};
use crate::markdown;
use crate::model::{BODY_CHARS_MAX, PageText, StaffPage, TITLE_CHARS_MAX};
use crate::names::{self, Departments};

/// What stands in the form, right or wrong.
#[derive(Clone, Default)]
struct Typed {
    slug: String,
    department: String,
    place: String,
    in_footer: bool,
    texts: BTreeMap<Lang, PageText>,
    still_right: Vec<Lang>,
    rev: i64,
}

impl Typed {
    fn of(page: &StaffPage) -> Typed {
        Typed {
            slug: page.slug.clone(),
            department: page.department.as_ref().map(ToString::to_string).unwrap_or_default(),
            place: page.place.to_string(),
            in_footer: page.in_footer,
            texts: page.texts(),
            still_right: Vec::new(),
            rev: page.rev,
        }
    }

    fn from_form(visit: &Visit) -> Typed {
        let form = &visit.form;
        let text = |lang: Lang, field: &str| form.get(&text_name(lang, field)).replace("\r\n", "\n");
        Typed {
            slug: form.get("slug").to_owned(),
            department: form.get("department").to_owned(),
            place: form.get("place").to_owned(),
            in_footer: form.get("in_footer") == "yes",
            texts: Lang::ALL
                .into_iter()
                .map(|lang| (lang, PageText { title: text(lang, "title"), body: text(lang, "body") }))
                .collect(),
            still_right: form.all("still_right").filter_map(Lang::from_code).collect(),
            rev: form.get("rev").parse().unwrap_or(0),
        }
    }

    fn input(&self, id: Option<Id>) -> Result<SavePage, Fault> {
        let department = match self.department.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Fault::field("department", "field-unreadable"))?),
        };
        let place = match self.place.as_str() {
            "" => 0,
            number => number.parse().map_err(|_| Fault::field("place", "field-unreadable"))?,
        };
        Ok(SavePage {
            id,
            rev: self.rev,
            slug: self.slug.clone(),
            department,
            place,
            in_footer: self.in_footer,
            texts: self.texts.clone(),
            still_right: self.still_right.clone(),
        })
    }

    fn text(&self, lang: Lang) -> PageText {
        self.texts.get(&lang).cloned().unwrap_or_default()
    }
}

/// The name of a text's field: also the path under which a fault speaks of it.
fn text_name(lang: Lang, field: &str) -> String {
    format!("texts.{}.{field}", lang.code())
}

pub async fn new(visit: &Visit) -> Result<Reply, Fault> {
    must_ever(visit, "messages.save_page")?;
    let own = visit.cx.who().department.as_ref().map(ToString::to_string).unwrap_or_default();
    let typed = Typed { department: own, place: "100".to_owned(), ..Typed::default() };
    let departments = names::departments(&visit.cx).await;
    let shell =
        visit.shell(visit.t("messages-new")).breadcrumbs(crumbs(visit, None, Some(visit.t("messages-new"))));
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(visit.t("messages-new")).lead(visit.t("messages-new-lead")).render())
            (form(visit, None, &typed, &departments, None))
        },
    ))
}

pub async fn create(visit: &Visit) -> Result<Reply, Fault> {
    let typed = Typed::from_form(visit);
    let saved = match typed.input(None) {
        Ok(input) => visit.act(&SAVE_PAGE, input).await,
        Err(fault) => Err(fault),
    };
    match saved {
        Ok(page) => Ok(Reply::see_other(&format!("/staff/pages/{}?done=saved", page.id))),
        Err(fault) if fault.kind() == Kind::Invalid => {
            let departments = names::departments(&visit.cx).await;
            let shell = visit.shell(visit.t("messages-new")).wrong(true);
            let body = html! {
                (PageHead::new(visit.t("messages-new")).render())
                (form(visit, None, &typed, &departments, Some(&fault)))
            };
            Ok(visit.page_with(fault.status(), &shell, body))
        }
        Err(fault) => Err(fault),
    }
}

pub async fn edit(visit: &Visit) -> Result<Reply, Fault> {
    let page = visit.read(&STAFF_PAGE, AskStaffPage { id: page_id(visit)? }).await?;
    let departments = names::departments(&visit.cx).await;
    let object = Object::new("page", &page.id).department(page.department.clone());
    let may_save = allow(&visit.cx, "messages.save_page", &object).is_ok();
    let shell = visit.shell(page.title.read(visit.cx.lang()).0).breadcrumbs(crumbs(visit, Some(&page), None));
    let body = if may_save {
        form(visit, Some(&page), &Typed::of(&page), &departments, None)
    } else {
        let shown = shown_in(visit, &page, visit.cx.lang());
        let content = markdown::render(visit.cx.tongue(), &shown.body);
        html! {
            (Banner::info(visit.t("messages-not-yours")).render(visit.cx.tongue()))
            div class="prose" lang=(shown.lang.code()) { (content) }
        }
    };
    Ok(visit.page(&shell, html! { (head(visit, &page, &departments)) (body) }))
}

/// Title, state, and where one can go from here.
fn head(visit: &Visit, page: &StaffPage, departments: &Departments) -> Markup {
    let t = visit.cx.tongue();
    let at = |part: &str| format!("/staff/pages/{}/{part}", page.id);
    let due: Vec<Lang> = page.translations_due();
    let languages = html! {
        @for lang in Lang::ALL {
            @let (word, tone) = if !page.body.0.contains_key(&lang) {
                ("messages-text-missing", Tone::Caution)
            } else if due.contains(&lang) {
                ("messages-text-older", Tone::Caution)
            } else {
                ("messages-text-there", Tone::Positive)
            };
            (t.t(lang_word(lang))) " " (Tag::new(t.t(word), tone).render()) " "
        }
    };
    let owner =
        departments.name(page.department.as_ref(), t.lang()).unwrap_or_else(|| t.t("messages-whole-city"));
    let mut facts = SummaryList::new()
        .row(t.t("messages-state"), state_tag(visit, page.state, page.live_rev, page.rev))
        .row(t.t("messages-languages"), languages)
        .text(t.t("messages-department"), owner)
        .text(
            t.t("messages-saved"),
            t.tf("messages-saved-rev", &[("at", &visit.time(page.saved_ms)), ("rev", &page.rev.to_string())]),
        );
    if page.publish_ms > 0 {
        facts = facts.text(t.t("messages-goes-out"), visit.time(page.publish_ms));
    }
    if page.is_live() {
        facts = facts.row(
            t.t("messages-address"),
            html! { a href={ "/pages/" (page.slug) } { "/pages/" (page.slug) } },
        );
    }
    html! {
        (PageHead::new(page.title.read(t.lang()).0).above(t.t("messages-menu-staff")).render())
        (facts.render())
        (buttons([
            Button::link(t.t("messages-release"), at("release")).render(),
            Button::link(t.t("messages-preview"), at("preview")).secondary().render(),
            Button::link(t.t("messages-versions"), at("versions")).secondary().render(),
            Button::link(t.t("messages-votes"), at("votes")).secondary().render(),
        ]))
    }
}

pub async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let id = page_id(visit)?;
    let typed = Typed::from_form(visit);
    let saved = match typed.input(Some(id.clone())) {
        Ok(input) => visit.act(&SAVE_PAGE, input).await,
        Err(fault) => Err(fault),
    };
    let fault = match saved {
        Ok(page) => return Ok(Reply::see_other(&format!("/staff/pages/{}?done=saved", page.id))),
        Err(fault) => fault,
    };
    let departments = names::departments(&visit.cx).await;
    let body = match fault.kind() {
        Kind::Invalid => {
            let page = visit.read(&STAFF_PAGE, AskStaffPage { id }).await?;
            html! { (head(visit, &page, &departments)) (form(visit, Some(&page), &typed, &departments, Some(&fault))) }
        }
        Kind::Outdated => {
            let theirs: StaffPage = fault.theirs_as()?;
            html! {
                (PageHead::new(theirs.title.read(visit.cx.lang()).0).above(visit.t("messages-menu-staff")).render())
                (conflict(visit, &typed, &theirs, &departments).await)
            }
        }
        _ => return Err(fault),
    };
    let shell = visit.shell(visit.t("messages-menu-staff")).wrong(true);
    Ok(visit.page_with(fault.status(), &shell, body))
}

fn form(
    visit: &Visit,
    page: Option<&StaffPage>,
    typed: &Typed,
    departments: &Departments,
    fault: Option<&Fault>,
) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let action =
        page.map_or_else(|| "/staff/pages/new".to_owned(), |page| format!("/staff/pages/{}", page.id));
    let was_public = page.is_some_and(|page| page.first_live_ms > 0);
    let slug = if was_public {
        Field::markup(html! {
            input type="hidden" name="slug" value=(typed.slug);
            p { (t.tf("messages-slug-stays", &[("slug", &typed.slug)])) }
        })
    } else {
        Field::text("slug", t.t("messages-address"))
            .prefix("/pages/")
            .required()
            .hint(t.t("messages-slug-hint"))
            .value(&typed.slug)
            .error_if(wrong("slug"))
    };
    let mut form =
        Form::new(action).token(visit.new_token()).field(Field::hidden("rev", typed.rev.to_string()));
    for lang in Lang::ALL {
        form = form.group(language(visit, page, typed, lang, fault));
    }
    form =
        form.group(
            Group::new(t.t("messages-settings"))
                .field(slug)
                .field(department(visit, typed, departments).error_if(wrong("department")))
                .field(
                    Field::number("place", t.t("messages-place"))
                        .hint(t.t("messages-place-hint"))
                        .width(Width::Tiny)
                        .value(&typed.place)
                        .error_if(wrong("place")),
                )
                .field(
                    Field::checkbox("in_footer", t.t("messages-in-footer"), "yes")
                        .value(if typed.in_footer { "yes" } else { "" }),
                ),
        );
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    form.submit(t.t("messages-save-draft")).secondary(Link::new(t.t("cancel"), "/staff/pages")).render(t)
}

/// Those to whose pages this person may give it; the whole city only where that is a right.
fn department(visit: &Visit, typed: &Typed, departments: &Departments) -> Field {
    let t = visit.cx.tongue();
    let today = visit.cx.now().date().to_string();
    let may = |id: Option<Id>| {
        let object = Object::new("page", "").department(id.clone());
        let now = id.as_ref().map_or("", Id::as_str) == typed.department;
        now || allow(&visit.cx, "messages.save_page", &object).is_ok()
    };
    let city = may(None).then(|| Choice::new("", t.t("messages-whole-city")));
    let others = departments
        .open(&today)
        .filter(|row| may(Some(row.id.clone())))
        .map(|row| Choice::new(row.id.as_str(), indented(row.depth, row.name(t.lang()))));
    Field::select("department", t.t("messages-department"), city.into_iter().chain(others))
        .hint(t.t("messages-department-hint"))
        .value(&typed.department)
}

fn language(
    visit: &Visit,
    page: Option<&StaffPage>,
    typed: &Typed,
    lang: Lang,
    fault: Option<&Fault>,
) -> Group {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let text = typed.text(lang);
    let (title, body) = (text_name(lang, "title"), text_name(lang, "body"));
    let mut group = Group::new(t.t(lang_word(lang)));
    if lang != Lang::Ja {
        group = group.hint(t.t("messages-translation-hint"));
    }
    let need = |field: Field| if lang == Lang::Ja { field.required() } else { field };
    group = group
        .field(
            need(Field::text(&title, t.t("messages-title")))
                .width(Width::Full)
                .chars_max(TITLE_CHARS_MAX)
                .value(text.title)
                .error_if(wrong(&title)),
        )
        .field(
            need(Field::textarea(&body, t.t("messages-body")))
                .rows(if lang == Lang::Ja { 18 } else { 12 })
                .chars_max(BODY_CHARS_MAX)
                .hint(t.t("messages-body-hint"))
                .value(text.body)
                .error_if(wrong(&body)),
        );
    let is_known = page.is_some_and(|page| page.body.0.contains_key(&lang));
    if lang != Lang::Ja && is_known {
        let ticked = if typed.still_right.contains(&lang) { lang.code() } else { "" };
        group = group.field(
            Field::checkbox("still_right", t.t("messages-still-right"), lang.code())
                .id(format!("still-right-{}", lang.code()))
                .value(ticked),
        );
    }
    group
}

/// Both versions side by side.
async fn conflict(visit: &Visit, typed: &Typed, theirs: &StaffPage, departments: &Departments) -> Markup {
    let t = visit.cx.tongue();
    let other = Typed::of(theirs);
    let back = format!("/staff/pages/{}", theirs.id);
    let who = names::person(visit, &theirs.saved_by).await;
    let yes = |on: bool| if on { "yes" } else { "" };
    let yes_word = |on: bool| t.t(if on { "messages-yes" } else { "messages-no" });
    let named = |id: &str| {
        let name = id.parse().ok().and_then(|id| departments.name(Some(&id), t.lang()).map(str::to_owned));
        name.unwrap_or_else(|| t.t("messages-whole-city").to_owned())
    };
    let mut both = Conflict::new(back.clone(), visit.new_token())
        .by(who, visit.time(theirs.saved_ms))
        .hidden("rev", theirs.rev.to_string())
        .back(back);
    for lang in Lang::ALL {
        let (mine, its) = (typed.text(lang), other.text(lang));
        let label = |word: &str| format!("{}（{}）", t.t(word), t.t(lang_word(lang)));
        both = both.row(text_name(lang, "title"), label("messages-title"), mine.title, its.title).row(
            text_name(lang, "body"),
            label("messages-body"),
            mine.body,
            its.body,
        );
    }
    both.row("slug", t.t("messages-address"), &typed.slug, &other.slug)
        .row_shown(
            "department",
            t.t("messages-department"),
            (&typed.department, &named(&typed.department)),
            (&other.department, &named(&other.department)),
        )
        .row("place", t.t("messages-place"), &typed.place, &other.place)
        .row_shown(
            "in_footer",
            t.t("messages-in-footer"),
            (yes(typed.in_footer), yes_word(typed.in_footer)),
            (yes(other.in_footer), yes_word(other.in_footer)),
        )
        .render(t)
}
