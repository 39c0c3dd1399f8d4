//! Staff pages over districts and the blocks of the town.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Button, Col, Conflict, Empty, Field, Form, Group, Link, PageHead, PostButton, SearchBox, Table, Width,
};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use ground::words::Lang;
use maud::{Markup, html};

use super::{only_for, saver, shell_under, told, typed_number};
use crate::actions::Nothing;
use crate::actions::districts::{
    AskBlocks, AskDistrictOf, BLOCKS, DISTRICT, DISTRICT_OF, DISTRICTS, DistrictName, DistrictView,
    REMOVE_BLOCK, SAVE_BLOCK, SAVE_DISTRICT, SaveBlock, SaveDistrict, ThisBlock, ThisDistrict,
};
use crate::model::exactly;

const LIST: &str = "/staff/districts";

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.district")?;
    let t = visit.cx.tongue();
    let rows = visit.read(&DISTRICTS, Nothing {}).await?;
    if visit.wants_csv() {
        return csv(visit, &rows).await;
    }
    let asked = visit.query.get("block");
    let found = if asked.is_empty() { None } else { Some(find(visit, asked).await?) };
    let table = rows.iter().fold(
        Table::new(t.t("people-menu-districts"))
            .quiet_caption()
            .column(Col::new(t.t("people-name")))
            .column(Col::new(t.t("people-district-slug")))
            .csv(format!("{LIST}?format=csv")),
        |table, row| {
            table.row([
                html! { a href=(format!("{LIST}/{}", row.id)) { (told(&row.name, visit.cx.lang())) } },
                html! { (row.slug) },
            ])
        },
    );
    let shell = visit.shell(t.t("people-menu-districts"));
    let may_save = visit.may_ever("people.save_district");
    let mut head = PageHead::new(t.t("people-menu-districts")).lead(t.t("people-districts-lead"));
    if may_save {
        head = head.actions(Button::link(t.t("people-district-new"), "/staff/districts/new").render());
    }
    Ok(visit.page(
        &shell,
        html! {
            (head.render())
            (SearchBox::new(LIST, t.t("people-district-find")).name("block").value(asked).render(t))
            @if let Some(found) = found { (found) }
            @if rows.is_empty() {
                (Empty::new(t.t("people-districts-none")).text(t.t("people-districts-none-text")).render())
            } @else { (table.render(t)) }
        },
    ))
}

/// Every block with its district, in the columns that the import reads: so the table can go out and in.
async fn csv(visit: &Visit, districts: &[DistrictName]) -> Result<Reply, Fault> {
    let mut lines = Vec::new();
    for district in districts {
        let ask = |paging| AskBlocks { district: district.id.clone(), paging };
        for block in visit.read_all(&BLOCKS, ask).await? {
            let name = exactly(&district.name, Lang::Ja).to_owned();
            lines.push(vec![block.name, name, district.slug.clone(), block.postal]);
        }
    }
    visit.csv("blocks", &crate::import::Kind::Blocks.header(), lines)
}

/// The answer to "which district does this block belong to?".
async fn find(visit: &Visit, asked: &str) -> Result<Markup, Fault> {
    let ask = AskDistrictOf { block: asked.to_owned() };
    match visit.read(&DISTRICT_OF, ask).await {
        Ok(found) => {
            let (name, _) = found.district.name.read(visit.cx.lang());
            let words =
                visit.tf("people-district-found", &[("block", &found.block.name), ("district", name)]);
            Ok(
                html! { p role="status" { (words) " " a href=(format!("{LIST}/{}", found.district.id)) { (name) } } },
            )
        }
        Err(fault) if matches!(fault.kind(), Kind::Missing | Kind::Invalid) => {
            Ok(html! { p role="status" { (visit.tf("people-district-not-found", &[("block", asked)])) } })
        }
        Err(fault) => Err(fault),
    }
}

/// What the form holds when it is opened, or comes back.
struct Typed {
    input: SaveDistrict,
    place: String,
}

fn form(visit: &Visit, typed: &Typed, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let input = &typed.input;
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let action = input.id.as_ref().map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let names = Group::new(t.t("people-name"))
        .field(
            Field::text("name", t.t("people-name-ja")).required().value(&input.name).error_if(wrong("name")),
        )
        .field(
            Field::text("name_easy", t.t("people-name-easy"))
                .hint(t.t("people-name-easy-hint"))
                .value(&input.name_easy)
                .error_if(wrong("name_easy")),
        )
        .field(
            Field::text("name_en", t.t("people-name-en")).value(&input.name_en).error_if(wrong("name_en")),
        );
    let mut form = Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .group(names)
        .field(
            Field::text("slug", t.t("people-district-slug"))
                .required()
                .hint(t.t("people-district-slug-hint"))
                .width(Width::Short)
                .value(&input.slug)
                .error_if(wrong("slug")),
        )
        .field(
            Field::number("place", t.t("people-place"))
                .hint(t.t("people-place-hint"))
                .value(&typed.place)
                .error_if(wrong("place")),
        )
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), LIST));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    form.render(t)
}

pub(super) async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_district")?;
    let input = SaveDistrict {
        id: None,
        slug: String::new(),
        name: String::new(),
        name_easy: String::new(),
        name_en: String::new(),
        place: 0,
        rev: 0,
    };
    let title = visit.t("people-district-new").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-districts", LIST);
    let inside = form(visit, &Typed { input, place: String::new() }, None);
    Ok(visit.page(&shell, html! { (PageHead::new(title).render()) (inside) }))
}

fn typed_of(view: &DistrictView) -> Typed {
    let district = &view.district;
    let input = SaveDistrict {
        id: Some(district.id.clone()),
        slug: district.slug.clone(),
        name: exactly(&district.name, Lang::Ja).to_owned(),
        name_easy: exactly(&district.name, Lang::JaEasy).to_owned(),
        name_en: exactly(&district.name, Lang::En).to_owned(),
        place: district.place,
        rev: district.rev,
    };
    Typed { place: district.place.to_string(), input }
}

/// What was typed into the form for a block, and what was wrong with it.
struct TypedBlock<'v> {
    name: &'v str,
    postal: &'v str,
    fault: Option<&'v Fault>,
}

async fn district_page(visit: &Visit, id: Id, block: TypedBlock<'_>) -> Result<Reply, Fault> {
    let view = visit.read(&DISTRICT, ThisDistrict { id: id.clone() }).await?;
    let paging = Paging::from_query(&visit.query);
    let blocks = visit.read(&BLOCKS, AskBlocks { district: id, paging }).await?;
    let t = visit.cx.tongue();
    let may_save = visit.may_ever("people.save_district");
    let here = format!("{LIST}/{}", view.district.id);
    let (name, _) = view.district.name.read(visit.cx.lang());
    let table = blocks.rows.iter().fold(
        Table::new(t.t("people-blocks"))
            .quiet_caption()
            .column(Col::new(t.t("people-block")))
            .column(Col::new(t.t("people-postal")))
            .columns(may_save.then(|| Col::new(t.t("people-session-do"))))
            .empty(t.t("people-blocks-none")),
        |table, row| {
            let remove = may_save.then(|| {
                PostButton::new(t.t("people-block-remove"), format!("{here}/remove-block"), visit.new_token())
                    .hidden("key", &row.key)
                    .about(&row.name)
                    .render()
            });
            table.row([html! { (row.name) }, html! { (row.postal) }].into_iter().chain(remove))
        },
    );
    let shell =
        shell_under(visit, name.to_owned(), "people-menu-districts", LIST).wrong(block.fault.is_some());
    let lead = visit.tf("people-district-blocks", &[("count", &view.blocks.to_string())]);
    let by = saver(visit, &view.saved_by_name);
    let saved = visit.tf("people-saved", &[("who", by), ("when", &visit.time(view.district.saved_ms))]);
    let body = html! {
        (PageHead::new(name).above(view.district.slug.as_str()).lead(lead).render())
        p class="quiet" { (saved) }
        h2 { (t.t("people-blocks")) }
        (table.render(t))
        (visit.next_page(blocks.next.as_deref(), &here))
        @if may_save {
            h2 { (t.t("people-block-add")) }
            (block_form(visit, &here, &block))
            h2 { (t.t("people-district-edit")) }
            (form(visit, &typed_of(&view), None))
        }
    };
    let status = block.fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(status, &shell, body))
}

fn block_form(visit: &Visit, here: &str, typed: &TypedBlock<'_>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| typed.fault.and_then(|fault| fault.field_words(path, t));
    Form::new(format!("{here}/add-block"))
        .token(visit.new_token())
        .label(t.t("people-block-add"))
        .field(
            // The page has a form for the district's own name as well: the two must not share an id.
            Field::text("block_name", t.t("people-block"))
                .required()
                .hint(t.t("people-block-hint"))
                .value(typed.name)
                .error_if(wrong("name")),
        )
        .field(
            Field::text("postal", t.t("people-postal"))
                .width(Width::Short)
                .inputmode("numeric")
                .value(typed.postal)
                .error_if(wrong("postal")),
        )
        .submit(t.t("people-block-add"))
        .render(t)
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    district_page(visit, id, TypedBlock { name: "", postal: "", fault: None }).await
}

pub(super) async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let id = match visit.slot("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::missing())?),
    };
    let form_text = |name: &str| visit.form.get(name).to_owned();
    let input = SaveDistrict {
        id,
        slug: form_text("slug"),
        name: form_text("name"),
        name_easy: form_text("name_easy"),
        name_en: form_text("name_en"),
        place: typed_number(visit.form.get("place")),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    };
    let fault = match visit.act(&SAVE_DISTRICT, input.clone()).await {
        Ok(view) => return Ok(Reply::see_other(&format!("{LIST}/{}?done=saved", view.district.id))),
        Err(fault) => fault,
    };
    let typed = Typed { place: form_text("place"), input };
    let inside = match fault.kind() {
        Kind::Invalid => form(visit, &typed, Some(&fault)),
        Kind::Outdated => conflict(visit, &typed, &fault)?,
        _ => return Err(fault),
    };
    let title = visit.t("people-district-edit").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-districts", LIST).wrong(true);
    Ok(visit.page_with(fault.status(), &shell, html! { (PageHead::new(title).render()) (inside) }))
}

fn conflict(visit: &Visit, typed: &Typed, fault: &Fault) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let view: DistrictView = fault.theirs_as()?;
    let (mine, theirs) = (&typed.input, typed_of(&view));
    let stands = &theirs.input;
    let href = format!("{LIST}/{}", view.district.id);
    let conflict = Conflict::new(href.clone(), visit.new_token())
        .by(saver(visit, &view.saved_by_name), visit.time(view.district.saved_ms))
        .hidden("rev", stands.rev.to_string())
        .row("name", t.t("people-name-ja"), &mine.name, &stands.name)
        .row("name_easy", t.t("people-name-easy"), &mine.name_easy, &stands.name_easy)
        .row("name_en", t.t("people-name-en"), &mine.name_en, &stands.name_en)
        .row("slug", t.t("people-district-slug"), &mine.slug, &stands.slug)
        .row("place", t.t("people-place"), &typed.place, &theirs.place)
        .back(href);
    Ok(conflict.render(t))
}

pub(super) async fn add_block(visit: &Visit) -> Result<Reply, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let (name, postal) = (visit.form.get("block_name"), visit.form.get("postal"));
    let input = SaveBlock { district: id.clone(), name: name.to_owned(), postal: postal.to_owned() };
    match visit.act(&SAVE_BLOCK, input).await {
        Ok(_) => Ok(Reply::see_other(&format!("{LIST}/{id}?done=saved"))),
        Err(fault) if fault.kind() == Kind::Invalid => {
            district_page(visit, id, TypedBlock { name, postal, fault: Some(&fault) }).await
        }
        Err(fault) => Err(fault),
    }
}

pub(super) async fn remove_block(visit: &Visit) -> Result<Reply, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&REMOVE_BLOCK, ThisBlock { key: visit.form.get("key").to_owned() }).await?;
    Ok(Reply::see_other(&format!("{LIST}/{id}?done=saved")))
}
