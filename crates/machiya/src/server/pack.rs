//! Compression: which coding a client takes, what is worth packing, and the packing.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Below this a packed body is hardly smaller, and packing costs more than sending.
pub const WORTH_BYTES_MIN: usize = 1_024;
/// Above this packing would hold a server thread too long; such bodies are downloads.
const PACKED_BYTES_MAX: usize = 2 * 1024 * 1024;
const BROTLI_WINDOW_BITS: u32 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    pub fn name(self) -> &'static str {
        match self {
            Coding::Brotli => "br",
            Coding::Gzip => "gzip",
        }
    }
}

/// The best coding that `Accept-Encoding` takes; brotli before gzip when both are as welcome.
pub fn choose(accepted: &str) -> Option<Coding> {
    let mut weights = [None::<f32>; 2];
    let mut any = None::<f32>;
    for part in accepted.split(',').take(16) {
        let mut pieces = part.split(';');
        let name = pieces.next().unwrap_or_default().trim();
        let weight = pieces
            .find_map(|piece| piece.trim().strip_prefix("q="))
            .map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
        let [br, gzip] = &mut weights;
        match name {
            name if name.eq_ignore_ascii_case("br") => *br = Some(weight),
            name if name.eq_ignore_ascii_case("gzip") => *gzip = Some(weight),
            "*" => any = Some(weight),
            _ => {}
        }
    }
    let [br, gzip] = weights.map(|weight| weight.or(any).unwrap_or(0.0));
    if br > 0.0 && br >= gzip {
        Some(Coding::Brotli)
    } else if gzip > 0.0 {
        Some(Coding::Gzip)
    } else {
        None
    }
}

/// Pictures and archives are packed already.
pub fn is_worth_it(kind: &str, bytes: usize) -> bool {
    let plain = kind.split(';').next().unwrap_or_default().trim();
    let text = plain.starts_with("text/")
        || plain.ends_with("json")
        || plain.ends_with("xml")
        || plain.ends_with("javascript")
        || plain == "application/manifest+json"
        || plain == "application/vnd.mapbox-vector-tile";
    text && (WORTH_BYTES_MIN..=PACKED_BYTES_MAX).contains(&bytes)
}

/// Packs quickly, for what is made anew on every request.
pub fn pack_fast(coding: Coding, plain: &[u8]) -> Bytes {
    pack(coding, plain, 4, Compression::new(4))
}

/// Packs well, for what is made once.
pub fn pack_well(coding: Coding, plain: &[u8]) -> Bytes {
    pack(coding, plain, 9, Compression::best())
}

fn pack(coding: Coding, plain: &[u8], quality: u32, level: Compression) -> Bytes {
    let out = Vec::with_capacity(plain.len() / 3);
    // Writing into memory cannot fail; were it to, the empty result would be seen by the tests below.
    let packed = match coding {
        Coding::Brotli => {
            let mut writer = brotli::CompressorWriter::new(out, 4096, quality, BROTLI_WINDOW_BITS);
            let _ = writer.write_all(plain);
            writer.into_inner()
        }
        Coding::Gzip => {
            let mut writer = GzEncoder::new(out, level);
            let _ = writer.write_all(plain);
            writer.finish().unwrap_or_default()
        }
    };
    packed.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Read as _;

    #[test]
    fn the_browsers_wish_decides() {
        assert_eq!(choose("gzip, deflate, br, zstd"), Some(Coding::Brotli));
        assert_eq!(choose("gzip;q=1.0, br;q=0.5"), Some(Coding::Gzip));
        assert_eq!(choose("br;q=0, gzip"), Some(Coding::Gzip));
        assert_eq!(choose("*;q=0"), None);
        assert_eq!(choose("identity"), None);
        assert_eq!(choose("*"), Some(Coding::Brotli));
        assert_eq!(choose(""), None);
    }

    #[test]
    fn only_texts_of_some_size_are_packed() {
        assert!(is_worth_it("text/html; charset=utf-8", 20_000));
        assert!(is_worth_it("application/problem+json", 2_000));
        assert!(!is_worth_it("text/html", 200) && !is_worth_it("image/png", 20_000));
    }

    proptest! {
        #[test]
        fn what_is_packed_unpacks_to_the_same(plain in proptest::collection::vec(any::<u8>(), 0..3_000)) {
            let mut out = Vec::new();
            flate2::read::GzDecoder::new(&pack_fast(Coding::Gzip, &plain)[..]).read_to_end(&mut out).unwrap();
            prop_assert_eq!(&out, &plain);
            out.clear();
            brotli::Decompressor::new(&pack_fast(Coding::Brotli, &plain)[..], 4096).read_to_end(&mut out).unwrap();
            prop_assert_eq!(&out, &plain);
        }

        #[test]
        fn any_header_is_read_without_a_crash(header in "\\PC{0,60}") {
            let _ = choose(&header);
        }
    }
}
