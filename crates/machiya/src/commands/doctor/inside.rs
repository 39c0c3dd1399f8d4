//! What only the data shows: jobs that nobody does, and cities that are not ready for the public.

use std::sync::Arc;

use ground::city::City;
use ground::cx::{Cx, Via};
use ground::fault::Fault;
use ground::floor::actions::{AskJobs, JOBS};
use ground::list::{PAGE_ROWS_MAX, Paging};
use ground::who::Who;
use ground::words::Lang;
use serde_json::Value;

use super::Finding;
use crate::installation::Installation;

/// A job that waits longer than this past its time says that nobody works.
const LATE_MS: i64 = 10 * 60_000;

pub async fn inside(installation: Arc<Installation>) -> Result<Value, Fault> {
    let mut findings = Vec::new();
    let cities = installation.house.cities.load_full();
    for city in cities.by_slug.values() {
        findings.extend(of_city(&installation, city).await?);
    }
    if cities.by_slug.is_empty() {
        findings.push(Finding::hint("no-city"));
    } else if cities.default.is_none() {
        findings.push(Finding::hint("no-default-city"));
    }
    serde_json::to_value(findings).map_err(Fault::internal)
}

async fn of_city(installation: &Installation, city: &Arc<City>) -> Result<Vec<Finding>, Fault> {
    let cx = Cx::new(&installation.house, city, Who::operator(), Lang::Ja, Via::Command);
    let mut findings = Vec::new();
    let jobs = |state: &str| {
        let ask =
            AskJobs { state: state.to_owned(), paging: Paging { after: String::new(), rows: PAGE_ROWS_MAX } };
        JOBS.call(&cx, ask, None)
    };
    let dead = jobs("dead").await?;
    if dead.rows.is_empty() {
        findings.push(Finding::good("jobs-done").arg("city", &city.slug));
    } else {
        let count = format!("{}{}", dead.rows.len(), if dead.next.is_some() { "+" } else { "" });
        findings.push(Finding::bad("jobs-dead").arg("city", &city.slug).arg("count", count));
    }
    let late = jobs("waiting").await?.rows.iter().filter(|job| job.due_ms < cx.now_ms() - LATE_MS).count();
    if late > 0 {
        findings.push(Finding::bad("jobs-late").arg("city", &city.slug).arg("count", late));
    }
    let facts = city.facts();
    let host = host_of(&facts.public_url);
    let is_public = host != "localhost" && !host.ends_with(".localhost") && host != "127.0.0.1";
    if facts.demo && (is_public || !installation.settings.listen.ip().is_loopback()) {
        findings.push(Finding::bad("demo-in-public").arg("city", &city.slug).arg("url", &facts.public_url));
    }
    if is_public && facts.public_url.starts_with("http://") {
        findings
            .push(Finding::bad("city-without-https").arg("city", &city.slug).arg("url", &facts.public_url));
    }
    if is_public && !facts.hosts.iter().any(|known| known == host) {
        findings.push(Finding::hint("host-not-claimed").arg("city", &city.slug).arg("host", host));
    }
    if facts.mail_from.is_empty() && !facts.demo {
        findings.push(Finding::hint("no-mail").arg("city", &city.slug));
    }
    Ok(findings)
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_address() {
        assert_eq!(host_of("https://town.example.jp/x"), "town.example.jp");
        assert_eq!(host_of("http://localhost:8080"), "localhost");
        assert_eq!(host_of("nonsense"), "nonsense");
    }
}
