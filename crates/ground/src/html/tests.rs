use super::*;
use crate::words::{Lang, Tongue, WordFiles, Words};

const FILES: WordFiles = WordFiles {
    ja: include_str!("../../words/kit/ja.ftl"),
    ja_easy: include_str!("../../words/kit/ja-x-easy.ftl"),
    en: include_str!("../../words/kit/en.ftl"),
};

fn tongue(lang: Lang) -> Tongue {
    Words::read(&[FILES]).unwrap().tongue(lang)
}

fn ja() -> Tongue {
    tongue(Lang::Ja)
}

const EVIL: &str = "<script>alert(1)</script>\"'><b onclick=x>";

fn no_evil(markup: &Markup) {
    assert!(!markup.0.contains("<script>alert"), "{}", markup.0);
    assert!(!markup.0.contains("<b onclick"), "{}", markup.0);
    assert!(!markup.0.contains("\"'>"), "{}", markup.0);
}

fn page(t: &Tongue, body: Markup) -> String {
    let assets =
        Assets { css: "/a.css".into(), js: "/a.js".into(), manifest: "/m".into(), icon: "/i.svg".into() };
    Shell::new("見本", &assets).city("みなと町").path("/x?q=a&lang=en").render(t, body).into_string()
}

#[test]
fn foreign_text_is_escaped_everywhere() {
    let t = ja();
    no_evil(&Banner::info(EVIL).text(EVIL).link(Link::new(EVIL, EVIL)).render(&t));
    no_evil(&Emergency::new(4, EVIL, EVIL, EVIL).text(EVIL).issued(EVIL, EVIL).render(&t));
    let field = |f: Field| f.hint(EVIL).error(EVIL).value(EVIL).prefix(EVIL).chars_max(5);
    let form = Form::new(EVIL)
        .token(EVIL)
        .error(EVIL)
        .field(field(Field::text(EVIL, EVIL)))
        .field(field(Field::textarea(EVIL, EVIL)))
        .field(field(Field::select(EVIL, EVIL, [Choice::new(EVIL, EVIL)])))
        .field(field(Field::radios(EVIL, EVIL, [Choice::new(EVIL, EVIL).hint(EVIL)])))
        .field(field(Field::date_parts(EVIL, EVIL)))
        .field(field(Field::checkbox(EVIL, EVIL, EVIL)))
        .group(Group::new(EVIL).hint(EVIL));
    no_evil(&form.render(&t));
    no_evil(
        &Table::new(EVIL)
            .column(Col::new(EVIL).sort(EVIL, Sort::Ascending))
            .row([html! { (EVIL) }])
            .render(&t),
    );
    no_evil(
        &Conflict::new(EVIL, EVIL)
            .by(EVIL, EVIL)
            .row(EVIL, EVIL, EVIL, "x")
            .row("a", EVIL, EVIL, EVIL)
            .render(&t),
    );
    no_evil(
        &Chart::bar(EVIL, EVIL).text(EVIL).unit(EVIL).across(EVIL, [EVIL]).series(EVIL, [1.0]).render(&t),
    );
    no_evil(&Dialog::new(EVIL, EVIL, html! { (EVIL) }).render(&t));
    no_evil(&error_page(&t, &Problem::new(404).what(EVIL).why(EVIL).advice(EVIL).request_id(EVIL)));
    no_evil(&say(&format!("｜{EVIL}《{EVIL}》")));
    no_evil(&SummaryList::new().text(EVIL, EVIL).render());
    no_evil(&Cards::new().card(Card::new(EVIL, EVIL).text(EVIL).tag(Tag::new(EVIL, Tone::Info))).render());
}

#[test]
fn addresses_that_could_run_lead_nowhere() {
    for href in ["javascript:alert(1)", " JavaScript:x", "data:text/html,x", "vbscript:x"] {
        assert_eq!(safe_href(href), "#", "{href}");
    }
    for href in
        ["/a?b=c:d", "#main", "?x=1", "https://example.jp/a", "tel:0120", "mailto:a@example.jp", "a/b:c", ""]
    {
        assert_eq!(safe_href(href), href);
    }
}

#[test]
fn no_page_carries_inline_style_or_script() {
    for lang in Lang::ALL {
        let t = tongue(lang);
        let text = page(&t, gallery(&t));
        assert!(!text.contains(" style="), "inline style");
        assert!(!text.contains("<style"), "style element");
        assert_eq!(text.matches("<script").count(), 1, "only the module");
        for handler in [" onclick=", " onload=", " onsubmit=", "javascript:"] {
            assert!(!text.contains(handler), "{handler}");
        }
    }
}

#[test]
fn no_id_is_used_twice_and_every_reference_has_its_target() {
    let t = ja();
    let text = page(&t, gallery(&t));
    let values = |name: &str| -> Vec<String> {
        let mark = format!(" {name}=\"");
        text.split(&mark).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    };
    let ids = values("id");
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
    for name in ["for", "aria-describedby", "aria-labelledby", "data-dialog"] {
        for value in values(name) {
            for id in value.split(' ') {
                assert!(ids.iter().any(|i| i == id), "{name}: {id}");
            }
        }
    }
    for href in values("href").iter().filter_map(|h| h.strip_prefix('#')) {
        assert!(ids.iter().any(|i| i == href), "#{href}");
    }
}

#[test]
fn error_summary_leads_to_the_first_control_of_each_field() {
    let form = Form::new("/x")
        .field(Field::text("name", "氏名").error("氏名を入力してください。"))
        .field(Field::radios("way", "方法", [Choice::new("a", "A")]).error("方法を選んでください。"))
        .field(Field::date_parts("on", "日付").error("日付を確かめてください。"))
        .field(Field::text("fine", "備考"));
    assert!(form.is_wrong());
    let text = form.render(&ja()).into_string();
    for target in ["#f-name", "#f-way-1", "#f-on-year"] {
        assert!(text.contains(&format!("href=\"{target}\"")), "{target}");
    }
    assert!(text.contains("role=\"alert\""));
    assert!(text.contains("aria-describedby=\"f-name-error\" aria-invalid=\"true\""));
    assert_eq!(text.matches("aria-invalid").count(), 5);
}

#[test]
fn what_was_typed_is_shown_again_but_never_a_password() {
    let render = |f: Field| Form::new("/x").field(f).render(&ja()).into_string();
    assert!(render(Field::text("a", "A").value("港")).contains("value=\"港\""));
    assert!(render(Field::textarea("a", "A").value("\n行")).contains(">\n\n行</textarea>"));
    assert!(
        render(Field::select("a", "A", [Choice::new("1", "い")]).value("1")).contains("value=\"1\" selected")
    );
    assert!(render(Field::date_parts("a", "A").value("1985-04-09")).contains("name=\"a_month\" value=\"4\""));
    assert!(render(Field::date_parts("a", "A").parts("２０２５", "13", "")).contains("value=\"２０２５\""));
    assert!(!render(Field::password("a", "A").value("secret")).contains("secret"));
}

#[test]
fn a_posted_form_carries_its_token_and_marks_every_field() {
    let post =
        Form::new("/x").token("t0").field(Field::text("a", "A").required()).field(Field::text("b", "B"));
    let text = post.render(&ja()).into_string();
    assert!(text.contains("name=\"_token\" value=\"t0\""));
    assert!(text.contains("必須") && text.contains("任意"));
    let get = Form::new("/x").get().field(Field::text("a", "A")).render(&ja()).into_string();
    assert!(get.contains("method=\"get\"") && !get.contains("任意"));
}

#[test]
fn every_chart_has_its_figures_in_a_table() {
    let t = ja();
    let filled = |c: Chart| {
        c.unit("件").across("年度", ["2024", "2025"]).series("窓口", [1234.0, 5.0]).series("郵送", [2.0, 3.0])
    };
    for chart in [Chart::line("a", "T"), Chart::bar("b", "T"), Chart::stacked("c", "T")] {
        let text = filled(chart).render(&t).into_string();
        assert!(text.contains("<table") && text.contains("1,234"));
        assert!(text.contains("role=\"img\"") && text.contains("<desc"));
    }
    let empty = Chart::line("d", "T").across("月", ["4月"]).render(&t).into_string();
    assert!(!empty.contains("<svg class=\"chart-picture\"") && empty.contains("データがありません"));
}

#[test]
fn odd_figures_do_not_break_a_chart() {
    let t = ja();
    let rows =
        [vec![f64::NAN, f64::INFINITY], vec![0.0, 0.0], vec![-5.0, 3.0], vec![1e12, 1e-9], vec![7.0], vec![]];
    for values in rows {
        for chart in [Chart::line("a", "T").floating(), Chart::bar("b", "T"), Chart::stacked("c", "T")] {
            let text = chart.across("x", ["1", "2"]).series("s", values.clone()).render(&t).into_string();
            assert!(!text.contains("NaN") && !text.contains("inf"), "{values:?} {text}");
        }
    }
}

#[test]
fn a_missing_figure_is_a_gap_and_not_a_zero() {
    let chart = Chart::line("a", "T")
        .across("月", ["4", "5", "6"])
        .series_with_gaps("s", [Some(1.0), None, Some(3.0)]);
    let text = chart.render(&ja()).into_string();
    assert_eq!(text.matches("class=\"chart-stroke-1\"").count(), 0, "no line across the gap");
    assert!(text.contains("データなし"));
}

#[test]
fn cells_carry_their_column_for_phones() {
    let table = Table::new("申請").column(Col::new("番号")).column(Col::number("手数料"));
    let text = table.clone().row([html! { "1" }, html! { "300円" }]).render(&ja()).into_string();
    assert!(text.contains("scope=\"row\"") && text.contains("data-label=\"手数料\""));
    assert!(table.render(&ja()).into_string().contains("該当するデータはありません"));
}

#[test]
fn readings_are_shown_and_can_be_left_out() {
    assert_eq!(say("｜火事《かじ》です").0, "<ruby>火事<rp>（</rp><rt>かじ</rt><rp>）</rp></ruby>です");
    assert_eq!(plain("｜火事《かじ》です"), "火事です");
    for text in ["お知らせ｜みなと町", "《題》", "｜《》", "｜あ《", "本｜"] {
        assert_eq!(plain(text), text);
        assert!(!say(text).0.contains("<ruby>"), "{text}");
    }
}

#[test]
fn numbers_are_grouped() {
    assert_eq!(number(0), "0");
    assert_eq!(number(-1_234_567), "-1,234,567");
    assert_eq!(number(i64::MIN), "-9,223,372,036,854,775,808");
    assert_eq!(decimal(1234.56, 1), "1,234.6");
    assert_eq!(decimal(-0.04, 1), "0.0");
    assert_eq!(decimal(f64::NAN, 1), "－");
}

#[test]
fn language_links_keep_the_rest_of_the_address() {
    assert_eq!(with_query("/s?q=%E6%B0%B4&lang=en#x", "lang", "ja"), "/s?q=%E6%B0%B4&lang=ja");
    assert_eq!(with_query("/", "lang", "ja"), "/?lang=ja");
    let text = page(&ja(), html! {});
    assert!(text.contains("href=\"/x?q=a&amp;lang=ja-x-easy\""));
    assert!(text.contains("href=\"/preferences?text=large&amp;back=/x%3Fq%3Da%26lang%3Den\""));
}

#[test]
fn the_three_languages_have_the_same_words() {
    let keys = |source| Words::keys(source).into_keys().collect::<Vec<_>>();
    assert_eq!(keys(FILES.ja), keys(FILES.ja_easy));
    assert_eq!(keys(FILES.ja), keys(FILES.en));
    for lang in Lang::ALL {
        let t = tongue(lang);
        let body = html! { (gallery(&t)) (offline(&t)) @for s in [400, 401, 403, 404, 409, 413, 429, 500, 503] { (error_page(&t, &Problem::new(s))) } };
        let text = page(&t, body);
        assert!(
            !text.contains("kit-"),
            "a word of the kit is missing: {:?}",
            text.split("kit-").nth(1).map(|s| s.chars().take(30).collect::<String>())
        );
    }
}
