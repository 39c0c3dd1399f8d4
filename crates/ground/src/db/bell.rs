//! The bell between nodes: LISTEN/NOTIFY as a wake-up only. A lost ring costs a poll, never a job or an event.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Config, NoTls};

use super::{Shared, Topic};
use crate::fault::Fault;

/// Rings closer together than this become one.
const PAUSE_BETWEEN_RINGS: Duration = Duration::from_millis(20);
const RECONNECT_AFTER: Duration = Duration::from_millis(500);

pub(super) struct Bell {
    ringer: Ringer,
}

#[derive(Clone)]
pub(super) struct Ringer(mpsc::Sender<Topic>);

impl Ringer {
    /// Tells the other nodes. When the bell is busy the ring is dropped: they poll.
    pub(super) fn ring(&self, topics: &[Topic]) {
        for topic in topics {
            let _ = self.0.try_send(*topic);
        }
    }
}

impl Bell {
    pub(super) fn hang(config: Config, shared: Arc<Shared>) -> Result<Bell, Fault> {
        let (sender, rings) = mpsc::channel(64);
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::internal)?;
        thread::Builder::new()
            .name("pg-bell".to_owned())
            .spawn(move || runtime.block_on(keep_ringing(config, shared, rings)))
            .map_err(Fault::internal)?;
        Ok(Bell { ringer: Ringer(sender) })
    }

    pub(super) fn ringer(&self) -> Ringer {
        self.ringer.clone()
    }
}

async fn keep_ringing(config: Config, shared: Arc<Shared>, mut rings: mpsc::Receiver<Topic>) {
    loop {
        if let Ok((client, mut connection)) = config.connect(NoTls).await {
            let heard = shared.clone();
            let listening = tokio::spawn(async move {
                while let Some(Ok(message)) =
                    std::future::poll_fn(|context| connection.poll_message(context)).await
                {
                    if let AsyncMessage::Notification(note) = message {
                        match note.payload() {
                            "jobs" => heard.wake(Topic::Jobs),
                            _ => heard.wake(Topic::Events),
                        }
                    }
                }
            });
            let mut open = client.batch_execute("listen machiya").await.is_ok();
            while open {
                let Some(topic) = rings.recv().await else { return };
                let mut topics = vec![topic];
                tokio::time::sleep(PAUSE_BETWEEN_RINGS).await;
                while let Ok(more) = rings.try_recv() {
                    topics.push(more);
                }
                for (topic, note) in
                    [(Topic::Jobs, "notify machiya, 'jobs'"), (Topic::Events, "notify machiya, 'events'")]
                {
                    if topics.contains(&topic) {
                        open &= client.batch_execute(note).await.is_ok();
                    }
                }
            }
            listening.abort();
        }
        if rings.is_closed() {
            return;
        }
        tokio::time::sleep(RECONNECT_AFTER).await;
    }
}
