//! The servers that are measured: each pinned to the first core, while this program keeps to the second.

use std::error::Error;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::load::answer;

const SERVER_CORE: &str = "0";

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn beside_this(name: &str) -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.with_file_name(name))
}

fn pinned(program: &PathBuf) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", SERVER_CORE]).arg(program).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// How long the disk takes to make a small write durable: the median of many.
pub fn fsync_ms() -> std::io::Result<f64> {
    let path = std::env::temp_dir().join(format!("machiya-fsync-{}", std::process::id()));
    let mut file = std::fs::File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        file.write_all(&[1; 4096])?;
        let begun = Instant::now();
        file.sync_data()?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    std::fs::remove_file(&path)?;
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() / 2])
}

pub struct Bare {
    child: Child,
    pub port: u16,
}

impl Bare {
    pub fn start(size: u64, kind: &str) -> Result<Bare, Box<dyn Error>> {
        let port = free_port()?;
        let child = pinned(&beside_this("bare")?)
            .args([port.to_string(), size.to_string(), kind.to_owned()])
            .spawn()?;
        wait_for(port, Duration::from_secs(10))?;
        Ok(Bare { child, port })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Settings beside the usual ones.
type Set = &'static [(&'static str, &'static str)];

pub struct Product {
    child: Child,
    pub port: u16,
    folder: PathBuf,
    postgres: Option<String>,
    set: Set,
    pub first_answer_ms: u64,
}

impl Product {
    /// Starts a fresh demonstration city.
    pub fn start(postgres: Option<&str>) -> Result<Product, Box<dyn Error>> {
        Product::start_with(postgres, &[])
    }

    /// The same, with the broker open for trials.
    pub fn start_open(postgres: Option<&str>) -> Result<Product, Box<dyn Error>> {
        Product::start_with(postgres, &[("MACHIYA_CONTEXT_ACCESS", "open")])
    }

    fn start_with(postgres: Option<&str>, set: Set) -> Result<Product, Box<dyn Error>> {
        let folder = std::env::temp_dir().join(format!("machiya-bench-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let port = free_port()?;
        let begun = Instant::now();
        let child = launch(&folder, port, postgres, set)?;
        wait_for(port, Duration::from_secs(120))?;
        let first_answer_ms = begun.elapsed().as_millis() as u64;
        // What the demonstration city leaves to do in the background is done before anything is measured.
        std::thread::sleep(Duration::from_secs(3));
        Ok(Product { child, port, folder, postgres: postgres.map(str::to_owned), set, first_answer_ms })
    }

    /// Stops it and starts it again on the same data; how long until it answers.
    pub fn restart_ms(&self) -> Result<u64, Box<dyn Error>> {
        let port = free_port()?;
        let copy = self.folder.with_extension("again");
        let _ = std::fs::remove_dir_all(&copy);
        Command::new("cp").arg("-r").arg(&self.folder).arg(&copy).status()?;
        let _ = std::fs::remove_file(copy.join("machiya.sock"));
        let begun = Instant::now();
        let mut child = launch(&copy, port, self.postgres.as_deref(), self.set)?;
        wait_for(port, Duration::from_secs(60))?;
        let took = begun.elapsed().as_millis() as u64;
        let _ = child.kill();
        let _ = child.wait();
        let _ = std::fs::remove_dir_all(&copy);
        Ok(took)
    }

    /// Ends it; what it wrote stays.
    pub fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(self.folder.join("machiya.sock"));
    }

    /// Starts it again after `stop`; how long until it answers.
    pub fn start_again(&mut self) -> Result<u64, Box<dyn Error>> {
        self.port = free_port()?;
        let begun = Instant::now();
        self.child = launch(&self.folder, self.port, self.postgres.as_deref(), self.set)?;
        wait_for(self.port, Duration::from_secs(60))?;
        Ok(begun.elapsed().as_millis() as u64)
    }

    /// The folder of its one city.
    pub fn city_folder(&self) -> Result<PathBuf, Box<dyn Error>> {
        let mut cities = std::fs::read_dir(&self.folder)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.join("city.db").exists());
        cities.next().ok_or_else(|| "there is no city in the folder".into())
    }

    pub fn idle_kb(&self) -> Result<u64, Box<dyn Error>> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("RssAnon:")).ok_or("no RssAnon")?;
        Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse()?)
    }

    pub fn binary_bytes(&self) -> Result<u64, Box<dyn Error>> {
        Ok(std::fs::metadata(beside_this("machiya")?)?.len())
    }

    /// Signs in as the first person whom the demonstration city offers, the way a browser does it.
    pub async fn sign_in(&self) -> Result<String, Box<dyn Error>> {
        let (_, page) = self.ask("GET /sign-in HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
        let form = page
            .split("<form")
            .skip(1)
            .find(|form| form.contains("/sign-in/demo"))
            .ok_or("no demonstration sign-in")?;
        let field = |name: &str| -> Option<String> {
            let input = form.split("<input").find(|input| input.contains(&format!("name=\"{name}\"")))?;
            Some(input.split("value=\"").nth(1)?.split('"').next()?.to_owned())
        };
        let action =
            form.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()).ok_or("no action")?;
        let mut body = format!("_token={}", field("_token").ok_or("no token")?);
        for name in ["part"] {
            if let Some(value) = field(name) {
                body.push_str(&format!("&{name}={value}"));
            }
        }
        let request = format!(
            "POST {action} HTTP/1.1\r\nhost: localhost\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let (head, _) = self.ask(&request).await?;
        let cookie = head
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: machiya_local="))
            .ok_or_else(|| format!("signing in set no cookie: {head}"))?;
        Ok(format!("machiya_local={}", cookie.split(';').next().unwrap_or_default()))
    }

    /// The page that the write benchmark rates.
    pub async fn rated_page(&self) -> Result<String, Box<dyn Error>> {
        let (_, body) = self.ask("GET /api/v1/messages/pages HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
        let list: serde_json::Value = serde_json::from_str(&body)?;
        let slug = list["rows"][0]["slug"].as_str().ok_or("no pages")?;
        Ok(slug.to_owned())
    }

    pub async fn ask(&self, request: &str) -> Result<(String, String), Box<dyn Error>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut buffer = Vec::new();
        answer(&mut stream, &mut buffer).await?;
        let text = String::from_utf8(buffer)?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or("no answer")?;
        Ok((head.to_owned(), body.to_owned()))
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn launch(folder: &PathBuf, port: u16, postgres: Option<&str>, set: Set) -> std::io::Result<Child> {
    let mut command = pinned(&beside_this("machiya")?);
    command
        .arg("demo")
        .env("MACHIYA_DATA", folder)
        .env("MACHIYA_LISTEN", format!("127.0.0.1:{port}"))
        // The limits protect against one client; here one client is the whole city.
        .env("MACHIYA_RATE_REQUESTS_PER_MINUTE", "0")
        .env("MACHIYA_RATE_WRITES_PER_MINUTE", "0")
        .env("MACHIYA_RATE_ACTIONS", "off")
        .env("MACHIYA_LIMITS_CONNECTIONS_PER_CLIENT", "0")
        .env("MACHIYA_LIMITS_REQUESTS", "4096")
        // Every request is logged, as in a city; nobody reads it here.
        .stderr(Stdio::null())
        .envs(set.iter().copied());
    if let Some(address) = postgres {
        command.env("MACHIYA_DATABASE", address);
    }
    command.spawn()
}

fn wait_for(port: u16, at_most: Duration) -> Result<(), Box<dyn Error>> {
    use std::io::Read as _;
    let begun = Instant::now();
    while begun.elapsed() < at_most {
        if let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) {
            stream
                .write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
            let mut text = String::new();
            if stream.read_to_string(&mut text).is_ok() && text.starts_with("HTTP/1.1 200") {
                return Ok(());
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err("the server did not start".into())
}
