//! What a backup keeps, and that a damaged one is found. Scenarios on both databases stand in `tests/contract`.

use std::io::{Cursor, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use ring::digest::{SHA256, digest};

use super::file::{Backup, Header, Piece, Writer};
use super::*;
use crate::db::bulk::{Table, tables};
use crate::db::{Migration, Param, Store};

const THINGS: Migration = Migration {
    room: "test",
    store: Store::Context,
    number: 1,
    name: "things",
    sql: "create table test_thing (city text not null, id text not null, b bigint, c double precision, d bytea,\n\
          note text, primary key (city, id)) {clustered};\n\
          create table test_cursor (city text not null, writer bigint not null, seq bigint not null) {strict};\n",
};

const LATER: Migration = Migration {
    room: "test",
    store: Store::Context,
    number: 2,
    name: "colour",
    sql: "alter table test_thing add column colour text not null default 'red';\n",
};

fn program() -> Vec<Migration> {
    crate::floor::ROOM.migrations.iter().copied().chain([THINGS]).collect()
}

fn find(name: &str) -> Table {
    tables(&program(), derived::TABLES).unwrap().into_iter().find(|table| table.name == name).unwrap()
}

/// A folder of its own for each test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("machiya-dump-{name}-{}", std::process::id()));
        // Left over from a run that was stopped.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays is a nuisance, not a failure.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn label() -> Label {
    Label { machiya: "0.1.0", slug: "aoba".to_owned(), now_ms: 1_795_000_000_000, key_file: None }
}

fn facts() -> Param {
    Param::from("{\"hosts\":[\"aoba.example\"],\"name\":\"青葉町\"}")
}

fn event(nth: i64, seq: i64) -> Vec<Param> {
    let table = find("ground_event");
    let value = |name: &str| match name {
        "seq" => Param::Int(seq),
        "writer" | "at_ms" | "version" => Param::Int(0),
        "id" => Param::Text(format!("event {nth}")),
        _ => Param::from("{}"),
    };
    table.fields.iter().map(|field| value(&field.name)).collect()
}

fn job(id: &str, kind: &str, body: &str, state: &str) -> Vec<Param> {
    let value = |name: &str| match name {
        "id" | "key" => Param::from(id),
        "kind" => Param::from(kind),
        "body" => Param::from(body),
        "state" => Param::from(state),
        "lease_by" => Param::from("somebody"),
        "last_fault" => Param::from(""),
        _ => Param::Int(7),
    };
    find("ground_job").fields.iter().map(|field| value(&field.name)).collect()
}

/// A city in a folder, with some of everything.
fn city(data: &Path, slug: &str, things: &[Vec<Param>]) -> PathBuf {
    let folder = data.join(slug);
    std::fs::create_dir_all(&folder).unwrap();
    let mut stores = Stores::fill_folder(&folder, slug, &program(), 1).unwrap();
    stores.put(&find("ground_city"), &[facts(), Param::Int(3), Param::Int(1)]).unwrap();
    // Numbers with gaps, as deleted events leave them.
    for (nth, seq) in [(1, 5), (2, 6), (3, 90)] {
        stores.put(&find("ground_event"), &event(nth, seq)).unwrap();
    }
    let cursor =
        |reader: &str, seq: i64| [Param::from(reader), Param::Int(0), Param::Int(seq), Param::Int(1)];
    for (reader, seq) in [("before all", 3), ("at the second", 6), ("between", 50), ("at the end", 90)] {
        stores.put(&find("ground_cursor"), &cursor(reader, seq)).unwrap();
    }
    stores.put(&find("test_cursor"), &[Param::Int(0), Param::Int(6)]).unwrap();
    let parked = |seq: i64| format!("{{\"reader\":\"r\",\"seq\":{seq},\"writer\":0}}");
    let jobs = find("ground_job");
    stores.put(&jobs, &job("held", "k", "{}", "leased")).unwrap();
    stores.put(&jobs, &job("parked", crate::jobs::EVENT_AGAIN, &parked(90), "dead")).unwrap();
    stores.put(&jobs, &job("gone", crate::jobs::EVENT_AGAIN, &parked(51), "dead")).unwrap();
    for thing in things {
        stores.put(&find("test_thing"), thing).unwrap();
    }
    stores.keep().unwrap();
    folder
}

fn thing(id: &str) -> Vec<Param> {
    vec![
        Param::from(id),
        Param::Int(i64::MIN),
        Param::from(f64::MAX),
        Param::from(&[0u8, 255][..]),
        Param::Null,
    ]
}

fn rows(folder: &Path, slug: &str, table: &Table) -> Vec<Vec<Param>> {
    let mut stores = Stores::read_folder(folder, slug).unwrap();
    let mut all = Vec::new();
    stores
        .each(table, &mut |row| {
            all.push(row);
            Ok(())
        })
        .unwrap();
    all
}

fn column(folder: &Path, slug: &str, table: &str, field: &str) -> Vec<Param> {
    let table = find(table);
    let place = table.place_of(field).unwrap();
    rows(folder, slug, &table).into_iter().map(|row| row[place].clone()).collect()
}

fn make(data: &Path, slug: &str, name: &str) -> PathBuf {
    let file = data.join(name);
    let stores = Stores::read_folder(&data.join(slug), slug).unwrap();
    backup(stores, &program(), &Label { slug: slug.to_owned(), ..label() }, &file, &mut |_| {}).unwrap();
    file
}

fn put_back(
    file: &Path,
    data: &Path,
    rename: Option<&str>,
    replace: bool,
) -> Result<Restored, crate::fault::Fault> {
    let home = Home::Folder(data.to_owned());
    restore(file, &home, rename, replace, &program(), "0.1.0", 5, &mut |_| {})
}

#[test]
fn a_restored_city_holds_what_the_first_one_held() {
    let here = Folder::new("whole");
    city(&here.0, "aoba", &[thing("a"), thing("b")]);
    let file = make(&here.0, "aoba", "one.machiya");
    let there = Folder::new("whole-there");
    let restored = put_back(&file, &there.0, None, false).unwrap();
    assert_eq!((restored.slug.as_str(), restored.aside), ("aoba", None));
    for table in tables(&program(), derived::TABLES).unwrap() {
        if !["ground_event", "ground_cursor", "test_cursor", "ground_job"].contains(&table.name.as_str()) {
            let (before, after) =
                (rows(&here.0.join("aoba"), "aoba", &table), rows(&there.0.join("aoba"), "aoba", &table));
            assert_eq!(before, after, "{}", table.name);
        }
    }
    // A second backup, of the restored city, is the same but for where it comes from.
    let again = make(&there.0, "aoba", "two.machiya");
    let (first, second) = (unpacked(&std::fs::read(file).unwrap()), unpacked(&std::fs::read(again).unwrap()));
    assert_eq!(first.1, second.1);
}

#[test]
fn no_reader_skips_or_repeats_an_event_after_a_restore() {
    let here = Folder::new("cursors");
    city(&here.0, "aoba", &[]);
    let file = make(&here.0, "aoba", "one.machiya");
    let there = Folder::new("cursors-there");
    put_back(&file, &there.0, None, false).unwrap();
    let place = there.0.join("aoba");
    let ints = |numbers: &[i64]| numbers.iter().map(|number| Param::Int(*number)).collect::<Vec<_>>();
    assert_eq!(column(&place, "aoba", "ground_event", "seq"), ints(&[1, 2, 3]));
    // In the order of their readers' names: at the end, at the second, before all, between.
    assert_eq!(column(&place, "aoba", "ground_cursor", "seq"), ints(&[3, 2, 0, 2]));
    assert_eq!(column(&place, "aoba", "test_cursor", "seq"), ints(&[2]));
    // A parked event is named by its new place; one that is no longer kept stays gone.
    let bodies = column(&place, "aoba", "ground_job", "body");
    assert!(bodies.contains(&Param::from("{\"reader\":\"r\",\"seq\":3,\"writer\":0}")), "{bodies:?}");
    assert!(bodies.iter().any(|body| format!("{body:?}").contains(&i64::MAX.to_string())), "{bodies:?}");
}

#[test]
fn a_job_that_somebody_held_waits_again() {
    let here = Folder::new("jobs");
    city(&here.0, "aoba", &[]);
    let file = make(&here.0, "aoba", "one.machiya");
    let there = Folder::new("jobs-there");
    put_back(&file, &there.0, None, false).unwrap();
    let states = column(&there.0.join("aoba"), "aoba", "ground_job", "state");
    assert!(
        states.contains(&Param::from("waiting")) && !states.contains(&Param::from("leased")),
        "{states:?}"
    );
}

#[test]
fn another_slug_gets_the_rows_and_leaves_the_host_names() {
    let here = Folder::new("slug");
    city(&here.0, "aoba", &[thing("a")]);
    let file = make(&here.0, "aoba", "one.machiya");
    let restored = put_back(&file, &here.0, Some("midori"), false).unwrap();
    assert_eq!(restored.slug, "midori");
    assert_eq!(rows(&here.0.join("midori"), "midori", &find("test_thing")), [thing("a")]);
    let facts = column(&here.0.join("midori"), "midori", "ground_city", "facts");
    assert_eq!(facts, [Param::from("{\"hosts\":[],\"name\":\"青葉町\"}")]);
    assert_eq!(put_back(&file, &here.0, Some("Not A Slug"), false).unwrap_err().code(), "restore-slug");
    assert_eq!(put_back(&file, &here.0, Some("../x"), false).unwrap_err().code(), "restore-slug");
}

#[test]
fn a_city_that_stands_is_replaced_only_when_asked_and_kept_aside() {
    let here = Folder::new("replace");
    city(&here.0, "aoba", &[thing("old")]);
    let file = make(&here.0, "aoba", "one.machiya");
    std::fs::remove_dir_all(here.0.join("aoba")).unwrap();
    city(&here.0, "aoba", &[thing("new")]);
    assert_eq!(put_back(&file, &here.0, None, false).unwrap_err().code(), "restore-city-exists");
    assert_eq!(rows(&here.0.join("aoba"), "aoba", &find("test_thing")), [thing("new")]);
    let aside = put_back(&file, &here.0, None, true).unwrap().aside.unwrap();
    assert_eq!(rows(&here.0.join("aoba"), "aoba", &find("test_thing")), [thing("old")]);
    assert_eq!(rows(&aside, "aoba", &find("test_thing")), [thing("new")]);
}

#[test]
fn an_older_backup_is_brought_up_to_date_and_a_newer_one_refused() {
    let here = Folder::new("older");
    city(&here.0, "aoba", &[thing("a")]);
    let file = make(&here.0, "aoba", "one.machiya");
    let newer: Vec<Migration> = program().into_iter().chain([LATER]).collect();
    let there = Folder::new("older-there");
    let home = Home::Folder(there.0.clone());
    restore(&file, &home, None, false, &newer, "0.2.0", 5, &mut |_| {}).unwrap();
    let things = tables(&newer, derived::TABLES)
        .unwrap()
        .into_iter()
        .find(|table| table.name == "test_thing")
        .unwrap();
    let found = rows(&there.0.join("aoba"), "aoba", &things);
    assert_eq!(found[0].last(), Some(&Param::from("red")));

    let newest = there.0.join("two.machiya");
    backup(
        Stores::read_folder(&there.0.join("aoba"), "aoba").unwrap(),
        &newer,
        &label(),
        &newest,
        &mut |_| {},
    )
    .unwrap();
    let fault =
        restore(&newest, &home, Some("midori"), false, &program(), "0.1.0", 5, &mut |_| {}).unwrap_err();
    assert_eq!(fault.code(), "data-newer");
    assert!(!there.0.join("midori").exists());
    let changed = Migration { sql: "create table test_thing (city text not null);\n", ..THINGS };
    let changed: Vec<Migration> = crate::floor::ROOM.migrations.iter().copied().chain([changed]).collect();
    assert_eq!(verify(&file, &changed, &mut |_| {}).unwrap_err().code(), "migration-changed");
}

#[test]
fn what_a_stopped_restore_left_is_in_nobodys_way() {
    let here = Folder::new("stopped");
    city(&here.0, "aoba", &[thing("a")]);
    let file = make(&here.0, "aoba", "one.machiya");
    let there = Folder::new("stopped-there");
    std::fs::create_dir_all(there.0.join(".restoring-aoba")).unwrap();
    std::fs::write(there.0.join(".restoring-aoba/city.db"), "half of it").unwrap();
    put_back(&file, &there.0, None, false).unwrap();
    let left: Vec<String> = std::fs::read_dir(&there.0)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left, ["aoba"]);
}

#[test]
fn a_damaged_backup_leaves_everything_as_it_was() {
    let here = Folder::new("damaged");
    city(&here.0, "aoba", &[thing("a")]);
    let file = make(&here.0, "aoba", "one.machiya");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(put_back(&file, &here.0, Some("midori"), false).unwrap_err().code(), "backup-damaged");
    assert_eq!(put_back(&file, &here.0, None, true).unwrap_err().code(), "backup-damaged");
    assert!(!here.0.join("midori").exists() && !here.0.join(".restoring-midori").exists());
    assert_eq!(rows(&here.0.join("aoba"), "aoba", &find("test_thing")), [thing("a")]);
}

#[test]
fn the_key_file_is_in_a_backup_only_when_asked_for() {
    let here = Folder::new("key");
    city(&here.0, "aoba", &[]);
    let file = here.0.join("with.machiya");
    let with = Label { key_file: Some("k1 secret\n".to_owned()), ..label() };
    backup(Stores::read_folder(&here.0.join("aoba"), "aoba").unwrap(), &program(), &with, &file, &mut |_| {})
        .unwrap();
    assert!(verify(&file, &program(), &mut |_| {}).unwrap().0.with_key);
    let restored = put_back(&file, &here.0, Some("midori"), false).unwrap();
    assert_eq!(restored.key_file.as_deref(), Some("k1 secret\n"));
    let without = make(&here.0, "aoba", "without.machiya");
    assert!(!verify(&without, &program(), &mut |_| {}).unwrap().0.with_key);
}

#[test]
fn a_backup_is_for_its_owners_eyes_and_never_overwrites_another() {
    use std::os::unix::fs::PermissionsExt as _;
    let here = Folder::new("owner");
    city(&here.0, "aoba", &[]);
    let file = make(&here.0, "aoba", "one.machiya");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let stores = Stores::read_folder(&here.0.join("aoba"), "aoba").unwrap();
    assert_eq!(backup(stores, &program(), &label(), &file, &mut |_| {}).unwrap_err().code(), "backup-exists");
    let stores = Stores::read_folder(&here.0.join("aoba"), "aoba").unwrap();
    let nowhere = here.0.join("no/such/folder.machiya");
    assert_eq!(
        backup(stores, &program(), &label(), &nowhere, &mut |_| {}).unwrap_err().code(),
        "backup-unwritable"
    );
}

#[test]
fn only_the_oldest_backups_of_the_same_city_are_removed() {
    let here = Folder::new("keep");
    let names = [
        "aoba-20261120-031500.machiya",
        "aoba-20261121-031500.machiya",
        "aoba-20261122-031500.machiya",
        "aoba-north-20261101-031500.machiya",
        "aoba-20261119-031500.machiya.part",
        "aoba-notes.machiya",
        "letter.txt",
    ];
    names.iter().for_each(|name| std::fs::write(here.0.join(name), "").unwrap());
    let gone = keep_newest(&here.0, "aoba", 2).unwrap();
    assert_eq!(gone, [here.0.join("aoba-20261120-031500.machiya")]);
    assert_eq!(std::fs::read_dir(&here.0).unwrap().count(), names.len() - 1);
}

#[test]
fn a_city_moves_between_folders_and_the_source_stays() {
    let here = Folder::new("move");
    let folder = city(&here.0, "aoba", &[thing("a")]);
    let there = Folder::new("move-there");
    let home = Home::Folder(there.0.clone());
    let moved =
        |slug| move_to(Stores::read_folder(&folder, slug).unwrap(), &home, slug, &program(), 5, &mut |_| {});
    assert_eq!(moved("aoba").unwrap().rows, 13);
    assert_eq!(rows(&there.0.join("aoba"), "aoba", &find("test_thing")), [thing("a")]);
    assert_eq!(rows(&folder, "aoba", &find("test_thing")), [thing("a")]);
    assert_eq!(moved("aoba").unwrap_err().code(), "restore-city-exists");
    assert_eq!(moved("nobody").unwrap_err().code(), "backup-no-city");
}

#[test]
fn a_city_that_went_ahead_alone_is_taken_back() {
    let here = Folder::new("back");
    let folder = city(&here.0, "aoba", &[thing("a")]);
    let there = Folder::new("back-there");
    let home = Home::Folder(there.0.clone());
    let stands = || stands_in(&home, "aoba", &program(), 5).unwrap();
    assert!(!stands());
    move_to(Stores::read_folder(&folder, "aoba").unwrap(), &home, "aoba", &program(), 5, &mut |_| {})
        .unwrap();
    assert!(stands());
    take_back(&home, "aoba", &program(), 5).unwrap();
    assert!(!stands());
    assert_eq!(rows(&folder, "aoba", &find("test_thing")), [thing("a")]);
}

fn header() -> Header {
    Header {
        machiya_backup: file::FORMAT,
        machiya: "0.1.0".to_owned(),
        city: "aoba".to_owned(),
        from: "sqlite".to_owned(),
        created: "2026-11-20T00:00:00Z".to_owned(),
        created_ms: 1,
        stores: vec!["city".to_owned()],
        migrations: Vec::new(),
        with_key: false,
    }
}

/// A small backup of two tables.
fn small() -> &'static [u8] {
    static SMALL: OnceLock<Vec<u8>> = OnceLock::new();
    SMALL.get_or_init(|| {
        let mut writer = Writer::new(Vec::new(), &header(), None).unwrap();
        for table in [find("test_thing"), find("test_cursor")] {
            writer.begin(&table).unwrap();
            if table.name == "test_thing" {
                (0..20).for_each(|nth| writer.row(&table, &thing(&format!("名前 {nth}"))).unwrap());
            }
            writer.end().unwrap();
        }
        writer.finish().unwrap().0
    })
}

fn walk(bytes: &[u8]) -> Result<u64, crate::fault::Fault> {
    let mut rows = 0;
    let mut backup = Backup::open(Cursor::new(bytes))?;
    backup.walk(&[find("test_thing"), find("test_cursor")], &mut |piece| {
        rows += u64::from(matches!(piece, Piece::Row(..)));
        Ok(())
    })?;
    Ok(rows)
}

/// The first line and the rest as it was before it was packed.
fn unpacked(bytes: &[u8]) -> (Vec<u8>, String) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut cursor = Cursor::new(bytes);
    cursor.seek(SeekFrom::Start(end as u64)).unwrap();
    let mut text = String::new();
    GzDecoder::new(cursor).read_to_string(&mut text).unwrap();
    (bytes[..end].to_vec(), text)
}

/// Packs a first line and a rest so that the digest of the file is right whatever they say.
fn packed(first: &[u8], text: &str) -> Vec<u8> {
    let mut gz = GzEncoder::new(first.to_vec(), Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    let mut bytes = gz.finish().unwrap();
    let digest = digest(&SHA256, &bytes);
    bytes.extend_from_slice(digest.as_ref());
    bytes
}

#[test]
fn a_backup_reads_back() {
    assert_eq!(walk(small()).unwrap(), 20);
}

#[test]
fn every_shortened_backup_is_refused() {
    for length in 0..small().len() {
        assert!(walk(&small()[..length]).is_err(), "{length}");
    }
    assert!(walk(&[small(), b"x"].concat()).is_err());
}

#[test]
fn what_is_not_a_backup_is_called_so() {
    for bytes in [
        &b""[..],
        b"\x1f\x8b",
        b"SQLite format 3\0",
        b"{\"other\":1}\n0123456789012345678901234567890123456789",
    ] {
        assert_eq!(walk(bytes).unwrap_err().code(), "backup-unknown");
    }
    let (first, text) = unpacked(small());
    let newer = String::from_utf8(first).unwrap().replace("\"machiya_backup\":1", "\"machiya_backup\":2");
    assert_eq!(walk(&packed(newer.as_bytes(), &text)).unwrap_err().code(), "backup-format");
}

#[test]
fn a_table_too_few_or_too_many_is_refused_even_under_a_good_digest() {
    let (first, text) = unpacked(small());
    let cut = text.find("{\"table\":\"test_cursor\"").unwrap();
    let end = text.find("{\"tables\":").unwrap();
    let without = format!("{}{}", &text[..cut], &text[end..]);
    let fault = walk(&packed(&first, &without)).unwrap_err();
    assert_eq!(fault.code(), "backup-incomplete");
    let twice = format!("{}{}{}", &text[..end], &text[cut..end], &text[end..]);
    assert_eq!(walk(&packed(&first, &twice)).unwrap_err().code(), "backup-damaged");
    let foreign = text.replace("test_cursor", "test_other");
    assert_eq!(walk(&packed(&first, &foreign)).unwrap_err().code(), "backup-damaged");
    let more = format!("{text}[]\n");
    assert_eq!(walk(&packed(&first, &more)).unwrap_err().code(), "backup-damaged");
}

#[test]
fn a_row_that_was_removed_or_changed_is_found_even_under_a_good_digest() {
    let (first, text) = unpacked(small());
    let rows: Vec<&str> = text.lines().collect();
    let lines = |rows: &[&str]| rows.iter().map(|row| format!("{row}\n")).collect::<String>();
    let fewer: Vec<&str> =
        rows.iter().enumerate().filter(|(nth, _)| *nth != 3).map(|(_, row)| *row).collect();
    assert_eq!(walk(&packed(&first, &lines(&fewer))).unwrap_err().code(), "backup-damaged");
    let changed = text.replace("名前 7", "名前 8");
    assert_eq!(walk(&packed(&first, &changed)).unwrap_err().code(), "backup-damaged");
    assert_eq!(walk(&packed(&first, &text)).unwrap(), 20);
}

proptest! {
    #[test]
    fn any_changed_byte_is_found(place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut bytes = small().to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(walk(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_a_crash(bytes in any::<Vec<u8>>()) {
        prop_assert!(walk(&bytes).is_err());
    }

    #[test]
    fn any_lines_under_a_good_digest_are_read_without_a_crash(
        lines in prop::collection::vec("(\\[|\\{\"table\":\"test_thing\",\"store\":\"context\"|\\{\"rows\":0|\\{\"tables\":|\\PC{0,20})", 0..8)
    ) {
        let (first, _) = unpacked(small());
        prop_assert!(walk(&packed(&first, &lines.join("\n"))).is_err());
    }

    #[test]
    fn any_changed_packed_byte_under_a_good_digest_is_found_or_harmless(place in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = small()[..small().len() - 32].to_vec();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let sum = digest(&SHA256, &bytes);
        bytes.extend_from_slice(sum.as_ref());
        // A byte of the packing's own head may change nothing; what is read is then what was written.
        if let Ok(rows) = walk(&bytes) {
            prop_assert_eq!(rows, 20);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_content_of_a_table_survives(
        rows_in in prop::collection::btree_map(
            "[^\0]{0,20}",
            (any::<Option<i64>>(), any::<Option<f64>>(), any::<Option<Vec<u8>>>(), prop::option::of("[^\0]{0,40}")),
            0..12,
        )
    ) {
        let things: Vec<Vec<Param>> = rows_in
            .into_iter()
            .map(|(id, (b, c, d, note))| {
                // SQLite keeps neither the sign of zero nor what is not a number.
                let c = c.filter(|c| !c.is_nan()).map(|c| c + 0.0);
                vec![id.into(), b.into(), c.into(), d.into(), note.into()]
            })
            .collect();
        let here = Folder::new("any");
        city(&here.0, "aoba", &things);
        let file = make(&here.0, "aoba", "one.machiya");
        put_back(&file, &here.0, Some("midori"), false).unwrap();
        let sorted = |mut rows: Vec<Vec<Param>>| { rows.sort_by_key(|row| format!("{row:?}")); rows };
        prop_assert_eq!(sorted(rows(&here.0.join("midori"), "midori", &find("test_thing"))), sorted(things));
    }
}
