//! Setting providers up, in the staff console.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{
    Banner, Button, Choice, Col, Conflict, Empty, Field, Form, Group, Link, PageHead, PostButton,
    SummaryList, Table, Tag, Tone, Width, buttons,
};
use ground::page::Visit;
use ground::who::Level;
use maud::{Markup, html};

use super::way::named;
use crate::actions::Nothing;
use crate::pages::{only_for, saver, shell_under, typed_number};
use crate::ways::relying::actions::set_up::{
    PROVIDER, PROVIDERS, ProviderView, SAVE_PROVIDER, SaveProvider, TRY_PROVIDER, ThisProvider, Tried,
    TryProvider, as_input,
};
use crate::ways::relying::model::{Alg, ClientAuth, Endpoints, Offer, Place, Preset, Take};
use crate::ways::relying::presets;

const LIST: &str = "/staff/providers";

fn state_tag(visit: &Visit, state: Offer) -> Markup {
    let tone = match state {
        Offer::Open => Tone::Positive,
        Offer::Draft => Tone::Caution,
        Offer::Closed => Tone::Neutral,
    };
    Tag::new(visit.t(&format!("people-provider-state-{}", state.name())), tone).render()
}

fn level_words(visit: &Visit, level: Level) -> String {
    visit.t(&format!("people-provider-level-{}", level.name())).to_owned()
}

pub(super) async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let t = visit.cx.tongue();
    let rows = visit.read(&PROVIDERS, Nothing {}).await?;
    if visit.wants_csv() {
        let header = [
            t.t("people-provider-label"),
            t.t("people-provider-slug"),
            t.t("people-provider-issuer"),
            t.t("people-provider-level"),
            t.t("people-provider-linked-count"),
            t.t("people-state"),
        ];
        let lines = rows.iter().map(|row| {
            let one = &row.provider;
            vec![
                one.label.read(visit.cx.lang()).0.to_owned(),
                one.slug.clone(),
                one.issuer.clone(),
                level_words(visit, one.level),
                row.linked.to_string(),
                t.t(&format!("people-provider-state-{}", one.state.name())).to_owned(),
            ]
        });
        return visit.csv("providers", &header, lines);
    }
    let table = rows.iter().fold(
        Table::new(t.t("people-menu-providers"))
            .quiet_caption()
            .column(Col::new(t.t("people-provider-label")))
            .column(Col::new(t.t("people-provider-issuer")))
            .column(Col::new(t.t("people-provider-level")))
            .column(Col::number(t.t("people-provider-linked-count")))
            .column(Col::new(t.t("people-state")))
            .csv("/staff/providers?format=csv"),
        |table, row| {
            let one = &row.provider;
            table.row([
                html! { a href=(format!("{LIST}/{}", one.id)) { (named(visit, &one.label)) } },
                html! { span class="break" { (one.issuer) } },
                html! { (level_words(visit, one.level)) },
                html! { (row.linked) },
                state_tag(visit, one.state),
            ])
        },
    );
    let new = Preset::ALL.map(|preset| {
        let href = format!("/staff/providers/new?preset={}", preset.name());
        Button::link(t.t(&format!("people-provider-new-{}", preset.name())), href).secondary().render()
    });
    let shell = visit.shell(t.t("people-menu-providers"));
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(t.t("people-menu-providers")).lead(t.t("people-providers-lead")).render())
            @if visit.may_ever("people.save_provider") { (buttons(new)) }
            @if rows.is_empty() {
                (Empty::new(t.t("people-providers-none")).text(t.t("people-providers-none-text")).render())
            } @else { (table.render(t)) }
        },
    ))
}

/// What the form holds when it is opened, or comes back.
struct Typed {
    input: SaveProvider,
    place: String,
}

fn claim_of(input: &SaveProvider, place: Place) -> &str {
    input.takes.iter().find(|take| take.place == place).map_or("", |take| take.claim.as_str())
}

fn form(visit: &Visit, typed: &Typed, has_secret: bool, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let input = &typed.input;
    let wrong = |path: &str| fault.and_then(|fault| fault.field_words(path, t));
    let action = input.id.as_ref().map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}"));
    let word = |kind: &str, name: &str| t.t(&format!("people-provider-{kind}-{name}")).to_owned();
    let states = Offer::ALL.map(|one| {
        Choice::new(one.name(), word("state", one.name()))
            .hint(word("state", &format!("{}-hint", one.name())))
    });
    let auths = ClientAuth::ALL.map(|one| Choice::new(one.name(), word("auth", one.name())));
    let levels = [Level::Declared, Level::Mail, Level::National]
        .map(|one| Choice::new(one.name(), word("level", one.name())));
    let algs = Alg::ALL.map(|one| Choice::new(one.name(), one.name()));
    let mut names = Group::new(t.t("people-provider-label"));
    for (name, key, value) in [
        ("label", "people-name-ja", &input.label),
        ("label_easy", "people-name-easy", &input.label_easy),
        ("label_en", "people-name-en", &input.label_en),
    ] {
        let field = Field::text(name, t.t(key)).value(value).error_if(wrong(name));
        names = names.field(if name == "label" { field.required() } else { field });
    }
    let at = Group::new(t.t("people-provider-where")).hint(t.t("people-provider-where-hint"));
    let at = at.field(
        Field::text("issuer", t.t("people-provider-issuer"))
            .required()
            .width(Width::Full)
            .inputmode("url")
            .value(&input.issuer)
            .error_if(wrong("issuer")),
    );
    let given = &input.endpoints;
    let at = [
        ("authorization", &given.authorization),
        ("token", &given.token),
        ("userinfo", &given.userinfo),
        ("keys", &given.keys),
    ]
    .into_iter()
    .fold(at, |group, (name, value)| {
        let field = Field::text(name, word("at", name)).width(Width::Full).inputmode("url").value(value);
        group.field(if name == "authorization" { field.error_if(wrong("endpoints")) } else { field })
    });
    let secret_hint = if has_secret { "people-provider-secret-kept" } else { "people-provider-secret-hint" };
    let us = Group::new(t.t("people-provider-us"))
        .field(
            Field::text("client_id", t.t("people-provider-client-id"))
                .required()
                .value(&input.client_id)
                .error_if(wrong("client_id")),
        )
        .field(
            Field::radios("auth", t.t("people-provider-auth"), auths)
                .unmarked()
                .value(input.auth.name())
                .error_if(wrong("auth")),
        )
        .field(
            Field::password("secret", t.t("people-provider-secret"))
                .autocomplete("off")
                .hint(t.t(secret_hint))
                .error_if(wrong("secret")),
        );
    let us = if input.id.is_some() && input.auth == ClientAuth::Key {
        us.field(
            box_of("new_key", t.t("people-provider-new-key"), input.new_key)
                .hint(t.t("people-provider-new-key-hint")),
        )
    } else {
        us
    };
    let us = us
        .field(
            Field::text("scopes", t.t("people-provider-scopes"))
                .required()
                .hint(t.t("people-provider-scopes-hint"))
                .width(Width::Full)
                .value(&input.scopes)
                .error_if(wrong("scopes")),
        )
        .field(
            Field::checkboxes("algs", t.t("people-provider-algs"), algs)
                .unmarked()
                .hint(t.t("people-provider-algs-hint"))
                .values(input.algs.iter().map(|alg| alg.name()))
                .error_if(wrong("algs")),
        )
        .field(
            Field::textarea("extra", t.t("people-provider-extra"))
                .rows(2)
                .hint(t.t("people-provider-extra-hint"))
                .value(&input.extra)
                .error_if(wrong("extra")),
        );
    let means = Group::new(t.t("people-provider-means"))
        .field(
            Field::radios("level", t.t("people-provider-level"), levels)
                .unmarked()
                .value(input.level.name())
                .error_if(wrong("level")),
        )
        .field(box_of("strong", t.t("people-provider-strong"), input.strong))
        .field(box_of("mail_is_confirmed", t.t("people-provider-mail-confirmed"), input.mail_is_confirmed))
        .field(box_of("may_register", t.t("people-provider-may-register"), input.may_register));
    let takes = Group::new(t.t("people-provider-takes")).hint(t.t("people-provider-takes-hint"));
    let takes = Place::ALL.into_iter().fold(takes, |group, place| {
        let name = format!("take_{}", place.name());
        let field = Field::text(name, word("take", place.name())).value(claim_of(input, place));
        group.field(if place == Place::Name { field.error_if(wrong("takes")) } else { field })
    });
    let mut form = Form::new(action)
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .field(Field::hidden("preset", input.preset.name()))
        .group(names);
    if input.id.is_none() {
        form = form.field(
            Field::text("slug", t.t("people-provider-slug"))
                .required()
                .hint(t.t("people-provider-slug-hint"))
                .value(&input.slug)
                .error_if(wrong("slug")),
        );
    }
    form = form.group(at).group(us).group(means).group(takes);
    form = form
        .field(
            Field::number("place", t.t("people-place"))
                .hint(t.t("people-place-hint"))
                .value(&typed.place)
                .error_if(wrong("place")),
        )
        .field(
            Field::radios("state", t.t("people-state"), states)
                .unmarked()
                .value(input.state.name())
                .error_if(wrong("state")),
        )
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), LIST));
    if let Some(fault) = fault.filter(|fault| fault.fields().is_empty()) {
        form = form.error(fault.title(t));
    }
    form.render(t)
}

fn box_of(name: &'static str, label: &str, ticked: bool) -> Field {
    let field = Field::checkbox(name, label, "1").unmarked();
    if ticked { field.value("1") } else { field }
}

pub(super) async fn new(visit: &Visit) -> Result<Reply, Fault> {
    only_for(visit, "people.save_provider")?;
    let preset = Preset::from_name(visit.query.get("preset"));
    let input = presets::drafted(preset);
    let inside = form(visit, &Typed { input, place: String::new() }, false, None);
    let title = visit.t(&format!("people-provider-new-{}", preset.name())).to_owned();
    let lead = visit.t(&format!("people-provider-new-{}-text", preset.name())).to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-providers", LIST);
    Ok(visit.page(&shell, html! { (PageHead::new(title).lead(lead).render()) (inside) }))
}

async fn read_one(visit: &Visit) -> Result<ProviderView, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.read(&PROVIDER, ThisProvider { id }).await
}

pub(super) async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let view = read_one(visit).await?;
    Ok(shown(visit, &view, html! {}))
}

/// What the other side must know of us, whether it is there, and the form.
fn shown(visit: &Visit, view: &ProviderView, result: Markup) -> Reply {
    let t = visit.cx.tongue();
    let one = &view.provider;
    let name = one.label.read(visit.cx.lang()).0.to_owned();
    let shell = shell_under(visit, name.clone(), "people-menu-providers", LIST);
    let mut facts = SummaryList::new()
        .row(t.t("people-state"), state_tag(visit, one.state))
        .row(t.t("people-provider-redirect"), html! { code class="break" { (view.redirect) } })
        .text(t.t("people-provider-linked-count"), view.linked.to_string());
    if let Some(key) = &view.public_key {
        facts = facts.row(t.t("people-provider-public-key"), html! { code class="break" { (key) } });
    }
    let by = saver(visit, &view.saved_by_name);
    let saved = visit.tf("people-saved", &[("who", by), ("when", &visit.time(one.saved_ms))]);
    let try_it =
        PostButton::new(t.t("people-provider-try"), format!("{LIST}/{}/try", one.id), visit.new_token());
    let typed = Typed { place: one.place.to_string(), input: as_input(one) };
    visit.page(
        &shell,
        html! {
            (PageHead::new(name).render())
            (result)
            (facts.render())
            p class="quiet" { (saved) }
            @if visit.may_ever("people.save_provider") {
                p { (t.t("people-provider-try-text")) }
                (try_it.render())
                (form(visit, &typed, view.has_secret, None))
            }
        },
    )
}

fn input_of(visit: &Visit) -> Result<SaveProvider, Fault> {
    let text = |name: &str| visit.form.get(name).to_owned();
    let ticked = |name: &str| visit.form.get(name) == "1";
    let id = match visit.slot("id") {
        "" => None,
        id => Some(id.parse().map_err(|_| Fault::missing())?),
    };
    let takes = Place::ALL
        .into_iter()
        .map(|place| Take { place, claim: text(&format!("take_{}", place.name())) })
        .filter(|take| !take.claim.is_empty())
        .collect();
    Ok(SaveProvider {
        id,
        preset: Preset::from_name(visit.form.get("preset")),
        slug: text("slug"),
        label: text("label"),
        label_easy: text("label_easy"),
        label_en: text("label_en"),
        issuer: text("issuer"),
        endpoints: Endpoints {
            authorization: text("authorization"),
            token: text("token"),
            userinfo: text("userinfo"),
            keys: text("keys"),
        },
        client_id: text("client_id"),
        auth: ClientAuth::from_name(visit.form.get("auth")),
        secret: text("secret"),
        new_key: ticked("new_key"),
        scopes: text("scopes"),
        algs: visit.form.all("algs").filter_map(Alg::from_name).collect(),
        level: Level::from_name(visit.form.get("level")),
        strong: ticked("strong"),
        takes,
        mail_is_confirmed: ticked("mail_is_confirmed"),
        may_register: ticked("may_register"),
        extra: text("extra"),
        place: typed_number(visit.form.get("place")),
        state: Offer::from_name(visit.form.get("state")),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    })
}

pub(super) async fn save(visit: &Visit) -> Result<Reply, Fault> {
    let input = input_of(visit)?;
    let fault = match visit.act(&SAVE_PROVIDER, input.clone()).await {
        Ok(view) => return Ok(Reply::see_other(&format!("{LIST}/{}?done=saved", view.provider.id))),
        Err(fault) => fault,
    };
    let typed = Typed { place: visit.form.get("place").to_owned(), input };
    let inside = match fault.kind() {
        Kind::Invalid => form(visit, &typed, false, Some(&fault)),
        Kind::Outdated => conflict(visit, &typed, &fault)?,
        _ => return Err(fault),
    };
    let title = visit.t("people-provider-edit").to_owned();
    let shell = shell_under(visit, title.clone(), "people-menu-providers", LIST).wrong(true);
    Ok(visit.page_with(fault.status(), &shell, html! { (PageHead::new(title).render()) (inside) }))
}

/// Somebody else saved in between. What stands is taken over but for the fields where the two differ, which are shown.
fn conflict(visit: &Visit, typed: &Typed, fault: &Fault) -> Result<Markup, Fault> {
    let t = visit.cx.tongue();
    let view: ProviderView = fault.theirs_as()?;
    let stands = as_input(&view.provider);
    let href = format!("{LIST}/{}", view.provider.id);
    let mut conflict = Conflict::new(href.clone(), visit.new_token())
        .by(saver(visit, &view.saved_by_name), visit.time(view.provider.saved_ms))
        .hidden("rev", stands.rev.to_string());
    let mine = texts(&typed.input, &typed.place);
    let theirs = texts(&stands, &stands.place.to_string());
    for ((name, word, mine), (_, _, theirs)) in mine.iter().zip(&theirs) {
        conflict = conflict.row(name, t.t(word), mine, theirs);
    }
    // Ticks are taken from what stands; who wants others sets them in the form afterwards.
    for alg in &stands.algs {
        conflict = conflict.hidden("algs", alg.name());
    }
    for (name, ticked) in [
        ("strong", stands.strong),
        ("mail_is_confirmed", stands.mail_is_confirmed),
        ("may_register", stands.may_register),
    ] {
        if ticked {
            conflict = conflict.hidden(name, "1");
        }
    }
    Ok(conflict.back(href).render(t))
}

/// Every field of the form that is a text: its name, its word, its value.
fn texts(input: &SaveProvider, place: &str) -> Vec<(String, String, String)> {
    let own = |name: &str, word: &str, value: &str| (name.to_owned(), word.to_owned(), value.to_owned());
    let mut all = vec![
        own("label", "people-name-ja", &input.label),
        own("label_easy", "people-name-easy", &input.label_easy),
        own("label_en", "people-name-en", &input.label_en),
        own("issuer", "people-provider-issuer", &input.issuer),
        own("authorization", "people-provider-at-authorization", &input.endpoints.authorization),
        own("token", "people-provider-at-token", &input.endpoints.token),
        own("userinfo", "people-provider-at-userinfo", &input.endpoints.userinfo),
        own("keys", "people-provider-at-keys", &input.endpoints.keys),
        own("client_id", "people-provider-client-id", &input.client_id),
        own("auth", "people-provider-auth", input.auth.name()),
        own("scopes", "people-provider-scopes", &input.scopes),
        own("extra", "people-provider-extra", &input.extra),
        own("level", "people-provider-level", input.level.name()),
        own("place", "people-place", place),
        own("state", "people-state", input.state.name()),
    ];
    all.extend(Place::ALL.map(|place| {
        let name = format!("take_{}", place.name());
        (name, format!("people-provider-take-{}", place.name()), claim_of(input, place).to_owned())
    }));
    all
}

pub(super) async fn try_it(visit: &Visit) -> Result<Reply, Fault> {
    let view = read_one(visit).await?;
    let t = visit.cx.tongue();
    let result = match TRY_PROVIDER.call(&visit.cx, TryProvider::new(view.provider.id.clone()), None).await {
        Ok(Tried { authorization, keys, names_itself }) => {
            let iss =
                t.t(if names_itself { "people-provider-tried-iss" } else { "people-provider-tried-no-iss" });
            let found =
                t.tf("people-provider-tried-text", &[("host", &authorization), ("keys", &keys.to_string())]);
            Banner::success(t.t("people-provider-tried")).body(html! { p { (found) } p { (iss) } })
        }
        Err(fault) if matches!(fault.kind(), Kind::Unavailable | Kind::Invalid) => {
            // What the log would hold is told to administrators: they are the ones who can mend it.
            Banner::error(t.t("people-provider-not-there")).body(html! {
                p { (t.t("people-provider-not-there-text")) }
                @if let Some(why) = fault.for_the_log() { p { code { (why) } } }
            })
        }
        Err(fault) => return Err(fault),
    };
    Ok(shown(visit, &view, result.result().render(t)))
}
