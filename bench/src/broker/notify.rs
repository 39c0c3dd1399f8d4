//! Subscriptions: many of them, updates at a steady pace, a receiver that is away for a while. Whether everything arrived,
//! in which order, and how long after the change.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::{BASE, data};
use crate::load;
use crate::servers::Product;

/// Connections that send updates.
const SENDERS: u64 = 16;
/// After the last update, what is still on its way is waited for this long.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Plan {
    pub subscriptions: u64,
    pub per_second: u64,
    pub seconds: u64,
    /// From which second on the receiver is away, and for how long.
    pub away: (u64, u64),
}

pub struct Outcome {
    pub sent: u64,
    pub arrived: u64,
    pub doubled: u64,
    pub out_of_order: u64,
    /// Of changes made while the receiver was there, a while after it came back, in milliseconds.
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// From the return of the receiver to the arrival of the last change made before.
    pub caught_up_s: f64,
}

#[derive(Default)]
struct Seen {
    /// When each number arrived first.
    arrived: HashMap<u64, Instant>,
    /// The last number of each subscription.
    last: HashMap<String, u64>,
    doubled: u64,
    out_of_order: u64,
}

type Shared = Arc<Mutex<Seen>>;

fn between<'t>(text: &'t str, before: &str, after: char) -> Option<&'t str> {
    text.split_once(before)?.1.split(after).next()
}

/// Notes what a notification says: whose it is, and the numbers in it.
fn note(seen: &Shared, body: &str) {
    let now = Instant::now();
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(subscription) = between(body, "\"subscriptionId\":\"", '"') else { return };
    for rest in body.split("\"reading\":{").skip(1) {
        let number = between(rest, "\"value\":", ',').map(|text| text.trim_end_matches(['}', ']']));
        let Some(number) = number.and_then(|text| text.split('}').next()?.parse::<u64>().ok()) else {
            continue;
        };
        let last = seen.last.insert(subscription.to_owned(), number);
        if seen.arrived.contains_key(&number) {
            seen.doubled += 1;
        } else {
            seen.out_of_order += u64::from(last.is_some_and(|last| last > number));
            seen.arrived.insert(number, now);
        }
    }
}

async fn receive(mut stream: TcpStream, seen: Shared, mut away: watch::Receiver<bool>) {
    let mut buffer = Vec::with_capacity(8 * 1024);
    loop {
        let end = buffer.windows(4).position(|window| window == b"\r\n\r\n");
        let whole = end.and_then(|end| {
            let head = String::from_utf8_lossy(buffer.get(..end)?).to_ascii_lowercase();
            let length: usize = between(&head, "content-length:", '\r')?.trim().parse().ok()?;
            Some((end + 4, end + 4 + length))
        });
        if let Some((from, to)) = whole
            && buffer.len() >= to
        {
            note(&seen, &String::from_utf8_lossy(buffer.get(from..to).unwrap_or_default()));
            buffer.drain(..to);
            if stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
                return;
            }
            continue;
        }
        tokio::select! {
            read = stream.read_buf(&mut buffer) => if !matches!(read, Ok(1..)) { return },
            _ = away.changed() => return,
        }
    }
}

/// Listens on a port until it is told to be away, and again after that.
async fn listen(port: u16, seen: Shared, away: watch::Receiver<bool>) {
    loop {
        let mut told = away.clone();
        while *told.borrow_and_update() {
            if told.changed().await.is_err() {
                return;
            }
        }
        let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        loop {
            tokio::select! {
                accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                    tokio::spawn(receive(stream, seen.clone(), away.clone()));
                },
                changed = told.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    break;
                }
            }
        }
    }
}

async fn ask(stream: &mut TcpStream, request: &str) -> Result<(), Box<dyn Error>> {
    let mut buffer = Vec::new();
    stream.write_all(request.as_bytes()).await?;
    let (status, _) = load::answer(stream, &mut buffer).await?;
    if (200..300).contains(&status) {
        return Ok(());
    }
    Err(format!("{request}\n{}", String::from_utf8_lossy(&buffer)).into())
}

fn request(method: &str, path: &str, body: &str) -> String {
    format!(
        "{method} {BASE}{path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// One subscription for each of the first entities, to one attribute.
async fn subscribe(product: &Product, port: u16, plan: &Plan) -> Result<(), Box<dyn Error>> {
    let mut stream = TcpStream::connect(("127.0.0.1", product.port)).await?;
    for n in 0..plan.subscriptions {
        let id = data::id(n);
        let body = format!(
            r#"{{"id":"urn:ngsi-ld:Subscription:{n}","type":"Subscription","entities":[{{"id":"{id}","type":"WaterGauge"}}],"watchedAttributes":["reading"],"notification":{{"attributes":["reading"],"endpoint":{{"uri":"http://127.0.0.1:{port}/n","accept":"application/json"}}}}}}"#
        );
        ask(&mut stream, &request("POST", "/subscriptions", &body)).await?;
    }
    Ok(())
}

pub async fn measure(product: &Product, plan: &Plan) -> Result<Outcome, Box<dyn Error>> {
    let port = crate::servers::free_port()?;
    let seen = Shared::default();
    let (tell, away) = watch::channel(false);
    let listening = tokio::spawn(listen(port, seen.clone(), away));
    subscribe(product, port, plan).await?;
    let sent: Arc<Mutex<Vec<(u64, Instant)>>> = Arc::default();
    let begun = Instant::now();
    let mut senders = Vec::new();
    for sender in 0..SENDERS {
        let (sent, to, plan) =
            (sent.clone(), product.port, (plan.per_second, plan.seconds, plan.subscriptions));
        senders.push(tokio::spawn(async move {
            send(to, sender, plan, begun, &sent).await.map_err(|e| e.to_string())
        }));
    }
    let (from, length) = plan.away;
    tokio::time::sleep(Duration::from_secs(from)).await;
    tell.send_replace(true);
    tokio::time::sleep(Duration::from_secs(length)).await;
    tell.send_replace(false);
    let back = Instant::now();
    for sender in senders {
        sender.await??;
    }
    let sent = std::mem::take(&mut *sent.lock().unwrap_or_else(PoisonError::into_inner));
    let waiting = Instant::now();
    while waiting.elapsed() < PATIENCE {
        let arrived = seen.lock().unwrap_or_else(PoisonError::into_inner).arrived.len();
        if arrived >= sent.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(tell);
    listening.abort();
    let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(told(&seen, &sent, begun, back, plan))
}

async fn send(
    to: u16,
    sender: u64,
    (per_second, seconds, subscriptions): (u64, u64, u64),
    begun: Instant,
    sent: &Mutex<Vec<(u64, Instant)>>,
) -> Result<(), Box<dyn Error>> {
    let mut stream = TcpStream::connect(("127.0.0.1", to)).await?;
    stream.set_nodelay(true)?;
    let mut n = sender;
    while n < per_second * seconds {
        let due = begun + Duration::from_secs_f64(n as f64 / per_second as f64);
        tokio::time::sleep_until(due.into()).await;
        let path = format!("/entities/{}/attrs", data::id(n % subscriptions));
        let body = format!(r#"{{"reading":{{"type":"Property","value":{n}}}}}"#);
        let at = Instant::now();
        ask(&mut stream, &request("POST", &path, &body)).await?;
        sent.lock().unwrap_or_else(PoisonError::into_inner).push((n, at));
        n += SENDERS;
    }
    Ok(())
}

fn told(seen: &Seen, sent: &[(u64, Instant)], begun: Instant, back: Instant, plan: &Plan) -> Outcome {
    let away = begun + Duration::from_secs(plan.away.0);
    // What was waiting has to leave first: measured again from twice the absence after the return.
    let settled = back + Duration::from_secs(plan.away.1);
    let mut took: Vec<f64> = sent
        .iter()
        .filter(|(_, at)| *at + Duration::from_secs(1) < away || *at > settled)
        .filter_map(|(n, at)| Some(seen.arrived.get(n)?.duration_since(*at).as_secs_f64() * 1e3))
        .collect();
    took.sort_by(f64::total_cmp);
    let at = |part: f64| took.get((took.len() as f64 * part) as usize).copied().unwrap_or_default();
    let late = sent.iter().filter(|(_, at)| *at < back).filter_map(|(n, _)| seen.arrived.get(n)).max();
    Outcome {
        sent: sent.len() as u64,
        arrived: sent.iter().filter(|(n, _)| seen.arrived.contains_key(n)).count() as u64,
        doubled: seen.doubled,
        out_of_order: seen.out_of_order,
        p50_ms: at(0.50),
        p99_ms: at(0.99),
        caught_up_s: late.map_or(0.0, |late| late.saturating_duration_since(back).as_secs_f64()),
    }
}
