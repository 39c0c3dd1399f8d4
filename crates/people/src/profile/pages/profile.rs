//! A person's profile: each field says why it is asked, and may be left empty.

use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::html::{Banner, Choice, Conflict, Field, Form, Group, Link, PageHead, Tag, Tone, Width};
use ground::page::Visit;
use ground::words::{Lang, Tongue};
use jiff::civil::Date;
use maud::{Markup, html};

use crate::actions::Nothing;
use crate::pages::my::lang_word;
use crate::profile::actions::profile::{
    MY_PROFILE, SAVE_PROFILE, SaveProfile, VERIFY_PROFILE, VerifyProfile,
};
use crate::profile::era;
use crate::profile::fields::{INTERESTS, LANGS, ProfileField, WISHES};
use crate::profile::store::profiles::Profile;

/// Staff who act for nobody have no profile of a resident: their name and language are all.
fn is_staff_alone(visit: &Visit) -> bool {
    visit.cx.who().is_staff() && visit.cx.who().acting.is_none()
}

pub(super) async fn show(visit: &Visit) -> Result<Reply, Fault> {
    if is_staff_alone(visit) {
        return crate::pages::my::profile(visit).await;
    }
    let profile = visit.read(&MY_PROFILE, Nothing {}).await?;
    let input = input_of(visit, &profile);
    let inside = html! {
        (changed(visit))
        (where_it_is(visit, &profile))
        (form(visit, &profile, &input, None))
        (check_form(visit, &profile))
    };
    Ok(page(visit, None, inside))
}

fn input_of(visit: &Visit, profile: &Profile) -> SaveProfile {
    SaveProfile {
        name: profile.name.clone(),
        kana: profile.kana.clone(),
        birth: day_in_both(visit.cx.lang(), &profile.birth),
        postal: profile.postal.clone(),
        address: profile.address.clone(),
        phone: profile.phone.clone(),
        langs: profile.langs.clone(),
        interests: profile.interests.clone(),
        wishes: profile.wishes.clone(),
        lang: profile.lang,
        rev: profile.rev,
    }
}

/// A day as its field shows it: it can be sent back as it stands.
fn day_in_both(lang: Lang, day: &str) -> String {
    match (lang, day.parse::<Date>()) {
        (Lang::En, _) | (_, Err(_)) => day.to_owned(),
        (_, Ok(date)) => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
    }
}

/// The same year in the other counting.
fn other_counting(visit: &Visit, birth: &str) -> Option<String> {
    let (name, year) = birth.parse::<Date>().ok().and_then(era::year_of)?;
    let year = if year == 1 { "元".to_owned() } else { year.to_string() };
    Some(visit.tf("people-birth-era", &[("era", name), ("year", &year)]))
}

fn page(visit: &Visit, fault: Option<&Fault>, inside: Markup) -> Reply {
    let title = visit.t("people-profile-title");
    let crumbs = [Link::new(visit.t("people-my"), "/my"), Link::new(title, "/my/profile")];
    let shell = visit.shell(title).private().breadcrumbs(crumbs).wrong(fault.is_some());
    let status = fault.map_or(http::StatusCode::OK, Fault::status);
    let body = html! { (PageHead::new(title).lead(visit.t("people-profile-lead")).render()) (inside) };
    visit.page_with(status, &shell, body)
}

/// What was just changed, by its labels. Names that are no fields are not shown.
fn changed(visit: &Visit) -> Markup {
    let t = visit.cx.tongue();
    let names: Vec<&str> = visit.query.get("changed").split('.').collect();
    let fields = ProfileField::ALL.into_iter().filter(|field| names.contains(&field.name()));
    let words: Vec<String> = fields.map(|field| t.t(&field.word()).to_owned()).collect();
    if !visit.query.has("changed") {
        return html! {};
    }
    if words.is_empty() {
        return Banner::info(t.t("people-profile-same")).result().render(t);
    }
    let list = html! { ul { @for word in &words { li { (word) } } } };
    Banner::success(t.t("people-profile-changed")).body(list).result().render(t)
}

/// Where the address was found, or plainly that it was not.
fn where_it_is(visit: &Visit, profile: &Profile) -> Markup {
    let t = visit.cx.tongue();
    if profile.address.is_empty() {
        return html! {};
    }
    if profile.block.is_empty() {
        return Banner::warning(t.t("people-address-unknown"))
            .text(t.t("people-address-unknown-remedy"))
            .render(t);
    }
    let district = profile.district_name.as_ref().map(|name| name.read(visit.cx.lang()).0.to_owned());
    let district = district.unwrap_or_else(|| "―".to_owned());
    let found = t.tf("people-address-found", &[("block", &profile.block), ("district", &district)]);
    html! {
        p class="quiet" {
            (found)
            @if profile.latitude.is_some() { (t.t("people-address-point")) }
        }
    }
}

fn choices(t: &Tongue, kind: &str, codes: &[&'static str]) -> Vec<Choice> {
    codes.iter().map(|code| Choice::new(*code, t.t(&format!("people-{kind}-{code}")))).collect()
}

fn form(visit: &Visit, profile: &Profile, input: &SaveProfile, fault: Option<&Fault>) -> Markup {
    let t = visit.cx.tongue();
    let wrong = |field: ProfileField| fault.and_then(|fault| fault.field_words(field.name(), t));
    let why = |field: ProfileField| {
        let why = t.t(&format!("{}-why", field.word())).to_owned();
        if profile.verified.contains(&field) {
            let level = t.t(&format!("people-checked-{}", profile.verified_level.name())).to_owned();
            format!("{why}{level}")
        } else {
            why
        }
    };
    let text = |field: ProfileField, value: &str| {
        Field::text(field.name(), t.t(&field.word())).hint(why(field)).value(value).error_if(wrong(field))
    };
    let ticks = |field: ProfileField, kind: &str, codes: &[&'static str], values: &[String]| {
        Field::checkboxes(field.name(), t.t(&field.word()), choices(t, kind, codes))
            .hint(why(field))
            .values(values.iter().cloned())
            .error_if(wrong(field))
    };
    let era = other_counting(visit, &profile.birth).unwrap_or_default();
    let birth = Field::text("birth", t.t("people-field-birth"))
        .hint(format!("{}{era}", why(ProfileField::Birth)))
        .autocomplete("bday")
        .value(&input.birth)
        .error_if(wrong(ProfileField::Birth));
    let langs = [None, Some(Lang::Ja), Some(Lang::JaEasy), Some(Lang::En)];
    let langs = langs.map(|lang| Choice::new(lang.map_or("", Lang::code), t.t(lang_word(lang))));
    let language = Field::radios("lang", t.t("people-field-lang"), langs)
        .unmarked()
        .hint(why(ProfileField::Lang))
        .value(input.lang.map_or("", Lang::code))
        .error_if(wrong(ProfileField::Lang));
    Form::new("/my/profile")
        .token(visit.new_token())
        .field(Field::hidden("rev", input.rev.to_string()))
        .group(
            Group::new(t.t("people-profile-who"))
                .field(text(ProfileField::Name, &input.name).required().autocomplete("name"))
                .field(text(ProfileField::Kana, &input.kana))
                .field(birth),
        )
        .group(
            Group::new(t.t("people-profile-where"))
                .field(
                    text(ProfileField::Postal, &input.postal)
                        .autocomplete("postal-code")
                        .inputmode("numeric")
                        .width(Width::Short),
                )
                .field(text(ProfileField::Address, &input.address).autocomplete("street-address"))
                .field(
                    Field::tel("phone", t.t("people-field-phone"))
                        .hint(why(ProfileField::Phone))
                        .autocomplete("tel")
                        .value(&input.phone)
                        .error_if(wrong(ProfileField::Phone)),
                ),
        )
        .group(
            Group::new(t.t("people-profile-how"))
                .field(language)
                .field(ticks(ProfileField::Langs, "lang", &LANGS, &input.langs))
                .field(ticks(ProfileField::Wishes, "wish", &WISHES, &input.wishes))
                .field(ticks(ProfileField::Interests, "interest", &INTERESTS, &input.interests)),
        )
        .submit(t.t("save"))
        .secondary(Link::new(t.t("cancel"), "/my"))
        .render(t)
}

fn typed(visit: &Visit) -> SaveProfile {
    let get = |name: &str| visit.form.get(name).to_owned();
    let all = |name: &str| visit.form.all(name).map(str::to_owned).collect();
    SaveProfile {
        name: get("name"),
        kana: get("kana"),
        birth: get("birth"),
        postal: get("postal"),
        address: get("address"),
        phone: get("phone"),
        langs: all("langs"),
        interests: all("interests"),
        wishes: all("wishes"),
        lang: Lang::from_code(visit.form.get("lang")),
        rev: visit.form.get("rev").parse().unwrap_or(0),
    }
}

pub(super) async fn save(visit: &Visit) -> Result<Reply, Fault> {
    if is_staff_alone(visit) {
        return crate::pages::my::save_profile(visit).await;
    }
    let input = typed(visit);
    match visit.act(&SAVE_PROFILE, input.clone()).await {
        Ok(saved) => {
            let names: Vec<&str> = saved.changed.iter().map(|field| field.name()).collect();
            Ok(Reply::see_other(&format!("/my/profile?changed={}", names.join("."))))
        }
        Err(fault) if fault.kind() == Kind::Invalid => {
            let profile = visit.read(&MY_PROFILE, Nothing {}).await?;
            let form = form(visit, &profile, &input, Some(&fault));
            Ok(page(visit, Some(&fault), form))
        }
        Err(fault) if fault.kind() == Kind::Outdated => {
            let theirs: Profile = fault.theirs_as()?;
            let inside = conflict(visit, &input, &theirs);
            Ok(page(visit, Some(&fault), inside))
        }
        Err(fault) => Err(fault),
    }
}

fn conflict(visit: &Visit, input: &SaveProfile, theirs: &Profile) -> Markup {
    let t = visit.cx.tongue();
    let lang = visit.cx.lang();
    let who = if theirs.saved_by == theirs.account.as_str() {
        theirs.name.clone()
    } else {
        t.t("people-saved-by-other").to_owned()
    };
    let texts = [
        (ProfileField::Name, input.name.clone(), theirs.name.clone()),
        (ProfileField::Kana, input.kana.clone(), theirs.kana.clone()),
        (ProfileField::Birth, input.birth.clone(), day_in_both(lang, &theirs.birth)),
        (ProfileField::Postal, input.postal.clone(), theirs.postal.clone()),
        (ProfileField::Address, input.address.clone(), theirs.address.clone()),
        (ProfileField::Phone, input.phone.clone(), theirs.phone.clone()),
    ];
    let mut conflict = Conflict::new("/my/profile", visit.new_token())
        .by(who, visit.time(theirs.saved_ms))
        .hidden("rev", theirs.rev.to_string());
    for (field, yours, stands) in texts {
        conflict = conflict.row(field.name(), t.t(&field.word()), &yours, &stands);
    }
    // What is ticked is taken as it was ticked; who wants the other opens the page again.
    for (name, values) in
        [("langs", &input.langs), ("interests", &input.interests), ("wishes", &input.wishes)]
    {
        for value in values {
            conflict = conflict.hidden(name, value);
        }
    }
    let said = |lang: Option<Lang>| (lang.map_or("", Lang::code), t.t(lang_word(lang)).to_owned());
    let (yours, stands) = (said(input.lang), said(theirs.lang));
    conflict =
        conflict.row_shown("lang", t.t("people-field-lang"), (yours.0, &yours.1), (stands.0, &stands.1));
    conflict.back("/my/profile").render(t)
}

/// While staff serve the person at the counter: what a document shows.
fn check_form(visit: &Visit, profile: &Profile) -> Markup {
    let t = visit.cx.tongue();
    let at_counter = visit.may_ever("people.verify_profile") && visit.cx.who().acting.is_some();
    let checked = !profile.verified.is_empty();
    html! {
        @if checked {
            p {
                (Tag::new(t.t("people-checked"), Tone::Positive).render()) " "
                (visit.tf("people-checked-when", &[("when", &visit.time(profile.verified_ms))]))
            }
        }
        @if at_counter {
            section aria-labelledby="people-check" {
                h2 id="people-check" { (t.t("people-check-title")) }
                (Form::new("/my/profile/check")
                    .token(visit.new_token())
                    .field(
                        Field::checkboxes(
                            "fields",
                            t.t("people-check-fields"),
                            ProfileField::CHECKABLE.map(|field| Choice::new(field.name(), t.t(&field.word()))),
                        )
                        .required()
                        .values(profile.verified.iter().map(|field| field.name())),
                    )
                    .field(Field::text("document", t.t("people-check-document")).required())
                    .submit(t.t("people-check-do"))
                    .render(t))
            }
        }
    }
}

pub(super) async fn check(visit: &Visit) -> Result<Reply, Fault> {
    let fields = visit.form.all("fields").filter_map(ProfileField::from_name).collect();
    let input = VerifyProfile { fields, document: visit.form.get("document").to_owned() };
    match visit.act(&VERIFY_PROFILE, input).await {
        Ok(_) => Ok(Reply::see_other("/my/profile?done=people-checked")),
        Err(fault) if fault.kind() == Kind::Invalid => {
            let profile = visit.read(&MY_PROFILE, Nothing {}).await?;
            let inside = html! { (super::said(visit, &fault)) (check_form(visit, &profile)) };
            Ok(page(visit, Some(&fault), inside))
        }
        Err(fault) => Err(fault),
    }
}
