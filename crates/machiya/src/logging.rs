//! Logs go to standard error, as lines for people or as JSON. No line holds a personal value: rooms log ids and codes.

use tracing_subscriber::EnvFilter;

use crate::settings::{LogFormat, Settings};

/// Starts logging. A command logs only what is wrong: its words go to the person.
pub fn start(settings: &Settings, serves: bool) {
    let level = if serves { settings.log_level.as_str() } else { "warn" };
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    // A second start, as in a test, keeps the first.
    let _ = match settings.log_format {
        LogFormat::Plain => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        // Only texts that stand in the source: anything formatted could name a person.
        let said = info.payload().downcast_ref::<&'static str>().copied().unwrap_or("…");
        tracing::error!(place, said, "the program hit a mistake of its own");
    }));
}
