//! Connections: taken, limited, served, and let go in peace when the program stops.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ground::fault::Fault;
use ground::jobs::Stop;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Sleep;

use super::client::Peer;
use super::flow::Server;
use super::meters::{Held, keep_up};
use super::tls::Tls;

/// How long a client may take over the head of a request, or stay idle between two.
const HEAD_TIME: Duration = Duration::from_secs(20);
/// How long a client may leave an answer unread.
const UNREAD_TIME: Duration = Duration::from_secs(30);
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// What is read of a head before it is refused unseen; `paths` draws the finer line.
const HEAD_BYTES_MAX: usize = 64 * 1024;
const STREAMS_PER_CONNECTION_MAX: u32 = 64;
const PING: Duration = Duration::from_secs(20);
/// Out of file handles: taking a breath is better than a busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until asked to stop; then waits for what was accepted, at most as long as the settings say.
pub async fn run(server: Arc<Server>, listener: TcpListener, stop: Stop) -> Result<(), Fault> {
    let tls = Tls::of(&server.settings, &stop)?.map(Arc::new);
    tokio::spawn(keep_up(stop.clone()));
    let places = Arc::new(Semaphore::new(server.settings.connections_max));
    let crowd = Arc::new(Crowd::default());
    let (held, mut all_gone) = mpsc::channel::<()>(1);
    loop {
        let taken = tokio::select! {
            taken = next(&listener, &places) => taken,
            () = stop.wait() => break,
        };
        let (stream, address, place) = match taken {
            Ok(taken) => taken,
            Err(fault) => {
                tracing::warn!(%fault, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(one) = crowd.join(address.ip(), &server) else { continue };
        let peer = Peer { address, tls: tls.is_some() };
        let (server, tls, stop, held) = (server.clone(), tls.clone(), stop.clone(), held.clone());
        tokio::spawn(async move {
            let _counted = (place, one, held, Held::new(&server.gauges.connections));
            connection(server, stream, peer, tls, stop).await;
        });
    }
    drop((listener, held));
    let patience = Duration::from_secs(server.settings.shutdown_seconds_max);
    // Nothing is ever sent: the channel closes when the last connection is gone.
    if tokio::time::timeout(patience, all_gone.recv()).await.is_err() {
        tracing::warn!("some connections did not end in time");
    }
    Ok(())
}

type Taken = (TcpStream, std::net::SocketAddr, OwnedSemaphorePermit);

async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> io::Result<Taken> {
    let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, address) = listener.accept().await?;
    // Answers are written whole; waiting for more would only delay them.
    stream.set_nodelay(true)?;
    Ok((stream, address, place))
}

async fn connection(server: Arc<Server>, stream: TcpStream, peer: Peer, tls: Option<Arc<Tls>>, stop: Stop) {
    let Some(tls) = tls else {
        return speak_http1(server, Patient::new(stream), peer, stop).await;
    };
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_TIME, tls.accept(stream)).await else { return };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        speak_http2(server, Patient::new(stream), peer, stop).await;
    } else {
        speak_http1(server, Patient::new(stream), peer, stop).await;
    }
}

async fn speak_http1<S>(server: Arc<Server>, stream: Patient<S>, peer: Peer, stop: Stop)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| {
        let server = server.clone();
        async move { Ok::<_, Infallible>(server.answer(request, peer).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD_BYTES_MAX);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.wait() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    said(ended);
}

async fn speak_http2<S>(server: Arc<Server>, stream: Patient<S>, peer: Peer, stop: Stop)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let server = server.clone();
        async move { Ok::<_, Infallible>(server.answer(request, peer).await) }
    });
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_PER_CONNECTION_MAX)
        .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.wait() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    said(ended);
}

/// Clients go away in the middle of things all the time: worth knowing only when looking closely.
fn said(ended: hyper::Result<()>) {
    if let Err(fault) = ended {
        tracing::debug!(%fault, "a connection ended early");
    }
}

/// How many connections each address has.
#[derive(Default)]
struct Crowd {
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection of an address, counted while it is held.
struct One {
    crowd: Arc<Crowd>,
    address: Option<IpAddr>,
}

impl Crowd {
    fn join(self: &Arc<Crowd>, address: IpAddr, server: &Server) -> Option<One> {
        let most = server.settings.connections_per_client_max;
        let address = address.to_canonical();
        if most == 0 || address.is_loopback() || server.settings.trusts(address) {
            return Some(One { crowd: self.clone(), address: None });
        }
        let mut crowd = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let here = crowd.entry(address).or_default();
        if *here >= most {
            return None;
        }
        *here += 1;
        Some(One { crowd: self.clone(), address: Some(address) })
    }
}

impl Drop for One {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut crowd = self.crowd.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = crowd.get_mut(&address) {
            *here -= 1;
            if *here == 0 {
                crowd.remove(&address);
            }
        }
    }
}

/// A stream whose other end must read: an answer that stays unread too long ends the connection.
struct Patient<S> {
    stream: S,
    stuck: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    fn new(stream: S) -> Patient<S> {
        Patient { stream, stuck: None }
    }

    fn wait<T>(&mut self, polled: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stuck = None;
            return polled;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(tokio::time::sleep(UNREAD_TIME)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.wait(polled, cx)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_flush(cx);
        this.wait(polled, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_shutdown(cx);
        this.wait(polled, cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.stream).poll_write_vectored(cx, pieces);
        this.wait(polled, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
