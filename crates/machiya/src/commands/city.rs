//! `machiya city`: adding a city, and the list of cities.

use std::process::ExitCode;

use clap::Subcommand;

use super::{Desk, Outcome, out, out_json};
use crate::operator::{AddCity, Added, CityLine};

#[derive(Subcommand)]
pub enum City {
    Add {
        #[arg(value_name = "SLUG")]
        slug: String,
        #[arg(long)]
        name: String,
        #[arg(long)]
        host: Vec<String>,
        #[arg(long, value_name = "URL")]
        public_url: Option<String>,
        #[arg(long, default_value = "Asia/Tokyo")]
        zone: String,
    },
    List {
        #[arg(long)]
        json: bool,
    },
}

impl City {
    pub async fn run(self, desk: &Desk) -> Outcome {
        match self {
            City::Add { slug, name, host, public_url, zone } => {
                let asked = AddCity { slug, name, hosts: host, public_url, zone, lang: desk.t.lang() };
                let added: Added = desk.reach().await?.ask("add-city", &asked).await?;
                desk.tell("cli-city-added", &[("city", &added.slug), ("url", &added.public_url)]);
                if let Some(link) = added.link {
                    desk.tell("cli-city-link", &[]);
                    out(&link);
                }
            }
            City::List { json } => {
                let cities: Vec<CityLine> = desk.reach().await?.ask("cities", &()).await?;
                if json {
                    out_json(&cities)?;
                } else if cities.is_empty() {
                    desk.tell("cli-city-none", &[]);
                } else {
                    for city in cities {
                        let mark = if city.default { "*" } else { " " };
                        let demo = if city.demo { desk.say("cli-city-demo", &[]) } else { String::new() };
                        out(&format!(
                            "{mark} {}\t{}\t{}\t{}\t{}\t{demo}",
                            city.slug,
                            city.name,
                            city.public_url,
                            city.hosts.join(","),
                            city.zone
                        ));
                    }
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
