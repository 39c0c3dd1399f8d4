//! `machiya check`: would it start? Settings, key, folder and tables are looked at; nothing is changed.

use std::process::ExitCode;

use super::doctor::{Finding, Level, basics, print};
use super::{Desk, Outcome};

pub async fn check(desk: &Desk) -> Outcome {
    let findings = basics(desk).await;
    print(desk, &findings);
    let bad = findings.iter().any(|finding: &Finding| finding.level == Level::Bad);
    Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
