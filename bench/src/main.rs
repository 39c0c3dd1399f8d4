//! `make bench`: the product next to a bare server of the same kind, in one run on one machine.
//!
//! The server runs on one core, the load (and PostgreSQL) on the other. Each figure stands beside the ceiling that the
//! same load measured a moment before, so that the ratio survives a noisy machine.

mod broker;
mod inside;
mod jobs;
mod large;
mod load;
mod record;
mod release;
mod report;
mod rights;
mod servers;
mod town;
mod ways;

use std::time::Duration;

use load::{get, post, run};
use report::Report;
use servers::{Bare, Product, fsync_ms};

const SECONDS: f64 = 8.0;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `bench --town <folder of a city>`: fills a store that the product has made, and says what a row costs.
    if let Some(folder) = std::env::args().skip_while(|arg| arg != "--town").nth(1) {
        println!("{}", town::told(&town::fill(folder.as_ref(), town::RESIDENTS).await?));
        return Ok(());
    }
    let quick = std::env::args().any(|arg| arg == "--quick");
    let seconds = if quick { 2.0 } else { SECONDS };
    let mut report = Report::begin(fsync_ms()?);
    let postgres = std::env::var("MACHIYA_BENCH_POSTGRES").ok();
    let size = broker::Size::of(quick, seconds);
    // `bench --broker`: the broker alone.
    let broker_alone = std::env::args().any(|arg| arg == "--broker");
    broker::measure(&mut report, &size, None).await?;
    if let Ok(address) = std::env::var("MACHIYA_BENCH_POSTGRES_BROKER") {
        broker::measure(&mut report, &size, Some(&address)).await?;
    }
    if broker_alone {
        report.print();
        return Ok(());
    }
    one_database(&mut report, seconds, None).await?;
    match &postgres {
        Some(address) => one_database(&mut report, seconds, Some(address)).await?,
        None => report.note("PostgreSQL was not measured: MACHIYA_BENCH_POSTGRES names no database."),
    }
    report.jobs(jobs::per_second(if quick { 5_000 } else { 30_000 }).await?);
    report.ways(&ways::measure(if quick { 30 } else { 200 }, if quick { 2_000 } else { 50_000 }).await?);
    report.rights(&rights::measure(if quick { 2_000 } else { 50_000 }).await?);
    report.large(&large::measure(if quick { 20_000 } else { town::RESIDENTS }, 7).await?);
    report.print();
    Ok(())
}

async fn one_database(
    report: &mut Report,
    seconds: f64,
    postgres: Option<&str>,
) -> Result<(), Box<dyn std::error::Error>> {
    let name = if postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    let product = Product::start(postgres)?;
    if postgres.is_none() {
        report.start(
            product.first_answer_ms,
            product.restart_ms()?,
            product.idle_kb()?,
            product.binary_bytes()?,
        );
    }
    let cookie = product.sign_in().await?;
    let at = |connections, pace, make| load::Load { port: product.port, connections, seconds, pace, make };

    for (what, path, floor) in [
        ("JSON action that reads one row", "/api/v1/people/me", 0.35),
        ("HTML page of the kit", "/pages/privacy", 0.20),
    ] {
        let make = get(path, &cookie);
        let probe = run(load::Load { seconds: 0.5, ..at(4, 0.0, make.clone()) }).await?;
        let size = probe.bytes / probe.done.max(1);
        let bare =
            Bare::start(size, if floor > 0.3 { "application/json" } else { "text/html; charset=utf-8" })?;
        let ceiling = run(load::Load { port: bare.port, ..at(64, 0.0, get("/", "")) }).await?;
        drop(bare);
        let own = run(at(64, 0.0, make.clone())).await?;
        let half = run(at(64, own.per_second / 2.0, make)).await?;
        report.read(name, what, size, &ceiling, &own, &half, floor);
    }
    let page = product.rated_page().await?;
    let body = format!("{{\"slug\":\"{page}\",\"helpful\":true}}");
    for connections in [64, 256] {
        let own = run(at(connections, 0.0, post("/api/v1/messages/rate_page", &cookie, &body))).await?;
        report.write(name, "JSON action that writes one durable row", connections, &own);
    }
    let released = release::releases(&product, 64, seconds).await?;
    report.releases(name, &released);
    let uses = if seconds < SECONDS { 1_000 } else { 10_000 };
    report.record(name, &record::measure(&product, &cookie, uses, 300).await?);
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(())
}
