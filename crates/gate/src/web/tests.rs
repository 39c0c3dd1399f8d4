//! The client against real servers on this machine that do what no good server would.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ground::fault::Fault;
use ground::ports::{Answer, Ask, Private, Web as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{Client, Lookup};
use crate::Outside;

/// A server that answers every connection with the same bytes, and then does something.
struct Odd {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone, Copy)]
enum Then {
    Close,
    Hang,
    /// The same bytes again and again.
    Repeat,
}

async fn odd(say: &str, then: Then) -> Odd {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (said, asked) = (say.replace("{port}", &address.port().to_string()), Arc::new(AtomicUsize::new(0)));
    let counted = asked.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(answer(stream, said.clone(), then));
        }
    });
    Odd { address, asked }
}

async fn answer(mut stream: TcpStream, said: String, then: Then) {
    let mut heard = [0u8; 4096];
    if stream.read(&mut heard).await.is_err() {
        return;
    }
    if stream.write_all(said.as_bytes()).await.is_err() {
        return;
    }
    match then {
        Then::Close => {}
        Then::Hang => tokio::time::sleep(Duration::from_secs(60)).await,
        Then::Repeat => while stream.write_all(&[b'x'; 8192]).await.is_ok() {},
    }
}

fn client(private_too: bool, names: &[(&str, &str)]) -> Client {
    let names: HashMap<String, std::net::IpAddr> =
        names.iter().map(|(name, address)| ((*name).to_owned(), address.parse().unwrap())).collect();
    let lookup: Lookup = Arc::new(move |name| {
        let found = names.get(&name).copied();
        Box::pin(async move { Ok(found.into_iter().collect()) })
    });
    let outside = Outside { private_too, ..Outside::default() };
    Client::new(&outside.tls().unwrap(), "machiya-test", private_too, &lookup).unwrap()
}

async fn ask(client: &Client, url: String) -> Result<Answer, Fault> {
    let ask = Ask { time_ms_max: 2_000, answer_bytes_max: 10_000, redirects_max: 3, ..Ask::get(url) };
    client.ask(ask).await
}

fn code(outcome: Result<Answer, Fault>) -> String {
    outcome.map_or_else(|fault| fault.code().to_owned(), |answer| answer.status.to_string())
}

const GOOD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

#[tokio::test]
async fn an_answer_comes_back_whatever_its_status() {
    let good = odd(GOOD, Then::Close).await;
    let answer = ask(&client(true, &[]), format!("http://{}/", good.address)).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, b"ok".as_slice()));
    let broken = odd("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", Then::Close).await;
    assert_eq!(
        code(ask(&client(true, &[]), format!("http://{}/", broken.address)).await),
        "503 Service Unavailable"
    );
}

#[tokio::test]
async fn a_server_that_hangs_is_left_in_time() {
    for said in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"] {
        let hangs = odd(said, Then::Hang).await;
        let ask = Ask { time_ms_max: 300, ..Ask::get(format!("http://{}/", hangs.address)) };
        let since = ground::clock::Stopwatch::new();
        assert_eq!(code(client(true, &[]).ask(ask).await), "outside-slow", "{said}");
        assert!(since.seconds() < 5.0);
    }
}

#[tokio::test]
async fn nonsense_is_called_nonsense() {
    for said in [
        "hello\r\n\r\n",
        "\0\u{1}\u{2}",
        "HTTP/9.9 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
    ] {
        let odd = odd(said, Then::Close).await;
        assert_eq!(
            code(ask(&client(true, &[]), format!("http://{}/", odd.address)).await),
            "outside-nonsense",
            "{said:?}"
        );
    }
    let cut = odd("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", Then::Close).await;
    assert_eq!(code(ask(&client(true, &[]), format!("http://{}/", cut.address)).await), "outside-nonsense");
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    for said in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n"] {
        let endless = odd(said, Then::Repeat).await;
        assert_eq!(
            code(ask(&client(true, &[]), format!("http://{}/", endless.address)).await),
            "outside-too-long"
        );
    }
    let headers = odd("HTTP/1.1 200 OK\r\nx: ", Then::Repeat).await;
    let outcome = code(ask(&client(true, &[]), format!("http://{}/", headers.address)).await);
    assert_eq!(outcome, "outside-nonsense", "headers without end");
}

#[tokio::test]
async fn redirects_in_circles_end() {
    let circle = odd("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{port}/again\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", Then::Close).await;
    assert_eq!(
        code(ask(&client(true, &[]), format!("http://{}/", circle.address)).await),
        "outside-redirect"
    );
    assert_eq!(circle.asked.load(Ordering::SeqCst), 4, "the first and three redirects");
    let ask = Ask::get(format!("http://{}/", circle.address));
    assert_eq!(code(client(true, &[]).ask(ask).await), "302 Found", "whoever follows none sees it");
}

#[tokio::test]
async fn private_addresses_are_asked_only_where_that_is_allowed() {
    let inside = odd(GOOD, Then::Close).await;
    let port = inside.address.port();
    let names = [
        ("inside.example", "127.0.0.1"),
        ("mapped.example", "::ffff:127.0.0.1"),
        ("keys.example", "169.254.169.254"),
    ];
    let guarded = client(false, &names);
    for host in ["127.0.0.1", "[::1]", "inside.example", "mapped.example", "keys.example", "0x7f.1"] {
        assert_eq!(code(ask(&guarded, format!("http://{host}:{port}/")).await), "outside-private", "{host}");
    }
    let free = client(true, &names);
    let never = Ask { private: Private::Never, ..Ask::get(format!("http://inside.example:{port}/")) };
    assert_eq!(code(free.ask(never).await), "outside-private", "addresses that strangers hand in");
    assert_eq!(inside.asked.load(Ordering::SeqCst), 0, "nobody knocked");
    assert_eq!(code(ask(&free, format!("http://inside.example:{port}/")).await), "200 OK");
    assert_eq!(code(ask(&free, "http://keys.example/".to_owned()).await), "outside-private");
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_not_followed() {
    // Only a server on this machine can be tried, so the first hop is allowed and the second leads to where nobody may.
    for to in [
        "http://169.254.169.254/",
        "http://keys.example/",
        "http://[fe80::1]/",
        "ftp://example.jp/",
        "http://u:p@127.0.0.1/",
    ] {
        let said =
            format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let leads = odd(&said, Then::Close).await;
        let client = client(true, &[("keys.example", "169.254.169.254")]);
        let outcome = code(ask(&client, format!("http://{}/", leads.address)).await);
        assert!(["outside-private", "outside-address"].contains(&outcome.as_str()), "{to}: {outcome}");
    }
}

/// A name that answers with another address at each look: the first look is the only one.
#[tokio::test]
async fn a_name_that_changes_its_address_gains_nothing() {
    let inside = odd(GOOD, Then::Close).await;
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = looks.clone();
    let lookup: Lookup = Arc::new(move |_| {
        let nth = counted.fetch_add(1, Ordering::SeqCst);
        // Nobody listens at the public one: TEST-NET would be private, so it is an address that cannot be routed here.
        let address = if nth.is_multiple_of(2) { "198.41.0.4" } else { "127.0.0.1" };
        Box::pin(async move { Ok(vec![address.parse().unwrap()]) })
    });
    let tls = Outside::default().tls().unwrap();
    let guarded = Client::new(&tls, "machiya-test", false, &lookup).unwrap();
    for _ in 0..4 {
        let url = format!("http://changing.example:{}/", inside.address.port());
        let outcome = guarded.ask(Ask { time_ms_max: 300, ..Ask::get(url) }).await;
        assert!(outcome.is_err());
    }
    assert_eq!(looks.load(Ordering::SeqCst), 4, "one look for each question");
    assert_eq!(inside.asked.load(Ordering::SeqCst), 0, "nobody knocked inside");
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_unreachable() {
    assert_eq!(
        code(ask(&client(false, &[]), "http://nobody.example/".to_owned()).await),
        "outside-unreachable"
    );
}
