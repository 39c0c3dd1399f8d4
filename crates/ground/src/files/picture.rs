//! Pictures are never passed on as they came: they are decoded within limits, turned upright, and encoded anew in up
//! to three widths. What a camera wrote into them (place, time, owner) is gone.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageResult, Limits};

use super::FileKind;

/// The widths a page chooses from.
pub const WIDTHS: [u32; 3] = [480, 960, 1_600];
/// A picture has at most so many pixels, whatever its file says it could become.
const PIXELS_MAX: u64 = 40_000_000;
const SIDE_MAX: u32 = 20_000;
/// Memory that decoding may take.
const DECODE_BYTES_MAX: u64 = 200 * 1024 * 1024;
const JPEG_QUALITY: u8 = 82;
/// A colour profile keeps the colours right; a larger one is not only that.
const PROFILE_BYTES_MAX: usize = 16 * 1024;

/// A picture in one width.
pub(super) struct Variant {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bytes: Vec<u8>,
}

/// Why a picture is not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    TooLarge,
    Broken,
}

impl From<image::ImageError> for NotTaken {
    fn from(fault: image::ImageError) -> NotTaken {
        match fault {
            image::ImageError::Limits(_) => NotTaken::TooLarge,
            _ => NotTaken::Broken,
        }
    }
}

/// Makes the widths of a picture, the widest last, and says what they are encoded as.
pub(super) fn widths(kind: FileKind, content: &[u8]) -> Result<(FileKind, Vec<Variant>), NotTaken> {
    let reader = Cursor::new(content);
    let (picture, profile) = match kind {
        FileKind::Jpeg => decode(JpegDecoder::new(reader)?)?,
        FileKind::Png => decode(PngDecoder::with_limits(reader, limits())?)?,
        _ => decode(WebPDecoder::new(reader)?)?,
    };
    let has_alpha = picture.color().has_alpha();
    // Drawings stay sharp as PNG; what has no transparency and was not one becomes JPEG.
    let made = if kind == FileKind::Png || has_alpha { FileKind::Png } else { FileKind::Jpeg };
    let picture = if has_alpha {
        DynamicImage::from(picture.into_rgba8())
    } else {
        DynamicImage::from(picture.into_rgb8())
    };
    let [.., widest] = WIDTHS;
    // Each width is made from the next wider one: the large original is let go first.
    let shape = (picture.width(), picture.height());
    let mut picture = if picture.width() > widest { narrowed(&picture, widest, shape) } else { picture };
    let mut out = vec![variant(&picture, made, profile.as_deref())?];
    for width in WIDTHS.into_iter().rev().filter(|width| *width < widest) {
        if width < picture.width() {
            picture = narrowed(&picture, width, shape);
            out.push(variant(&picture, made, profile.as_deref())?);
        }
    }
    out.reverse();
    Ok((made, out))
}

fn variant(picture: &DynamicImage, kind: FileKind, profile: Option<&[u8]>) -> ImageResult<Variant> {
    let bytes = encode(picture, kind, profile)?;
    Ok(Variant { width: picture.width(), height: picture.height(), bytes })
}

/// The height follows the shape of the original, so that rounding does not add up.
fn narrowed(picture: &DynamicImage, width: u32, (of_width, of_height): (u32, u32)) -> DynamicImage {
    let height = u64::from(of_height) * u64::from(width) / u64::from(of_width.max(1));
    let height = u32::try_from(height).unwrap_or(u32::MAX).max(1);
    picture.resize_exact(width, height, FilterType::CatmullRom)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    limits
}

/// Decodes a picture whose size is within the limits before a pixel of it is, and turns it upright.
fn decode<D: ImageDecoder>(mut decoder: D) -> Result<(DynamicImage, Option<Vec<u8>>), NotTaken> {
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(NotTaken::Broken);
    }
    if u64::from(width) * u64::from(height) > PIXELS_MAX || decoder.total_bytes() > DECODE_BYTES_MAX {
        return Err(NotTaken::TooLarge);
    }
    decoder.set_limits(limits())?;
    let orientation = decoder.orientation()?;
    let profile = decoder.icc_profile()?.filter(|profile| profile.len() <= PROFILE_BYTES_MAX);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok((picture, profile))
}

fn encode(picture: &DynamicImage, kind: FileKind, profile: Option<&[u8]>) -> ImageResult<Vec<u8>> {
    let mut out = Vec::new();
    // An encoder that takes no profile writes none.
    let profile = || profile.map(<[u8]>::to_vec).unwrap_or_default();
    if kind == FileKind::Png {
        let mut encoder = PngEncoder::new(&mut out);
        if !profile().is_empty() {
            let _ = encoder.set_icc_profile(profile());
        }
        picture.write_with_encoder(encoder)?;
    } else {
        let mut encoder = JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY);
        if !profile().is_empty() {
            let _ = encoder.set_icc_profile(profile());
        }
        picture.write_with_encoder(encoder)?;
    }
    Ok(out)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A JPEG of a camera: red above blue, lying on its side, with a place in its EXIF part.
    pub(crate) fn photo(width: u32, height: u32) -> Vec<u8> {
        let pixels = image::RgbImage::from_fn(width, height, |x, _| {
            if x < width / 2 { image::Rgb([220, 30, 30]) } else { image::Rgb([30, 30, 220]) }
        });
        let mut plain = Vec::new();
        JpegEncoder::new_with_quality(&mut plain, 90).encode_image(&pixels).unwrap();
        let exif = exif_turned_right_with_a_place();
        let mut out = plain[..2].to_vec();
        out.extend([0xff, 0xe1]);
        out.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        out.extend(exif);
        out.extend(&plain[2..]);
        out
    }

    fn exif_turned_right_with_a_place() -> Vec<u8> {
        let mut out = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
        out.extend(2u16.to_be_bytes());
        // Orientation 6: turn right to look at it.
        out.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
        // The GPS part, far enough behind.
        out.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
        out.extend(0u32.to_be_bytes());
        out.extend(1u16.to_be_bytes());
        out.extend([0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0]);
        out.extend(0u32.to_be_bytes());
        out.extend(b"GPS 34.8667 138.3231");
        out
    }

    fn holds(bytes: &[u8], what: &[u8]) -> bool {
        memchr::memmem::find(bytes, what).is_some()
    }

    #[test]
    fn the_place_is_gone_and_the_picture_upright_in_three_widths() {
        let photo = photo(1_000, 2_400);
        assert!(holds(&photo, b"GPS 34.8667"));
        let (kind, made) = widths(FileKind::Jpeg, &photo).unwrap();
        assert_eq!(kind, FileKind::Jpeg);
        // It lay on its side: now it is 2,400 wide, too wide for any page.
        let sizes: Vec<(u32, u32)> = made.iter().map(|variant| (variant.width, variant.height)).collect();
        assert_eq!(sizes, [(480, 200), (960, 400), (1_600, 666)]);
        for variant in &made {
            assert!(!holds(&variant.bytes, b"GPS") && !holds(&variant.bytes, b"Exif"));
            let upright = image::load_from_memory(&variant.bytes).unwrap().to_rgb8();
            assert_eq!((upright.width(), upright.height()), (variant.width, variant.height));
            let top = upright.get_pixel(10, 10);
            assert!(top[0] > 150 && top[2] < 100, "red is above: {top:?}");
        }
    }

    #[test]
    fn a_small_picture_stays_as_small_as_it_is() {
        let mut drawing = Vec::new();
        let pixels = image::RgbaImage::from_pixel(300, 200, image::Rgba([0, 0, 0, 0]));
        DynamicImage::from(pixels).write_with_encoder(PngEncoder::new(&mut drawing)).unwrap();
        let (kind, made) = widths(FileKind::Png, &drawing).unwrap();
        assert_eq!((kind, made.len(), made[0].width), (FileKind::Png, 1, 300));
        assert!(image::load_from_memory(&made[0].bytes).unwrap().color().has_alpha());
    }

    /// A PNG whose head promises more pixels than any picture has.
    pub(crate) fn bomb() -> Vec<u8> {
        let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
        let side = 19_000u32.to_be_bytes();
        let head = [&side[..], &side, &[8, 6, 0, 0, 0]].concat();
        for (name, body) in [(b"IHDR", &head[..]), (b"IDAT", b"\x78\x9c\xed\xc1\x01\x0d\0\0"), (b"IEND", b"")]
        {
            let named = [&name[..], body].concat();
            out.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
            out.extend(&named);
            out.extend(crc(&named).to_be_bytes());
        }
        out
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        })
    }

    #[test]
    fn a_decompression_bomb_is_refused_before_it_goes_off() {
        assert_eq!(widths(FileKind::Png, &bomb()).err(), Some(NotTaken::TooLarge));
    }

    #[test]
    fn a_broken_picture_is_refused() {
        assert_eq!(widths(FileKind::Jpeg, b"\xff\xd8\xff\xe0nonsense").err(), Some(NotTaken::Broken));
        let mut cut = photo(100, 100);
        cut.truncate(cut.len() / 4);
        assert!(widths(FileKind::Jpeg, &cut).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_without_a_crash(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0usize..3,
        ) {
            let (kind, head): (_, &[u8]) = [
                (FileKind::Jpeg, &b"\xff\xd8\xff"[..]),
                (FileKind::Png, &b"\x89PNG\r\n\x1a\n"[..]),
                (FileKind::Webp, &b"RIFF\x40\0\0\0WEBPVP8L"[..]),
            ][kind];
            bytes.splice(0..0, head.iter().copied());
            let _ = widths(kind, &bytes);
        }
    }
}
