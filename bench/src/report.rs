//! The figures, as a table that can stand in docs/bench.md.

use crate::load::Measured;
use crate::rights::Rights;
use crate::ways::Ways;

pub struct Report {
    fsync_ms: f64,
    rows: Vec<[String; 5]>,
    notes: Vec<String>,
}

impl Report {
    pub fn begin(fsync_ms: f64) -> Report {
        Report { fsync_ms, rows: Vec::new(), notes: Vec::new() }
    }

    pub fn note(&mut self, note: &str) {
        self.notes.push(note.to_owned());
    }

    fn row(&mut self, database: &str, what: &str, measured: String, beside: String, asked: &str) {
        eprintln!("{database} · {what}: {measured} ({beside})");
        self.rows.push([database.to_owned(), what.to_owned(), measured, beside, asked.to_owned()]);
    }

    pub fn start(&mut self, first_ms: u64, again_ms: u64, idle_kb: u64, binary_bytes: u64) {
        let mb = |bytes: f64| format!("{:.1} MB", bytes / 1e6);
        self.row(
            "SQLite",
            "first start with an empty folder, demonstration city",
            format!("{:.1} s", first_ms as f64 / 1e3),
            String::new(),
            "≤ 20 s",
        );
        self.row(
            "SQLite",
            "start on existing data, to the first answer",
            format!("{again_ms} ms"),
            String::new(),
            "≤ 1 s",
        );
        self.row("SQLite", "idle anonymous memory", mb(idle_kb as f64 * 1024.0), String::new(), "≤ 60 MB");
        self.row("—", "release binary", mb(binary_bytes as f64), String::new(), "≤ 60 MB");
    }

    #[expect(clippy::too_many_arguments, reason = "a row of a table")]
    pub fn read(
        &mut self,
        database: &str,
        what: &str,
        size: u64,
        bare: &Measured,
        own: &Measured,
        half: &Measured,
        floor: f64,
    ) {
        let failed = own.failed + half.failed;
        self.row(
            database,
            &format!("{what} ({size} bytes, 64 connections)"),
            format!(
                "{:.0}/s, p50 {:.2} ms, p99 {:.2} ms; at half of it p99 {:.2} ms; {failed} failed",
                own.per_second, own.p50_ms, own.p99_ms, half.p99_ms
            ),
            format!("bare {:.0}/s → {:.0} %", bare.per_second, 100.0 * own.per_second / bare.per_second),
            &format!("≥ {:.0} % of bare, p99 ≤ 10 ms", floor * 100.0),
        );
    }

    pub fn releases(&mut self, database: &str, released: &crate::release::Releases) {
        let own = &released.own;
        self.row(
            database,
            "release of five attributes to a service, consent checked, recorded durably (64 connections)",
            format!(
                "{:.0}/s, p50 {:.2} ms, p99 {:.2} ms; {} failed",
                own.per_second, own.p50_ms, own.p99_ms, own.failed
            ),
            format!(
                "{} people, chosen, recorded and their identifiers fetched in {:.0} ms",
                released.chosen, released.chosen_ms
            ),
            if database == "SQLite" { "≥ 3,000/s" } else { "≥ 1,500/s" },
        );
    }

    pub fn record(&mut self, database: &str, page: &crate::record::Page) {
        self.row(
            database,
            &format!("the page “who used my data” for somebody with {} uses", page.uses),
            format!("p50 {:.1} ms, p99 {:.1} ms", page.spread.p50_ms, page.spread.p99_ms),
            "one connection each".to_owned(),
            "≤ 20 ms for 10,000 uses",
        );
    }

    pub fn large(&mut self, large: &crate::large::Large) {
        let filled = &large.filled;
        let city = format!("a city of {} residents and {} consent events", filled.stands / 3, filled.events);
        let mb = |bytes: u64| format!("{} MB", bytes / 1_000_000);
        self.row(
            "SQLite",
            &format!("{city}: size of the file"),
            mb(filled.file_bytes),
            String::new(),
            "≤ 600 MB",
        );
        self.row(
            "SQLite",
            &format!("{city}: start, to the first answer"),
            format!("{} ms", large.start_ms),
            String::new(),
            "≤ 2 s",
        );
        self.row(
            "SQLite",
            &format!("{} residents chosen by a service, with record and membership", large.chosen),
            format!("{:.0} ms in the middle, {:.0} ms at most", large.choose_ms.0, large.choose_ms.1),
            format!("fsync {:.2} ms", self.fsync_ms),
            "≤ 1 s",
        );
    }

    pub fn write(&mut self, database: &str, what: &str, connections: usize, own: &Measured) {
        let asked = match (database, connections) {
            ("SQLite", 64) => "≥ 8,000/s",
            ("SQLite", _) => "≥ 15,000/s where fsync ≤ 2.5 ms, else half of connections ÷ fsync",
            (_, 64) => "≥ 4,000/s",
            _ => "—",
        };
        let by_fsync = connections as f64 / (self.fsync_ms / 1000.0) / 2.0;
        self.row(
            database,
            &format!("{what} ({connections} connections)"),
            format!(
                "{:.0}/s, p50 {:.2} ms, p99 {:.2} ms; {} failed",
                own.per_second, own.p50_ms, own.p99_ms, own.failed
            ),
            format!("fsync {:.2} ms; half of connections ÷ fsync is {by_fsync:.0}/s", self.fsync_ms),
            asked,
        );
    }

    pub fn broker_filled(
        &mut self,
        database: &str,
        entities: u64,
        seconds: f64,
        before_kb: u64,
        after_kb: u64,
    ) {
        let grown = after_kb.saturating_sub(before_kb) * 1024;
        self.row(
            database,
            &format!("{entities} entities of 900 bytes stored over one connection, in batches of 100"),
            format!("{:.0} entities/s", entities as f64 / seconds),
            format!(
                "anonymous memory {:.1} MB before, {:.1} MB after",
                before_kb as f64 / 976.6,
                after_kb as f64 / 976.6
            ),
            &format!("≤ 250 bytes of memory each (here {})", grown / entities.max(1)),
        );
    }

    pub fn broker_read(
        &mut self,
        database: &str,
        what: &str,
        bytes: u64,
        bare: &Measured,
        own: &Measured,
        asked: &str,
    ) {
        self.row(
            database,
            &format!("broker: {what} ({bytes} bytes, 64 connections)"),
            crate::broker::told(own, 1),
            format!("bare {:.0}/s → {:.0} %", bare.per_second, 100.0 * own.per_second / bare.per_second),
            if database == "SQLite" { asked } else { "≥ a third of SQLite's" },
        );
    }

    pub fn broker_write(
        &mut self,
        database: &str,
        what: &str,
        connections: usize,
        own: &Measured,
        entities: u64,
        asked: &str,
    ) {
        let beside = format!("fsync {:.2} ms", self.fsync_ms);
        let what = format!("broker: {what} ({connections} connections)");
        self.row(database, &what, crate::broker::told(own, entities), beside, asked);
    }

    pub fn jobs(&mut self, per_second: f64) {
        self.row(
            "SQLite",
            "jobs that do nothing, one process",
            format!("{per_second:.0}/s"),
            format!("fsync {:.2} ms", self.fsync_ms),
            "≥ 5,000/s",
        );
    }

    pub fn ways(&mut self, ways: &Ways) {
        for (what, spread, unit, asked) in [
            ("session check in the store", &ways.check, "µs", "p99 ≤ 50 µs"),
            ("sign-in by code: asking for one", &ways.ask, "ms", "≤ 50 ms"),
            ("sign-in by code: entering it", &ways.enter, "ms", "≤ 50 ms"),
        ] {
            let scale = if unit == "µs" { 1e3 } else { 1.0 };
            let measured =
                format!("p50 {:.1} {unit}, p99 {:.1} {unit}", spread.p50_ms * scale, spread.p99_ms * scale);
            self.row("SQLite", what, measured, format!("fsync {:.2} ms", self.fsync_ms), asked);
        }
    }

    pub fn rights(&mut self, rights: &Rights) {
        for (what, spread) in [
            ("right decided, no policy of the city about it", &rights.kept),
            ("right decided with Cedar, 300 policies in the city", &rights.asked),
        ] {
            let measured = format!("p50 {:.1} µs, p99 {:.1} µs", spread.p50_ms * 1e3, spread.p99_ms * 1e3);
            self.row("SQLite", what, measured, String::new(), "p99 ≤ 100 µs");
        }
    }

    pub fn print(&self) {
        println!("fsync of this disk: {:.2} ms (median)\n", self.fsync_ms);
        println!("| database | what | measured | beside it | asked for |\n|---|---|---|---|---|");
        for row in &self.rows {
            println!("| {} |", row.join(" | "));
        }
        for note in &self.notes {
            println!("\n{note}");
        }
    }
}
