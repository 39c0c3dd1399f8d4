//! Counters and times per place, made once at start so that a request pays no lookup for them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ground::jobs::Stop;
use http::StatusCode;
use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

const SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
const UPKEEP: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// The process keeps one set of figures, whoever asks first.
pub fn recorder() -> &'static PrometheusHandle {
    RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        // Refused only when there are no buckets.
        let builder = builder.set_buckets(&SECONDS).unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // Somebody else's recorder stays: then ours shows nothing, which is no reason to stop.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}

/// Histograms gather raw values until somebody looks; this looks regularly.
pub async fn keep_up(stop: Stop) {
    while !stop.is_set() {
        tokio::select! {
            () = tokio::time::sleep(UPKEEP) => recorder().run_upkeep(),
            () = stop.wait() => {}
        }
    }
}

/// What is counted at one place.
pub struct Meters {
    by_class: [Counter; 5],
    seconds: Histogram,
}

impl Meters {
    pub fn new(route: &str) -> Meters {
        let counter = |class: &'static str| counter!("machiya_http_requests_total", "route" => route.to_owned(), "status" => class);
        Meters {
            by_class: ["1xx", "2xx", "3xx", "4xx", "5xx"].map(counter),
            seconds: histogram!("machiya_http_seconds", "route" => route.to_owned()),
        }
    }

    pub fn count(&self, status: StatusCode, seconds: f64) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.by_class.get(class) {
            counter.increment(1);
        }
        self.seconds.record(seconds);
    }
}

/// Something that is going on: counted while it is held.
pub struct Held(Gauge);

impl Held {
    pub fn new(gauge: &Gauge) -> Held {
        gauge.increment(1.0);
        Held(gauge.clone())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// What the server as a whole is doing.
#[derive(Clone)]
pub struct Gauges {
    pub connections: Arc<Gauge>,
    pub requests: Arc<Gauge>,
}

impl Gauges {
    pub fn new() -> Gauges {
        Gauges {
            connections: Arc::new(gauge!("machiya_http_connections")),
            requests: Arc::new(gauge!("machiya_http_requests_running")),
        }
    }
}
