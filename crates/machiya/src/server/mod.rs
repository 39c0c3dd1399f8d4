//! The HTTP server. Only this crate knows an HTTP framework (law 3): rooms speak in `ground`'s requests and replies.
//!
//! It stands on hyper directly. Every way in is known at start and matched once, and what tower would lay around a
//! request in layers is here a function that reads from top to bottom (`flow.rs`).
//!
//! A request: address checked (`paths`) → who is at the other end (`client`) → place (`routes`) → city by host → limits
//! (`rates`) → session (`sessions`) → page, action or door → answer with its last headers (`finish`).

mod api;
mod assets;
mod body;
mod client;
mod coerce;
mod cookies;
pub mod developers;
mod faults;
mod finish;
mod flow;
mod language;
mod listen;
mod meters;
mod openapi;
mod origin;
mod own;
mod pack;
mod pages;
mod paths;
mod rates;
mod routes;
mod sessions;
mod socket;
mod streams;
#[cfg(test)]
mod tests;
mod tls;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ground::fault::{Fault, Kind};
use ground::house::House;
use ground::jobs::Stop;
use tokio::net::TcpListener;

pub use assets::assets;
pub use socket::Operate;

use crate::settings::Settings;

/// Serves the portal until it is asked to stop, and then finishes what it accepted.
pub async fn serve(house: Arc<House>, settings: Arc<Settings>, stop: Stop) -> Result<(), Fault> {
    let listener = bind(&settings).await?;
    serve_on(listener, house, settings, stop).await
}

/// Takes the address, so that a start can fail before anything else has begun.
pub async fn bind(settings: &Settings) -> Result<TcpListener, Fault> {
    TcpListener::bind(settings.listen).await.map_err(|said| {
        Fault::new(Kind::Unavailable, "cannot-listen").arg("address", settings.listen).arg("said", said)
    })
}

/// The same on a listener that is there already.
pub async fn serve_on(
    listener: TcpListener,
    house: Arc<House>,
    settings: Arc<Settings>,
    stop: Stop,
) -> Result<(), Fault> {
    let server = Arc::new(flow::Server::new(house, settings, stop.clone())?);
    listen::run(server, listener, stop).await
}

/// Serves the operator's socket: whoever can open the file does what an operator can do.
pub async fn serve_operator(
    house: Arc<House>,
    path: &Path,
    operate: Operate,
    settings: &Settings,
    stop: Stop,
) -> Result<(), Fault> {
    socket::run(house, path, operate, Duration::from_secs(settings.shutdown_seconds_max), stop).await
}
