use proptest::prelude::*;

use super::*;

const PLACES: &[ColumnSpec] = &[
    ColumnSpec { key: "name", names: &["名称", "部署名"], required: true },
    ColumnSpec { key: "kana", names: &["名称（カナ）", "フリガナ"], required: false },
    ColumnSpec { key: "code", names: &["コード"], required: false },
];

fn places() -> Layout {
    Layout::new(PLACES)
}

fn sheet(text: &str) -> Sheet {
    read(text.as_bytes(), &places()).unwrap()
}

fn fault(bytes: &[u8]) -> Fault {
    read(bytes, &places()).unwrap_err()
}

fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    let units = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Bom => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Encoding::Cp932 => encoding_rs::SHIFT_JIS.encode(text).0.into_owned(),
        Encoding::Utf16Le => [b"\xff\xfe".to_vec(), units(u16::to_le_bytes)].concat(),
        Encoding::Utf16Be => [b"\xfe\xff".to_vec(), units(u16::to_be_bytes)].concat(),
    }
}

const ENCODINGS: [Encoding; 5] =
    [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Cp932, Encoding::Utf16Le, Encoding::Utf16Be];

#[test]
fn every_encoding_is_found_and_said() {
    for encoding in ENCODINGS {
        let sheet = read(&encoded("名称,コード\r\n防災課,1\r\n", encoding), &places()).unwrap();
        assert_eq!(sheet.encoding, encoding);
        assert_eq!((sheet.rows[0].get("name"), sheet.rows[0].get("code")), ("防災課", "1"), "{encoding:?}");
    }
    let bare = encoded("名称,コード\r\n防災課,1\r\n", Encoding::Utf16Le).split_off(2);
    assert_eq!(read(&bare, &places()).unwrap().encoding, Encoding::Utf16Le);
}

#[test]
fn commas_tabs_and_semicolons_separate() {
    for separator in [",", "\t", ";"] {
        let text = format!("コード{separator}名称\n7{separator}\"a,b\tc;d\"\n");
        assert_eq!(sheet(&text).rows[0].get("name"), "a,b\tc;d", "{separator:?}");
    }
}

#[test]
fn a_table_of_one_column_needs_no_separator() {
    let sheet = sheet("名称\n防災課\n市民課\n");
    assert_eq!(sheet.rows.iter().map(|row| row.get("name")).collect::<Vec<_>>(), ["防災課", "市民課"]);
}

#[test]
fn column_names_are_matched_as_a_reader_would() {
    let sheet = sheet("部署名,名称(ｶﾅ),コ―ド\n防災課,ボウサイカ,1\n");
    assert_eq!(sheet.rows[0].get("kana"), "ボウサイカ");
    assert_eq!(sheet.rows[0].get("code"), "1");
    assert_eq!(fold("ＮＡＭＥ　（カナ）"), fold("name(ｶﾅ)"));
}

#[test]
fn titles_above_the_header_are_passed_over_and_lines_still_count() {
    let sheet = sheet("# 部署の一覧\n\n名称,備考\n\"防災\n課\",x\n市民課,y\n");
    assert_eq!(sheet.header_line, 3);
    assert_eq!(sheet.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [4, 6]);
    assert_eq!(sheet.unknown, ["備考"]);
}

#[test]
fn rows_of_another_width_are_told_with_their_line() {
    let sheet = sheet("名称,コード\na,1\nb\nc,1,,\nd,1,2\n,\n");
    let words: Vec<(usize, Option<&str>)> = sheet
        .rows
        .iter()
        .map(|row| (row.line, row.faults.first().map(|fault| fault.word.as_str())))
        .collect();
    assert_eq!(words, [(2, None), (3, Some("field-row-short")), (4, None), (5, Some("field-row-long"))]);
    assert_eq!(sheet.rows[1].faults[0].path, "lines[3]");
}

#[test]
fn what_is_wrong_with_the_whole_table_is_a_fault() {
    let mut many = "名称\n".to_owned();
    many.push_str(&"a\n".repeat(11));
    let limits = Limits { bytes: 200, rows: 10, columns: 3, cell_chars: 9 };
    let tight = |text: &str| read(text.as_bytes(), &places().limits(limits)).unwrap_err().code().to_owned();
    assert_eq!(tight(&many), "table-too-many-rows");
    assert_eq!(tight("名称,a,b,c\n"), "table-too-many-columns");
    assert_eq!(tight("名称\n0123456789\n"), "table-cell-too-long");
    assert_eq!(tight(&"x".repeat(201)), "too-large");
    assert_eq!(fault(b"").code(), "table-empty");
    assert_eq!(fault(b"\n\n  \n").code(), "table-empty");
    assert_eq!(fault("名称,部署名\na,b\n".as_bytes()).code(), "table-column-twice");
    assert_eq!(fault("コード\n1\n".as_bytes()).code(), "table-columns-missing");
    assert_eq!(fault("名称\n\"open\nb\n".as_bytes()).code(), "table-quote-open");
    assert_eq!(fault(b"PK\x03\x04 a workbook").code(), "table-is-workbook");
    assert_eq!(fault(b"a\nb\n\xff\xff\xff,\n").code(), "table-unreadable");
}

#[test]
fn a_cp932_table_that_passes_for_utf_8_is_told_apart_by_its_column_names() {
    // ﾃ｡ in CP932 is á in UTF-8.
    let layout = Layout::new(&[ColumnSpec { key: "kana", names: &["ﾃ｡"], required: true }]);
    let sheet = read(b"\xc3\xa1\n1\n", &layout).unwrap();
    assert_eq!(sheet.encoding, Encoding::Cp932);
}

#[test]
fn our_own_tables_come_back() {
    let file = crate::csv_out::table(&["名称", "コード"], [vec!["=1+1", "-5"], vec!["a\"b", "'x"]]).unwrap();
    let sheet = read(&file, &places()).unwrap();
    assert_eq!(sheet.rows[0].get("name"), "=1+1");
    assert_eq!((sheet.rows[1].get("name"), sheet.rows[1].get("code")), ("a\"b", "'x"));
}

#[test]
fn a_hundred_thousand_rows_are_read_to_the_last() {
    let row = "防災課,ボウサイカ,12345,静岡県焼津市本町2-16-32,054-626-1139,\"a,b\"\r\n";
    let text = format!("名称,フリガナ,コード,住所,電話,備考\r\n{}", row.repeat(100_000));
    let sheet = read(&encoded(&text, Encoding::Cp932), &places()).unwrap();
    assert_eq!(sheet.rows.len(), 100_000);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_crash(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&bytes, &places());
    }

    #[test]
    fn any_table_like_bytes_are_read_without_a_crash(text in "(名称|[,;\t\"\r\na あ]){0,80}", cut in 0usize..300) {
        for encoding in ENCODINGS {
            let bytes = encoded(&text, encoding);
            let _ = read(&bytes[..cut.min(bytes.len())], &places());
        }
    }

    #[test]
    fn what_is_encoded_comes_back(
        cells in proptest::collection::vec(("[a-z0-9ぁ-んァ-ヶ亜-話,;\"\t\n ]{0,12}", "[a-z0-9ア-ン]{1,8}"), 1..8),
        encoding in proptest::sample::select(&ENCODINGS[..]),
        separator in proptest::sample::select(&[",", "\t", ";"][..]),
    ) {
        // 亜-話 holds characters that CP932 does not: they have no place in a CP932 file.
        let fits = |text: &str| encoding != Encoding::Cp932 || !encoding_rs::SHIFT_JIS.encode(text).2;
        prop_assume!(cells.iter().all(|(name, _)| fits(name)));
        let mut text = format!("名称{separator}コード\r\n");
        for (name, code) in &cells {
            text.push_str(&format!("\"{}\"{separator}{code}\r\n", name.replace('"', "\"\"")));
        }
        let sheet = read(&encoded(&text, encoding), &places()).unwrap();
        prop_assert_eq!(sheet.encoding, encoding);
        prop_assert_eq!(sheet.rows.len(), cells.len());
        for (row, (name, code)) in sheet.rows.iter().zip(&cells) {
            prop_assert_eq!(row.get("name"), trimmed(name));
            prop_assert_eq!(row.get("code"), code.as_str());
            prop_assert!(row.faults.is_empty());
        }
    }
}
