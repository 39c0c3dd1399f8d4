//! `machiya demo`: a made-up city to try everything on, filled once and then served.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use ground::city::{City, CityFacts, write_facts};
use ground::clock::Stopwatch;
use ground::cx::{Cx, Via};
use ground::fault::{Fault, Kind};
use ground::who::Who;
use ground::words::Lang;

use super::{Desk, Outcome, serve};
use crate::installation::{Installation, Purpose, folders};

/// A town that no map shows.
const SLUG: &str = "homachi";
const NAME: &str = "帆待市";

pub async fn demo(desk: &Desk) -> Outcome {
    let settings = &desk.settings;
    let mark = settings.data.join("demo-unfinished");
    if mark.exists() {
        start_over(desk, &mark)?;
    }
    let installation = Installation::open(settings.clone(), Purpose::Serve).await?;
    let scheme = if settings.has_tls() { "https" } else { "http" };
    let url = format!("{scheme}://localhost:{}", settings.listen.port());
    let known: Vec<Arc<City>> = installation.house.cities.load().by_slug.values().cloned().collect();
    if let Some(real) = known.iter().find(|city| !city.facts().demo) {
        return Err(Fault::new(Kind::Conflict, "demo-among-real")
            .arg("city", &real.slug)
            .arg("path", settings.data.display()));
    }
    match known.into_iter().next() {
        Some(city) => move_to(&installation, &city, &url).await?,
        None => {
            std::fs::write(&mark, SLUG).map_err(Fault::internal)?;
            fill(desk, &installation, &url).await?;
            std::fs::remove_file(&mark).map_err(Fault::internal)?;
        }
    }
    let lines = welcome(desk, &url);
    serve::run(&installation, Some(Box::new(move || line(&lines)))).await
}

/// A server goes on when nobody listens to what it says at the beginning.
fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A city whose filling was interrupted is made again from the beginning.
fn start_over(desk: &Desk, mark: &PathBuf) -> Result<(), Fault> {
    let data = &desk.settings.data;
    if desk.settings.database.is_some() {
        return Err(Fault::new(Kind::Conflict, "demo-half-filled").arg("path", mark.display()));
    }
    let _alone = crate::installation::lock::FolderLock::take(&desk.settings.lock_path())?;
    if folders(data)?.iter().all(|slug| slug == SLUG) && data.join(SLUG).exists() {
        std::fs::remove_dir_all(data.join(SLUG)).map_err(Fault::internal)?;
    }
    std::fs::remove_file(mark).map_err(Fault::internal)
}

async fn fill(desk: &Desk, installation: &Arc<Installation>, url: &str) -> Result<(), Fault> {
    let whole = Stopwatch::new();
    line(&desk.say("cli-demo-filling", &[("city", NAME)]));
    let facts = CityFacts {
        name: NAME.to_owned(),
        zone: "Asia/Tokyo".to_owned(),
        public_url: url.to_owned(),
        hosts: Vec::new(),
        languages: Lang::ALL.to_vec(),
        mail_from: String::new(),
        demo: true,
        rev: 1,
    };
    let city = installation.add_city(SLUG, facts).await?;
    for room in &installation.house.rooms {
        let Some(demo) = room.demo else { continue };
        let clock = Stopwatch::new();
        let cx = Cx::new(&installation.house, &city, Who::operator(), Lang::Ja, Via::Command);
        demo(cx).await?;
        line(&format!("  {}: {:.1} s", room.name, clock.seconds()));
    }
    line(&desk.say("cli-demo-filled", &[("seconds", &format!("{:.1}", whole.seconds()))]));
    Ok(())
}

/// Served at another port than last time, the city's addresses follow.
async fn move_to(installation: &Arc<Installation>, city: &Arc<City>, url: &str) -> Result<(), Fault> {
    let mut facts = (*city.facts()).clone();
    if facts.public_url == url {
        return Ok(());
    }
    facts.public_url = url.to_owned();
    facts.rev += 1;
    let (fresh, now_ms) = (facts.clone(), installation.house.clock.now_ms());
    city.db.write(move |tx| write_facts(tx, &fresh, now_ms)).await?;
    city.set_facts(facts);
    Ok(())
}

/// What people read once the city answers: where it is, and how to sign in as whom.
fn welcome(desk: &Desk, url: &str) -> String {
    let mut lines = vec![String::new(), desk.say("cli-demo-up", &[("city", NAME)])];
    for (word, path) in
        [("portal", "/"), ("sign-in", "/sign-in"), ("staff", "/staff"), ("developers", "/developers")]
    {
        lines.push(format!("  {url}{path:<13}{}", desk.say(&format!("cli-demo-{word}"), &[])));
    }
    lines.push(desk.say("cli-demo-who", &[]));
    lines.push(desk.say("cli-demo-stop", &[]));
    lines.join("\n")
}
