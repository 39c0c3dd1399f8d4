//! What only the data shows: jobs that nobody does, and cities that are not ready for the public.

use std::sync::Arc;

use ground::city::City;
use ground::cx::{Cx, Via};
use ground::fault::Fault;
use ground::floor::actions::{AskJobs, JOBS};
use ground::list::{PAGE_ROWS_MAX, Paging};
use ground::who::Who;
use ground::words::Lang;
use serde_json::{Value, json};

use super::Finding;
use crate::installation::Installation;

/// A job that waits longer than this past its time says that nobody works.
const LATE_MS: i64 = 10 * 60_000;
/// An entry of the record that is older than this and not in the chain says that nobody seals.
const OPEN_MS: i64 = 60_000;
/// Entries verified in one question.
const VERIFY_ROWS: i64 = 2_000;

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
    findings.extend(record(&cx, city).await?);
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

/// The record of uses of personal data: its chain, range by range, and what is not in it yet.
async fn record(cx: &Cx, city: &City) -> Result<Vec<Finding>, Fault> {
    let Some(verify) = cx.house().action("people.verify_record") else { return Ok(Vec::new()) };
    let mut ask = json!({"rows": VERIFY_ROWS});
    let (mut entries, mut erased, mut erasures) = (0, 0, 0);
    fn part<'v>(value: &'v Value, name: &str) -> &'v Value {
        value.get(name).unwrap_or(&Value::Null)
    }
    let number = |value: &Value| value.as_i64().unwrap_or(0);
    loop {
        let answer = verify.call(cx, ask, None).await?;
        let (range, open) = (part(&answer, "range"), number(part(&answer, "open_ms")));
        entries += number(part(range, "entries"));
        erased += number(part(range, "erased"));
        erasures += number(part(range, "erasures"));
        if let Some(broken) = part(range, "broken").as_object() {
            let said = |name: &str| broken.get(name).and_then(Value::as_str).unwrap_or("—").to_owned();
            let place = broken.get("place").map_or(0, number);
            return Ok(vec![
                Finding::bad("record-broken")
                    .arg("city", &city.slug)
                    .arg("place", place)
                    .arg("entry", said("entry"))
                    .arg("what", said("what")),
            ]);
        }
        if *part(range, "done") == json!(true) {
            return Ok(vec![if erased > erasures {
                Finding::bad("record-emptied").arg("city", &city.slug).arg("count", erased - erasures)
            } else if open > OPEN_MS {
                Finding::bad("record-open").arg("city", &city.slug).arg("seconds", open / 1_000)
            } else {
                Finding::good("record-whole")
                    .arg("city", &city.slug)
                    .arg("count", entries)
                    .arg("seconds", open / 1_000)
            }]);
        }
        ask = json!({"rows": VERIFY_ROWS, "after": part(range, "head")});
    }
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
