//! The pages: every one opens in every language, says what was wrong, and works by plain forms.

use std::collections::BTreeMap;
use std::sync::Arc;

use ground::cx::{Cx, Via};
use ground::door::{Body, Reply};
use ground::fault::Fault;
use ground::form::{FormData, Upload};
use ground::html::TextSize;
use ground::page::{PageMethod, Visit};
use ground::who::Who;
use ground::words::Lang;
use serde_json::json;
use tests::Town;
use tests::town::each_store_of_the_house;

use super::{administrator, department, hire, who};

pub(super) struct Opened {
    pub status: u16,
    pub location: String,
    pub cookies: Vec<String>,
    pub body: String,
}

/// Opens a page of the house, or sends its form, as the server does.
pub(super) async fn open(
    town: &Arc<Town>,
    who: &Who,
    lang: Lang,
    path: &str,
    sent: Option<Sent<'_>>,
) -> Result<Opened, Fault> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let method = if sent.is_some() { PageMethod::Post } else { PageMethod::Get };
    // What is written out goes before what stands in braces.
    let pages = town.house.rooms.iter().flat_map(|room| room.pages);
    let mut fitting: Vec<_> = pages
        .filter(|page| page.method == method)
        .filter_map(|page| slots_of(page.path, path).map(|slots| (slots.len(), slots, page)))
        .collect();
    fitting.sort_by_key(|(count, ..)| *count);
    let (_, slots, page) = fitting.into_iter().next().unwrap_or_else(|| panic!("there is no page {path}"));
    let sent = sent.unwrap_or_default();
    let pairs = sent.fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut form = FormData::from_pairs(pairs).expect("a form");
    if let Some((field, name, bytes)) = sent.file {
        form.uploads.push(Upload {
            field: field.to_owned(),
            name: name.to_owned(),
            bytes: bytes.to_vec().into(),
        });
    }
    let visit = Visit {
        cx: Cx::new(&town.house, town.city(), who.clone(), lang, Via::Page),
        path: path.to_owned(),
        slots,
        query: FormData::from_urlencoded(query).expect("a query"),
        form,
        text_size: TextSize::Normal,
        agent: "Firefox / Linux".to_owned(),
        attempt: sent.holds.to_owned(),
        token: None,
        foot: Vec::new(),
    };
    Ok(opened((page.run)(&visit).await?))
}

#[derive(Default)]
pub(super) struct Sent<'s> {
    fields: &'s [(&'s str, &'s str)],
    file: Option<(&'s str, &'s str, &'s [u8])>,
    /// What the browser holds for something it has begun.
    holds: &'s str,
}

impl<'s> Sent<'s> {
    pub(super) fn holding(self, holds: &'s str) -> Sent<'s> {
        Sent { holds, ..self }
    }
}

pub(super) fn form<'s>(fields: &'s [(&'s str, &'s str)]) -> Option<Sent<'s>> {
    Some(Sent { fields, ..Sent::default() })
}

pub(super) fn slots_of(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    if pattern.len() != path.len() {
        return None;
    }
    let mut slots = BTreeMap::new();
    for (wanted, given) in pattern.into_iter().zip(path) {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                slots.insert(name.to_owned(), given.to_owned());
            }
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(slots)
}

fn opened(reply: Reply) -> Opened {
    let text = |name: &str| {
        let value = reply.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let cookies = reply.headers.get_all("set-cookie").iter();
    let Body::Whole(body) = &reply.body else { panic!("a page is whole") };
    Opened {
        status: reply.status.as_u16(),
        location: text("location"),
        cookies: cookies.map(|value| value.to_str().unwrap_or_default().to_owned()).collect(),
        body: String::from_utf8_lossy(body).into_owned(),
    }
}

/// Keys of words that stand in a page instead of the words.
fn unsaid(body: &str) -> Vec<&str> {
    body.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        .filter(|word| {
            [
                "people-menu-",
                "people-import-",
                "people-staff-",
                "people-department-",
                "people-demo-",
                "field-",
                "fault-",
                "done-",
            ]
            .iter()
            .any(|start| word.starts_with(start))
        })
        .filter(|word| !["field-wrong", "field-error"].contains(word))
        .collect()
}

#[test]
fn every_page_opens_in_every_language() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let section = department(&town, &admin, "0101", "").await;
        let clerk = hire(&town, &admin, "clerk@city.example", "窓口", &["clerk"]).await;
        let district = json!({"slug": "north", "name": "北部地区"});
        let district = town.call(admin.clone(), "people.save_district", district).await.expect("saved");
        let id =
            |value: &serde_json::Value, key: &str| value[key]["id"].as_str().unwrap_or_default().to_owned();
        let link =
            town.call(admin.clone(), "people.invite_staff", json!({"id": clerk})).await.expect("a link");
        let file = Some(Sent {
            fields: &[("kind", "departments")],
            file: Some(("file", "list.csv", "部署コード,部署名,電話\n0101,総務課,1\n,名無し,2\n".as_bytes())),
            ..Sent::default()
        });
        let list = open(&town, &admin, Lang::Ja, "/staff/import", file).await.expect("read");
        let pages = [
            "/sign-in".to_owned(),
            link["path"].as_str().unwrap_or_default().to_owned(),
            "/my".to_owned(),
            "/my/profile".to_owned(),
            "/my/sessions".to_owned(),
            "/staff/departments".to_owned(),
            "/staff/departments/new".to_owned(),
            format!("/staff/departments/{}", id(&section, "department")),
            "/staff/people".to_owned(),
            "/staff/people/new".to_owned(),
            format!("/staff/people/{clerk}"),
            "/staff/districts?block=%E5%8C%97%E7%94%BA".to_owned(),
            "/staff/districts/new".to_owned(),
            format!("/staff/districts/{}", id(&district, "district")),
            "/staff/import".to_owned(),
            format!("{}?only=wrong", list.location),
        ];
        for lang in Lang::ALL {
            for path in &pages {
                let page = open(&town, &admin, lang, path, None)
                    .await
                    .unwrap_or_else(|fault| panic!("{path}: {fault}"));
                assert_eq!(page.status, 200, "{path}");
                assert_eq!(page.body.matches("<h1").count(), 1, "{path} has one heading");
                assert_eq!(unsaid(&page.body), Vec::<&str>::new(), "{path} in {}", lang.code());
            }
        }
        for path in [
            "/staff/departments?format=csv&closed=1",
            "/staff/people?format=csv",
            "/staff/districts?format=csv",
            "/staff/audit?format=csv",
            "/staff/jobs?format=csv&state=dead",
            "/staff/retention?format=csv",
            "/staff/rights?format=csv",
        ] {
            let file = open(&town, &admin, Lang::Ja, path, None).await.expect("a file");
            assert!(file.body.starts_with('\u{feff}') && file.body.contains("\r\n"), "{path}");
        }
    });
}

#[test]
fn what_a_list_writes_out_reads_in_again_without_a_change() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        department(&town, &admin, "01", "").await;
        department(&town, &admin, "0101", "01").await;
        let input = json!({"name": "職員", "kana": "ショクイン", "mail": "a@city.example", "department": "0101", "roles": ["editor", "clerk"], "title": "主任"});
        town.call(admin.clone(), "people.save_staff", input).await.expect("hired");
        let district = json!({"name": "港地区", "slug": "minato"});
        let district = town.call(admin.clone(), "people.save_district", district).await.expect("a district");
        for number in 0..3 {
            let block = json!({"district": district["district"]["id"], "name": format!("港町{}丁目", number + 1), "postal": "123-4567"});
            town.call(admin.clone(), "people.save_block", block).await.expect("a block");
        }
        for (kind, path) in [
            ("departments", "/staff/departments?format=csv&closed=1"),
            ("staff", "/staff/people?format=csv"),
            ("blocks", "/staff/districts?format=csv"),
        ] {
            let out = open(&town, &admin, Lang::En, path, None).await.expect("a file");
            let sent = Some(Sent {
                fields: &[("kind", kind)],
                file: Some(("file", "out.csv", out.body.as_bytes())),
                ..Sent::default()
            });
            let back = open(&town, &admin, Lang::Ja, "/staff/import", sent).await.expect("read");
            let id = back.location.rsplit('/').next().unwrap_or_default();
            let view = town.call(admin.clone(), "people.import", json!({"id": id})).await.expect("a preview");
            assert_eq!(
                (&view["counts"]["added"], &view["counts"]["changed"]),
                (&json!(0), &json!(0)),
                "{kind}: {view}"
            );
            assert!(view["counts"]["same"].as_i64() > Some(0), "{kind}: {view}");
        }
    });
}

#[test]
fn a_form_comes_back_with_what_was_typed_and_a_conflict_with_both_versions() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let saved = department(&town, &admin, "01", "").await;
        let path = format!("/staff/departments/{}", saved["department"]["id"].as_str().unwrap_or_default());
        let wrong = [("code", "だめなコード"), ("name", "総務部"), ("place", "たくさん"), ("rev", "1")];
        let page = open(&town, &admin, Lang::Ja, &path, form(&wrong)).await.expect("shown again");
        assert_eq!(page.status, 422);
        assert!(page.body.contains("だめなコード") && page.body.contains("たくさん"));
        assert!(page.body.contains("href=\"#f-code\"") && page.body.contains("href=\"#f-place\""));

        let good = [("code", "01"), ("name", "総務部"), ("place", "１"), ("rev", "1")];
        let page = open(&town, &admin, Lang::Ja, &path, form(&good)).await.expect("saved");
        assert_eq!((page.status, page.location.as_str()), (303, "/staff/departments?done=saved"));
        let late = [("code", "01"), ("name", "総務人事部"), ("place", "1"), ("rev", "1")];
        let page = open(&town, &admin, Lang::Ja, &path, form(&late)).await.expect("both versions");
        assert_eq!(page.status, 412);
        assert!(page.body.contains("総務人事部") && page.body.contains("value=\"総務部\""));
        assert!(page.body.contains("name=\"rev\" value=\"2\""));
    });
}

#[test]
fn a_link_is_used_by_its_button_only_and_hands_over_a_bound_cookie() {
    each_store_of_the_house(|town| async move {
        let made = town.call(Who::operator(), "people.invite_admin", json!({})).await.expect("a link");
        let path = made["path"].as_str().unwrap_or_default().to_owned();
        for _ in 0..3 {
            open(&town, &Who::anyone(), Lang::Ja, &path, None).await.expect("looking does no harm");
        }
        let signed_in = open(&town, &Who::anyone(), Lang::Ja, &path, form(&[])).await.expect("signed in");
        assert_eq!((signed_in.status, signed_in.location.as_str()), (303, "/sign-in/second"));
        let cookie = signed_in.cookies.first().expect("a cookie").clone();
        assert!(
            cookie.starts_with("machiya_local=")
                && cookie.contains("HttpOnly")
                && cookie.contains("SameSite=Lax")
        );
        let token =
            cookie.trim_start_matches("machiya_local=").split(';').next().unwrap_or_default().to_owned();
        let admin = who(&town, &token).await.expect("known");
        assert!(admin.account.is_none() && admin.pending.is_some(), "half way: nobody yet");
        for sent in [None, form(&[])] {
            let again = open(&town, &Who::anyone(), Lang::Ja, &path, sent).await.expect("told");
            assert_eq!((again.status, again.cookies.len()), (404, 0));
        }
        let out = open(&town, &admin, Lang::Ja, "/sign-out", form(&[])).await.expect("signed out");
        assert!(out.cookies.iter().any(|cookie| cookie.contains("Max-Age=0")));
        assert!(who(&town, &token).await.is_none());
    });
}

#[test]
fn an_invitation_is_shown_once_and_not_kept() {
    each_store_of_the_house(|town| async move {
        let admin = administrator(&town).await;
        let clerk = hire(&town, &admin, "clerk@city.example", "窓口", &["clerk"]).await;
        let path = format!("/staff/people/{clerk}/invite");
        let page = open(&town, &admin, Lang::Ja, &path, form(&[])).await.expect("shown");
        assert!(page.body.contains("http://first.localhost:8080/sign-in/link/"));
        let again =
            open(&town, &admin, Lang::Ja, &format!("/staff/people/{clerk}"), None).await.expect("shown");
        assert!(!again.body.contains("/sign-in/link/"));
    });
}

#[test]
fn the_way_in_offers_parts_only_where_everything_is_made_up() {
    each_store_of_the_house(|town| async move {
        let real = open(&town, &Who::anyone(), Lang::Ja, "/sign-in", None).await.expect("shown");
        assert!(!real.body.contains("/sign-in/demo"));
        let mut facts = (*town.city().facts()).clone();
        facts.demo = true;
        town.city().set_facts(facts);
        let demo =
            open(&town, &Who::anyone(), Lang::Ja, "/sign-in?back=/my/sessions", None).await.expect("shown");
        assert_eq!(demo.body.matches("action=\"/sign-in/demo\"").count(), 6);
        assert!(demo.body.contains("value=\"/my/sessions\""), "and leads back");
    });
}
