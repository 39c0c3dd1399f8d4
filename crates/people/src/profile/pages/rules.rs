//! What the city decides about ages, waiting and keeping: for administrators.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Choice, Col, Field, Form, Link, PageHead, Table, Width};
use ground::page::Visit;
use maud::{Markup, html};

use crate::actions::Nothing;
use crate::profile::actions::rules::{RULES, SAVE_RULE, SaveRule};
use crate::profile::store::rules::RuleCode;

pub(super) async fn show(visit: &Visit) -> Result<Reply, Fault> {
    crate::pages::only_for(visit, "people.save_rule")?;
    let input = SaveRule {
        code: RuleCode::ChildOwnAge,
        valid_from: visit.cx.now().date().to_string(),
        value: RuleCode::ChildOwnAge.usual(),
        basis: String::new(),
    };
    render(visit, &input, None).await
}

async fn render(visit: &Visit, input: &SaveRule, fault: Option<&Fault>) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let rules = visit.read(&RULES, Nothing {}).await?;
    let table = rules.iter().fold(
        Table::new(t.t("people-rules-title"))
            .quiet_caption()
            .column(Col::new(t.t("people-rule-what")))
            .column(Col::number(t.t("people-rule-today")))
            .column(Col::new(t.t("people-rule-decided"))),
        |table, rule| {
            table.row([
                html! { (t.t(&rule.code.word())) },
                html! { (rule.today) },
                html! {
                    @if rule.decided.is_empty() { (t.t("people-rule-usual")) }
                    @else {
                        ul { @for one in &rule.decided { li { (one.valid_from) "： " (one.value) " — " (one.basis) } } }
                    }
                },
            ])
        },
    );
    let title = t.t("people-rules-title");
    let crumbs = [Link::new(t.t("people-crumb-staff"), "/staff"), Link::new(title, "/staff/rules")];
    let shell = visit.shell(title).breadcrumbs(crumbs).wrong(fault.is_some());
    let body = html! {
        (PageHead::new(title).lead(t.t("people-rules-lead")).render())
        (table.render(t))
        h2 { (t.t("people-rule-decide")) }
        (form(visit, input, fault))
    };
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    Ok(visit.page_with(status, &shell, body))
}

fn form(visit: &Visit, input: &SaveRule, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let codes = RuleCode::ALL.map(|code| Choice::new(code.name(), t.t(&code.word())));
    Form::new("/staff/rules")
        .token(visit.new_token())
        .field(Field::select("code", t.t("people-rule-what"), codes).required().value(input.code.name()))
        .field(
            Field::date("valid_from", t.t("people-rule-from"))
                .required()
                .value(&input.valid_from)
                .error_if(wrong("valid_from")),
        )
        .field(
            Field::number("value", t.t("people-rule-value"))
                .required()
                .width(Width::Short)
                .value(input.value.to_string())
                .error_if(wrong("value")),
        )
        .field(
            Field::text("basis", t.t("people-rule-basis"))
                .required()
                .hint(t.t("people-rule-basis-hint"))
                .value(&input.basis)
                .error_if(wrong("basis")),
        )
        .submit(t.t("save"))
        .render(t)
}

pub(super) async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let input = SaveRule {
        code: RuleCode::from_name(visit.form.get("code")).ok_or_else(Fault::malformed)?,
        valid_from: visit.form.get("valid_from").to_owned(),
        value: crate::pages::typed_number(visit.form.get("value")),
        basis: visit.form.get("basis").to_owned(),
    };
    match visit.act(&SAVE_RULE, input.clone()).await {
        Ok(_) => Ok(Reply::see_other("/staff/rules?done=saved")),
        Err(fault) if fault.kind() == Kind::Invalid => render(visit, &input, Some(&fault)).await,
        Err(fault) => Err(fault),
    }
}
