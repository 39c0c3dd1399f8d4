//! A server on a free port, and a client that sends exactly what a test says.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ground::city::{City, CityFacts, write_facts};
use ground::clock::MachineClock;
use ground::db::{Db, Shared, SqliteSize, Store, migrate_sqlite};
use ground::house::{Cities, House, Plan};
use ground::jobs::Stop;
use ground::seal::Sealer;
use ground::words::Lang;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::room;
use crate::server::{assets, developers, serve_on};
use crate::settings::Settings;

pub struct Site {
    pub address: SocketAddr,
    pub house: Arc<House>,
    pub stop: Stop,
    pub served: JoinHandle<Result<(), ground::fault::Fault>>,
    pub folder: TempDir,
}

fn facts() -> CityFacts {
    CityFacts {
        name: "霧野市".into(),
        zone: "Asia/Tokyo".into(),
        public_url: "http://localhost:8080".into(),
        hosts: vec!["kirino.example".into()],
        languages: Lang::ALL.to_vec(),
        mail_from: String::new(),
        demo: false,
        rev: 1,
    }
}

impl Site {
    pub async fn open() -> Site {
        Site::open_with(|_| {}, true).await
    }

    pub async fn open_with(change: impl FnOnce(&mut Settings), with_default: bool) -> Site {
        let mut settings =
            Settings { request_seconds_max: 1, shutdown_seconds_max: 5, ..Settings::default() };
        change(&mut settings);
        let folder = tempfile::tempdir().unwrap();
        let shared = Arc::new(Shared::default());
        let house = House::build(Plan {
            clock: Arc::new(MachineClock::new()),
            rooms: vec![&ground::floor::ROOM, &developers::ROOM, &room::ROOM],
            ports: ground::ports::Ports::closed(),
            keeper: Arc::new(room::OneResident),
            sealer: Sealer::read(&Sealer::line("a", &[7; 32])).unwrap(),
            assets: assets(),
            version: "0.0.0",
            shared: shared.clone(),
        })
        .unwrap();
        let house = Arc::new(house);
        let stores = Store::ALL.map(|store| {
            let file = folder.path().join(format!("{}.db", store.name()));
            migrate_sqlite(&file, store, &house.migrations(), 1).unwrap();
            Db::sqlite(&file, "kirino", store, SqliteSize::default(), shared.clone()).unwrap()
        });
        let [city, context, files] = stores;
        city.write(|tx| write_facts(tx, &facts(), 1)).await.unwrap();
        let city = Arc::new(City::new("kirino", facts(), city, context, files));
        let default = with_default.then(|| city.clone());
        house
            .cities
            .store(Arc::new(Cities { by_slug: BTreeMap::from([(city.slug.clone(), city)]), default }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Stop::default();
        let served = tokio::spawn(serve_on(listener, house.clone(), Arc::new(settings), stop.clone()));
        Site { address, house, stop, served, folder }
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a connection of their own, and reads until the server closes it.
    pub async fn raw(&self, bytes: &[u8]) -> Said {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        read_all(stream).await
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Said {
        let mut text = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            text.push_str("host: localhost:8080\r\n");
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || method == "POST" {
            text.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        self.raw(format!("{text}\r\n{body}").as_bytes()).await
    }

    pub async fn get(&self, path: &str) -> Said {
        self.send("GET", path, &[("accept", "text/html")], "").await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Said {
        let json = [headers, &[("content-type", "application/json")]].concat();
        self.send("POST", path, &json, body).await
    }
}

pub async fn read_all(mut stream: impl AsyncRead + Unpin) -> Said {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
    assert!(read.is_ok(), "the server never closed the connection");
    Said::read(&bytes)
}

/// What came back.
#[derive(Debug)]
pub struct Said {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Said {
    fn read(bytes: &[u8]) -> Said {
        let end = bytes.windows(4).position(|piece| piece == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let body = String::from_utf8_lossy(bytes.get(end + 4..).unwrap_or_default()).into_owned();
        Said { status, headers, body }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|fault| panic!("{fault}: {}", self.body))
    }

    /// The code of a problem: the end of its type.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        problem["type"].as_str().unwrap_or_default().rsplit(':').next().unwrap_or_default().to_owned()
    }
}
