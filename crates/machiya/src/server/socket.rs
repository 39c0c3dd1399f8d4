//! The operator's socket: HTTP over a file that only the server's own user can open.
//!
//! `POST /operator/<operation>` with JSON, answered with JSON or a problem. Nothing else is to be found there.

use std::convert::Infallible;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use ground::action::Boxed;
use ground::door::Reply;
use ground::fault::{Fault, Kind};
use ground::house::House;
use ground::jobs::Stop;
use ground::words::Lang;
use http::{Method, Request, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use super::body::Larder;
use super::finish::Answer;
use super::{body, faults};

/// Imports come through here in one piece.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;
const HEAD_TIME: Duration = Duration::from_secs(20);

/// Does an operation by its name; `None` when there is none of that name.
pub type Operate = Arc<dyn Fn(&str, Value) -> Option<Boxed<'static, Result<Value, Fault>>> + Send + Sync>;

struct Office {
    house: Arc<House>,
    operate: Operate,
    larder: Larder,
    stop: Stop,
}

pub async fn run(
    house: Arc<House>,
    path: &Path,
    operate: Operate,
    patience: Duration,
    stop: Stop,
) -> Result<(), Fault> {
    let listener = bind(path).map_err(|said| {
        Fault::new(Kind::Unavailable, "cannot-listen").arg("address", path.display()).arg("said", said)
    })?;
    let office = Arc::new(Office { house, operate, larder: Larder::new(), stop: stop.clone() });
    let (held, mut all_gone) = mpsc::channel::<()>(1);
    loop {
        let taken = tokio::select! {
            taken = listener.accept() => taken,
            () = stop.wait() => break,
        };
        match taken {
            Ok((stream, _)) => {
                let (office, held) = (office.clone(), held.clone());
                tokio::spawn(async move {
                    let _counted = held;
                    speak(office, stream).await;
                });
            }
            Err(fault) => {
                tracing::warn!(%fault, "the operator's socket");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop((listener, held));
    // It is gone already when somebody tidied up.
    let _ = fs::remove_file(path);
    // Nothing is ever sent: the channel closes when the last connection is gone.
    let _ = tokio::time::timeout(patience, all_gone.recv()).await;
    Ok(())
}

/// Makes the socket where nobody else can reach it, and shows it only once it is closed to others.
fn bind(path: &Path) -> std::io::Result<UnixListener> {
    let room: PathBuf = path.with_extension("making");
    let _ = fs::remove_dir_all(&room);
    fs::DirBuilder::new().mode(0o700).create(&room)?;
    let inside = room.join("s");
    let listener = UnixListener::bind(&inside);
    let shown = listener.and_then(|listener| {
        fs::set_permissions(&inside, fs::Permissions::from_mode(0o600))?;
        fs::rename(&inside, path)?;
        Ok(listener)
    });
    fs::remove_dir_all(&room)?;
    shown
}

async fn speak(office: Arc<Office>, stream: UnixStream) {
    let stop = office.stop.clone();
    let service = service_fn(|request| {
        let office = office.clone();
        async move { Ok::<_, Infallible>(answer(&office, request).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.wait() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(fault) = ended {
        tracing::debug!(%fault, "the operator went away early");
    }
}

async fn answer(office: &Office, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let lang = parts
        .headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| Lang::from_accept_language(value.to_str().ok()?))
        .unwrap_or_default();
    let done = async {
        if parts.method != Method::POST {
            return Err(Fault::new(Kind::Method, "method"));
        }
        let name = parts.uri.path().strip_prefix("/operator/").unwrap_or_default();
        let body = body::read(&parts.headers, body, BODY_BYTES_MAX, &office.larder).await?.bytes;
        let input = if body.is_empty() { Value::Null } else { ground::validate::read_bytes(&body)? };
        let work = (office.operate)(name, input).ok_or_else(Fault::missing)?;
        work.await
    };
    let done = AssertUnwindSafe(done).catch_unwind().await;
    let outcome = done.unwrap_or_else(|_| Err(Fault::internal("the handler panicked")));
    let reply = match outcome {
        Ok(output) => Reply::json(StatusCode::OK, output.to_string()),
        Err(fault) => {
            faults::log(&fault, "operator");
            faults::problem(&fault, &office.house.words.tongue(lang), "operator")
        }
    };
    let mut answer = Answer::new(reply.body.into());
    *answer.status_mut() = reply.status;
    *answer.headers_mut() = reply.headers;
    answer
}
