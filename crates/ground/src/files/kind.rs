//! What a file is, by its content. Its name is only believed about which text it is.

use encoding_rs::SHIFT_JIS;

/// The kinds of files that are taken. Everything else is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Jpeg,
    Png,
    Webp,
    Pdf,
    Text,
    TextCp932,
    Csv,
    CsvCp932,
    Json,
    Html,
    Svg,
    Xml,
    Zip,
    Docx,
    Xlsx,
    Pptx,
    Odt,
    Ods,
    Odp,
}

use FileKind::{
    Csv, CsvCp932, Docx, Html, Jpeg, Json, Odp, Ods, Odt, Pdf, Png, Pptx, Svg, Text, TextCp932, Webp, Xlsx,
    Xml, Zip,
};

/// Each kind: its code in the store, its media type, the endings its name may have (the first is given to names
/// without), and whether a browser may show it in place.
const KINDS: [(FileKind, &str, &str, &[&str], bool); 19] = [
    (Jpeg, "jpeg", "image/jpeg", &["jpg", "jpeg"], true),
    (Png, "png", "image/png", &["png"], true),
    (Webp, "webp", "image/webp", &["webp"], true),
    (Pdf, "pdf", "application/pdf", &["pdf"], true),
    (Text, "text", "text/plain; charset=utf-8", &["txt", "md", "log", "ics"], true),
    (TextCp932, "text-cp932", "text/plain; charset=shift_jis", &["txt", "md", "log"], true),
    (Csv, "csv", "text/csv; charset=utf-8", &["csv", "tsv"], false),
    (CsvCp932, "csv-cp932", "text/csv; charset=shift_jis", &["csv", "tsv"], false),
    (Json, "json", "application/json", &["json", "geojson"], false),
    // These run scripts, or can: only ever downloads.
    (Html, "html", "text/html; charset=utf-8", &["html", "htm"], false),
    (Svg, "svg", "image/svg+xml", &["svg"], false),
    (Xml, "xml", "application/xml", &["xml", "gml", "kml"], false),
    (Zip, "zip", "application/zip", &["zip"], false),
    (
        Docx,
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        &["docx"],
        false,
    ),
    (Xlsx, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"], false),
    (
        Pptx,
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        &["pptx"],
        false,
    ),
    (Odt, "odt", "application/vnd.oasis.opendocument.text", &["odt"], false),
    (Ods, "ods", "application/vnd.oasis.opendocument.spreadsheet", &["ods"], false),
    (Odp, "odp", "application/vnd.oasis.opendocument.presentation", &["odp"], false),
];

/// The head of a file in which its kind shows.
const HEAD: usize = 4_096;
/// Names are cut to this.
const NAME_CHARS: usize = 120;

impl FileKind {
    fn row(self) -> &'static (FileKind, &'static str, &'static str, &'static [&'static str], bool) {
        const FIRST: &(FileKind, &str, &str, &[&str], bool) =
            &(Zip, "zip", "application/zip", &["zip"], false);
        KINDS.iter().find(|row| row.0 == self).unwrap_or(FIRST)
    }

    pub fn code(self) -> &'static str {
        self.row().1
    }

    pub fn from_code(code: &str) -> Option<FileKind> {
        KINDS.iter().find(|row| row.1 == code).map(|row| row.0)
    }

    pub fn media_type(self) -> &'static str {
        self.row().2
    }

    /// Whether a browser may show it in place; otherwise it is a download.
    pub fn is_shown_in_place(self) -> bool {
        self.row().4
    }

    pub fn is_picture(self) -> bool {
        matches!(self, Jpeg | Png | Webp)
    }

    /// What content is: `None` for a kind that is not taken. The name says which text a text is.
    pub fn of(content: &[u8], name: &str) -> Option<FileKind> {
        let starts = |with: &[u8]| content.starts_with(with);
        if starts(b"\xff\xd8\xff") {
            return Some(Jpeg);
        }
        if starts(b"\x89PNG\r\n\x1a\n") {
            return Some(Png);
        }
        if starts(b"RIFF") && content.get(8..12) == Some(b"WEBP") {
            return Some(Webp);
        }
        if starts(b"%PDF-") {
            return Some(Pdf);
        }
        if starts(b"PK\x03\x04") {
            return packed(content);
        }
        text(content, &ending(name))
    }

    /// A name that fits what the file is: no folders, no control characters, and an ending that does not lie.
    pub fn fitting_name(self, name: &str) -> String {
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let clean: String = last
            .chars()
            .filter(|c| {
                !c.is_control()
                    && !matches!(c, '"' | '<' | '>' | ':' | '|' | '?' | '*' | '\u{202a}'..='\u{202e}')
            })
            .take(NAME_CHARS)
            .collect();
        let clean = clean.trim().trim_matches('.');
        let endings = self.row().3;
        let usual = endings.first().copied().unwrap_or("bin");
        match clean.rsplit_once('.') {
            Some((stem, end)) if !stem.is_empty() && endings.contains(&end.to_ascii_lowercase().as_str()) => {
                clean.to_owned()
            }
            _ if clean.is_empty() => format!("file.{usual}"),
            _ => format!("{clean}.{usual}"),
        }
    }
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase()).unwrap_or_default()
}

/// Zip archives: office documents by what is in them. Those with macros are not taken.
fn packed(content: &[u8]) -> Option<FileKind> {
    let holds = |name: &[u8]| memchr::memmem::find(content, name).is_some();
    if holds(b"vbaProject.bin") {
        return None;
    }
    // An OpenDocument file begins with its own media type.
    if content.get(30..38) == Some(b"mimetype") {
        let named = content.get(38..120.min(content.len())).unwrap_or_default();
        let is = |kind: FileKind| named.starts_with(kind.media_type().as_bytes());
        return [Odt, Ods, Odp].into_iter().find(|kind| is(*kind));
    }
    let office = [
        (Docx, &b"word/document.xml"[..]),
        (Xlsx, &b"xl/workbook.xml"[..]),
        (Pptx, &b"ppt/presentation.xml"[..]),
    ];
    Some(office.into_iter().find(|(_, part)| holds(part)).map_or(Zip, |(kind, _)| kind))
}

fn text(content: &[u8], ending: &str) -> Option<FileKind> {
    let controls = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
    if content.is_empty() || content.iter().any(controls) {
        return None;
    }
    let is_utf8 = std::str::from_utf8(content).is_ok();
    if !is_utf8 && SHIFT_JIS.decode_without_bom_handling_and_without_replacement(content).is_none() {
        return None;
    }
    // Markup is ASCII in either encoding.
    let head: Vec<u8> = content.iter().take(HEAD).map(u8::to_ascii_lowercase).collect();
    let begin = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let holds = |tag: &[u8]| memchr::memmem::find(&head, tag).is_some();
    if begin.starts_with(b"<") {
        if holds(b"<svg") && !holds(b"<html") {
            return Some(Svg);
        }
        if begin.starts_with(b"<?xml") && !holds(b"<html") {
            return Some(Xml);
        }
        // Whatever else begins with a tag, a browser could take for a page.
        return Some(Html);
    }
    if holds(b"<script") || holds(b"<html") {
        return Some(Html);
    }
    Some(match ending {
        "csv" | "tsv" if is_utf8 => Csv,
        "csv" | "tsv" => CsvCp932,
        "json" | "geojson" if is_utf8 => Json,
        _ if is_utf8 => Text,
        _ => TextCp932,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn content_says_what_a_file_is_and_its_name_does_not() {
        assert_eq!(FileKind::of(b"\xff\xd8\xff\xe0", "a.txt"), Some(Jpeg));
        assert_eq!(FileKind::of(b"%PDF-1.7", "a.jpg"), Some(Pdf));
        assert_eq!(FileKind::of(b"MZ\x90\x00\x03", "photo.jpg"), None);
        assert_eq!(FileKind::of(b"\x7fELF\x02\x01", "a.txt"), None);
        assert_eq!(FileKind::of(b"", "a.txt"), None);
        assert_eq!(FileKind::of(b" <!DOCTYPE html><p>", "a.txt"), Some(Html));
        assert_eq!(FileKind::of(b"hello <script>alert(1)</script>", "a.txt"), Some(Html));
        assert_eq!(FileKind::of(b"<?xml version='1.0'?><svg xmlns=''/>", "a.png"), Some(Svg));
        assert_eq!(FileKind::of("名称,住所\n".as_bytes(), "a.CSV"), Some(Csv));
        assert_eq!(FileKind::of(&SHIFT_JIS.encode("名称,住所\n").0, "a.csv"), Some(CsvCp932));
        assert_eq!(FileKind::of(b"PK\x03\x04....word/document.xml", "a.zip"), Some(Docx));
        assert_eq!(FileKind::of(b"PK\x03\x04..xl/workbook.xml..xl/vbaProject.bin", "a.xlsx"), None);
    }

    #[test]
    fn names_have_no_folders_and_endings_do_not_lie() {
        assert_eq!(Pdf.fitting_name("../../お知らせ.pdf"), "お知らせ.pdf");
        assert_eq!(Html.fitting_name("C:\\x\\invoice.pdf"), "invoice.pdf.html");
        assert_eq!(Jpeg.fitting_name("IMG.JPEG"), "IMG.JPEG");
        assert_eq!(Png.fitting_name(""), "file.png");
        assert_eq!(Png.fitting_name(".png"), "png.png");
    }

    #[test]
    fn what_could_run_is_never_shown_in_place() {
        for kind in [Html, Svg, Xml, Json, Zip] {
            assert!(!kind.is_shown_in_place());
        }
    }

    proptest! {
        #[test]
        fn any_content_is_judged_without_a_crash(content in proptest::collection::vec(any::<u8>(), 0..300), name in "\\PC{0,40}") {
            let kind = FileKind::of(&content, &name).unwrap_or(Zip);
            let name = kind.fitting_name(&name);
            prop_assert!(!name.is_empty() && !name.contains(['/', '\\']) && name.contains('.'));
            prop_assert_eq!(FileKind::from_code(kind.code()), Some(kind));
        }
    }
}
