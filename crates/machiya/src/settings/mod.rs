//! Settings: from `machiya.toml` and `MACHIYA_*`, all listed in one table (`table.rs`), each with what it means.
//!
//! The environment wins over the file. Nothing is guessed: an unknown name or a wrong value stops the start, and every
//! mistake is named at once, with its place and what to write instead. Relative paths in the file start at the file.

mod file;
mod kinds;
mod table;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ground::fault::{Fault, Kind as FaultKind};

pub use kinds::{Kind, Network, size_text};
pub use table::{RETENTION, Setting, TABLE};

use table::{RETENTION_KIND, any_contains, env_name, is_beside, retention_days};

/// The file that is read when nobody names another.
pub const FILE: &str = "machiya.toml";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextAccess {
    Protected,
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Plain,
    Json,
}

/// Everything that can be set, ready for use. What each means stands in the table.
#[derive(Clone, Debug)]
pub struct Settings {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub database: Option<String>,
    pub postgres_writers: usize,
    pub postgres_readers: usize,
    pub memory_bytes: u64,
    pub key_file: Option<PathBuf>,
    pub default_city: Option<String>,
    pub outbound_private: bool,
    pub outbound_ca: Option<PathBuf>,
    pub mail_server: Option<gate::ServerAddress>,
    pub mail_tls: gate::Tls,
    pub mail_user: Option<String>,
    pub mail_password: String,
    pub mail_from: String,
    pub mail_bounce: String,
    pub context_access: ContextAccess,
    pub trusted_proxies: Vec<Network>,
    pub tls_certificate: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub log_format: LogFormat,
    pub log_level: String,
    pub body_bytes_max: usize,
    pub request_seconds_max: u64,
    pub requests_max: usize,
    pub connections_max: usize,
    pub connections_per_client_max: usize,
    pub shutdown_seconds_max: u64,
    /// 0 for no limit.
    pub rate_requests_per_minute: u32,
    /// 0 for no limit.
    pub rate_writes_per_minute: u32,
    pub rate_actions: bool,
    pub workers: bool,
    pub backup_folder: Option<PathBuf>,
    pub backup_days_max: i64,
    pub metrics_token: Option<String>,
    /// Days that the rows of a table are kept, where the city wants others than usual; 0 for good.
    pub retention_days: BTreeMap<String, i64>,
}

impl Default for Settings {
    /// Every setting at its default, as the table says.
    fn default() -> Settings {
        let mut settings = Settings::unset();
        for setting in TABLE {
            // That every default is good is a test's business.
            let _ = (setting.set)(&mut settings, setting.kind, setting.default);
        }
        settings
    }
}

impl Settings {
    fn unset() -> Settings {
        Settings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: PathBuf::new(),
            database: None,
            postgres_writers: 0,
            postgres_readers: 0,
            memory_bytes: 0,
            key_file: None,
            default_city: None,
            outbound_private: false,
            outbound_ca: None,
            mail_server: None,
            mail_tls: gate::Tls::Auto,
            mail_user: None,
            mail_password: String::new(),
            mail_from: String::new(),
            mail_bounce: String::new(),
            context_access: ContextAccess::Protected,
            trusted_proxies: Vec::new(),
            tls_certificate: None,
            tls_key: None,
            log_format: LogFormat::Plain,
            log_level: String::new(),
            body_bytes_max: 0,
            request_seconds_max: 0,
            requests_max: 0,
            connections_max: 0,
            connections_per_client_max: 0,
            shutdown_seconds_max: 0,
            rate_requests_per_minute: 0,
            rate_writes_per_minute: 0,
            rate_actions: true,
            workers: true,
            backup_folder: None,
            backup_days_max: 0,
            metrics_token: None,
            retention_days: BTreeMap::new(),
        }
    }

    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data.join("machiya.key"))
    }

    pub fn socket_path(&self) -> PathBuf {
        self.data.join("machiya.sock")
    }

    pub fn lock_path(&self) -> PathBuf {
        self.data.join("machiya.lock")
    }

    /// Whether the server speaks https itself.
    pub fn has_tls(&self) -> bool {
        self.tls_certificate.is_some()
    }

    /// The mail server with everything that belongs to it.
    pub fn mail(&self) -> Option<gate::MailServer> {
        self.mail_server.clone().map(|address| gate::MailServer {
            address,
            tls: self.mail_tls,
            user: self.mail_user.clone(),
            password: self.mail_password.clone(),
            from: self.mail_from.clone(),
            bounce: self.mail_bounce.clone(),
        })
    }

    pub fn trusts(&self, address: IpAddr) -> bool {
        any_contains(&self.trusted_proxies, address)
    }

    /// What holds between settings.
    fn check_together(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.context_access == ContextAccess::Open && !self.listen.ip().is_loopback() {
            faults.push(wrong("context-open").arg("listen", self.listen));
        }
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            faults.push(wrong("tls-pair"));
        }
        if !self.workers && self.database.is_none() {
            faults.push(wrong("workers-off"));
        }
        let logs_in = self.mail_user.is_some() || !self.mail_password.is_empty();
        if logs_in
            && (self.mail_user.is_none() || self.mail_password.is_empty() || self.mail_server.is_none())
        {
            faults.push(wrong("mail-login"));
        }
        faults
    }
}

fn wrong(what: &str) -> Fault {
    Fault::new(FaultKind::Invalid, format!("setting-{what}"))
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Default,
    File(PathBuf, usize),
    Env(String),
}

impl Source {
    /// "machiya.toml:3", "MACHIYA_LISTEN"; empty for a default.
    pub fn place(&self) -> String {
        match self {
            Source::Default => String::new(),
            Source::File(path, line) => format!("{}:{line}", path.display()),
            Source::Env(name) => name.clone(),
        }
    }
}

/// The settings, and for each that somebody set its text and source.
pub struct Loaded {
    pub settings: Settings,
    pub given: BTreeMap<String, (String, Source)>,
}

/// Where to look.
pub struct Places {
    /// Named by hand: must be there.
    pub config: Option<PathBuf>,
    pub env: BTreeMap<String, String>,
    /// Tables that have a retention rule.
    pub retention_tables: Vec<&'static str>,
}

impl Places {
    pub fn usual(config: Option<PathBuf>, retention_tables: Vec<&'static str>) -> Places {
        // Names and values that are not UTF-8 are none of ours.
        let env = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("MACHIYA_"))
            .collect();
        Places { config, env, retention_tables }
    }
}

/// Reads all settings, or names everything that is wrong with them.
pub fn load(places: &Places) -> Result<Loaded, Vec<Fault>> {
    let mut reading = Reading {
        settings: Settings::default(),
        given: BTreeMap::new(),
        faults: Vec::new(),
        tables: &places.retention_tables,
    };
    reading.file(places);
    reading.env(places);
    if reading.faults.is_empty() {
        reading.faults = reading.settings.check_together();
    }
    if reading.faults.is_empty() {
        Ok(Loaded { settings: reading.settings, given: reading.given })
    } else {
        Err(reading.faults)
    }
}

struct Reading<'a> {
    settings: Settings,
    given: BTreeMap<String, (String, Source)>,
    faults: Vec<Fault>,
    tables: &'a [&'static str],
}

impl Reading<'_> {
    fn file(&mut self, places: &Places) {
        let named = places
            .config
            .clone()
            .or_else(|| places.env.get("MACHIYA_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| PathBuf::from(FILE));
        let source = match std::fs::read_to_string(&path) {
            Ok(source) => source,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound && named.is_none() => return,
            Err(fault) => {
                self.faults.push(wrong("file").arg("path", path.display()).arg("said", fault));
                return;
            }
        };
        match file::entries(&source) {
            Err(broken) => self.faults.push(
                wrong("toml")
                    .arg("place", format!("{}:{}", path.display(), broken.line))
                    .arg("said", broken.said),
            ),
            Ok(entries) => {
                for entry in entries {
                    let source = Source::File(path.clone(), entry.line);
                    self.take(&entry.name, entry.text.as_deref(), source);
                }
            }
        }
    }

    fn env(&mut self, places: &Places) {
        for (name, text) in &places.env {
            if is_beside(name) {
                continue;
            }
            let setting =
                TABLE.iter().find(|setting| setting.env() == *name).map(|setting| setting.name.to_owned());
            let known = setting.or_else(|| {
                self.tables
                    .iter()
                    .map(|table| format!("{RETENTION}{table}"))
                    .find(|setting| env_name(setting) == *name)
            });
            match known {
                Some(setting) => self.take(&setting, Some(text), Source::Env(name.clone())),
                None => self.unknown(name, &Source::Env(name.clone())),
            }
        }
    }

    fn take(&mut self, name: &str, text: Option<&str>, source: Source) {
        if let Some(table) = name.strip_prefix(RETENTION) {
            if !self.tables.contains(&table) {
                return self.unknown(name, &source);
            }
            match text.and_then(retention_days) {
                Some(days) => {
                    self.settings.retention_days.insert(table.to_owned(), days);
                    self.given.insert(name.to_owned(), (days.to_string(), source));
                }
                None => self.wrong_value(name, RETENTION_KIND, text, &source, false),
            }
            return;
        }
        let Some(setting) = TABLE.iter().find(|setting| setting.name == name) else {
            return self.unknown(name, &source);
        };
        let text = text.map(|text| from_the_files_folder(setting.kind, text, &source));
        let taken = text.as_deref().and_then(|text| (setting.set)(&mut self.settings, setting.kind, text));
        match (taken, text) {
            (Some(()), Some(text)) => {
                self.given.insert(name.to_owned(), (text, source));
            }
            (_, text) => self.wrong_value(name, setting.kind, text.as_deref(), &source, setting.secret),
        }
    }

    fn unknown(&mut self, name: &str, source: &Source) {
        let as_env = matches!(source, Source::Env(_));
        let known = TABLE
            .iter()
            .map(|setting| setting.name.to_owned())
            .chain(self.tables.iter().map(|table| format!("{RETENTION}{table}")))
            .map(|name| if as_env { env_name(&name) } else { name });
        let fault = match nearest(name, known) {
            Some(hint) => wrong("unknown-near").arg("hint", hint),
            None => wrong("unknown"),
        };
        // A variable of the environment is its own place.
        let place = if as_env { "env".to_owned() } else { source.place() };
        self.faults.push(fault.arg("name", name).arg("place", place));
    }

    fn wrong_value(&mut self, name: &str, kind: Kind, text: Option<&str>, source: &Source, secret: bool) {
        let shown = if secret { "•••" } else { text.unwrap_or("?") };
        let mut fault = wrong(&format!("wrong-{}", kind.word()))
            .arg("name", name)
            .arg("place", source.place())
            .arg("value", shown);
        for (arg, value) in kind.args() {
            fault = fault.arg(arg, value);
        }
        self.faults.push(fault);
    }
}

/// A relative path in the file starts where the file is.
fn from_the_files_folder(kind: Kind, text: &str, source: &Source) -> String {
    match (kind, source) {
        (Kind::File | Kind::Folder, Source::File(file, _)) if !text.trim().is_empty() => {
            let folder = file.parent().unwrap_or(Path::new(""));
            folder.join(text.trim()).display().to_string()
        }
        _ => text.to_owned(),
    }
}

/// The known name that was probably meant.
fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, &candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= 2 + candidate.len() / 8)
        .map(|(_, candidate)| candidate)
}

/// A value as it may be shown: a password or token never in full.
pub fn shown(setting: &Setting, text: &str) -> String {
    if !setting.secret || text.is_empty() {
        return text.to_owned();
    }
    // An address keeps what is not secret: who, where, which.
    let hidden = text.split_once("://").and_then(|(scheme, rest)| {
        let (user, place) = rest.rsplit_once('@')?;
        let user = user.split_once(':').map_or(user, |(user, _)| user);
        let place = place.split_once('?').map_or(place, |(place, _)| place);
        Some(format!("{scheme}://{user}:•••@{place}"))
    });
    hidden.unwrap_or_else(|| "•••".to_owned())
}

#[cfg(test)]
mod tests;
