//! `machiya serve` and `machiya work`: run until asked to stop, then finish what was accepted.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use ground::fault::{Fault, Kind};
use ground::jobs::Stop;
use serde_json::Value;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::reach::Server;
use super::{Desk, Outcome};
use crate::installation::{Installation, Purpose};
use crate::operator::{self, ReadOnly};
use crate::server;

pub async fn serve(desk: &Desk) -> Outcome {
    let installation = Installation::open(desk.settings.clone(), Purpose::Serve).await?;
    if installation.house.cities.load().by_slug.is_empty() {
        tracing::warn!("there is no city yet: machiya city add <slug> --name <name>");
    }
    run(&installation, None).await
}

/// Serves until asked to stop. `when_up` runs once the address answers.
pub async fn run(installation: &Arc<Installation>, when_up: Option<Box<dyn FnOnce() + Send>>) -> Outcome {
    let settings = &installation.settings;
    let listener = server::bind(settings).await?;
    let address = listener.local_addr().unwrap_or(settings.listen);
    tracing::info!(%address, version = installation.house.version, "listening");
    let stop = Stop::default();
    stop_on_signals(&stop)?;
    let jobs_stop = Stop::default();
    if settings.workers {
        installation.start_workers(&jobs_stop);
    }
    let socket = tokio::spawn({
        let (installation, stop) = (installation.clone(), stop.clone());
        async move {
            let path = installation.settings.socket_path();
            let (house, settings) = (installation.house.clone(), installation.settings.clone());
            let served =
                server::serve_operator(house, &path, operator::operate(installation), &settings, stop).await;
            if let Err(fault) = &served {
                tracing::error!(%fault, path = %path.display(), "the operator's socket does not work");
            }
        }
    });
    if let Some(when_up) = when_up {
        tokio::spawn(tell_when_up(address, stop.clone(), when_up));
    }
    let served = server::serve_on(listener, installation.house.clone(), settings.clone(), stop.clone()).await;
    // The server may also have ended because it could not begin.
    stop.set();
    jobs_stop.set();
    finish(installation).await;
    if let Err(fault) = socket.await {
        tracing::error!(%fault, "the operator's socket ended badly");
    }
    served?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Jobs finish what they hold; one that waits for the outside too long goes back when its lease ends.
async fn finish(installation: &Arc<Installation>) {
    let patience = Duration::from_secs(installation.settings.shutdown_seconds_max);
    if tokio::time::timeout(patience, installation.workers_finished()).await.is_err() {
        tracing::warn!("some jobs did not finish in time; they are done again after the next start");
    }
}

async fn tell_when_up(listen: std::net::SocketAddr, stop: Stop, tell: Box<dyn FnOnce() + Send>) {
    while !stop.is_set() {
        if tokio::net::TcpStream::connect(listen).await.is_ok() {
            return tell();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub async fn work(desk: &Desk) -> Outcome {
    if desk.settings.database.is_none() {
        return Err(Fault::new(Kind::Invalid, "work-needs-postgres"));
    }
    let installation = Installation::open(desk.settings.clone(), Purpose::Work).await?;
    let stop = Stop::default();
    stop_on_signals(&stop)?;
    installation.start_workers(&stop);
    tracing::info!(cities = installation.house.cities.load().by_slug.len(), "working");
    stop.wait().await;
    finish(&installation).await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// The first signal asks to stop, the second does not ask.
fn stop_on_signals(stop: &Stop) -> Result<(), Fault> {
    let listen = |kind| signal(kind).map_err(Fault::internal);
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let stop = stop.clone();
    tokio::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        tracing::info!("asked to stop: finishing what was accepted");
        stop.set();
        either(&mut terminate, &mut interrupt).await;
        std::process::exit(130);
    });
    Ok(())
}

async fn either(one: &mut Signal, other: &mut Signal) {
    tokio::select! {
        _ = one.recv() => {}
        _ = other.recv() => {}
    }
}

/// `machiya read-only on`: the running server answers reads and puts writes off.
#[derive(Args)]
pub struct ReadOnlyArgs {
    #[arg(value_name = "on|off")]
    state: State,
}

#[derive(Clone, Copy, ValueEnum)]
enum State {
    On,
    Off,
}

impl ReadOnlyArgs {
    pub async fn run(self, desk: &Desk) -> Outcome {
        let on = matches!(self.state, State::On);
        let server = Server::find(&desk.settings, desk.t.lang()).await.ok_or_else(|| {
            Fault::new(Kind::Conflict, "no-server").arg("path", desk.settings.data.display())
        })?;
        let input = serde_json::to_value(ReadOnly { on }).map_err(Fault::internal)?;
        let _: Value = server.ask("read-only", &input).await?;
        desk.tell(if on { "cli-read-only-on" } else { "cli-read-only-off" }, &[]);
        Ok(ExitCode::SUCCESS)
    }
}
