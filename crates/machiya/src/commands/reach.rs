//! The way from a command to the data: over the socket of the running server, or directly with the folder's lock.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ground::fault::{Fault, Kind};
use ground::words::Lang;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::UnixStream;

use crate::installation::{Installation, Purpose};
use crate::operator;
use crate::settings::Settings;

/// A server that is starting or stopping holds the folder without answering on its socket for this long at most.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(200);

pub enum Reach {
    Server(Server),
    /// The folder is ours.
    Own(Arc<Installation>),
}

/// The socket of a running server.
pub struct Server {
    path: PathBuf,
    lang: Lang,
}

impl Reach {
    pub async fn find(settings: &Arc<Settings>, lang: Lang) -> Result<Reach, Fault> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(server) = Server::find(settings, lang).await {
                return Ok(Reach::Server(server));
            }
            match Installation::open(settings.clone(), Purpose::Command).await {
                Ok(installation) => return Ok(Reach::Own(installation)),
                Err(fault) if fault.code() == "folder-held" && waited < PATIENCE => {
                    tokio::time::sleep(PAUSE).await;
                    waited += PAUSE;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    pub async fn ask<T: DeserializeOwned>(
        &self,
        operation: &str,
        input: &impl Serialize,
    ) -> Result<T, Fault> {
        let input = serde_json::to_value(input).map_err(Fault::internal)?;
        let answer = match self {
            Reach::Server(server) => server.ask(operation, &input).await?,
            Reach::Own(installation) => {
                let found = operator::operation(operation)
                    .ok_or_else(|| Fault::internal(format!("there is no operation {operation}")))?;
                (found.run)(installation.clone(), input).await?
            }
        };
        serde_json::from_value(answer).map_err(Fault::internal)
    }
}

impl Server {
    /// The server on this data folder, if one answers.
    pub async fn find(settings: &Settings, lang: Lang) -> Option<Server> {
        let path = settings.socket_path();
        UnixStream::connect(&path).await.is_ok().then_some(Server { path, lang })
    }

    pub async fn ask(&self, operation: &str, input: &Value) -> Result<Value, Fault> {
        let (status, body) = post(&self.path, operation, input, self.lang).await.map_err(|fault| {
            Fault::new(Kind::Unavailable, "server-silent").arg("path", self.path.display()).detail(fault)
        })?;
        let answer: Value = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).map_err(Fault::internal)?
        };
        if (200..300).contains(&status) { Ok(answer) } else { Err(of_problem(status, &answer)) }
    }
}

async fn post(
    path: &Path,
    operation: &str,
    input: &Value,
    lang: Lang,
) -> Result<(u16, Bytes), std::io::Error> {
    let broken = |fault: hyper::Error| std::io::Error::new(ErrorKind::BrokenPipe, fault);
    let stream = UnixStream::connect(path).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(async move {
        // The answer says whether it went well.
        let _ = connection.await;
    });
    let request = http::Request::post(format!("/operator/{operation}"))
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept-language", lang.code())
        .body(Full::new(Bytes::from(input.to_string())))
        .map_err(|fault| std::io::Error::new(ErrorKind::InvalidInput, fault))?;
    let answer = sender.send_request(request).await.map_err(broken)?;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.map_err(broken)?.to_bytes();
    Ok((status, body))
}

/// What the server said, as a fault that says the same.
fn of_problem(status: u16, problem: &Value) -> Fault {
    let text = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = match status {
        400 => Kind::Malformed,
        422 => Kind::Invalid,
        401 => Kind::SignedOut,
        403 => Kind::Refused,
        404 => Kind::Missing,
        409 => Kind::Conflict,
        412 => Kind::Outdated,
        413 => Kind::TooLarge,
        429 => Kind::TooMany,
        503 => Kind::Unavailable,
        504 => Kind::TooSlow,
        _ => Kind::Internal,
    };
    let mut fault = Fault::new(kind, "server-said").arg("title", text("title")).arg("remedy", text("detail"));
    for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        fault = fault.and_field(text("field"), "field-server-said", &[("message", text("message"))]);
    }
    fault
}
