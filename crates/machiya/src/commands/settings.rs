//! `machiya settings`: every setting with its value, where that came from, and what it means.

use std::process::ExitCode;

use clap::Args;
use ground::words::Lang;
use serde_json::json;

use super::{Desk, Outcome, out, out_json};
use crate::rooms;
use crate::settings::{RETENTION, Source, TABLE, shown};

#[derive(Args)]
pub struct ShowSettings {
    #[arg(long)]
    json: bool,
}

struct Shown {
    name: String,
    env: String,
    value: String,
    source: String,
    wanted: String,
    meaning: String,
}

impl ShowSettings {
    pub fn run(self, desk: &Desk) -> Outcome {
        let all = every(desk);
        if self.json {
            let all: Vec<_> = all
                .iter()
                .map(|one| {
                    json!({"name": one.name, "env": one.env, "value": one.value, "source": one.source,
                           "takes": one.wanted, "meaning": one.meaning})
                })
                .collect();
            out_json(&all)?;
        } else {
            for one in all {
                out(&format!("{} = {}    # {}", one.name, quoted(&one.value), one.source));
                out(&format!("    {}", one.meaning));
                out(&format!("    {}  ({})", one.wanted, one.env));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn quoted(value: &str) -> String {
    format!("\"{value}\"")
}

fn every(desk: &Desk) -> Vec<Shown> {
    let place = |source: Option<&Source>| match source.map(Source::place) {
        Some(place) if !place.is_empty() => place,
        _ => desk.say("cli-setting-default", &[]),
    };
    let mut all = Vec::new();
    for setting in TABLE {
        let given = desk.loaded.given.get(setting.name);
        let value = given.map_or(setting.default, |(text, _)| text.as_str());
        let args = setting.kind.args();
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.push(Shown {
            name: setting.name.to_owned(),
            env: setting.env(),
            value: shown(setting, value),
            source: place(given.map(|(_, source)| source)),
            wanted: desk.say(&format!("setting-takes-{}", setting.kind.word()), &args),
            meaning: if desk.t.lang() == Lang::En { setting.en } else { setting.ja }.to_owned(),
        });
    }
    for rule in rooms::ALL.iter().flat_map(|room| room.retention) {
        let name = format!("{RETENTION}{}", rule.table);
        let given = desk.loaded.given.get(&name);
        all.push(Shown {
            env: format!("MACHIYA_RETENTION_{}", rule.table.to_ascii_uppercase()),
            value: given.map_or_else(|| rule.days.to_string(), |(text, _)| text.clone()),
            source: place(given.map(|(_, source)| source)),
            wanted: desk.say("setting-takes-count", &[("min", "0"), ("max", "36500")]),
            meaning: desk.say("cli-setting-retention", &[("table", rule.table)]),
            name,
        });
    }
    all
}
