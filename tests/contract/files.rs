//! Files on both databases: kept once, read in parts, by those who may, and gone when nobody names them.

use std::io::Cursor;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use ground::cx::Cx;
use ground::door::{Body, Reply, Request};
use ground::fault::Fault;
use ground::files::{self, Access, FileView, Ticket};
use ground::form::Upload;
use ground::id::Id;
use ground::who::{Role, Who};
use ground::{params, sql};
use http::{HeaderMap, Method, StatusCode};
use serde_json::json;
use tests::Town;
use tests::town::{admin, each_store, id, resident, staff_of};

use super::{Worker, until};

fn upload(name: &str, bytes: impl Into<Bytes>) -> Upload {
    Upload { field: "file".to_owned(), name: name.to_owned(), bytes: bytes.into() }
}

async fn keep(town: &Town, who: Who, ticket: Ticket, access: Access) -> Result<Id, Fault> {
    let cx = town.cx(who);
    town.city().db.write(move |tx| files::keep(tx, &cx, &ticket, "probe.note", "1", &access)).await
}

/// An uploaded file of a record, as an editor of department 7 leaves it.
async fn file(town: &Town, name: &str, bytes: impl Into<Bytes>, access: Access) -> Id {
    let who = staff_of(7, Role::Editor);
    let ticket = files::store(&town.cx(who.clone()), &upload(name, bytes)).await.unwrap();
    keep(town, who, ticket, access).await.unwrap()
}

async fn get(
    town: &Town,
    who: Who,
    id: &Id,
    query: &str,
    headers: &[(&'static str, &str)],
) -> Result<Reply, Fault> {
    let door = ground::floor::ROOM.doors.iter().find(|door| door.name == "ground.file").unwrap();
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let request = Request {
        cx: town.cx(who),
        method: Method::GET,
        uri: format!("/files/{id}{query}").parse().unwrap(),
        headers,
        slots: [("id".to_owned(), id.to_string())].into(),
        body: Bytes::new(),
    };
    (door.run)(request).await
}

async fn body(reply: Reply) -> Vec<u8> {
    match reply.body {
        Body::Whole(bytes) => bytes.to_vec(),
        Body::Stream(pieces) => pieces.map(Result::unwrap).collect::<Vec<Bytes>>().await.concat(),
    }
}

fn header(reply: &Reply, name: &str) -> String {
    reply.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

async fn contents(town: &Town) -> (i64, i64) {
    town.city()
        .files
        .read(|tx| {
            let blobs =
                tx.one(sql!("select count(*) from ground_blob where city = ?1"), params![], |row| {
                    row.get(0)
                })?;
            let chunks =
                tx.one(sql!("select count(*) from ground_chunk where city = ?1"), params![], |row| {
                    row.get(0)
                })?;
            Ok((blobs, chunks))
        })
        .await
        .unwrap()
}

/// More than two pieces of lines that differ.
fn long_text() -> String {
    (0..60_000).map(|line| format!("{line:09}\n")).collect()
}

#[test]
fn a_content_is_kept_once_and_read_whole_or_in_parts() {
    each_store(|town| async move {
        let text = long_text();
        let first = file(&town, "一覧.txt", text.clone(), Access::Public).await;
        let second = file(&town, "again.txt", text.clone(), Access::Public).await;
        assert_ne!(first, second);
        assert_eq!(contents(&town).await, (1, 3));
        let whole = get(&town, Who::anyone(), &first, "", &[]).await.unwrap();
        assert_eq!(
            (whole.status, header(&whole, "content-length")),
            (StatusCode::OK, text.len().to_string())
        );
        assert_eq!(header(&whole, "content-type"), "text/plain; charset=utf-8");
        assert!(header(&whole, "content-disposition").starts_with("inline; filename*=UTF-8''%E4%B8%80"));
        let tag = header(&whole, "etag");
        assert_eq!(body(whole).await, text.as_bytes());

        let edge = 256 * 1024;
        for (start, end) in
            [(0, 0), (5, 17), (edge - 3, edge + 3), (edge, 2 * edge), (text.len() - 1, text.len() - 1)]
        {
            let part = get(&town, Who::anyone(), &first, "", &[("range", &format!("bytes={start}-{end}"))])
                .await
                .unwrap();
            assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
            assert_eq!(header(&part, "content-range"), format!("bytes {start}-{end}/{}", text.len()));
            assert_eq!(body(part).await, &text.as_bytes()[start..=end], "{start}-{end}");
        }
        let beyond = get(&town, Who::anyone(), &first, "", &[("range", "bytes=99999999-")]).await.unwrap();
        assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
        let known = get(&town, Who::anyone(), &first, "", &[("if-none-match", &tag)]).await.unwrap();
        assert_eq!(known.status, StatusCode::NOT_MODIFIED);
        assert!(body(known).await.is_empty());
    });
}

/// A JPEG with a made-up place in its EXIF part.
fn photo() -> Vec<u8> {
    let pixels =
        image::RgbImage::from_fn(2_000, 1_000, |x, y| image::Rgb([(x / 8) as u8, (y / 4) as u8, 120]));
    let mut plain = Cursor::new(Vec::new());
    pixels.write_to(&mut plain, image::ImageFormat::Jpeg).unwrap();
    let plain = plain.into_inner();
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0GPS 34.8667 138.3231";
    let mut out = plain[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    out.extend(exif);
    out.extend(&plain[2..]);
    out
}

#[test]
fn pictures_come_in_three_widths_without_what_the_camera_wrote() {
    each_store(|town| async move {
        let picture = file(&town, "IMG_0001.JPG", photo(), Access::Public).await;
        assert_eq!(contents(&town).await.0, 3, "the picture as sent is not kept");
        let said = town.call(Who::anyone(), "ground.file", json!({"id": picture})).await.unwrap();
        let view: FileView = serde_json::from_value(said).unwrap();
        assert_eq!((view.width, view.height), (Some(1_600), Some(800)));
        assert_eq!(view.srcset().matches(" 480w, ").count() + view.srcset().matches(" 960w, ").count(), 2);
        for (query, width) in
            [("?w=480", 480), ("?w=700", 960), ("?w=9000", 1_600), ("?w=x", 1_600), ("", 1_600)]
        {
            let reply = get(&town, Who::anyone(), &picture, query, &[]).await.unwrap();
            assert_eq!(header(&reply, "content-type"), "image/jpeg");
            let bytes = body(reply).await;
            assert!(!bytes.windows(3).any(|bytes| bytes == b"GPS"));
            assert_eq!(image::load_from_memory(&bytes).unwrap().width(), width, "{query}");
        }
    });
}

#[test]
fn what_is_not_taken_is_a_fault_of_its_field() {
    each_store(|town| async move {
        let cx = town.cx(admin());
        let word = async |name: &str, bytes: Vec<u8>| {
            let fault = files::store(&cx, &upload(name, bytes)).await.unwrap_err();
            assert_eq!(fault.fields()[0].path, "file");
            fault.fields()[0].word.clone()
        };
        assert_eq!(word("run.exe", b"MZ\x90\x00".to_vec()).await, "field-file-kind");
        assert_eq!(word("photo.jpg", b"MZ\x90\x00".to_vec()).await, "field-file-kind");
        assert_eq!(word("a.txt", Vec::new()).await, "field-file-empty");
        assert_eq!(word("a.txt", vec![b'a'; files::FILE_BYTES_MAX + 1]).await, "field-file-too-large");
        assert_eq!(word("a.jpg", b"\xff\xd8\xff\xe0 nonsense".to_vec()).await, "field-picture-broken");
        assert_eq!(contents(&town).await, (0, 0));
    });
}

#[test]
fn what_could_run_is_only_a_download() {
    each_store(|town| async move {
        for (name, text, kind) in [
            ("a.txt", "<!doctype html><script>alert(1)</script>", "text/html; charset=utf-8"),
            ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/svg+xml"),
        ] {
            let file = file(&town, name, text, Access::Public).await;
            let reply = get(&town, Who::anyone(), &file, "", &[]).await.unwrap();
            assert_eq!(header(&reply, "content-type"), kind);
            assert!(header(&reply, "content-disposition").starts_with("attachment"));
            assert!(header(&reply, "content-security-policy").contains("sandbox"));
            assert_eq!(header(&reply, "x-content-type-options"), "nosniff");
        }
    });
}

#[test]
fn a_file_is_read_by_those_who_may_and_nobody_else() {
    each_store(|town| async move {
        let owner = resident(5);
        let own = Access::Owner { owner: owner.account.clone().unwrap(), department: Some(id(7)) };
        let cases = [
            (Access::Public, [true, true, true, true, true]),
            (Access::Staff, [false, false, false, true, true]),
            (Access::Department(id(7)), [false, false, false, true, false]),
            (own, [false, true, false, true, false]),
        ];
        let people = [Who::anyone(), owner, resident(6), staff_of(7, Role::Clerk), staff_of(8, Role::Clerk)];
        for (access, expected) in cases {
            let file = file(&town, "a.txt", format!("{access:?}"), access.clone()).await;
            for (who, may) in people.iter().zip(expected) {
                let reply = get(&town, who.clone(), &file, "", &[]).await;
                let said = reply.map(|_| ()).map_err(|fault| fault.code().to_owned());
                let refused = if who.is_signed_in() { "refused" } else { "signed-out" };
                let wanted = if may { Ok(()) } else { Err(refused.to_owned()) };
                assert_eq!(said, wanted, "{access:?} for {who:?}");
            }
        }
        let file = file(&town, "a.txt", "x", Access::Public).await;
        let elsewhere = town.call_in(town.other_city(), admin(), "ground.file", json!({"id": file})).await;
        assert_eq!(elsewhere.unwrap_err().code(), "missing");
        let hidden = file.clone();
        town.city().db.write(move |tx| files::set_access(tx, &hidden, &Access::Staff)).await.unwrap();
        assert!(get(&town, Who::anyone(), &file, "", &[]).await.is_err());
    });
}

#[test]
fn a_file_can_be_as_readable_as_its_record() {
    each_store(|town| async move {
        // The record is another file here: whoever may see that one may read this one.
        let record = file(&town, "record.txt", "record", Access::Staff).await;
        let cx = town.cx(admin());
        let ticket = files::store(&cx, &upload("a.txt", "as readable")).await.unwrap();
        let object = record.to_string();
        let attached = town
            .city()
            .db
            .write(move |tx| {
                let access = Access::Record { action: "ground.file" };
                files::keep(tx, &cx, &ticket, "ground.file", &object, &access)
            })
            .await
            .unwrap();
        assert!(get(&town, staff_of(8, Role::Clerk), &attached, "", &[]).await.is_ok());
        assert_eq!(get(&town, resident(5), &attached, "", &[]).await.err().unwrap().code(), "refused");
        assert_eq!(get(&town, Who::anyone(), &attached, "", &[]).await.err().unwrap().code(), "signed-out");
        town.city().db.write(move |tx| files::remove(tx, &record)).await.unwrap();
        let gone = get(&town, staff_of(8, Role::Clerk), &attached, "", &[]).await;
        assert_eq!(gone.err().unwrap().code(), "missing");
    });
}

#[test]
fn a_ticket_is_good_for_its_actor_its_city_and_a_day() {
    each_store(|town| async move {
        let ticket = files::store(&town.cx(resident(5)), &upload("a.txt", "mine")).await.unwrap();
        let code = async |who: Who, ticket: Ticket| {
            keep(&town, who, ticket, Access::Public)
                .await
                .map(|_| ())
                .map_err(|fault| fault.code().to_owned())
        };
        let bad = Err("file-ticket".to_owned());
        assert_eq!(code(resident(6), ticket.clone()).await, bad);
        let changed = format!("A{}", ticket.as_str());
        assert_eq!(code(resident(5), Ticket::from(changed.as_str())).await, bad);
        assert_eq!(code(resident(5), Ticket::from("")).await, bad);
        let elsewhere = town.cx_in(town.other_city(), resident(5));
        assert!(files::read_ticket(&elsewhere, &ticket).is_err());
        assert_eq!(code(resident(5), ticket.clone()).await, Ok(()));
        town.clock.advance_ms(25 * 3_600_000);
        assert_eq!(code(resident(5), ticket).await, bad);
    });
}

async fn collect(town: &Arc<Town>) {
    let cx: Cx = town.cx(Who::system());
    let worker = Worker::start(town, town.city(), "collector");
    town.city().db.write(move |tx| tx.enqueue(&cx, "ground.collect_files", None, &json!({}))).await.unwrap();
    until("the job is done", || async {
        let open = sql!("select count(*) from ground_job where city = ?1");
        town.ask(move |tx| tx.one(open, params![], |row| row.get::<i64>(0))).await == 0
    })
    .await;
    worker.stop().await;
}

#[test]
fn contents_that_no_file_names_are_collected_after_two_days_and_the_others_stay() {
    each_store(|town| async move {
        let kept = file(&town, "kept.txt", "kept", Access::Public).await;
        let twice = file(&town, "one.txt", "twice", Access::Public).await;
        file(&town, "two.txt", "twice", Access::Public).await;
        let removed = file(&town, "gone.txt", long_text(), Access::Public).await;
        files::store(&town.cx(admin()), &upload("a.txt", "never kept")).await.unwrap();
        town.city()
            .db
            .write(move |tx| files::remove(tx, &removed).and_then(|()| files::remove(tx, &twice)))
            .await
            .unwrap();
        collect(&town).await;
        assert_eq!(contents(&town).await.0, 4, "too early: a ticket may be on its way");
        town.clock.advance_ms(49 * 3_600_000);
        // Asked for again in time, it stays.
        files::store(&town.cx(admin()), &upload("a.txt", "never kept")).await.unwrap();
        collect(&town).await;
        assert_eq!(contents(&town).await, (3, 3));
        assert_eq!(body(get(&town, Who::anyone(), &kept, "", &[]).await.unwrap()).await, b"kept");
    });
}

#[test]
fn a_content_that_is_not_what_its_name_says_is_found() {
    each_store(|town| async move {
        file(&town, "sound.txt", long_text(), Access::Public).await;
        let spoiled = file(&town, "spoiled.txt", "spoiled", Access::Public).await;
        let short = file(&town, "short.txt", format!("short {}", long_text()), Access::Public).await;
        assert!(files::verify(town.city()).await.unwrap().broken.is_empty());
        let mut digests = Vec::new();
        for id in [spoiled, short] {
            let said = town.call(Who::anyone(), "ground.file", json!({"id": id})).await.unwrap();
            digests.push(said["digest"].as_str().unwrap().to_owned());
        }
        let [spoiled, short] = [digests[0].clone(), digests[1].clone()];
        town.city()
            .files
            .write(move |tx| {
                tx.exec(
                    sql!("update ground_chunk set bytes = ?3 where city = ?1 and digest = ?2"),
                    params![spoiled.as_str(), &b"Spoiled"[..]],
                )?;
                tx.exec(
                    sql!("delete from ground_chunk where city = ?1 and digest = ?2 and nth = 1"),
                    params![short.as_str()],
                )
            })
            .await
            .unwrap();
        let found = files::verify(town.city()).await.unwrap();
        digests.sort();
        assert_eq!((found.contents, found.broken), (3, digests));
    });
}

#[test]
fn the_files_of_a_record_are_listed_with_their_widths() {
    each_store(|town| async move {
        let first = file(&town, "a.txt", "a", Access::Staff).await;
        let second = file(&town, "b.jpg", photo(), Access::Public).await;
        let views = town.ask(|tx| files::of(tx, "probe.note", "1")).await;
        assert_eq!(views.iter().map(|view| &view.id).collect::<Vec<_>>(), [&first, &second]);
        assert_eq!(views[1].narrower.iter().map(|one| one.width).collect::<Vec<_>>(), [480, 960]);
        assert!(town.ask(|tx| files::of(tx, "probe.note", "2")).await.is_empty());
    });
}
