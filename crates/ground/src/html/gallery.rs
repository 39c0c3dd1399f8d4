//! Every component once, with invented content, for the eye and for the accessibility checks.
//!
//! The sample text is Japanese whatever language the page is in; the kit's own words follow the page.

use super::*;
use crate::words::Tongue;

/// Where every sample leads: back to the samples.
const HERE: &str = "/developers/kit";

/// The body of a page that shows every component.
pub fn gallery(t: &Tongue) -> Markup {
    html! {
        div class="gallery" lang="ja" {
            (PageHead::new("部品の見本").above("machiya").lead("画面をつくる部品を、架空の町の内容で並べています。見た目とアクセシビリティの確認に使います。").render())
            (section("お知らせ", notices(t)))
            (section("ボタン", button_row(t)))
            (section("手続の流れと切り替え", ways(t)))
            (section("カード", cards()))
            (section("カード（一覧）", news()))
            (section("検索", SearchBox::new("/search", "手続・お知らせを探す").large().value("避難").render(t)))
            (section("フォーム", form(t)))
            (section("フォーム（入力に誤りがあるとき）", wrong_form(t)))
            (section("絞り込み", filter(t)))
            (section("表", table(t)))
            (section("データがない表", Table::new("取り消した予約").column(Col::new("施設")).column(Col::new("日時")).empty("取り消した予約はありません。").render(t)))
            (section("確認の一覧", summary()))
            (section("何もないとき", Empty::new("予約はまだありません").text("施設を選ぶと、空いている日時を確認できます。").action(Button::link("施設を探す", HERE).secondary().render()).render()))
            (section("進み具合", progress(t)))
            (section("詳しい説明", details("転入届に必要な持ち物", html! { ul { li { "本人確認書類" } li { "転出証明書（マイナンバーカードで転出した場合は不要）" } li { "家族全員のマイナンバーカード" } } })))
            (section("読みがな", html! { p lang="ja-x-easy" { (say("｜台風《たいふう》が きます。｜避難所《ひなんじょ》は " )) (ruby("体育館", "たいいくかん")) (say(" です。")) } }))
            (section("確かめる小窓", dialog(t)))
            (section("変更の重なり", conflict(t)))
            (section("グラフ（折れ線）", line(t)))
            (section("グラフ（棒）", bars(t)))
            (section("グラフ（積み上げ）", stacked(t)))
            (section("文章", prose()))
        }
    }
}

fn section(title: &str, body: Markup) -> Markup {
    html! { section class="gallery-part" { h2 { (title) } (body) } }
}

fn notices(t: &Tongue) -> Markup {
    html! {
        (Emergency::new(4, "警戒レベル4", "東岸地区に避難指示を出しました", HERE).text("危険な場所から全員避難してください。開いている避難所は6か所です。").issued("2025-09-12T18:40:00+09:00", "9月12日 18時40分").render(t))
        (Emergency::new(3, "警戒レベル3", "高齢者等避難", HERE).drill(true).issued("2025-09-01T10:00:00+09:00", "9月1日 10時00分").render(t))
        (Banner::info("12月29日から1月3日まで窓口はお休みです").text("証明書はコンビニエンスストアで受け取れます。").link(Link::new("休み中に使えるサービス", HERE)).render(t))
        (Banner::success("申請を受け付けました").text("受付番号は 2025-0142 です。").render(t))
        (Banner::warning("下書きは30日後に消えます").render(t))
        (Banner::error("予約を取り消せませんでした").text("利用日の前日を過ぎています。施設に電話でご相談ください。").render(t))
    }
}

fn button_row(t: &Tongue) -> Markup {
    html! {
        (buttons([
            Button::link("申請を始める", HERE).render(),
            Button::link("下書きを見る", HERE).secondary().render(),
            Button::link("印刷する", HERE).tertiary().render(),
            PostButton::new("予約を取り消す", HERE, "token").danger().about("中央公民館 10月4日").render(),
            Button::link("やめる", "/").kind(ButtonKind::Link).render(),
            Button::link("地図で見る", HERE).secondary().icon(Icon::External).render(),
        ]))
        p { (Tag::new("受付中", Tone::Positive).render()) " " (Tag::new("まもなく終了", Tone::Caution).render()) " " (Tag::new("中止", Tone::Negative).render()) " " (Tag::new("新着", Tone::Info).render()) " " (Tag::new("終了", Tone::Neutral).render()) }
        (Pagination::new().text("134件のうち21〜40件").first(Some("/?".into())).previous(Some("/?before=a".into())).next(Some("/?after=b".into())).render(t))
    }
}

fn ways(t: &Tongue) -> Markup {
    html! {
        (Steps::new(["内容の確認", "入力", "書類の添付", "確認", "完了"], 3).render(t))
        (Tabs::new("申請の状態").tab(Link::new("すべて", HERE).current(true).count(24)).tab(Link::new("確認待ち", HERE).count(5)).tab(Link::new("差し戻し", HERE).count(2)).tab(Link::new("完了", HERE)).render())
    }
}

fn cards() -> Markup {
    Cards::new()
        .card(Card::new("引越し", HERE).text("転入・転出・転居の届出、水道、ごみの出し方"))
        .card(Card::new("子育て", HERE).text("妊娠から就学まで。健診の予約、保育園の申込み"))
        .card(Card::new("ごみ・リサイクル", HERE).text("収集日、分別の方法、粗大ごみの申込み"))
        .card(
            Card::new("施設の予約", HERE)
                .text("公民館、体育館、会議室の空きを確認")
                .tag(Tag::new("ログインが必要", Tone::Neutral)),
        )
        .card(
            Card::new("町の困りごとを知らせる", HERE)
                .text("道路の穴、街灯の故障、倒木など")
                .tag(Tag::new("新しいサービス", Tone::Info)),
        )
        .card(Card::new("防災", HERE).text("避難所、わが家の避難計画、いまの警報"))
        .render()
}

fn news() -> Markup {
    Cards::new()
        .list()
        .card(
            Card::new("中央公民館のホールを改修します", HERE)
                .tag(Tag::new("施設", Tone::Neutral))
                .meta(html! { time datetime="2025-10-01" { "2025年10月1日" } "　生涯学習課" }),
        )
        .card(
            Card::new("秋の健康診断の申込みを始めました", HERE)
                .tag(Tag::new("健康", Tone::Neutral))
                .text("40歳から74歳の方が対象です。申込みは11月14日までです。")
                .meta(html! { time datetime="2025-09-25" { "2025年9月25日" } "　健康推進課" }),
        )
        .render()
}

fn form(t: &Tongue) -> Markup {
    Form::new(HERE)
        .token("token")
        .multipart()
        .label("転入届の申請")
        .field(
            Field::text("name", "氏名")
                .required()
                .autocomplete("name")
                .hint("住民票に記載されている氏名を入力してください。"),
        )
        .field(
            Field::date_parts("birthday", "生年月日")
                .required()
                .autocomplete("bday")
                .hint("例：1985年4月9日")
                .value("1985-04-09"),
        )
        .field(Field::tel("tel", "電話番号").optional().hint("日中つながる番号"))
        .field(Field::email("mail", "メールアドレス"))
        .field(Field::number("people", "一緒に引っ越す人数").suffix("人").width(Width::Tiny).required())
        .field(Field::number("rent", "家賃").prefix("月額").suffix("円"))
        .field(
            Field::select(
                "district",
                "地区",
                [
                    Choice::new("east", "東岸地区"),
                    Choice::new("west", "西山地区"),
                    Choice::new("port", "港地区"),
                ],
            )
            .required(),
        )
        .field(
            Field::radios(
                "reason",
                "届出の理由",
                [
                    Choice::new("work", "就職・転勤"),
                    Choice::new("family", "結婚・同居").hint("世帯が変わる場合は世帯主の氏名も必要です。"),
                    Choice::new("other", "その他"),
                ],
            )
            .required()
            .value("family"),
        )
        .field(
            Field::checkboxes(
                "topics",
                "受け取りたいお知らせ",
                [
                    Choice::new("waste", "ごみの収集日"),
                    Choice::new("safety", "防災・防犯"),
                    Choice::new("kids", "子育て"),
                ],
            )
            .values(["safety"]),
        )
        .group(
            Group::new("緊急連絡先")
                .hint("ご本人と連絡が取れないときだけ使います。")
                .field(Field::text("contact", "氏名"))
                .field(Field::tel("contact_tel", "電話番号")),
        )
        .field(
            Field::textarea("note", "伝えておきたいこと").chars_max(400).value("車いすを使う家族がいます。"),
        )
        .field(Field::date("on", "引っ越した日").required())
        .field(
            Field::file("paper", "本人確認書類の写真")
                .accept("image/*,.pdf")
                .many()
                .hint("JPEG、PNG、PDF。1つ10MBまで、5つまで選べます。"),
        )
        .field(Field::password("password", "パスワード").required())
        .field(Field::checkbox("agree", "入力内容に間違いがないことを確認しました", "yes").required())
        .submit("確認画面へ進む")
        .also(&Button::submit("下書きを保存する").secondary().named("act", "draft"))
        .secondary(Link::new("やめる", "/"))
        .render(t)
}

fn wrong_form(t: &Tongue) -> Markup {
    Form::new(HERE)
        .token("token")
        .label("誤りのある申請")
        .field(
            Field::text("kana", "フリガナ")
                .required()
                .value("yamada")
                .error("フリガナは全角カタカナで入力してください。"),
        )
        .field(
            Field::date_parts("expiry", "有効期限")
                .required()
                .parts("2025", "13", "")
                .error("有効期限に、実際にある日付を入力してください。"),
        )
        .field(
            Field::radios(
                "pickup",
                "受け取り方",
                [Choice::new("post", "郵送"), Choice::new("counter", "窓口")],
            )
            .required()
            .error("受け取り方を選んでください。"),
        )
        .submit("送信する")
        .render(t)
}

fn filter(t: &Tongue) -> Markup {
    Form::new(HERE)
        .get()
        .compact()
        .label("申請を絞り込む")
        .field(Field::search("q", "ことば"))
        .field(Field::select(
            "state",
            "状態",
            [Choice::new("", "すべて"), Choice::new("waiting", "確認待ち")],
        ))
        .field(Field::date("from", "受付日（から）"))
        .submit("絞り込む")
        .render(t)
}

fn table(t: &Tongue) -> Markup {
    let row = |no: &str, name: &str, state: Tag, on: &str, fee: i64| {
        [
            html! { a href=(HERE) { (no) } },
            html! { (name) },
            html! { (state.render()) },
            html! { (on) },
            html! { (number(fee)) "円" },
        ]
    };
    Table::new("最近の申請")
        .column(Col::new("受付番号").sort(HERE, Sort::Descending))
        .column(Col::new("手続"))
        .column(Col::new("状態"))
        .column(Col::new("受付日").sort(HERE, Sort::None))
        .column(Col::number("手数料"))
        .row(row("2025-0142", "住民票の写しの交付", Tag::new("確認待ち", Tone::Caution), "10月3日", 300))
        .row(row("2025-0141", "犬の登録", Tag::new("完了", Tone::Positive), "10月2日", 3000))
        .row(row("2025-0139", "粗大ごみの収集", Tag::new("差し戻し", Tone::Negative), "10月1日", 1200))
        .csv(HERE)
        .render(t)
}

fn summary() -> Markup {
    SummaryList::new()
        .row_with("氏名", html! { "港 はるか" }, Link::new("変更する", HERE))
        .row_with("生年月日", html! { "1985年4月9日" }, Link::new("変更する", HERE))
        .row_with(
            "新しい住所",
            html! { "港地区2丁目3番4号" br; "みなと荘 101号室" },
            Link::new("変更する", HERE),
        )
        .text("受付番号", "2025-0142")
        .render()
}

fn progress(t: &Tongue) -> Markup {
    html! {
        (Progress::known("防災メールの配信", 6_420, 8_113).text("8,113人のうち6,420人に届きました").render(t))
        (Progress::unknown("証明書の作成").render(t))
    }
}

fn dialog(t: &Tongue) -> Markup {
    let dialog = Dialog::new("cancel", "予約を取り消しますか", html! { p { "中央公民館 会議室A、10月4日 9時から12時の予約を取り消します。取り消すと元に戻せません。" } })
        .actions(PostButton::new("取り消す", HERE, "token").danger().render());
    html! { (dialog.opener("予約を取り消す", HERE)) (dialog.render(t)) }
}

fn conflict(t: &Tongue) -> Markup {
    Conflict::new(HERE, "token")
        .by("防災課 西野", "10月3日 14時05分")
        .hidden("rev", "8")
        .row("title", "題名", "夜間の断水のお知らせ", "10月4日夜の断水について")
        .row(
            "body",
            "本文",
            "4日22時から5日5時まで、港地区で断水します。",
            "4日22時から5日4時まで、港地区と東岸地区で断水します。",
        )
        .row("area", "対象", "港地区", "港地区")
        .back(HERE)
        .render(t)
}

fn line(t: &Tongue) -> Markup {
    Chart::line("visits", "施設の利用者数")
        .text("公民館の利用は夏に減り、秋に戻りました。体育館の8月は工事のため数えていません。")
        .unit("人")
        .across("月", ["4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月", "1月", "2月", "3月"])
        .series(
            "公民館",
            [3120.0, 3340.0, 3010.0, 2480.0, 1990.0, 2760.0, 3450.0, 3610.0, 2900.0, 2650.0, 3020.0, 3380.0],
        )
        .series_with_gaps(
            "体育館",
            [
                Some(2100.0),
                Some(2240.0),
                Some(2310.0),
                Some(1800.0),
                None,
                Some(1510.0),
                Some(2050.0),
                Some(2260.0),
                Some(1900.0),
                Some(1720.0),
                Some(1980.0),
                Some(2190.0),
            ],
        )
        .series(
            "図書館",
            [980.0, 1040.0, 1120.0, 1490.0, 1720.0, 1100.0, 1080.0, 1010.0, 940.0, 900.0, 990.0, 1130.0],
        )
        .render(t)
}

fn bars(t: &Tongue) -> Markup {
    Chart::bar("reports", "困りごとの報告件数")
        .text("どの地区でも道路の報告が最も多くなっています。")
        .unit("件")
        .across("地区", ["東岸地区", "西山地区", "港地区・旧市街"])
        .series("道路", [142.0, 98.0, 61.0])
        .series("街灯", [38.0, 54.0, 20.0])
        .render(t)
}

fn stacked(t: &Tongue) -> Markup {
    Chart::stacked("ways", "申請の受け取り方")
        .text("オンラインの割合は3年で3倍になりました。")
        .unit("件")
        .across("年度", ["2023年度", "2024年度", "2025年度"])
        .series("窓口", [8210.0, 6930.0, 5120.0])
        .series("郵送", [1120.0, 1340.0, 1290.0])
        .series("オンライン", [1480.0, 3020.0, 4610.0])
        .render(t)
}

fn prose() -> Markup {
    html! {
        div class="prose" {
            h3 { "ごみの出し方" }
            p { "収集日の朝8時までに、" a href=(HERE) { "お近くの集積所" } "へ出してください。台風などで収集を中止する場合は、前日の18時までにお知らせします。" }
            ul { li { "燃えるごみは週2回、指定の袋に入れます。" } li { "資源ごみは月2回です。びんと缶は分けてください。" } }
            ol { li { "品目を調べる" } li { "手数料を確かめる" } li { "収集日を予約する" } }
            blockquote { p { "分別に迷ったら、品目の名前で検索してください。" } }
        }
    }
}
