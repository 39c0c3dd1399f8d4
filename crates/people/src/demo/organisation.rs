//! The city hall of the demonstration city.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::text::{Text, TextState};
use ground::words::Lang;
use ground::{params, sql};
use serde_json::{Value, json};

use super::names::{family, given, whole};
use super::{DemoPart, Dice};
use crate::store::{accounts, departments, written};

/// Code, code of the department above, name, name in plain Japanese, name in English.
const DEPARTMENTS: [(&str, &str, &str, &str, &str); 26] = [
    ("01", "", "総務部", "市役所の しくみを まとめる部", "General Affairs"),
    ("0101", "01", "総務課", "書類と きまりの課", "General Affairs Section"),
    ("0102", "01", "人事課", "職員の課", "Personnel Section"),
    ("0103", "01", "防災危機管理課", "災害に そなえる課", "Disaster Management Section"),
    ("0104", "01", "情報政策課", "コンピューターの課", "Information Policy Section"),
    ("02", "", "企画財政部", "計画と お金の部", "Planning and Finance"),
    ("0201", "02", "企画課", "計画の課", "Planning Section"),
    ("0202", "02", "財政課", "お金の課", "Finance Section"),
    ("0203", "02", "広報広聴課", "お知らせの課", "Public Relations Section"),
    ("03", "", "市民部", "くらしの部", "Citizens"),
    ("0301", "03", "市民課", "住所と 届け出の課", "Residents Section"),
    ("0302", "03", "税務課", "税金の課", "Tax Section"),
    ("0303", "03", "環境課", "ごみと 環境の課", "Environment Section"),
    ("0304", "03", "地域づくり課", "地区の 活動の課", "Community Section"),
    ("04", "", "健康福祉部", "健康と 助け合いの部", "Health and Welfare"),
    ("0401", "04", "福祉課", "助け合いの課", "Welfare Section"),
    ("0402", "04", "子育て支援課", "子育ての課", "Child Support Section"),
    ("0403", "04", "高齢介護課", "お年寄りの課", "Senior Care Section"),
    ("0404", "04", "健康増進課", "健康の課", "Health Section"),
    ("05", "", "産業建設部", "仕事と 道路の部", "Industry and Construction"),
    ("0501", "05", "商工観光課", "店と 観光の課", "Commerce and Tourism Section"),
    ("0502", "05", "農林水産課", "農業と 漁業の課", "Agriculture and Fisheries Section"),
    ("0503", "05", "建設課", "道路と 橋の課", "Construction Section"),
    ("0504", "05", "上下水道課", "水道の課", "Water Section"),
    ("06", "", "教育委員会", "学校と 学びの部", "Board of Education"),
    ("0601", "06", "学校教育課", "学校の課", "School Section"),
];

pub(super) async fn departments(cx: &Cx) -> Result<(), Fault> {
    let ids: Vec<Id> = DEPARTMENTS.iter().map(|_| cx.id()).collect();
    let id_of = |code: &str| {
        let found = DEPARTMENTS.iter().position(|row| row.0 == code).and_then(|at| ids.get(at));
        found.map_or("", Id::as_str)
    };
    let mut rows = Vec::with_capacity(DEPARTMENTS.len());
    for (place, (code, parent, ja, easy, en)) in (1..).zip(DEPARTMENTS) {
        let name = Text::ja(ja).with(Lang::JaEasy, easy, TextState::Written, 1).with(
            Lang::En,
            en,
            TextState::Written,
            1,
        );
        let name = written(&name)?;
        rows.push(
            json!({"id": id_of(code), "code": code, "name": name, "parent": id_of(parent), "place": place}),
        );
    }
    let (rows, acting) = (Value::from(rows), cx.clone());
    cx.city()
        .db
        .write(move |tx| {
            departments::lock(tx)?;
            if departments::count(tx)? > 0 {
                return Ok(());
            }
            tx.put(
                sql!(
                    "insert into people_department
                         (city, id, code, name, parent, place, closed_on, rev, saved_ms, saved_by)
                     select ?1, r.id, r.code, r.name, r.parent, r.place, '', 1, ?3, ?4
                     from {rows(?2, id text, code text, name text, parent text, place bigint)} r"
                ),
                params![&rows, acting.now_ms(), acting.who().written()],
            )
        })
        .await
}

/// The parts that visitors play: address, department, title, roles.
fn played() -> [(DemoPart, &'static str, &'static str, &'static str); 5] {
    [
        (DemoPart::Editor, "0203", "主任", "editor"),
        (DemoPart::Approver, "0203", "課長", "approver"),
        (DemoPart::Clerk, "0301", "主事", "clerk"),
        (DemoPart::Auditor, "0101", "監査係長", "auditor"),
        (DemoPart::Admin, "0104", "係長", "admin"),
    ]
}

/// Staff besides those whom visitors play.
const COLLEAGUES: usize = 55;

pub(super) async fn staff(cx: &Cx) -> Result<(), Fault> {
    let mut dice = Dice::new(7);
    let mut rows = Vec::new();
    let mut add = |mail: String, code: &str, title: &str, roles: &str| {
        let (name, kana) = whole(family(&mut dice), given(&mut dice));
        rows.push(json!({"id": cx.id(), "name": name, "kana": kana, "mail": mail, "code": code, "title": title, "roles": roles}));
    };
    for (part, code, title, roles) in played() {
        add(part.mail().to_owned(), code, title, roles);
    }
    let sections: Vec<&str> = DEPARTMENTS.iter().filter(|row| !row.1.is_empty()).map(|row| row.0).collect();
    for (number, code) in (0..COLLEAGUES).zip(sections.into_iter().cycle()) {
        // The first round gives each section its head, the rest work there.
        let (title, roles) = match (number / 20, number % 4) {
            (0, _) => ("課長", "approver"),
            (_, 0) => ("係長", "editor approver"),
            (_, 1) => ("主任", "editor"),
            (_, 2) => ("主事", "clerk"),
            _ => ("主事", "editor clerk"),
        };
        add(format!("staff{:02}@machiya.example", number + 1), code, title, roles);
    }
    let (rows, acting) = (Value::from(rows), cx.clone());
    cx.city()
        .db
        .write(move |tx| {
            accounts::lock(tx)?;
            if accounts::by_mail(tx, DemoPart::Admin.mail())?.is_some() {
                return Ok(());
            }
            put_staff(tx, &acting, &rows)
        })
        .await
}

fn put_staff(tx: &mut Tx<'_>, cx: &Cx, rows: &Value) -> Result<(), Fault> {
    let first = accounts::next_person_no(tx)?;
    let mut numbered = rows.clone();
    for (number, row) in (first..).zip(numbered.as_array_mut().into_iter().flatten()) {
        if let Some(row) = row.as_object_mut() {
            row.insert("no".into(), number.into());
        }
    }
    tx.put(
        sql!(
            "insert into people_account
                 (city, id, person_no, kind, name, kana, mail, lang, state, rev, created_ms, saved_ms, saved_by)
             select ?1, r.id, r.no, 'staff', r.name, r.kana, r.mail, '', 'active', 1, ?3, ?3, ?4
             from {rows(?2, id text, no bigint, name text, kana text, mail text)} r"
        ),
        params![&numbered, cx.now_ms(), cx.who().written()],
    )?;
    tx.put(
        sql!(
            "insert into people_staff (city, account, department, roles, title)
             select ?1, r.id, d.id, r.roles, r.title
             from {rows(?2, id text, code text, roles text, title text)} r
             join people_department d on d.city = ?1 and d.code = r.code"
        ),
        params![&numbered],
    )
}
