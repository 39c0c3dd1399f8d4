//! The fictional city's security organisation: nearly complete, with a few gaps to find, three incidents and an open check.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::{Role, Who};
use ground::{params, sql};
use serde_json::{Value, json};

use super::store;
use crate::demo::{DemoPart, Dice};
use crate::store::accounts;

const DAY_MS: i64 = 86_400_000;

/// Kind, code, name, department, the system it stands on, a system that others stand on, and who answers for it:
/// a number of a member of staff, with a day until which, counted from today.
type Line = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    bool,
    Option<(usize, Option<i32>)>,
);

const REGISTER: [Line; 18] = [
    ("system", "S01", "庁内ネットワーク", "0104", "", true, Some((4, None))),
    ("system", "S02", "共通基盤（認証・ファイル）", "0104", "", true, Some((4, None))),
    ("system", "S03", "住民記録システム", "0301", "", false, Some((9, None))),
    ("system", "S04", "税務システム", "0302", "", false, Some((10, Some(21)))),
    ("system", "S05", "福祉総合システム", "0401", "", false, Some((13, None))),
    ("system", "S06", "学校図書館システム", "0601", "", false, None),
    ("data", "D01", "住民基本台帳", "0301", "S03", false, Some((9, None))),
    ("data", "D02", "課税台帳", "0302", "S04", false, Some((10, None))),
    ("data", "D03", "介護認定の記録", "0403", "S05", false, Some((15, None))),
    ("data", "D04", "避難行動要支援者名簿", "0103", "S02", false, Some((3, None))),
    ("data", "D05", "観光写真の元データ", "0501", "S02", false, None),
    ("terminal", "T001", "市民課 窓口1番の端末", "0301", "S03", false, Some((29, None))),
    ("terminal", "T002", "市民課 窓口2番の端末", "0301", "S03", false, Some((49, None))),
    ("terminal", "T003", "税務課 端末1", "0302", "S04", false, Some((30, None))),
    ("terminal", "T004", "福祉課 訪問用タブレット", "0401", "S05", false, None),
    ("terminal", "T005", "情報政策課 運用端末", "0104", "S01", false, Some((24, None))),
    ("terminal", "T006", "防災危機管理課 災害用端末", "0103", "S02", false, Some((23, None))),
    ("terminal", "T007", "広報広聴課 撮影用端末", "0203", "S02", false, Some((27, None))),
];

const QUESTIONS: [(&str, [&str; 3], usize, &str); 5] = [
    (
        "知らない差出人から「至急」と書かれた添付ファイル付きのメールが届きました。まず何をしますか。",
        [
            "内容を確かめるために開く",
            "開かずに、情報管理責任者へ知らせる",
            "同じ課の人に転送して確かめてもらう",
        ],
        1,
        "開くだけで感染することがあります。転送も被害を広げます。開かずに知らせてください。",
    ),
    (
        "住民の名簿が入ったUSBメモリーを、家で作業するために持ち帰ってもよいですか。",
        [
            "課長が口頭でよいと言えば持ち帰る",
            "暗号をかければいつでも持ち帰れる",
            "決められた手続で許可を得たときだけ持ち出せる",
        ],
        2,
        "持ち出しには記録の残る許可が必要です。暗号は失ったときの備えで、許可の代わりにはなりません。",
    ),
    (
        "席を離れるとき、端末はどうしますか。",
        ["画面をロックする", "モニターの電源だけを切る", "すぐ戻るならそのままにする"],
        0,
        "数分でも、画面を見られたり操作されたりします。必ずロックします。",
    ),
    (
        "個人情報の入った書類を、別の人に郵送してしまったと気付きました。",
        ["相手に連絡して返してもらってから報告する", "すぐに報告する", "自分で回収できれば報告しなくてよい"],
        1,
        "早い報告が被害を小さくします。回収は、報告のあとに決められた人と進めます。",
    ),
    (
        "複数のサービスで同じパスワードを使うことについて、正しいものはどれですか。",
        [
            "長ければ同じでもよい",
            "半年ごとに変えれば同じでもよい",
            "一つ漏れるとほかも使われるので、別々にする",
        ],
        2,
        "漏れたパスワードは、ほかのサービスでも試されます。サービスごとに変えてください。",
    ),
];

pub(super) fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if !cx.city().facts().demo {
            return Err(Fault::refused());
        }
        let acting = cx.clone();
        cx.city().db.write(move |tx| all(tx, &acting)).await
    })
}

fn call(tx: &mut ground::db::Tx<'_>, cx: &Cx, action: &str, input: Value) -> Result<Value, Fault> {
    cx.call(tx, action, input)
}

fn all(tx: &mut ground::db::Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    if store::count_assets(tx)? > 0 {
        return Ok(());
    }
    let house = cx.acting_as(Who::operator());
    let day = |days: i32| cx.now().date().saturating_add(jiff::Span::new().days(days)).to_string();
    let vice = json!({"name": "帆足 正道", "kana": "ホアシ マサミチ", "mail": "vice-mayor@machiya.example", "title": "副市長"});
    call(tx, &house, "people.save_staff", vice)?;
    call(
        tx,
        &house,
        "people.appoint",
        json!({"mail": "vice-mayor@machiya.example", "starts_on": day(-400), "note": "情報セキュリティ基本規程による"}),
    )?;
    let mut ids = std::collections::BTreeMap::new();
    for (kind, code, name, department, system, chief, holder) in REGISTER {
        let input = json!({"kind": kind, "code": code, "name": name, "department": department, "system": system, "chief": chief});
        let saved = call(tx, &house, "people.save_watch_asset", input)?;
        let id = saved.pointer("/asset/id").cloned().unwrap_or_default();
        if let Some((nth, until)) = holder {
            let input = json!({"asset": id, "mail": format!("staff{nth:02}@machiya.example"), "starts_on": day(-200),
                               "ends_on": until.map(day).unwrap_or_default()});
            call(tx, &house, "people.appoint", input)?;
        }
        ids.insert(code, id);
    }
    for (ask, choices, right, because) in QUESTIONS {
        let input = json!({"ask": ask, "choices": choices, "right": right, "because": because, "used": true});
        call(tx, &house, "people.save_watch_question", input)?;
    }
    incidents(tx, cx)?;
    check(tx, cx, &house, &day(25), &day(10))
}

/// A member of staff, to act in their name.
fn staff(tx: &mut ground::db::Tx<'_>, cx: &Cx, mail: &str) -> Result<Cx, Fault> {
    let account = accounts::by_mail(tx, mail)?.ok_or_else(Fault::missing)?;
    let department = tx.opt(
        sql!("select department from people_staff where city = ?1 and account = ?2"),
        params![&account.id],
        |row| row.get::<String>(0),
    )?;
    Ok(cx.acting_as(Who {
        account: Some(account.id),
        roles: std::sync::Arc::from([Role::Staff]),
        department: department.and_then(|id| id.parse::<Id>().ok()),
        ..Who::default()
    }))
}

fn incidents(tx: &mut ground::db::Tx<'_>, cx: &Cx) -> Result<(), Fault> {
    let reports = [
        (
            29,
            "窓口の端末に不審な警告が出た",
            "画面に「ウイルスに感染しました」と出た。番号には電話せず、ネットワークから外した。",
            "T001",
            "middle",
            2,
        ),
        (
            15,
            "書類を別の人に渡した",
            "窓口で、同じ姓の別の人に認定の結果の写しを渡した。すぐに気付いて回収した。",
            "D03",
            "high",
            1,
        ),
        (
            27,
            "撮影用端末の紛失（庁舎内で見つかった）",
            "会議室に置き忘れ、翌朝に警備員が届けてくれた。ロックはかかっていた。",
            "T007",
            "low",
            20,
        ),
    ];
    for (nth, title, what, asset, severity, days_ago) in reports {
        let reporter = staff(tx, cx, &format!("staff{nth:02}@machiya.example"))?;
        let input = json!({"title": title, "what": what, "asset": asset, "severity": severity,
                           "happened_ms": cx.now_ms() - days_ago * DAY_MS});
        let made = call(tx, &reporter, "people.report_incident", input)?;
        let (id, rev) = (made.pointer("/incident/id").cloned(), made.pointer("/incident/rev").cloned());
        let ciso = staff(tx, cx, "vice-mayor@machiya.example")?;
        let step = |act: &str, note: &str| json!({"id": id, "rev": rev, "do": act, "note": note});
        match severity {
            "high" => {
                let note = "本人へおわびし、回収を確かめた。渡すときに生年月日でも確かめる手順に改める案を出すこと。";
                call(tx, &ciso, "people.step_incident", step("note", note))?;
            }
            "low" => {
                call(
                    tx,
                    &ciso,
                    "people.step_incident",
                    step("close", "情報の漏れがないことを確かめた。持ち出しの台帳を付けることにした。"),
                )?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn check(
    tx: &mut ground::db::Tx<'_>,
    cx: &Cx,
    house: &Cx,
    deadline: &str,
    remind_on: &str,
) -> Result<(), Fault> {
    let title = format!(
        "{}年度 情報セキュリティ理解度チェック",
        cx.now().date().saturating_sub(jiff::Span::new().months(3)).year()
    );
    let input = json!({"title": title, "pass_percent": 80, "deadline": deadline, "remind_on": remind_on, "state": "open"});
    let made = call(tx, house, "people.save_watch_check", input)?;
    let id = made.pointer("/check/id").cloned().unwrap_or_default();
    let mut dice = Dice::new(9);
    // About two thirds have answered; those whom visitors play have not.
    for nth in 1..=55 {
        if dice.below(3) == 0 {
            continue;
        }
        let answers: Vec<usize> = QUESTIONS
            .iter()
            .map(|question| if dice.below(8) == 0 { (question.2 + 1) % 3 } else { question.2 })
            .collect();
        let who = staff(tx, cx, &format!("staff{nth:02}@machiya.example"))?;
        call(tx, &who, "people.answer_watch_check", json!({"id": id, "answers": answers}))?;
    }
    let played = staff(tx, cx, DemoPart::Auditor.mail())?;
    call(tx, &played, "people.answer_watch_check", json!({"id": id, "answers": [1, 2, 0, 1, 2]}))?;
    Ok(())
}
