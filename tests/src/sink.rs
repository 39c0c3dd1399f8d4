//! A mail server for tests: a real one on a real socket, which keeps what it is given, and can be down, slow, put
//! letters off, refuse them, want a login, hang, or talk nonsense. It runs on a thread of its own, in no test's runtime.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use gate::{MailServer, Outside, ServerAddress, Tls};
use ground::ports::Ports;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// How it feels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Good,
    /// Takes its time before it confirms a letter.
    Slow(Duration),
    /// Says this to every recipient: "450 later", "550 no such user".
    Says(&'static str),
    /// Takes connections and never says a word.
    Hangs,
    /// Greets with what is no answer.
    Nonsense,
}

/// A letter that it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The envelope.
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
    pub encrypted: bool,
}

impl Taken {
    /// A header, unfolded; empty when there is none.
    pub fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let found = head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        found.unwrap_or_default()
    }

    /// The text of a letter with one part.
    pub fn text(&self) -> String {
        let body = self.data.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let bytes = match self.header("content-transfer-encoding").as_str() {
            "base64" => BASE64.decode(body.split_whitespace().collect::<String>()).expect("base 64"),
            "quoted-printable" => quoted_printable(body),
            _ => body.as_bytes().to_vec(),
        };
        String::from_utf8(bytes).expect("UTF-8")
    }
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut pieces = text.split('=');
    let mut out = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        out.push(u8::from_str_radix(&piece[..2], 16).expect("two hexadecimal digits"));
        out.extend_from_slice(&piece.as_bytes()[2..]);
    }
    out
}

#[derive(Default)]
struct Inside {
    mood: Mutex<Mood>,
    taken: Mutex<Vec<Taken>>,
    connections: AtomicUsize,
    tls: Option<TlsAcceptor>,
    /// The login that it wants: `\0user\0password` in base 64.
    login: Option<String>,
}

/// The mail server. Gone when dropped.
pub struct Sink {
    pub port: u16,
    inside: Arc<Inside>,
    /// Its certificate (PEM), when it speaks TLS.
    pub certificate: Option<Vec<u8>>,
    running: Option<(tokio::sync::oneshot::Sender<()>, std::thread::JoinHandle<()>)>,
}

impl Sink {
    pub fn start() -> Sink {
        Sink::with(None, None)
    }

    /// One that speaks STARTTLS, with a certificate of its own for `localhost`.
    pub fn with_tls() -> Sink {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("its own certificate");
        let mut sink = Sink::with(Some(TlsAcceptor::from(Arc::new(config))), None);
        sink.certificate = Some(made.cert.pem().into_bytes());
        sink
    }

    /// One that wants a name and a password.
    pub fn with_login(user: &str, password: &str) -> Sink {
        Sink::with(None, Some(BASE64.encode(format!("\0{user}\0{password}"))))
    }

    fn with(tls: Option<TlsAcceptor>, login: Option<String>) -> Sink {
        let inside = Arc::new(Inside { tls, login, ..Inside::default() });
        let mut sink = Sink { port: crate::cluster::free_port(), inside, certificate: None, running: None };
        sink.up();
        sink
    }

    /// Starts it, or starts it again at the same port.
    pub fn up(&mut self) {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (ready, is_ready) = channel();
        let (inside, port) = (self.inside.clone(), self.port);
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = listen(port).await;
                ready.send(()).expect("somebody waits");
                tokio::select! {
                    () = serve(&listener, &inside) => {}
                    _ = stopped => {}
                }
            });
        });
        is_ready.recv().expect("it listens");
        self.running = Some((stop, thread));
    }

    /// Nobody listens any more, and whoever was connected is cut off.
    pub fn down(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            stop.send(()).ok();
            thread.join().expect("it ends");
        }
    }

    pub fn feel(&self, mood: Mood) {
        *self.inside.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// What it took, the oldest first.
    pub fn taken(&self) -> Vec<Taken> {
        self.inside.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn connections(&self) -> usize {
        self.inside.connections.load(Ordering::SeqCst)
    }

    pub fn url(&self) -> String {
        format!("smtp://localhost:{}", self.port)
    }

    /// The way to it, as an operator would set it.
    pub fn server(&self) -> MailServer {
        MailServer {
            address: ServerAddress::parse(&self.url()).expect("an address"),
            tls: if self.certificate.is_some() { Tls::Always } else { Tls::Auto },
            user: None,
            password: String::new(),
            from: "info@first.example.jp".to_owned(),
            bounce: "bounce@first.example.jp".to_owned(),
        }
    }

    /// The ways to the outside of a house that has this mail server.
    pub fn ports(&self) -> Ports {
        ports_with(self.server(), self.certificate.clone())
    }
}

pub fn ports_with(mail: MailServer, roots: Option<Vec<u8>>) -> Ports {
    let outside = Outside { mail: Some(mail), roots, agent: "machiya-test".to_owned(), ..Outside::default() };
    outside.ports().expect("ways to the outside")
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.down();
    }
}

async fn listen(port: u16) -> TcpListener {
    for _ in 0..100 {
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
            return listener;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("port {port} does not become free");
}

async fn serve(listener: &TcpListener, inside: &Arc<Inside>) {
    let mut talks = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        inside.connections.fetch_add(1, Ordering::SeqCst);
        let inside = inside.clone();
        talks.spawn(async move {
            // A client that hangs up in the middle is what some tests are about.
            let _ = talk(stream, &inside).await;
        });
    }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

struct Line {
    wire: BufReader<Box<dyn Wire>>,
}

impl Line {
    async fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.wire.write_all(format!("{text}\r\n").as_bytes()).await?;
        self.wire.flush().await
    }

    async fn hear(&mut self) -> std::io::Result<String> {
        let mut line = Vec::new();
        if self.wire.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }
}

async fn talk(stream: tokio::net::TcpStream, inside: &Inside) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut line = Line { wire: BufReader::new(Box::new(stream)) };
    let mood = || inside.mood.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match mood() {
        Mood::Hangs => std::future::pending::<()>().await,
        Mood::Nonsense => return line.say("こんにちは").await,
        _ => line.say("220 sink ESMTP").await?,
    }
    let (mut encrypted, mut known) = (false, inside.login.is_none());
    let mut letter = Taken { from: String::new(), to: Vec::new(), data: String::new(), encrypted };
    loop {
        let heard = line.hear().await?;
        let heard = heard.trim_end();
        let (verb, rest) = heard.split_once([' ', ':']).unwrap_or((heard, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" | "HELO" => {
                line.say("250-sink").await?;
                if inside.tls.is_some() && !encrypted {
                    line.say("250-STARTTLS").await?;
                }
                line.say("250-AUTH PLAIN").await?;
                line.say("250 8BITMIME").await?;
            }
            "STARTTLS" => {
                let Some(tls) = &inside.tls else {
                    line.say("502 no TLS here").await?;
                    continue;
                };
                line.say("220 go on").await?;
                let secured = tls.accept(line.wire.into_inner()).await?;
                line = Line { wire: BufReader::new(Box::new(secured)) };
                encrypted = true;
            }
            "AUTH" => {
                known = inside.login.as_deref().is_none_or(|login| rest == format!("PLAIN {login}"));
                line.say(if known { "235 welcome" } else { "535 5.7.8 who are you" }).await?;
            }
            "MAIL" if !known => line.say("530 5.7.0 log in first").await?,
            "MAIL" => {
                letter = Taken { from: inner(rest), to: Vec::new(), data: String::new(), encrypted };
                line.say("250 ok").await?;
            }
            "RCPT" => match mood() {
                Mood::Says(no) => line.say(no).await?,
                _ => {
                    letter.to.push(inner(rest));
                    line.say("250 ok").await?;
                }
            },
            "DATA" if letter.to.is_empty() => line.say("503 nobody to send it to").await?,
            "DATA" => {
                line.say("354 go on").await?;
                letter.data = data(&mut line).await?;
                // Taken is taken, even when nobody waits for the answer.
                inside.taken.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
                if let Mood::Slow(time) = mood() {
                    tokio::time::sleep(time).await;
                }
                line.say("250 taken").await?;
            }
            "RSET" | "NOOP" => line.say("250 ok").await?,
            "QUIT" => return line.say("221 bye").await,
            _ => line.say("500 what?").await?,
        }
    }
}

/// What stands between < and >.
fn inner(text: &str) -> String {
    let after = text.split_once('<').map_or("", |(_, after)| after);
    after.split_once('>').map_or("", |(inner, _)| inner).to_owned()
}

async fn data(line: &mut Line) -> std::io::Result<String> {
    let mut data = String::new();
    loop {
        let heard = line.hear().await?;
        if heard == ".\r\n" {
            return Ok(data);
        }
        data.push_str(heard.strip_prefix('.').unwrap_or(&heard));
    }
}
