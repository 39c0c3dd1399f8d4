//! Answers that flow: counted while they do, and the endless ones ended with the server.

use std::sync::Arc;

use futures_util::StreamExt as _;
use ground::door::{Body, Reply};
use ground::fault::{Fault, Kind};
use ground::jobs::Stop;
use http::header;
use tokio::sync::Semaphore;

/// Streams open at one time.
const STREAMS_MAX: usize = 4_096;

pub struct Streams {
    places: Arc<Semaphore>,
    stop: Stop,
}

impl Streams {
    pub fn new(stop: Stop) -> Streams {
        Streams { places: Arc::new(Semaphore::new(STREAMS_MAX)), stop }
    }

    /// Gives a flowing answer its place, if there is one left.
    pub fn count(&self, reply: Reply) -> Result<Reply, Fault> {
        let Body::Stream(stream) = reply.body else { return Ok(reply) };
        let place = self.places.clone().try_acquire_owned().map_err(|_| {
            Fault::new(Kind::Unavailable, "busy").retry_after(5).detail("too many streams at once")
        })?;
        // Held by the closure, and given back when the stream is dropped.
        let stream = stream.inspect(move |_| {
            let _ = &place;
        });
        let endless = reply.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if endless {
            let stop = self.stop.clone();
            stream.take_until(Box::pin(async move { stop.wait().await })).boxed()
        } else {
            stream.boxed()
        };
        Ok(Reply { body: Body::Stream(body), ..reply })
    }
}
