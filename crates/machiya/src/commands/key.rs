//! `machiya key`: a new key in front, what is sealed sealed again, and how old the keys are.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use ground::cx::{Cx, Via};
use ground::fault::{Fault, Kind};
use ground::secrets::{RESEAL, sealed_with_older_keys};
use ground::who::Who;
use ground::words::Lang;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Desk, Outcome};
use crate::installation::{Installation, key};

#[derive(Subcommand)]
pub enum Key {
    Rotate,
    ShowAge,
    DropOld,
    New,
}

/// What the operator asks of the keys.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ask {
    Rotate,
    DropOld,
}

impl Key {
    pub async fn run(self, desk: &Desk) -> Outcome {
        let path = desk.settings.key_path();
        let shown = path.display().to_string();
        match self {
            Key::Rotate => {
                let done: Value = desk.reach().await?.ask("key", &Ask::Rotate).await?;
                let name = done.get("name").and_then(Value::as_str).unwrap_or_default();
                desk.tell("cli-key-rotated", &[("name", name), ("path", &shown)]);
            }
            Key::ShowAge => {
                let text = key::read(&path)?
                    .ok_or_else(|| Fault::new(Kind::Missing, "key-none").arg("path", path.display()))?;
                for (index, (name, day)) in key::ages(&text).into_iter().enumerate() {
                    let word = if index == 0 { "cli-key-seals" } else { "cli-key-opens" };
                    desk.tell(word, &[("name", &name), ("day", &day)]);
                }
            }
            Key::DropOld => {
                let _: Value = desk.reach().await?.ask("key", &Ask::DropOld).await?;
                desk.tell("cli-key-dropped", &[("path", &shown)]);
            }
            Key::New => {
                if key::read(&path)?.is_some() {
                    return Err(Fault::new(Kind::Conflict, "key-is-there").arg("path", path.display()));
                }
                key::make(&path, &ground::clock::MachineClock::new())?;
                desk.tell("cli-key-made", &[("path", &shown)]);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Runs where the data is: in the server, or in the command that holds the folder.
pub async fn operate(installation: Arc<Installation>, input: Value) -> Result<Value, Fault> {
    let house = &installation.house;
    let path = installation.settings.key_path();
    let text = match ground::validate::read(input)? {
        Ask::Rotate => {
            let text = key::rotate(&path, house.clock.as_ref())?;
            house.sealer.take_over(&text)?;
            seal_again(&installation).await?;
            text
        }
        Ask::DropOld => {
            let count = still_sealed_with_older(&installation).await?;
            if count > 0 {
                return Err(Fault::new(Kind::Conflict, "key-still-needed").arg("count", count));
            }
            let text = key::keep_newest(&path)?;
            house.sealer.take_over(&text)?;
            text
        }
    };
    let name = key::ages(&text).into_iter().next().map(|(name, _)| name).unwrap_or_default();
    tracing::info!(key = name, "this key seals from now on");
    Ok(json!({"name": name}))
}

/// Leaves each city the job that seals anew what older keys sealed.
async fn seal_again(installation: &Installation) -> Result<(), Fault> {
    let house = &installation.house;
    for city in house.cities.load_full().by_slug.values() {
        let cx = Cx::new(house, city, Who::operator(), Lang::Ja, Via::Command);
        city.db.write(move |tx| tx.enqueue(&cx, RESEAL, None, &json!({"after": ""}))).await?;
    }
    Ok(())
}

async fn still_sealed_with_older(installation: &Installation) -> Result<usize, Fault> {
    let house = &installation.house;
    let mut count = 0;
    for city in house.cities.load_full().by_slug.values() {
        let cx = Cx::new(house, city, Who::operator(), Lang::Ja, Via::Command);
        count += city.db.read(move |tx| sealed_with_older_keys(tx, &cx)).await?;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::installation::Purpose;
    use crate::settings::Settings;
    use ground::secrets;

    #[tokio::test]
    async fn an_older_key_stays_until_nothing_needs_it() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { data: folder.path().to_owned(), ..Settings::default() };
        let one = Installation::open(Arc::new(settings), Purpose::Command).await.unwrap();
        let add = json!({"slug": "shio", "name": "汐町", "hosts": [], "public_url": null, "zone": "Asia/Tokyo", "lang": "ja"});
        (crate::operator::operation("add-city").unwrap().run)(one.clone(), add).await.unwrap();
        let city = one.city("shio").unwrap();
        let cx = || Cx::new(&one.house, &city, Who::operator(), Lang::Ja, Via::Command);
        let writing = cx();
        city.db.write(move |tx| secrets::put(tx, &writing, "mail", b"secret")).await.unwrap();

        operate(one.clone(), json!("rotate")).await.unwrap();
        let reading = cx();
        let opened = city.db.read(move |tx| secrets::get(tx, &reading, "mail")).await.unwrap();
        assert_eq!(opened.unwrap(), b"secret");
        assert_eq!(operate(one.clone(), json!("drop_old")).await.unwrap_err().code(), "key-still-needed");

        let stop = ground::jobs::Stop::default();
        one.start_workers(&stop);
        let mut dropped = Err(Fault::missing());
        for _ in 0..200 {
            dropped = operate(one.clone(), json!("drop_old")).await;
            if dropped.is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        dropped.unwrap();
        stop.set();
        one.workers_finished().await;
        let reading = cx();
        let opened = city.db.read(move |tx| secrets::get(tx, &reading, "mail")).await.unwrap();
        assert_eq!(opened.unwrap(), b"secret");
    }
}
