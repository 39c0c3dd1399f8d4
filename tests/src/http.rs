//! A small HTTP/1.1 client on a plain socket: it keeps its connection, and it can send what no good client would.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|fault| panic!("{fault}: {}", self.text()))
    }
}

/// One connection to a server on this machine.
pub struct Client {
    port: u16,
    cookie: Option<String>,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    pub fn new(port: u16) -> Client {
        Client { port, cookie: None, stream: None }
    }

    #[must_use]
    pub fn with_cookie(mut self, cookie: &str) -> Client {
        self.cookie = Some(cookie.to_owned());
        self
    }

    pub fn get(&mut self, path: &str) -> std::io::Result<Answer> {
        self.ask("GET", path, &[], b"")
    }

    /// Does an action through the API.
    pub fn call(&mut self, action: &str, input: &Value) -> std::io::Result<Answer> {
        self.call_once(action, input, None)
    }

    pub fn call_once(&mut self, action: &str, input: &Value, key: Option<&str>) -> std::io::Result<Answer> {
        let path = format!("/api/v1/{}", action.replace('.', "/"));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        self.ask("POST", &path, &headers, input.to_string().as_bytes())
    }

    pub fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost:{}\r\n", self.port);
        if let Some(cookie) = &self.cookie {
            // A cookie counts only when a browser says that a page of this site asks.
            head.push_str(&format!("cookie: {cookie}\r\nsec-fetch-site: same-origin\r\n"));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method != "GET" || !body.is_empty() {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        self.send(&bytes)
    }

    /// Sends these bytes as they are, and reads one answer.
    pub fn send(&mut self, bytes: &[u8]) -> std::io::Result<Answer> {
        let answered = self.exchange(bytes);
        if answered.as_ref().map_or(true, |answer| answer.header("connection") == "close") {
            self.stream = None;
        }
        answered
    }

    fn exchange(&mut self, bytes: &[u8]) -> std::io::Result<Answer> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(("127.0.0.1", self.port))?;
                stream.set_read_timeout(Some(Duration::from_secs(60)))?;
                stream.set_nodelay(true)?;
                self.stream.insert(BufReader::new(stream))
            }
        };
        // A server that refuses early answers before all is sent.
        let sent = stream.get_mut().write_all(bytes);
        match read_answer(stream) {
            Ok(answer) => Ok(answer),
            Err(fault) => Err(sent.err().unwrap_or(fault)),
        }
    }
}

fn line(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

fn read_answer(stream: &mut BufReader<TcpStream>) -> std::io::Result<Answer> {
    let odd = |what: &str| std::io::Error::new(std::io::ErrorKind::InvalidData, what.to_owned());
    let first = line(stream)?;
    let status = first.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(|| odd(&first))?;
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.trim().to_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    if answer.header("transfer-encoding") == "chunked" {
        loop {
            let size =
                usize::from_str_radix(&line(stream)?, 16).map_err(|_| odd("a chunk without a size"))?;
            let mut chunk = vec![0; size];
            stream.read_exact(&mut chunk)?;
            answer.body.extend(chunk);
            line(stream)?;
            if size == 0 {
                break;
            }
        }
    } else if let Ok(length) = answer.header("content-length").parse() {
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        answer.body = body;
    }
    Ok(answer)
}
