//! Hands letters to a mail server over SMTP.

use std::error::Error as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ground::action::Boxed;
use ground::clock::Stopwatch;
use ground::fault::{Fault, Kind};
use ground::ports::{Letter, Post, Posted};
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Severity;
use tokio::sync::Semaphore;

use super::message::{Bad, written};
use super::server::MailServer;
use crate::mail::rules::told;

/// Connections at once, for letters that cannot wait and for the rest.
const URGENT_CONNECTIONS: usize = 4;
const OTHER_CONNECTIONS: usize = 4;
const CONNECT_TIME: Duration = Duration::from_secs(20);
/// One letter, connection included.
const LETTER_TIME: Duration = Duration::from_secs(60);
/// A connection that waited longer is not used again: servers close them.
const IDLE_S: f64 = 20.0;
const LETTERS_PER_CONNECTION: u32 = 100;
/// After a server could not be reached, nobody else waits for it during this time.
const DOWN_S: f64 = 2.0;
/// The server wants other credentials, whatever command it says so to.
const LOGIN_CODES: [&str; 4] = ["530", "534", "535", "538"];

/// A mail server.
#[derive(Clone)]
pub struct Smtp(Arc<Inner>);

struct Inner {
    server: MailServer,
    tls: TlsParameters,
    hello: ClientId,
    idle: Mutex<Vec<Idle>>,
    urgent: Semaphore,
    other: Semaphore,
    down: Mutex<Option<(Stopwatch, Fault)>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Stopwatch,
    letters: u32,
}

impl Smtp {
    /// `roots`: certificates (PEM) of authorities that are trusted besides the public ones.
    pub fn new(server: MailServer, roots: Option<&[u8]>) -> Result<Smtp, Fault> {
        let mut tls = TlsParameters::builder(server.address.host.clone())
            .certificate_store(CertificateStore::WebpkiRoots);
        if let Some(pem) = roots {
            tls = tls.add_root_certificate(Certificate::from_pem(pem).map_err(Fault::internal)?);
        }
        Ok(Smtp(Arc::new(Inner {
            tls: tls.build_rustls().map_err(Fault::internal)?,
            server,
            hello: ClientId::default(),
            idle: Mutex::default(),
            urgent: Semaphore::new(URGENT_CONNECTIONS),
            other: Semaphore::new(OTHER_CONNECTIONS),
            down: Mutex::default(),
        })))
    }

    /// Whether it can be reached and lets us in; sends nothing.
    pub async fn check(&self) -> Result<(), Fault> {
        match tokio::time::timeout(CONNECT_TIME, self.0.connect()).await {
            Ok(connected) => {
                // It has answered what was asked; how it says good-bye does not matter.
                let _ = connected?.quit().await;
                Ok(())
            }
            Err(_) => Err(too_slow()),
        }
    }
}

impl Post for Smtp {
    fn is_open(&self) -> bool {
        true
    }

    fn send(&self, letter: Letter) -> Boxed<'static, Result<Posted, Fault>> {
        let inner = self.0.clone();
        Box::pin(async move {
            let (envelope, bytes) = match written(&letter, &inner.server.from, &inner.server.bounce) {
                Ok(written) => written,
                Err(Bad::Sender) => return Err(Fault::new(Kind::Unavailable, "mail-no-sender")),
                Err(Bad::Letter(why)) => return Ok(Posted::Refused(why.to_owned())),
            };
            let turns = if letter.urgent { &inner.urgent } else { &inner.other };
            let _turn = turns.acquire().await.map_err(Fault::internal)?;
            if let Some(fault) = inner.down_since_a_moment() {
                return Err(fault);
            }
            let handed = tokio::time::timeout(LETTER_TIME, inner.hand_over(&envelope, &bytes)).await;
            handed.unwrap_or_else(|_| Err(inner.note_down(too_slow())))
        })
    }
}

fn too_slow() -> Fault {
    Fault::new(Kind::TooSlow, "mail-slow")
}

impl Inner {
    async fn hand_over(&self, envelope: &Envelope, bytes: &[u8]) -> Result<Posted, Fault> {
        let mut used = match self.waiting_connection().await {
            Some(idle) => idle,
            None => {
                let connection = self.connect().await.map_err(|fault| self.note_down(fault))?;
                Idle { connection, since: Stopwatch::new(), letters: 0 }
            }
        };
        let outcome = match transact(&mut used.connection, envelope, bytes).await {
            Ok(()) => Ok(Posted::Taken),
            Err(fault) => verdict(&fault),
        };
        self.keep(used, matches!(outcome, Ok(Posted::Taken))).await;
        outcome
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Fault> {
        let address = &self.server.address;
        let implicit = address.implicit_tls.then(|| self.tls.clone());
        let to = (address.host.as_str(), address.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(to, Some(CONNECT_TIME), &self.hello, implicit, None)
                .await
                .map_err(|fault| down(&fault))?;
        if self.server.needs_starttls() {
            if !connection.can_starttls() {
                connection.abort().await;
                return Err(Fault::new(Kind::Unavailable, "mail-unsafe"));
            }
            connection.starttls(self.tls.clone(), &self.hello).await.map_err(|fault| down(&fault))?;
        }
        if let Some(user) = &self.server.user {
            let credentials = Credentials::new(user.clone(), self.server.password.clone());
            if let Err(fault) = connection.auth(DEFAULT_MECHANISMS, &credentials).await {
                connection.abort().await;
                let wrong = fault.is_permanent() || fault.is_client();
                return Err(if wrong { login(&fault) } else { down(&fault) });
            }
        }
        Ok(connection)
    }

    /// A connection from before that still answers.
    async fn waiting_connection(&self) -> Option<Idle> {
        loop {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if idle.since.seconds() < IDLE_S && idle.connection.test_connected().await {
                return Some(idle);
            }
            idle.connection.abort().await;
        }
    }

    async fn keep(&self, mut used: Idle, clean: bool) {
        used.letters += 1;
        let connection = &mut used.connection;
        let good = used.letters < LETTERS_PER_CONNECTION
            && !connection.has_broken()
            && (clean || connection.command(Rset).await.is_ok());
        if !good {
            return connection.abort().await;
        }
        used.since = Stopwatch::new();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(used);
    }

    fn note_down(&self, fault: Fault) -> Fault {
        let mut down = self.down.lock().unwrap_or_else(PoisonError::into_inner);
        *down = Some((Stopwatch::new(), fault.clone()));
        fault
    }

    fn down_since_a_moment(&self) -> Option<Fault> {
        let down = self.down.lock().unwrap_or_else(PoisonError::into_inner);
        down.as_ref().filter(|(since, _)| since.seconds() < DOWN_S).map(|(_, fault)| fault.clone())
    }
}

async fn transact(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    bytes: &[u8],
) -> Result<(), Error> {
    connection.command(Mail::new(envelope.from().cloned(), Vec::new())).await?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
    }
    connection.command(Data).await?;
    connection.message(bytes).await?;
    Ok(())
}

/// What the server's "no" to a letter means: for good, for now, or not about the letter at all.
fn verdict(fault: &Error) -> Result<Posted, Fault> {
    let Some(code) = fault.status() else { return Err(down(fault)) };
    if LOGIN_CODES.contains(&code.to_string().as_str()) {
        return Err(login(fault));
    }
    match code.severity {
        Severity::PermanentNegativeCompletion => Ok(Posted::Refused(said(fault))),
        _ => Err(Fault::new(Kind::Unavailable, "mail-later").detail(said(fault))),
    }
}

fn down(fault: &Error) -> Fault {
    Fault::new(Kind::Unavailable, "mail-down").detail(said(fault))
}

fn login(fault: &Error) -> Fault {
    Fault::new(Kind::Unavailable, "mail-login").detail(said(fault))
}

/// The server's words with its code, and without anybody's address.
fn said(fault: &Error) -> String {
    let words = fault.source().map_or_else(|| fault.to_string(), ToString::to_string);
    match fault.status() {
        Some(code) => told(&format!("{code} {words}")),
        None => told(&words),
    }
}
