//! Who used data, for those who watch over it: the uses, who was stopped, and the limits.

use ground::door::Reply;
use ground::fault::{Fault, Kind as FaultKind};
use ground::html::{
    Banner, Button, Choice, Col, Empty, Field, Form, Link, PageHead, Table, Tabs, Tag, Tone, buttons, number,
    with_query,
};
use ground::id::Id;
use ground::list::Paging;
use ground::page::Visit;
use maud::{Markup, html};

use super::{above, ground_word, names, plain, purpose, what, who};
use crate::actions::Nothing;
use crate::pages::told;
use crate::release::actions::{
    AskStopped, LIFT_STOP, Lift, SAVE_USE_LIMIT, STOPPED_USES, SaveLimit, USE_LIMITS, USES,
};
use crate::release::limits::{Block, Kind, Limit, Span};
use crate::release::record::{AskUses, Watched, text_of};

const LIST: &str = "/staff/uses";
const STOPPED: &str = "/staff/uses/stopped";
const LIMITS: &str = "/staff/uses/limits";

fn tabs(visit: &Visit) -> Markup {
    let t = visit.cx.tongue();
    [(LIST, "people-uses-all"), (STOPPED, "people-uses-stopped"), (LIMITS, "people-uses-limits")]
        .into_iter()
        .fold(Tabs::new(t.t("people-menu-uses")), |tabs, (href, word)| {
            tabs.tab(Link::new(t.t(word), href).current(visit.path == href))
        })
        .render()
}

fn wanted(visit: &Visit) -> AskUses {
    let cut = |name: &str, most: usize| visit.query.get(name).chars().take(most).collect();
    AskUses {
        actor: cut("actor", 40),
        purpose: cut("purpose", 80),
        many: visit.query.get("many") == "1",
        withheld: visit.query.get("withheld") == "1",
        paging: Paging::from_query(&visit.query),
    }
}

fn address(ask: &AskUses) -> String {
    let flag = |is: bool| if is { "1" } else { "" };
    [
        ("actor", ask.actor.as_str()),
        ("purpose", ask.purpose.as_str()),
        ("many", flag(ask.many)),
        ("withheld", flag(ask.withheld)),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .fold(LIST.to_owned(), |path, (name, value)| with_query(&path, name, value))
}

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let ask = wanted(visit);
    if visit.wants_csv() {
        return csv(visit, &ask).await;
    }
    let list = visit.read(&USES, ask.clone()).await?;
    let base = address(&ask);
    let mut filter = Form::new(LIST)
        .get()
        .compact()
        .unmarked()
        .label(t.t("people-record-filter"))
        .field(Field::text("purpose", t.t("people-use-purpose-code")).value(&ask.purpose))
        .field(Field::checkbox("many", t.t("people-uses-many"), "1").values(ask.many.then_some("1")))
        .field(
            Field::checkbox("withheld", t.t("people-uses-withheld"), "1").values(ask.withheld.then_some("1")),
        )
        .submit(t.t("people-record-show"));
    if !ask.actor.is_empty() {
        filter = filter.field(Field::hidden("actor", &ask.actor));
    }
    if base != LIST {
        filter = filter.secondary(Link::new(t.t("people-record-show-all"), LIST));
    }
    let shell = visit.shell(t.t("people-menu-uses"));
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(t.t("people-menu-uses")).lead(t.t("people-uses-lead")).render())
            (tabs(visit))
            (filter.render(t))
            @if list.rows.is_empty() {
                (Empty::new(t.t("people-uses-none")).text(t.t("people-uses-none-text")).render())
            } @else {
                (table(visit, &list.rows, &base))
                (visit.next_page(list.next.as_deref(), &base))
            }
        },
    ))
}

fn table(visit: &Visit, rows: &[Watched], base: &str) -> Markup {
    let t = visit.cx.tongue();
    let table = Table::new(t.t("people-uses-all"))
        .quiet_caption()
        .columns(["people-use-when", "people-use-who", "people-use-for"].map(|head| Col::new(t.t(head))))
        .column(Col::number(t.t("people-use-count")))
        .column(Col::new(t.t("people-use-what")))
        .csv(with_query(base, "format", "csv"));
    rows.iter()
        .fold(table, |table, row| {
            table.row([
                html! { (visit.time(row.at_ms)) },
                html! {
                    (who(visit, row.by, row.department.as_ref(), row.recipient.as_ref()))
                    @if row.by != Kind::House {
                        br;
                        a href=(with_query(LIST, "actor", &row.actor)) {
                            @if row.actor_name.is_empty() { (t.t("people-uses-of-this")) }
                            @else { (row.actor_name) }
                        }
                    }
                },
                html! {
                    (purpose(visit, row.purpose_name.as_ref(), &row.purpose))
                    @if !row.ground.is_empty() {
                        br; span class="quiet" { (t.t(&ground_word(&row.ground))) }
                    }
                    @if !row.reason.is_empty() {
                        br; span class="quiet" { (t.tf("people-use-reason", &[("reason", &row.reason)])) }
                    }
                },
                html! { (number(row.count)) },
                what(visit, &row.given, &row.withheld),
            ])
        })
        .render(t)
}

async fn csv(visit: &Visit, ask: &AskUses) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let rows = visit.read_all(&USES, |paging| AskUses { paging, ..ask.clone() }).await?;
    let heads = [
        "people-use-when",
        "people-use-who",
        "people-use-name",
        "people-use-department",
        "people-use-recipient",
        "people-use-purpose-code",
        "people-use-count",
        "people-use-given",
        "people-use-withheld",
        "people-use-ground",
        "people-use-said",
        "people-use-place",
    ]
    .map(|head| t.t(head));
    let lines = rows.iter().map(|row| {
        let withheld: Vec<_> = row.withheld.iter().map(|one| one.attribute).collect();
        let ground =
            if row.ground.is_empty() { String::new() } else { t.t(&ground_word(&row.ground)).to_owned() };
        vec![
            visit.time(row.at_ms),
            t.t(&format!("people-use-by-{}", row.by.name())).to_owned(),
            row.actor_name.clone(),
            plain(visit, row.department.as_ref()),
            plain(visit, row.recipient.as_ref()),
            row.purpose.clone(),
            row.count.to_string(),
            names(visit, &row.given),
            names(visit, &withheld),
            ground,
            row.reason.clone(),
            row.place.to_string(),
        ]
    });
    visit.csv("uses", &heads, lines)
}

pub(super) async fn stopped(visit: &Visit) -> Result<Reply, Fault> {
    stopped_page(visit, None).await
}

async fn stopped_page(visit: &Visit, fault: Option<(&Id, &str, &Fault)>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let list = visit.read(&STOPPED_USES, AskStopped { paging: Paging::from_query(&visit.query) }).await?;
    let shell = visit.shell(t.t("people-uses-stopped")).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, |(_, _, fault)| fault.status());
    Ok(visit.page_with(
        status,
        &shell,
        html! {
            (PageHead::new(t.t("people-menu-uses")).lead(t.t("people-stopped-lead")).render())
            (tabs(visit))
            @if list.rows.is_empty() {
                (Empty::new(t.t("people-stopped-none")).text(t.t("people-stopped-none-text")).render())
            }
            @for block in &list.rows { (one_block(visit, block, fault)) }
            (visit.next_page(list.next.as_deref(), STOPPED))
        },
    ))
}

fn one_block(visit: &Visit, block: &Block, fault: Option<(&Id, &str, &Fault)>) -> Markup {
    let t = visit.cx.tongue();
    let standing = block.lifted_ms == 0;
    let name = match (block.kind, block.actor_name.as_str()) {
        (Kind::Service, _) => t.t("people-use-by-service").to_owned(),
        (_, "") => t.t("people-use-by-staff").to_owned(),
        (_, name) => name.to_owned(),
    };
    let state = if standing {
        Tag::new(t.t("people-stopped-stands"), Tone::Negative)
    } else {
        Tag::new(t.t("people-stopped-lifted"), Tone::Neutral)
    };
    let words = t.tf(
        &format!("people-stopped-{}", block.span.name()),
        &[("people", &number(block.people)), ("usual", &number(block.usual))],
    );
    let own = block.actor == visit.cx.who().written();
    let wrong = fault.filter(|(id, ..)| **id == block.id);
    html! {
        section aria-labelledby=(format!("s-{}", block.id)) {
            h2 id=(format!("s-{}", block.id)) { (name) " " (state.render()) }
            p {
                (visit.time(block.at_ms)) "　" (words)
                @if let Some(department) = text_of(&block.department_name) {
                    br; (told(&department, visit.cx.lang()))
                }
            }
            p { a href=(with_query(LIST, "actor", &block.actor)) { (t.t("people-stopped-see")) } }
            @if !standing {
                p {
                    (t.tf("people-stopped-lifted-by", &[("name", &block.lifter_name), ("when", &visit.time(block.lifted_ms))]))
                    br; (block.note)
                }
            } @else if own {
                p { (t.t("people-stopped-own")) }
            } @else if visit.may_ever("people.lift_stop") {
                @let form = Form::new(format!("{STOPPED}/{}/lift", block.id))
                    .token(visit.new_token())
                    .field(
                        Field::text("note", t.t("people-stopped-note"))
                            .id(format!("note-{}", block.id))
                            .required()
                            .hint(t.t("people-stopped-note-hint"))
                            .value(wrong.map_or("", |(_, typed, _)| typed))
                            .error_if(wrong.and_then(|(_, _, fault)| fault.field_words("note", t))),
                    )
                    .submit(t.t("people-stopped-lift"));
                @if let Some(words) = above(visit, wrong.map(|(_, _, fault)| fault)) {
                    (form.clone().error(words).render(t))
                } @else { (form.render(t)) }
            }
        }
    }
}

pub(super) async fn lift(visit: &Visit) -> Result<Reply, Fault> {
    let id: Id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    let input = Lift { id: id.clone(), note: visit.form.get("note").to_owned() };
    match visit.act(&LIFT_STOP, input.clone()).await {
        Ok(_) => Ok(Reply::see_other("/staff/uses/stopped?done=people-let-go")),
        Err(fault) if matches!(fault.kind(), FaultKind::Invalid | FaultKind::Conflict) => {
            stopped_page(visit, Some((&id, &input.note, &fault))).await
        }
        Err(fault) => Err(fault),
    }
}

pub(super) async fn limits(visit: &Visit) -> Result<Reply, Fault> {
    limits_page(visit, None, None).await
}

fn limit_words(visit: &Visit, limit: &Limit) -> String {
    visit.tf(
        &format!("people-limit-{}-{}", limit.kind.name(), limit.span.name()),
        &[("people", &number(limit.people))],
    )
}

async fn limits_page(
    visit: &Visit,
    typed: Option<&SaveLimit>,
    fault: Option<&Fault>,
) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let limits = visit.read(&USE_LIMITS, Nothing {}).await?;
    let today = visit.cx.now().date().to_string();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let table = limits.set.iter().fold(
        Table::new(t.t("people-limits-set")).columns(
            ["people-limit-from", "people-limit-what", "people-state"].map(|head| Col::new(t.t(head))),
        ),
        |table, limit| {
            let state = if limits.today.contains(limit) {
                Tag::new(t.t("people-limit-holds"), Tone::Positive)
            } else if limit.from_on > today {
                Tag::new(t.t("people-limit-to-come"), Tone::Info)
            } else {
                Tag::new(t.t("people-limit-over"), Tone::Neutral)
            };
            table.row([html! { (limit.from_on) }, html! { (limit_words(visit, limit)) }, state.render()])
        },
    );
    let kinds = [Kind::Staff, Kind::Service]
        .map(|kind| Choice::new(kind.name(), t.t(&format!("people-use-by-{}", kind.name()))));
    let spans =
        Span::ALL.map(|span| Choice::new(span.name(), t.t(&format!("people-limit-per-{}", span.name()))));
    let mut form = Form::new(LIMITS)
        .token(visit.new_token())
        .field(
            Field::radios("kind", t.t("people-limit-for"), kinds)
                .required()
                .value(typed.map_or(Kind::Staff.name(), |typed| typed.kind.name()))
                .error_if(wrong("kind")),
        )
        .field(
            Field::radios("span", t.t("people-limit-span"), spans)
                .required()
                .value(typed.map_or(Span::Hour.name(), |typed| typed.span.name())),
        )
        .field(
            Field::number("people", t.t("people-limit-people"))
                .required()
                .value(
                    typed
                        .filter(|typed| typed.people > 0)
                        .map_or_else(String::new, |typed| typed.people.to_string()),
                )
                .error_if(wrong("people")),
        )
        .field(
            Field::date("from_on", t.t("people-limit-from"))
                .required()
                .value(typed.map_or(today.as_str(), |typed| typed.from_on.as_str()))
                .error_if(wrong("from_on")),
        )
        .submit(t.t("save"));
    if let Some(words) = above(visit, fault) {
        form = form.error(words);
    }
    let shell = visit.shell(t.t("people-uses-limits")).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(
        status,
        &shell,
        html! {
            (PageHead::new(t.t("people-menu-uses")).lead(t.t("people-limits-lead")).render())
            (tabs(visit))
            h2 { (t.t("people-limits-today")) }
            ul { @for limit in &limits.today { li { (limit_words(visit, limit)) } } }
            @if visit.may_ever("people.save_use_limit") {
                h2 { (t.t("people-limit-new")) }
                (form.render(t))
            }
            @if !limits.set.is_empty() { (table.render(t)) }
        },
    ))
}

pub(super) async fn save_limit(visit: &Visit) -> Result<Reply, Fault> {
    let form = &visit.form;
    let input = SaveLimit {
        kind: Kind::from_name(form.get("kind")),
        span: Span::from_name(form.get("span")),
        from_on: form.get("from_on").to_owned(),
        people: crate::pages::typed_number(form.get("people")),
    };
    match visit.act(&SAVE_USE_LIMIT, input.clone()).await {
        Ok(_) => Ok(Reply::see_other("/staff/uses/limits?done=saved")),
        Err(fault) if fault.kind() == FaultKind::Invalid => {
            limits_page(visit, Some(&input), Some(&fault)).await
        }
        Err(fault) => Err(fault),
    }
}

/// The piece of the desk: somebody is stopped and waits for another person's look.
pub(super) async fn panel(visit: &Visit) -> Result<Option<Markup>, Fault> {
    if !visit.may_ever("people.lift_stop") {
        return Ok(None);
    }
    let list = visit.read(&STOPPED_USES, AskStopped::default()).await?;
    let standing = list.rows.iter().filter(|block| block.lifted_ms == 0).count();
    if standing == 0 {
        return Ok(None);
    }
    let t = visit.cx.tongue();
    let words = t.tf("people-stopped-desk", &[("count", &standing.to_string())]);
    Ok(Some(html! {
        (Banner::warning(words).render(t))
        (buttons([Button::link(t.t("people-stopped-look"), STOPPED).render()]))
    }))
}
