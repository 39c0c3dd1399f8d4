use proptest::prelude::*;

use super::*;

const BLOCKS: [&str; 14] = [
    "本町一丁目",
    "本町二丁目",
    "本町十二丁目",
    "東原",
    "東原台",
    "緑ヶ丘三丁目",
    "三条町",
    "大字川上",
    "五十嵐一の町",
    "八千代",
    "西原一丁目",
    "西原",
    "南浜四丁目",
    "ニュータウン中央",
];

/// The block that is found, and the address as it is kept; the typed text where none is.
fn kept(text: &str) -> (String, String) {
    let typed = typed(text, "帆待市");
    let known = |key: &str| BLOCKS.iter().find(|name| block_key(name) == key);
    for candidate in candidates(&typed.within) {
        if let Some(block) = known(&candidate.key) {
            return ((*block).to_owned(), shown(block, &candidate.rest));
        }
    }
    (String::new(), typed.whole)
}

#[test]
fn addresses_as_people_write_them() {
    let table = [
        ("本町一丁目2番3号", "本町一丁目", "本町一丁目2-3"),
        ("本町1丁目2番3号", "本町一丁目", "本町一丁目2-3"),
        ("本町１丁目２番３号", "本町一丁目", "本町一丁目2-3"),
        ("本町1-2-3", "本町一丁目", "本町一丁目2-3"),
        ("本町１－２－３", "本町一丁目", "本町一丁目2-3"),
        ("本町１ー２ー３", "本町一丁目", "本町一丁目2-3"),
        ("本町1−2−3", "本町一丁目", "本町一丁目2-3"),
        ("本町1‐2‐3", "本町一丁目", "本町一丁目2-3"),
        ("本町1の2の3", "本町一丁目", "本町一丁目2-3"),
        ("本町一ノ二ノ三", "本町一丁目", "本町一丁目2-3"),
        ("本町一丁目二番三号", "本町一丁目", "本町一丁目2-3"),
        ("本町 1丁目 2番 3号", "本町一丁目", "本町一丁目2-3"),
        ("本町1丁目2-3", "本町一丁目", "本町一丁目2-3"),
        ("本町一丁目2番地の3", "本町一丁目", "本町一丁目2-3"),
        ("本町一丁目2番地3", "本町一丁目", "本町一丁目2-3"),
        ("本町一丁目２番地", "本町一丁目", "本町一丁目2"),
        ("本町一丁目2番3-101号", "本町一丁目", "本町一丁目2-3-101"),
        ("本町一丁目2-3-101", "本町一丁目", "本町一丁目2-3-101"),
        ("本町一丁目", "本町一丁目", "本町一丁目"),
        ("本町12丁目4-5", "本町十二丁目", "本町十二丁目4-5"),
        ("本町12-4-5", "本町十二丁目", "本町十二丁目4-5"),
        ("本町十二丁目四番五号", "本町十二丁目", "本町十二丁目4-5"),
        ("帆待市本町1-2-3", "本町一丁目", "本町一丁目2-3"),
        ("東海県帆待市本町1-2-3", "本町一丁目", "本町一丁目2-3"),
        ("東海県 帆待市 本町1-2-3", "本町一丁目", "本町一丁目2-3"),
        ("〒999-0001 東海県帆待市本町1-2-3", "本町一丁目", "本町一丁目2-3"),
        ("9990001 帆待市本町1-2-3", "本町一丁目", "本町一丁目2-3"),
        ("本町1-2-3 コーポ桜 101号室", "本町一丁目", "本町一丁目2-3 コーポ桜 101号室"),
        ("本町1-2-3コーポ桜101", "本町一丁目", "本町一丁目2-3 コーポ桜101"),
        ("本町一丁目2番3号　グリーンハイツ２０１", "本町一丁目", "本町一丁目2-3 グリーンハイツ201"),
        ("本町1丁目2番3号ﾊｲﾂ若葉A棟", "本町一丁目", "本町一丁目2-3 ハイツ若葉A棟"),
        ("本町1-2 101号室", "本町一丁目", "本町一丁目2 101号室"),
        ("東原123番地", "東原", "東原123"),
        ("東原123番地4", "東原", "東原123-4"),
        ("東原123の4", "東原", "東原123-4"),
        ("東原百二十三番地の四", "東原", "東原123-4"),
        ("東原台5-6", "東原台", "東原台5-6"),
        ("緑ヶ丘3丁目1-1", "緑ヶ丘三丁目", "緑ヶ丘三丁目1-1"),
        ("緑ケ丘3丁目1-1", "緑ヶ丘三丁目", "緑ヶ丘三丁目1-1"),
        ("緑が丘三丁目1番1号", "緑ヶ丘三丁目", "緑ヶ丘三丁目1-1"),
        ("三条町10番地", "三条町", "三条町10"),
        ("大字川上456番地", "大字川上", "大字川上456"),
        ("川上456番地", "大字川上", "大字川上456"),
        ("字川上456", "大字川上", "大字川上456"),
        ("五十嵐一の町8番地", "五十嵐一の町", "五十嵐一の町8"),
        ("八千代20-1", "八千代", "八千代20-1"),
        ("西原1-2", "西原一丁目", "西原一丁目2"),
        ("西原12番地", "西原", "西原12"),
        ("南浜四丁目１番", "南浜四丁目", "南浜四丁目1"),
        ("ニュータウン中央3-4", "ニュータウン中央", "ニュータウン中央3-4"),
        ("ﾆｭｰﾀｳﾝ中央3ー4", "ニュータウン中央", "ニュータウン中央3-4"),
        // Not of this city, or not in its table: kept as typed.
        ("本町九丁目1-1", "", "本町九丁目1-1"),
        ("東海県隣市西町2-8-1", "", "東海県隣市西町2-8-1"),
        ("東原西5", "", "東原西5"),
        ("どこか", "", "どこか"),
        ("", "", ""),
    ];
    for (text, block, whole) in table {
        assert_eq!(kept(text), (block.to_owned(), whole.to_owned()), "{text}");
    }
}

#[test]
fn a_town_is_found_behind_its_county() {
    assert_eq!(typed("東海県某郡帆待町本町1-2", "帆待町").within, "本町1-2");
}

#[test]
fn numbers_in_kanji_are_read_or_left() {
    for (text, number) in
        [("十", 10), ("二十", 20), ("百二十三", 123), ("千二百", 1_200), ("二〇一", 201), ("一二", 12)]
    {
        assert_eq!(kanji_number(text), Some(number), "{text}");
    }
    for text in ["", "〇", "十百", "二三十", "十〇", "百百"] {
        assert_eq!(kanji_number(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_crash(text in "\\PC{0,60}", city in "\\PC{0,8}") {
        let typed = typed(&text, &city);
        for candidate in candidates(&typed.within) {
            let _ = shown("本町", &candidate.rest);
        }
        prop_assert!(candidates(&typed.within).len() <= 2 * NAME_CHARS_MAX);
    }

    #[test]
    fn what_is_kept_stays_when_it_is_typed_again(
        block in 0usize..14, numbers in prop::collection::vec(1u32..2_000, 1..4), building in "[ァ-ヶ]{0,6}"
    ) {
        let block = BLOCKS[block];
        let numbers = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
        let first = kept(&format!("{block}{numbers} {building}"));
        prop_assert_eq!(&kept(&first.1), &first);
    }

    #[test]
    fn width_and_hyphen_make_no_difference(
        chome in 1u32..3, number in 1u32..100, house in 1u32..100, hyphen in "[-－‐−–ー]"
    ) {
        let plain = kept(&format!("本町{chome}-{number}-{house}"));
        let wide: String = format!("本町{chome}{hyphen}{number}{hyphen}{house}")
            .chars()
            .map(|c| if c.is_ascii_digit() { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c })
            .collect();
        prop_assert_eq!(kept(&wide), plain);
    }

    #[test]
    fn cleaning_twice_changes_nothing(text in "\\PC{0,60}") {
        let once = typed(&text, "帆待市");
        let again = typed(&once.whole, "帆待市");
        // A second postal code may come to light; the text itself stands.
        prop_assert!(again.postal.is_empty() || once.postal != again.postal || again.whole.len() <= once.whole.len());
        prop_assert_eq!(clean(&clean(&text)), clean(&clean(&clean(&text))));
    }
}
