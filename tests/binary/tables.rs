//! Spreadsheets in and out, and the rights as a table.

use super::Desk;

#[test]
fn a_whole_file_goes_to_the_action_that_reads_it() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    desk.write("departments.csv", "部署コード,部署名\n100,総務課\n200,港湾課\n");
    let kind = "{\"kind\":\"departments\"}";
    let tried = desk.done(&["import", "people.stage_import", "departments.csv", "--json", kind, "--dry-run"]);
    assert!(tried.contains("Nothing was sent"), "{tried}");
    let staged = desk.done_json(&["import", "people.stage_import", "departments.csv", "--json", kind]);
    assert_eq!((staged["rows"].as_i64(), staged["source"].as_str()), (Some(2), Some("departments.csv")));
}

#[test]
fn rows_are_given_to_an_action_once_and_wrong_ones_are_named_by_their_line() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    desk.write("admins.csv", "name,mail\n潮 一郎,ichiro@shio.example\n汐 二郎,not a mail\n");
    let first = desk.run(&["import", "people.invite_admin", "admins.csv"]);
    assert_eq!(first.code, 1, "{}{}", first.out, first.err);
    assert!(first.out.contains("1 rows imported, 1 wrong"), "{}", first.out);
    assert!(first.err.contains("Line 3") && first.err.contains("mail"), "{}", first.err);
    let links = |desk: &Desk| {
        let audit =
            desk.done_json(&["call", "ground.audit", "--json", "{\"action\":\"people.invite_admin\"}"]);
        audit["rows"].as_array().map(Vec::len)
    };
    let before = links(&desk);
    desk.run(&["import", "people.invite_admin", "admins.csv"]);
    assert_eq!(links(&desk), before, "the same file again does nothing again");
}

#[test]
fn a_list_comes_out_as_a_table_for_spreadsheets() {
    let desk = Desk::new();
    desk.add_city("shio", "汐町");
    let out = desk.done(&["export", "ground.audit"]);
    let mut lines = out.trim_start_matches('\u{feff}').lines();
    assert!(out.starts_with('\u{feff}'));
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    assert!(header.contains(&"action") && header.contains(&"actor"), "{header:?}");
    assert!(lines.any(|line| line.contains("people.invite_admin")), "{out}");
    desk.done(&["export", "people.departments", "--out", "departments.csv"]);
    assert!(desk.folder.path().join("departments.csv").exists());
    let ended = desk.run(&["export", "ground.city"]);
    assert_eq!(ended.code, 2, "a city is no list: {}", ended.out);
}

#[test]
fn the_rights_are_a_table_without_any_data() {
    let desk = Desk::new();
    let csv = desk.done(&["rights", "--format", "csv"]);
    assert!(csv.contains("ground.save_city,ground,true,admin,city"), "{csv}");
    let json = desk.done_json(&["rights", "ground.save", "--format", "json"]);
    assert!(json.as_array().is_some_and(|rows| rows.iter().all(|row| row["action"] == "ground.save_city")));
    assert!(!desk.data().exists());
}
