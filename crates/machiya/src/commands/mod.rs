//! The command line. Each command is a file; all of them answer with words in the caller's language and an exit code:
//! 0 it is done, 1 it is not, 2 it was asked for wrongly (arguments, settings).

pub mod backup;
mod call;
mod check;
mod city;
mod demo;
pub mod doctor;
mod export;
mod import;
pub mod key;
pub mod migrate;
mod reach;
mod restore;
mod rights;
mod serve;
mod settings;
mod usage;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use ground::fault::{Fault, Kind};
use ground::words::{Lang, Tongue};

use crate::settings::{Loaded, Places, Settings};
use crate::{logging, rooms};

pub use reach::Reach;

#[derive(Parser)]
#[command(name = "machiya", version, disable_help_subcommand = true)]
struct Line {
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[arg(long, global = true, value_parser = ["ja", "en"])]
    lang: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve,
    Demo,
    Work,
    #[command(subcommand)]
    City(city::City),
    Call(call::Call),
    ReadOnly(serve::ReadOnlyArgs),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Migrate(migrate::Migrate),
    Import(import::Import),
    Export(export::Export),
    Check,
    Doctor(doctor::Doctor),
    Rights(rights::Rights),
    Settings(settings::ShowSettings),
    #[command(subcommand)]
    Key(key::Key),
}

/// What every command has at hand.
pub struct Desk {
    pub settings: Arc<Settings>,
    pub loaded: Loaded,
    pub t: Tongue,
}

impl Desk {
    pub fn say(&self, word: &str, args: &[(&str, &str)]) -> String {
        self.t.tf(word, args)
    }

    /// Says a line to the person.
    pub fn tell(&self, word: &str, args: &[(&str, &str)]) {
        out(&self.say(word, args));
    }

    /// The way to the data: through the running server, or directly when none runs.
    pub async fn reach(&self) -> Result<Reach, Fault> {
        Reach::find(&self.settings, self.t.lang()).await
    }
}

/// Writes a line to standard output. Whoever closes the pipe early has read enough: then this is the end.
pub fn out(text: &str) {
    use std::io::Write as _;
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// A JSON answer, for people and programs.
pub fn out_json(value: &impl serde::Serialize) -> Result<(), Fault> {
    out(&serde_json::to_string_pretty(value).map_err(Fault::internal)?);
    Ok(())
}

/// How a command went.
pub type Outcome = Result<ExitCode, Fault>;

/// Runs the program: the whole of `main`.
pub fn main() -> ExitCode {
    let lang = usage::lang(std::env::args_os());
    let words = match rooms::words() {
        Ok(words) => words,
        Err(fault) => {
            eprintln!("machiya: {fault}");
            return ExitCode::FAILURE;
        }
    };
    let t = words.tongue(lang);
    let line = match usage::read::<Line>(&t) {
        Ok(line) => line,
        // Usage, help and version are printed by the parser, which also knows the exit code (2 for a mistake).
        Err(said) => said.exit(),
    };
    let loaded = match crate::settings::load(&Places::usual(line.config, rooms::retention_tables())) {
        Ok(loaded) => loaded,
        Err(faults) => {
            for fault in &faults {
                complain(&t, fault);
            }
            return ExitCode::from(2);
        }
    };
    let desk = Desk { settings: Arc::new(loaded.settings.clone()), loaded, t };
    let serves = matches!(line.command, Command::Serve | Command::Demo | Command::Work);
    logging::start(&desk.settings, serves);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(&desk, line.command)),
        Err(fault) => Err(Fault::internal(fault)),
    };
    outcome.unwrap_or_else(|fault| {
        complain(&desk.t, &fault);
        exit_code(&fault)
    })
}

async fn run(desk: &Desk, command: Command) -> Outcome {
    match command {
        Command::Serve => serve::serve(desk).await,
        Command::Demo => demo::demo(desk).await,
        Command::Work => serve::work(desk).await,
        Command::City(city) => city.run(desk).await,
        Command::Call(call) => call.run(desk).await,
        Command::ReadOnly(args) => args.run(desk).await,
        Command::Backup(backup) => backup.run(desk).await,
        Command::Restore(restore) => restore.run(desk).await,
        Command::Migrate(migrate) => migrate.run(desk).await,
        Command::Import(import) => import.run(desk).await,
        Command::Export(export) => export.run(desk).await,
        Command::Check => check::check(desk).await,
        Command::Doctor(doctor) => doctor.run(desk).await,
        Command::Rights(rights) => rights.run(desk).await,
        Command::Settings(show) => show.run(desk),
        Command::Key(key) => key.run(desk).await,
    }
}

/// What is wrong, where, and what to do.
pub fn complain(t: &Tongue, fault: &Fault) {
    eprintln!("machiya: {}", fault.title(t));
    for field in fault.fields() {
        eprintln!("  {}: {}", field.path, field.words(t));
    }
    eprintln!("  → {}", fault.remedy(t));
    // At the machine's own command line the operator may see what only the log sees otherwise.
    if let Some(detail) = fault.for_the_log() {
        eprintln!("  ({detail})");
    }
}

fn exit_code(fault: &Fault) -> ExitCode {
    match fault.kind() {
        Kind::Malformed | Kind::Invalid => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    }
}

/// Japanese where the machine speaks Japanese, English elsewhere.
fn lang_of_machine(named: Option<&str>) -> Lang {
    let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let code = named
        .map(str::to_owned)
        .or_else(|| env("MACHIYA_LANG"))
        .or_else(|| env("LC_ALL"))
        .or_else(|| env("LC_MESSAGES"))
        .or_else(|| env("LANG"));
    match code {
        Some(code) if code.starts_with("ja") => Lang::Ja,
        _ => Lang::En,
    }
}
