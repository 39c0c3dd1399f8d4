//! The room's rules, tried from all sides.

use std::collections::BTreeSet;

use ground::text::Text;
use ground::words::Lang;
use proptest::prelude::*;

use crate::import::{Kind, read as read_list};
use crate::model::{Roles, STAFF_ROLES, exactly, folded_mail, is_mail, katakana, names, tidy};
use crate::rules::{
    Branch, DEPTH_MAX, block_key, in_tree_order, is_code, is_slug, may_stand_under, postal_code,
};

// ---- departments in a tree

#[derive(Clone, Debug, PartialEq)]
struct Leaf {
    key: String,
    parent: String,
    place: i64,
}

impl Branch for Leaf {
    fn key(&self) -> &str {
        &self.key
    }
    fn parent(&self) -> &str {
        &self.parent
    }
    fn order(&self) -> (i64, &str) {
        (self.place, &self.key)
    }
}

fn leaf(key: &str, parent: &str, place: i64) -> Leaf {
    Leaf { key: key.into(), parent: parent.into(), place }
}

fn told(leaves: Vec<Leaf>) -> Vec<(usize, String)> {
    in_tree_order(leaves).into_iter().map(|(depth, leaf)| (depth, leaf.key)).collect()
}

#[test]
fn departments_stand_under_their_parents_in_order() {
    let leaves =
        vec![leaf("b1", "b", 1), leaf("b", "", 2), leaf("a", "", 1), leaf("a2", "a", 2), leaf("a1", "a", 1)];
    let expected = [(0, "a"), (1, "a1"), (1, "a2"), (0, "b"), (1, "b1")];
    assert_eq!(told(leaves), expected.map(|(depth, key)| (depth, key.to_owned())));
}

#[test]
fn a_department_whose_parent_is_gone_is_shown_at_the_top() {
    assert_eq!(told(vec![leaf("a", "gone", 1)]), [(0, "a".to_owned())]);
}

fn forest() -> impl Strategy<Value = Vec<Leaf>> {
    proptest::collection::vec((0usize..12, -1i64..3), 0..12).prop_map(|rows| {
        let leaf = |(at, (parent, place)): (usize, (usize, i64))| Leaf {
            key: format!("k{at}"),
            // One number past the end stands for the top, others may make circles.
            parent: if parent == 11 { String::new() } else { format!("k{parent}") },
            place,
        };
        rows.into_iter().enumerate().map(leaf).collect()
    })
}

proptest! {
    #[test]
    fn no_department_is_lost_or_shown_twice_even_in_a_circle(leaves in forest()) {
        let keys: BTreeSet<String> = leaves.iter().map(|leaf| leaf.key.clone()).collect();
        let count = leaves.len();
        let out = in_tree_order(leaves);
        prop_assert_eq!(out.len(), count);
        let shown: BTreeSet<String> = out.iter().map(|(_, leaf)| leaf.key.clone()).collect();
        prop_assert_eq!(shown, keys);
    }

    #[test]
    fn moving_never_makes_a_circle_or_a_tree_too_deep(moves in proptest::collection::vec((0usize..8, 0usize..9), 0..40)) {
        let mut parents: Vec<Option<usize>> = vec![None; 8];
        let name = |at: usize| format!("k{at}");
        for (child, parent) in moves {
            let parent = (parent < 8).then_some(parent);
            let parent_of = |key: &str| {
                let at: usize = key.strip_prefix('k').and_then(|at| at.parse().ok())?;
                parents.get(at).map(|parent| parent.map(name).unwrap_or_default())
            };
            let height = height_of(&parents, child);
            if may_stand_under(&name(child), &parent.map(name).unwrap_or_default(), height, parent_of) {
                parents[child] = parent;
            }
            for start in 0..8 {
                let mut at = parents[start];
                let mut depth = 1;
                while let Some(above) = at {
                    depth += 1;
                    prop_assert!(depth <= DEPTH_MAX, "{parents:?}");
                    at = parents[above];
                }
            }
        }
    }
}

fn height_of(parents: &[Option<usize>], of: usize) -> usize {
    let children = parents.iter().enumerate().filter(|(_, parent)| **parent == Some(of));
    children.map(|(child, _)| 1 + height_of(parents, child)).max().unwrap_or(0)
}

// ---- writing

#[test]
fn one_block_is_one_key_however_it_is_written() {
    for same in ["本町一丁目", "本町１丁目", "本町1丁目", " 本町 一丁目 ", "大字本町一丁目", "字本町1丁目"]
    {
        assert_eq!(block_key(same), "本町1丁目", "{same}");
    }
    assert_eq!(block_key("緑が丘二十三丁目"), block_key("緑ヶ丘23丁目"));
    assert_eq!(block_key("港十丁目"), "港10丁目");
    assert_ne!(block_key("本町一丁目"), block_key("本町二丁目"));
    // Numbers that are part of a name stay: only those before 丁目 are counted.
    assert_eq!(block_key("八幡町"), "八幡町");
}

#[test]
fn postal_codes_take_one_form() {
    for same in ["1234567", "123-4567", "〒123-4567", "１２３−４５６７", " 123 4567 "] {
        assert_eq!(postal_code(same).as_deref(), Some("123-4567"), "{same}");
    }
    assert_eq!(postal_code("").as_deref(), Some(""));
    for wrong in ["12345", "abcdefg", "12345678", "一二三"] {
        assert_eq!(postal_code(wrong), None, "{wrong}");
    }
}

#[test]
fn addresses_are_compared_without_case_or_width() {
    assert_eq!(folded_mail(" Ｈanako@City.Example "), "hanako@city.example");
    for good in ["a@b.example", "first.last+tag@sub.city.example", "o'neil@x.example"] {
        assert!(is_mail(good), "{good}");
    }
    for wrong in
        ["", "a", "a@b", "@b.example", "a@", "a b@c.example", "a@b..example", "a@-b.example", "あ@b.example"]
    {
        assert!(!is_mail(wrong), "{wrong}");
    }
}

#[test]
fn readings_become_katakana() {
    assert_eq!(katakana("まちや　はなこ"), "マチヤ ハナコ");
    assert_eq!(katakana("ﾏﾁﾔ ﾊﾅｺ"), "マチヤ ハナコ");
}

#[test]
fn translations_keep_the_revision_they_were_written_for() {
    let first = names(None, "総務課", "", "General Affairs");
    assert_eq!(first.out_of_date(1), [Lang::JaEasy]);
    let renamed = names(Some(&first), "総務人事課", "", "General Affairs");
    assert_eq!(renamed.0[&Lang::Ja].of_rev, 2);
    assert_eq!(renamed.out_of_date(2), [Lang::JaEasy, Lang::En], "the English name is of the old one");
    let translated = names(Some(&renamed), "総務人事課", "", "General Affairs and Personnel");
    assert_eq!(translated.out_of_date(2), [Lang::JaEasy]);
    assert_eq!(exactly(&Text::ja("x"), Lang::En), "");
}

proptest! {
    #[test]
    fn any_text_gets_a_key_and_the_key_keeps_itself(text in "\\PC{0,40}") {
        let key = block_key(&text);
        prop_assert_eq!(block_key(&key), key.clone());
        prop_assert!(!key.chars().any(char::is_whitespace));
    }

    #[test]
    fn kanji_and_digits_before_chome_are_the_same(number in 1u32..100) {
        let digit = |n: u32| "〇一二三四五六七八九".chars().nth(n as usize).unwrap().to_string();
        let kanji = match (number / 10, number % 10) {
            (0, one) => digit(one),
            (1, 0) => "十".to_owned(),
            (1, one) => format!("十{}", digit(one)),
            (ten, 0) => format!("{}十", digit(ten)),
            (ten, one) => format!("{}十{}", digit(ten), digit(one)),
        };
        prop_assert_eq!(block_key(&format!("本町{kanji}丁目")), format!("本町{number}丁目"));
    }

    #[test]
    fn any_text_is_tidied_and_checked_without_a_crash(text in "\\PC{0,60}|[\\x00-\\x20a@.-]{0,40}") {
        prop_assert_eq!(tidy(&tidy(&text)), tidy(&text));
        let mail = folded_mail(&text);
        prop_assert!(!is_mail(&mail) || folded_mail(&mail) == mail);
        let _ = (is_mail(&text), is_code(&text), is_slug(&text), katakana(&text), Roles::parse(&text));
        if let Some(code) = postal_code(&text) {
            prop_assert_eq!(postal_code(&code), Some(code.clone()));
        }
    }

    #[test]
    fn roles_come_back_as_they_were_written(given in proptest::collection::vec(proptest::sample::select(&STAFF_ROLES[..]), 0..8)) {
        let roles = Roles::new(given.iter().copied());
        prop_assert_eq!(Roles::parse(&roles.written()), Some(roles.clone()));
        prop_assert!(given.iter().all(|role| roles.has(*role)));
    }
}

#[test]
fn nobody_is_given_a_role_that_staff_cannot_have() {
    for name in ["operator", "system", "resident", "anyone", "king"] {
        assert_eq!(Roles::parse(&format!("editor {name}")), None, "{name}");
    }
}

// ---- lists on paper

fn words_of(kind: Kind, csv: &str) -> Vec<(i64, Vec<String>)> {
    let staged = read_list(kind, csv.as_bytes()).expect("a list");
    staged
        .rows
        .into_iter()
        .map(|row| (row.line, row.faults.into_iter().map(|fault| fault.word).collect()))
        .collect()
}

#[test]
fn parents_come_before_their_children_whatever_the_order_of_the_file() {
    let staged = read_list(
        Kind::Departments,
        "部署コード,部署名,上位部署コード\n0101,総務課,01\n01,総務部,\n".as_bytes(),
    )
    .unwrap();
    let codes: Vec<&str> = staged.rows.iter().map(|row| row.get("code")).collect();
    assert_eq!(codes, ["01", "0101"]);
}

#[test]
fn circles_and_doubles_are_told_with_their_lines() {
    let told = words_of(Kind::Departments, "コード,名称,上位コード\n1,あ,2\n2,い,1\n3,う,\n3,え,\n");
    let of = |line: i64| told.iter().find(|row| row.0 == line).map(|row| row.1.clone()).unwrap_or_default();
    assert_eq!(of(2), ["field-people-circle"]);
    assert_eq!(of(3), ["field-people-circle"]);
    assert!(of(4).is_empty());
    assert_eq!(of(5), ["field-people-twice"]);
}

#[test]
fn a_spreadsheet_from_windows_is_read() {
    // 氏名,メール and one row, in Shift_JIS as spreadsheets on Windows save it.
    let mut file = vec![0x8e, 0x81, 0x96, 0xbc, b',', 0x83, 0x81, 0x81, 0x5b, 0x83, 0x8b, b'\r', b'\n'];
    file.extend([0x92, 0xac, 0x89, 0xae, b',']);
    file.extend(b"HANAKO@city.example\r\n");
    let staged = read_list(Kind::Staff, &file).unwrap();
    assert_eq!((staged.rows[0].get("name"), staged.rows[0].get("mail")), ("町屋", "hanako@city.example"));
}

#[test]
fn cells_that_are_wrong_are_named() {
    let told = words_of(
        Kind::Staff,
        "氏名,メールアドレス,権限\n,a@b.example,\n花子,nonsense,editor\n太郎,t@b.example,王様\n次郎,j@b.example,窓口、原稿\n",
    );
    let told: Vec<Vec<String>> = told.into_iter().map(|row| row.1).collect();
    assert_eq!(told[0], ["field-required"]);
    assert_eq!(told[1], ["field-email"]);
    assert_eq!(told[2], ["field-people-role-name"]);
    assert!(told[3].is_empty());
}

#[test]
fn every_template_is_a_list_that_reads_without_faults() {
    for kind in Kind::ALL {
        let staged = read_list(kind, &crate::import::template(kind).unwrap()).unwrap();
        assert_eq!(staged.rows.len(), 1);
        assert!(staged.rows[0].faults.is_empty(), "{kind:?}: {:?}", staged.rows[0].faults);
        assert!(staged.unknown_columns.is_empty(), "{kind:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_crash(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for kind in Kind::ALL {
            let _ = read_list(kind, &bytes);
        }
    }

    #[test]
    fn any_cells_are_judged_without_a_crash(cells in proptest::collection::vec("[^\",\\r\\n]{0,12}", 0..30)) {
        let mut csv = String::from("部署コード,部署名,上位部署コード\n");
        for row in cells.chunks(3) {
            csv.push_str(&row.join(","));
            csv.push('\n');
        }
        if let Ok(staged) = read_list(Kind::Departments, csv.as_bytes()) {
            prop_assert!(staged.rows.len() <= cells.len());
        }
    }
}
