//! The load: N connections, each sending its next request when the last is answered (or at a given pace).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Makes the nth request of all connections together.
pub type Make = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

pub struct Load {
    pub port: u16,
    pub connections: usize,
    pub seconds: f64,
    /// Requests a second in all; 0 for as fast as answers come.
    pub pace: f64,
    pub make: Make,
}

pub struct Measured {
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub failed: u64,
    pub done: u64,
    pub bytes: u64,
}

/// A request without a body.
pub fn get(path: &str, cookie: &str) -> Make {
    let text = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\naccept: */*\r\n\r\n");
    Arc::new(move |_| text.clone().into_bytes())
}

/// A JSON request; `{n}` in the body becomes the number of the request.
pub fn post(path: &str, cookie: &str, body: &str) -> Make {
    let (path, cookie, body) = (path.to_owned(), cookie.to_owned(), body.to_owned());
    Arc::new(move |n| {
        let body = body.replace("{n}", &n.to_string());
        format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    })
}

pub async fn run(load: Load) -> std::io::Result<Measured> {
    let stop = Arc::new(AtomicBool::new(false));
    let counter = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for nth in 0..load.connections {
        let (stop, counter, make) = (stop.clone(), counter.clone(), load.make.clone());
        let gap = (load.pace > 0.0).then(|| Duration::from_secs_f64(load.connections as f64 / load.pace));
        let first = gap.map(|gap| gap.mul_f64(nth as f64 / load.connections as f64));
        let port = load.port;
        tasks.push(tokio::spawn(async move { one(port, &stop, &counter, &make, gap, first).await }));
    }
    tokio::time::sleep(Duration::from_secs_f64(load.seconds)).await;
    stop.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    let (mut failed, mut bytes) = (0, 0);
    for task in tasks {
        let own = task.await??;
        times.extend(own.times_us);
        failed += own.failed;
        bytes += own.bytes;
    }
    let seconds = begun.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: f64| {
        times
            .get(((times.len() as f64 - 1.0) * part).max(0.0) as usize)
            .map_or(0.0, |us| f64::from(*us) / 1000.0)
    };
    Ok(Measured {
        per_second: times.len() as f64 / seconds,
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        failed,
        done: times.len() as u64,
        bytes,
    })
}

#[derive(Default)]
struct Own {
    times_us: Vec<u32>,
    failed: u64,
    bytes: u64,
}

async fn one(
    port: u16,
    stop: &AtomicBool,
    counter: &AtomicU64,
    make: &Make,
    gap: Option<Duration>,
    first: Option<Duration>,
) -> std::io::Result<Own> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let mut own = Own::default();
    let mut buffer = Vec::with_capacity(64 * 1024);
    if let Some(first) = first {
        tokio::time::sleep(first).await;
    }
    let mut due = tokio::time::Instant::now();
    while !stop.load(Ordering::Relaxed) {
        if let Some(gap) = gap {
            // Paced load measures from the moment the request was due, so that a stall is not hidden.
            tokio::time::sleep_until(due).await;
            due += gap;
        }
        let begun = Instant::now();
        stream.write_all(&make(counter.fetch_add(1, Ordering::Relaxed))).await?;
        let (status, size) = answer(&mut stream, &mut buffer).await?;
        own.times_us.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        own.bytes += size as u64;
        if !(200..400).contains(&status) {
            own.failed += 1;
        }
    }
    Ok(own)
}

/// Reads one answer; its status and size.
pub async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<(u16, usize)> {
    buffer.clear();
    loop {
        if let Some(end) = find(buffer, b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
            let status = head.get(9..12).and_then(|code| code.parse().ok()).unwrap_or(0);
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .and_then(|length| length.trim().parse::<usize>().ok());
            match length {
                Some(length) => {
                    while buffer.len() < end + 4 + length {
                        read(stream, buffer).await?;
                    }
                }
                None if head.contains("transfer-encoding: chunked") => {
                    while !buffer.ends_with(b"0\r\n\r\n") {
                        read(stream, buffer).await?;
                    }
                }
                None => {}
            }
            return Ok((status, buffer.len() - end - 4));
        }
        read(stream, buffer).await?;
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    if stream.read_buf(buffer).await? == 0 {
        return Err(std::io::Error::new(
            std::io::ErrorKind::UnexpectedEof,
            "the server closed the connection",
        ));
    }
    Ok(())
}

fn find(buffer: &[u8], what: &[u8]) -> Option<usize> {
    buffer.windows(what.len()).position(|window| window == what)
}
