//! Bodies: read up to a limit and within a time, and sent whole or as a stream.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use ground::door::Body as ReplyBody;
use ground::fault::{Fault, Kind};
use ground::form::{FormData, Upload};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::settings::size_text;

/// A body must come at least this fast, after a first grace.
const SLOWEST_BYTES_PER_S: u64 = 16 * 1024;
const GRACE: Duration = Duration::from_secs(15);
/// What is still read of a body that is too large, so that its sender hears why it was refused.
const DISCARD_BYTES_MAX: usize = 8 * 1024 * 1024;
const DISCARD_TIME: Duration = Duration::from_secs(3);
/// Fields of a form with files: names and values of the text fields together.
const PARTS_MAX: usize = 2_000;

/// Memory for bodies that are being read or worked on, all together. Small ones are not counted: there are never more
/// of them than connections.
pub struct Larder {
    blocks: Arc<Semaphore>,
}

const BLOCK_BYTES: usize = 64 * 1024;
const BLOCKS_MAX: usize = 2_048;

impl Larder {
    pub fn new() -> Larder {
        Larder { blocks: Arc::new(Semaphore::new(BLOCKS_MAX)) }
    }
}

/// A body, with the memory it takes up.
#[derive(Default)]
pub struct Taken {
    pub bytes: Bytes,
    room: Option<OwnedSemaphorePermit>,
}

impl From<Vec<u8>> for Taken {
    fn from(made: Vec<u8>) -> Taken {
        Taken { bytes: made.into(), room: None }
    }
}

impl Taken {
    /// Takes up room for what has come so far, not for what was announced: a promise costs nothing.
    fn grow(&mut self, larder: &Larder, so_far: usize) -> Result<(), Fault> {
        let held = self.room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let wanted = u32::try_from((so_far / BLOCK_BYTES).saturating_sub(held)).unwrap_or(u32::MAX);
        if wanted == 0 {
            return Ok(());
        }
        let busy =
            || Fault::new(Kind::Unavailable, "busy").retry_after(5).detail("no memory left for bodies");
        let more = larder.blocks.clone().try_acquire_many_owned(wanted).map_err(|_| busy())?;
        match &mut self.room {
            Some(room) => room.merge(more),
            None => self.room = Some(more),
        }
        Ok(())
    }
}

/// Reads a body that may have up to `limit` bytes.
pub async fn read(
    headers: &HeaderMap,
    body: Incoming,
    limit: usize,
    larder: &Larder,
) -> Result<Taken, Fault> {
    let said =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if said.is_some_and(|said| said > limit) {
        // Whoever asks first is told before anything is sent.
        if !headers.contains_key(header::EXPECT) {
            hear_out(body).await;
        }
        return Err(too_large(limit));
    }
    if body.is_end_stream() {
        return Ok(Taken::default());
    }
    let time = GRACE + Duration::from_secs(limit as u64 / SLOWEST_BYTES_PER_S);
    match tokio::time::timeout(time, gather(body, limit, said.unwrap_or(0), larder)).await {
        Ok(read) => read,
        Err(_) => Err(Fault::new(Kind::TooSlow, "body-too-slow")),
    }
}

async fn gather(mut body: Incoming, limit: usize, said: usize, larder: &Larder) -> Result<Taken, Fault> {
    let mut taken = Taken::default();
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|fault| Fault::malformed().detail(fault))?;
        let Ok(data) = frame.into_data() else { continue };
        let so_far = first.as_ref().map_or(0, Bytes::len) + rest.len();
        if so_far + data.len() > limit {
            hear_out(body).await;
            return Err(too_large(limit));
        }
        taken.grow(larder, so_far + data.len())?;
        match &first {
            // Most bodies come in one piece, which is then never copied.
            None if rest.is_empty() => first = Some(data),
            _ => {
                if let Some(first) = first.take() {
                    rest.reserve(said.min(limit).min(BLOCK_BYTES));
                    rest.extend_from_slice(&first);
                }
                rest.extend_from_slice(&data);
            }
        }
    }
    taken.bytes = first.unwrap_or_else(|| rest.freeze());
    Ok(taken)
}

/// A client that is still sending when the connection closes loses the answer with it. So, for a moment, what comes is
/// read and thrown away.
async fn hear_out(mut body: Incoming) {
    let discard = async {
        let mut left = DISCARD_BYTES_MAX;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    // Whoever sends longer than that has been told already.
    let _ = tokio::time::timeout(DISCARD_TIME, discard).await;
}

pub fn too_large(limit: usize) -> Fault {
    Fault::too_large(size_text(limit as u64))
}

/// Reads a form in either of its two encodings.
pub async fn form(headers: &HeaderMap, body: Bytes) -> Result<FormData, Fault> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = kind.split(';').next().unwrap_or_default().trim();
    if plain.eq_ignore_ascii_case("multipart/form-data") {
        let boundary = multer::parse_boundary(kind).map_err(|fault| Fault::malformed().detail(fault))?;
        return multipart(body, boundary).await;
    }
    if body.is_empty() || plain.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        let text = std::str::from_utf8(&body)
            .map_err(|fault| Fault::new(Kind::Malformed, "not-utf8").arg("at", fault.valid_up_to()))?;
        if !text_is_good(text) {
            return Err(Fault::malformed());
        }
        return FormData::from_urlencoded(text);
    }
    Err(Fault::new(Kind::Media, "media"))
}

/// Percent-encoded bytes that are not UTF-8 would otherwise be replaced without a word.
fn text_is_good(text: &str) -> bool {
    super::paths::decoded(text).is_some()
}

async fn multipart(body: Bytes, boundary: String) -> Result<FormData, Fault> {
    let broken = |fault: multer::Error| Fault::malformed().detail(fault);
    let whole = futures_util::stream::iter([Ok::<Bytes, std::convert::Infallible>(body)]);
    let mut parts = multer::Multipart::new(whole, boundary);
    let (mut pairs, mut uploads) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(broken)? {
        if pairs.len() + uploads.len() >= PARTS_MAX {
            return Err(Fault::new(Kind::TooLarge, "too-many-fields").arg("limit", PARTS_MAX));
        }
        let field = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(file_name) {
            Some(name) => {
                let bytes = part.bytes().await.map_err(broken)?;
                uploads.push(Upload { field, name, bytes });
            }
            None => {
                let bytes = part.bytes().await.map_err(broken)?;
                let text = String::from_utf8(bytes.into()).map_err(|fault| {
                    Fault::new(Kind::Malformed, "not-utf8").arg("at", fault.utf8_error().valid_up_to())
                })?;
                pairs.push((field, text));
            }
        }
    }
    let mut form = FormData::from_pairs(pairs)?;
    form.uploads = uploads;
    Ok(form)
}

/// The last piece of what a browser calls a file, without control characters.
fn file_name(said: &str) -> String {
    let last = said.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// A body on its way out.
pub enum Outgoing {
    Whole(Bytes),
    Stream(BoxStream<'static, Result<Bytes, Fault>>),
}

impl From<ReplyBody> for Outgoing {
    fn from(body: ReplyBody) -> Outgoing {
        match body {
            ReplyBody::Whole(bytes) => Outgoing::Whole(bytes),
            ReplyBody::Stream(stream) => Outgoing::Stream(stream),
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        match self.get_mut() {
            Outgoing::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Outgoing::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Outgoing::Stream(stream) => {
                stream.as_mut().poll_next(cx).map(|next| next.map(|data| data.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Outgoing::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Outgoing::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Outgoing::Stream(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_form(kind: &str, body: &[u8]) -> Result<FormData, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(form(&headers, Bytes::copy_from_slice(body)))
    }

    #[test]
    fn forms_with_files_are_read() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n\xe9\x81\xbf\xe9\x9b\xa3\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\a\\\\b.csv\"\r\nContent-Type: text/csv\r\n\r\n1,2\r\n--x--\r\n";
        let form = read_form("multipart/form-data; boundary=x", body).unwrap();
        assert_eq!(form.get("title"), "避難");
        let upload = form.upload("file").unwrap();
        assert_eq!((upload.name.as_str(), &upload.bytes[..]), ("b.csv", &b"1,2"[..]));
    }

    #[test]
    fn other_kinds_and_broken_texts_are_refused() {
        assert_eq!(read_form("application/json", b"{}").unwrap_err().kind(), Kind::Media);
        assert_eq!(read_form("application/x-www-form-urlencoded", b"a=\xff").unwrap_err().code(), "not-utf8");
        assert_eq!(
            read_form("application/x-www-form-urlencoded", b"a=%ff").unwrap_err().kind(),
            Kind::Malformed
        );
        assert_eq!(read_form("multipart/form-data", b"x").unwrap_err().kind(), Kind::Malformed);
    }

    proptest! {
        #[test]
        fn any_multipart_body_is_read_without_a_crash(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let whole = [b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".as_slice(), &body].concat();
            let _ = read_form("multipart/form-data; boundary=x", &whole);
            let _ = read_form("multipart/form-data; boundary=x", &body);
        }

        #[test]
        fn file_names_are_one_harmless_piece(name in "\\PC{0,40}|[./\\\\\u{0}-\u{1f}]{0,40}") {
            let kept = file_name(&name);
            prop_assert!(!kept.contains('/') && !kept.contains('\\') && !kept.chars().any(char::is_control));
        }
    }
}
