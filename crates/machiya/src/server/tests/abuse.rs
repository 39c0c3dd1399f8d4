//! Clients that dawdle, hoard or shout, and the operator's own door.

use std::sync::Arc;
use std::time::Duration;

use ground::fault::Fault;
use ground::jobs::Stop;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use super::site::{Site, read_all};
use crate::server::{Operate, serve_operator};
use crate::settings::Settings;

#[tokio::test(flavor = "multi_thread")]
async fn endless_streams_end_with_the_server() {
    let site = Site::open().await;
    let mut stream = site.connect().await;
    stream.write_all(b"GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut first = [0u8; 1];
    stream.read_exact(&mut first).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    site.stop.set();
    let ended = tokio::time::timeout(Duration::from_secs(3), site.served).await;
    assert!(ended.unwrap().unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_comes_does_not_hold_the_others_up() {
    let site = Site::open_with(|settings| settings.requests_max = 1, true).await;
    let mut slow = site.connect().await;
    slow.write_all(b"POST /api/v1/try/read HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(site.get("/note/x").await.status, 200);
    drop(slow);
    assert_eq!(site.get("/note/x").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_requests_share_a_connection() {
    let site = Site::open().await;
    let two = b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\nGET /version HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let said = site.raw(two).await;
    assert!(said.status == 200 && said.body.contains("\"name\":\"machiya\""), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_smells_of_smuggling_is_refused() {
    let site = Site::open().await;
    for head in [
        "POST /echo/x HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcd",
        "POST /echo/x HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        "GET /note/x\r\nhost: a\r\n\r\n",
        "GET /note/x HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n",
    ] {
        assert_eq!(site.raw(head.as_bytes()).await.status, 400, "{head:?}");
    }
}

fn operate() -> Operate {
    Arc::new(|name, input| match name {
        "echo" => Some(Box::pin(async move { Ok(json!({"said": input})) })),
        "wrong" => Some(Box::pin(async { Err(Fault::field("city", "field-required")) })),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_s_socket_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Site::open().await;
    let path = site.folder.path().join("machiya.sock");
    // What a server that was killed left behind is in nobody's way.
    std::fs::write(&path, "").unwrap();
    let (house, stop, at) = (site.house.clone(), Stop::default(), path.clone());
    let ended = stop.clone();
    let served =
        tokio::spawn(async move { serve_operator(house, &at, operate(), &Settings::default(), stop).await });
    while UnixStream::connect(&path).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let ask = |method: &'static str, name: &'static str, body: &'static str| {
        let path = path.clone();
        async move {
            let mut stream = UnixStream::connect(&path).await.unwrap();
            let length = body.len();
            let text = format!(
                "{method} /{name} HTTP/1.1\r\nhost: localhost\r\naccept-language: en\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            stream.write_all(text.as_bytes()).await.unwrap();
            read_all(stream).await
        }
    };
    assert_eq!(ask("POST", "operator/echo", "{\"a\":1}").await.json(), json!({"said": {"a": 1}}));
    let wrong = ask("POST", "operator/wrong", "").await;
    assert_eq!((wrong.status, wrong.json()["errors"][0]["field"].clone()), (422, json!("city")));
    assert_eq!(ask("POST", "operator/none", "").await.code(), "missing");
    assert_eq!(ask("POST", "note/x", "").await.code(), "missing", "the portal is not there");
    assert_eq!(ask("GET", "operator/echo", "").await.code(), "method");
    assert_eq!(ask("POST", "operator/echo", "{").await.code(), "not-json");
    ended.set();
    assert!(served.await.unwrap().is_ok() && !path.exists());
}
