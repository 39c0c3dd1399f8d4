//! The broker: entities written and found, next to the bare server.

mod data;

use std::error::Error;
use std::sync::Arc;

use crate::load::{Load, Make, Measured, run};
use crate::report::Report;
use crate::servers::{Bare, Product};

const BASE: &str = "/ngsi-ld/v1";
const BATCH: u64 = 100;
/// Entities that are written again and again.
const HOT: u64 = 2_000;
/// How many pages of twenty an offset may skip.
const PAGES: u64 = 50;

pub struct Size {
    pub seconds: f64,
    pub preloaded: u64,
}

impl Size {
    pub fn of(quick: bool, seconds: f64) -> Size {
        Size { seconds, preloaded: if quick { data::PRELOADED / 10 } else { data::PRELOADED } }
    }
}

fn get(path: impl Fn(u64) -> String + Send + Sync + 'static) -> Make {
    Arc::new(move |n| format!("GET {BASE}{} HTTP/1.1\r\nhost: localhost\r\n\r\n", path(n)).into_bytes())
}

fn send(
    method: &'static str,
    path: impl Fn(u64) -> String + Send + Sync + 'static,
    body: impl Fn(u64) -> String + Send + Sync + 'static,
) -> Make {
    Arc::new(move |n| {
        let body = body(n);
        format!(
            "{method} {BASE}{} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            path(n),
            body.len()
        )
        .into_bytes()
    })
}

/// Fills a fresh broker with gauges.
async fn preload(product: &Product, size: &Size) -> Result<f64, Box<dyn Error>> {
    let begun = std::time::Instant::now();
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", product.port)).await?;
    let make =
        send("POST", |_| "/entityOperations/upsert".to_owned(), |n| data::batch(n * BATCH..(n + 1) * BATCH));
    let mut buffer = Vec::new();
    for n in 0..size.preloaded / BATCH {
        tokio::io::AsyncWriteExt::write_all(&mut stream, &make(n)).await?;
        let (status, _) = crate::load::answer(&mut stream, &mut buffer).await?;
        if status != 201 {
            return Err(format!("a batch was answered {status}: {}", String::from_utf8_lossy(&buffer)).into());
        }
    }
    Ok(begun.elapsed().as_secs_f64())
}

pub async fn measure(report: &mut Report, size: &Size, postgres: Option<&str>) -> Result<(), Box<dyn Error>> {
    let name = if postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    let product = Product::start_open(postgres)?;
    let before_kb = product.idle_kb()?;
    let took = preload(&product, size).await?;
    report.broker_filled(name, size.preloaded, took, before_kb, product.idle_kb()?);
    let load =
        |connections, make| Load { port: product.port, connections, seconds: size.seconds, pace: 0.0, make };
    reads(report, name, size, &product).await?;

    let asked = |at64: &'static str, at256: &'static str, connections| match (postgres, connections) {
        (None, 64) => at64,
        (None, _) => at256,
        (Some(_), 64) => "≥ 3,000/s",
        _ => "—",
    };
    for connections in [64, 256] {
        let make = send(
            "PATCH",
            {
                let all = size.preloaded;
                move |n| format!("/entities/{}/attrs/waterLevel", data::id(data::scattered(n) % all))
            },
            data::reading,
        );
        let own = run(load(connections, make)).await?;
        let asked = asked("≥ 10,000/s", "≥ 18,000/s", connections);
        report.broker_write(name, "partial update of one attribute", connections, &own, 1, asked);
    }
    for connections in [64, 256] {
        let first = u64::try_from(connections)? * 1_000_000_000;
        let make = send(
            "POST",
            |_| "/entities".to_owned(),
            move |n| data::entity(&data::id(first + data::scattered(n)), n),
        );
        let own = run(load(connections, make)).await?;
        let asked = asked("≥ 12,000/s", "≥ 20,000/s", connections);
        report.broker_write(name, "create, one entity per request", connections, &own, 1, asked);
    }
    let all = size.preloaded;
    let random = send(
        "POST",
        |_| "/entityOperations/upsert".to_owned(),
        move |n| data::batch((0..BATCH).map(|at| data::scattered(n * BATCH + at) % (all * 2))),
    );
    let hot = send(
        "POST",
        |_| "/entityOperations/upsert".to_owned(),
        |n| data::batch((0..BATCH).map(|at| (n * BATCH + at) % HOT)),
    );
    for (what, make, asked) in [
        ("batch upsert of 100, random ids", random, "≥ 25,000 entities/s"),
        ("batch upsert of 100, 2,000 hot entities", hot, "≥ 60,000 entities/s"),
    ] {
        let own = run(load(16, make)).await?;
        report.broker_write(name, what, 16, &own, BATCH, if postgres.is_none() { asked } else { "—" });
    }
    Ok(())
}

async fn reads(
    report: &mut Report,
    name: &str,
    size: &Size,
    product: &Product,
) -> Result<(), Box<dyn Error>> {
    let all = size.preloaded;
    let near = |n: u64| {
        let (lon, lat) = data::place(data::scattered(n) % data::PRELOADED);
        format!(
            "/entities?type=WaterGauge&limit=20&georel=near;maxDistance==500&geometry=Point&coordinates=%5B{lon:.5},{lat:.5}%5D"
        )
    };
    let kinds: [(&str, Make, &str); 5] = [
        (
            "retrieve by id",
            get(move |n| format!("/entities/{}", data::id(data::scattered(n) % all))),
            "≥ 50 % of bare",
        ),
        (
            "query by type, limit 20, offset up to 1,000",
            get(|n| {
                format!("/entities?type=WaterGauge&limit=20&offset={}", data::scattered(n) % (PAGES + 1) * 20)
            }),
            "≥ 10,000/s",
        ),
        (
            "query by type, limit 20, offset to the end",
            get(move |n| {
                format!("/entities?type=WaterGauge&limit=20&offset={}", data::scattered(n) % (all / 20) * 20)
            }),
            "≥ 500/s",
        ),
        (
            "query q=waterLevel>2.5, one in a hundred, limit 20",
            get(|_| "/entities?type=WaterGauge&q=waterLevel%3E2.5&limit=20".to_owned()),
            "≥ 5,000/s",
        ),
        ("query near 500 m, limit 20", get(near), "≥ 5,000/s"),
    ];
    for (what, make, asked) in kinds {
        let probe = run(at(product.port, 4, 0.5, &make)).await?;
        let bytes = probe.bytes / probe.done.max(1);
        let bare = Bare::start(bytes, "application/json")?;
        let ceiling = run(at(bare.port, 64, size.seconds / 2.0, &get(|_| String::new()))).await?;
        drop(bare);
        let own = run(at(product.port, 64, size.seconds, &make)).await?;
        report.broker_read(name, what, bytes, &ceiling, &own, asked);
    }
    Ok(())
}

fn at(port: u16, connections: usize, seconds: f64, make: &Make) -> Load {
    Load { port, connections, seconds, pace: 0.0, make: make.clone() }
}

/// What the report says of a write.
pub fn told(own: &Measured, entities: u64) -> String {
    let each = if entities == 1 { String::new() } else { format!(" ({:.0} requests/s)", own.per_second) };
    let unit = if entities == 1 { "/s" } else { " entities/s" };
    format!(
        "{:.0}{unit}{each}, p50 {:.2} ms, p99 {:.2} ms; {} failed",
        own.per_second * entities as f64,
        own.p50_ms,
        own.p99_ms,
        own.failed
    )
}
