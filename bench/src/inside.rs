//! A city in this process, on SQLite, in a folder of its own: for what is measured without a network.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ground::city::{City, CityFacts};
use ground::clock::MachineClock;
use ground::db::{Db, Shared, SqliteSize, Store, migrate_sqlite};
use ground::fault::Fault;
use ground::house::{House, Plan};
use ground::html::Assets;
use ground::room::Room;
use ground::seal::Sealer;
use ground::who::Gatekeeper;
use ground::words::Lang;

/// A folder that goes away with its city.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(what: &str) -> std::io::Result<Folder> {
        let path = std::env::temp_dir().join(format!("machiya-bench-{what}-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Folder(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn open(
    folder: &Path,
    rooms: Vec<&'static Room>,
    keeper: Arc<dyn Gatekeeper>,
) -> Result<(Arc<House>, Arc<City>), Fault> {
    let shared = Arc::new(Shared::default());
    let house = Arc::new(House::build(Plan {
        ports: ground::ports::Ports::closed(),
        clock: Arc::new(MachineClock::new()),
        rooms,
        keeper,
        sealer: Sealer::read(&Sealer::line("bench", &[7; 32]))?,
        assets: Assets::default(),
        version: "0",
        shared: shared.clone(),
    })?);
    let open = |store: Store| {
        let path = folder.join(format!("{}.db", store.name()));
        migrate_sqlite(&path, store, &house.migrations(), 0)?;
        Db::sqlite(&path, "bench", store, SqliteSize::default(), shared.clone())
    };
    let facts = CityFacts {
        name: "bench".into(),
        zone: "Asia/Tokyo".into(),
        public_url: "http://localhost".into(),
        hosts: Vec::new(),
        languages: vec![Lang::Ja],
        mail_from: String::new(),
        demo: true,
        rev: 1,
    };
    let city =
        Arc::new(City::new("bench", facts, open(Store::City)?, open(Store::Context)?, open(Store::Files)?));
    Ok((house, city))
}
