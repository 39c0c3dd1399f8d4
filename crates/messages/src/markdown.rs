//! The Markdown that staff write: a small, safe part of it, and nothing else reaches a page.
//!
//! Text is parsed into a tree that can only hold what is allowed here (headings, paragraphs, lists, quotations, tables,
//! bold, links to own paths, https, mail and telephone); the tree is rendered with maud, which escapes. HTML is shown
//! as the letters that were typed. A line end is a line end, as people who do not know Markdown expect.

use ground::door::is_own_path;
use ground::html::{plain, say};
use ground::words::Tongue;
use maud::{Markup, html};
use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream};

/// Lists in lists in quotations: deeper than this, only the text is kept.
const DEPTH_MAX: usize = 12;
/// Longest address of a link.
const LINK_CHARS_MAX: usize = 2_000;

enum Block {
    Heading(u8, Vec<Inline>),
    Paragraph(Vec<Inline>),
    /// Text that stands directly in a list item.
    Bare(Vec<Inline>),
    List(Option<u64>, Vec<Block>),
    Item(Vec<Block>),
    Quote(Vec<Block>),
    Table(Vec<Vec<Vec<Inline>>>),
    Rule,
}

enum Inline {
    Text(String),
    Break,
    Strong(Vec<Inline>),
    Link(String, Vec<Inline>),
}

/// What the text holds that is not part of the subset: a word for the field, and what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub word: &'static str,
    pub what: String,
}

fn events(text: &str) -> impl Iterator<Item = Event<'_>> {
    TextMergeStream::new(Parser::new_ext(text, Options::ENABLE_TABLES))
}

/// Shows a text.
pub fn render(t: &Tongue, text: &str) -> Markup {
    let blocks = tree(text);
    let mut last = 1;
    html! { @for block in &blocks { (show(t, block, &mut last)) } }
}

/// What is in the text that will not be shown as meant, so that its writer hears of it.
pub fn unknown(text: &str) -> Vec<Unknown> {
    let mut out = Vec::new();
    let mut add = |word, what: &str| {
        let what: String = what.trim().chars().take(60).collect();
        let found = Unknown { word, what };
        if !out.contains(&found) {
            out.push(found);
        }
    };
    for event in events(text) {
        match event {
            Event::Html(raw) | Event::InlineHtml(raw) => add("field-markdown-html", &raw),
            Event::Start(Tag::Image { dest_url, .. }) => add("field-markdown-image", &dest_url),
            Event::Start(Tag::Link { link_type, dest_url, .. }) if target(link_type, &dest_url).is_none() => {
                add("field-markdown-link", &dest_url);
            }
            _ => {}
        }
    }
    out
}

/// The bare text, for the search and for summaries. Readings are left out.
pub fn words(text: &str) -> String {
    let mut out = String::new();
    for event in events(text) {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(&plain(&text)),
            // Bold words and links stand within a sentence; everything else ends one.
            Event::End(TagEnd::Strong | TagEnd::Emphasis | TagEnd::Link) => {}
            Event::SoftBreak | Event::HardBreak | Event::End(_) if !out.ends_with(' ') => out.push(' '),
            _ => {}
        }
    }
    out.trim_end().to_owned()
}

/// Where a link may lead; `None` for anything that could run or that no reader expects.
fn target(kind: LinkType, to: &str) -> Option<String> {
    let to = to.trim();
    if kind == LinkType::Email {
        return target(LinkType::Inline, &format!("mailto:{to}"));
    }
    let clean =
        to.chars().count() <= LINK_CHARS_MAX && !to.chars().any(|c| c.is_control() || c.is_whitespace());
    let rest_of = |scheme: &str| {
        let (start, rest) = to.split_at_checked(scheme.len())?;
        (start.eq_ignore_ascii_case(scheme) && !rest.is_empty() && !rest.starts_with('/')).then_some(())
    };
    let known = is_own_path(to)
        || rest_of("https://").is_some()
        || rest_of("mailto:").is_some()
        || rest_of("tel:").is_some();
    (clean && known).then(|| to.to_owned())
}

/// What is open while the text is read.
struct Frame {
    kind: Kind,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
    rows: Vec<Vec<Vec<Inline>>>,
    cells: Vec<Vec<Inline>>,
}

enum Kind {
    Root,
    Paragraph,
    Heading(u8),
    List(Option<u64>),
    Item,
    Quote,
    Table,
    Row,
    Cell,
    Strong,
    Link(Option<String>),
    /// Nothing of its own: what is inside belongs to the frame around it.
    Open,
}

impl Frame {
    fn new(kind: Kind) -> Frame {
        Frame { kind, blocks: Vec::new(), inlines: Vec::new(), rows: Vec::new(), cells: Vec::new() }
    }

    /// Text that stands between blocks becomes a block of its own.
    fn settle(&mut self) {
        if !self.inlines.is_empty() {
            self.blocks.push(Block::Bare(std::mem::take(&mut self.inlines)));
        }
    }

    /// Puts a finished frame into the one around it.
    fn take(&mut self, mut done: Frame) {
        match done.kind {
            Kind::Paragraph => self.block(Block::Paragraph(done.inlines)),
            Kind::Heading(level) => self.block(Block::Heading(level, done.inlines)),
            Kind::List(start) => self.block(Block::List(start, done.blocks)),
            Kind::Item => {
                done.settle();
                self.block(Block::Item(done.blocks));
            }
            Kind::Quote => {
                done.settle();
                self.block(Block::Quote(done.blocks));
            }
            Kind::Table => self.block(Block::Table(done.rows)),
            Kind::Row => self.rows.push(done.cells),
            Kind::Cell => self.cells.push(done.inlines),
            Kind::Strong => self.inlines.push(Inline::Strong(done.inlines)),
            Kind::Link(Some(to)) => self.inlines.push(Inline::Link(to, done.inlines)),
            Kind::Link(None) | Kind::Open | Kind::Root => {
                if !done.blocks.is_empty() {
                    done.settle();
                    self.settle();
                    self.blocks.append(&mut done.blocks);
                } else {
                    self.inlines.append(&mut done.inlines);
                }
                self.rows.append(&mut done.rows);
                self.cells.append(&mut done.cells);
            }
        }
    }

    fn block(&mut self, block: Block) {
        self.settle();
        self.blocks.push(block);
    }
}

fn tree(text: &str) -> Vec<Block> {
    let mut stack = Vec::new();
    let mut top = Frame::new(Kind::Root);
    for event in events(text) {
        match event {
            Event::Start(tag) => {
                let kind = if stack.len() < DEPTH_MAX { kind_of(tag) } else { Kind::Open };
                stack.push(std::mem::replace(&mut top, Frame::new(kind)));
            }
            Event::End(tag) => {
                if let Some(around) = stack.pop() {
                    let done = std::mem::replace(&mut top, around);
                    top.take(done);
                    // Blocks whose frame was not kept must not run into each other.
                    if stack.len() >= DEPTH_MAX && matches!(tag, TagEnd::Paragraph | TagEnd::Item) {
                        top.inlines.push(Inline::Break);
                    }
                }
            }
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                top.inlines.push(Inline::Text(text.into_string()));
            }
            Event::SoftBreak | Event::HardBreak => top.inlines.push(Inline::Break),
            Event::Rule => top.block(Block::Rule),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                top.inlines.push(Inline::Text(text.into_string()));
            }
            Event::TaskListMarker(_) => {}
        }
    }
    top.settle();
    top.blocks
}

fn kind_of(tag: Tag<'_>) -> Kind {
    match tag {
        Tag::Paragraph | Tag::CodeBlock(_) | Tag::HtmlBlock => Kind::Paragraph,
        Tag::Heading { level, .. } => Kind::Heading(match level {
            // The page's title is the first level.
            HeadingLevel::H1 | HeadingLevel::H2 => 2,
            HeadingLevel::H3 => 3,
            _ => 4,
        }),
        Tag::BlockQuote(_) => Kind::Quote,
        Tag::List(start) => Kind::List(start),
        Tag::Item => Kind::Item,
        Tag::Table(_) => Kind::Table,
        Tag::TableHead | Tag::TableRow => Kind::Row,
        Tag::TableCell => Kind::Cell,
        Tag::Emphasis | Tag::Strong => Kind::Strong,
        Tag::Link { link_type, dest_url, .. } => Kind::Link(target(link_type, &dest_url)),
        _ => Kind::Open,
    }
}

/// `last` is the level of the heading before: levels never jump, whatever was typed.
fn show(t: &Tongue, block: &Block, last: &mut u8) -> Markup {
    match block {
        Block::Heading(level, inside) => {
            let level = (*level).min(*last + 1);
            *last = level;
            let inside = lines(inside);
            match level {
                2 => html! { h2 { (inside) } },
                3 => html! { h3 { (inside) } },
                _ => html! { h4 { (inside) } },
            }
        }
        Block::Paragraph(inside) => html! { p { (lines(inside)) } },
        Block::Bare(inside) => lines(inside),
        Block::List(start, items) => {
            let inside = html! { @for item in items { (show(t, item, last)) } };
            match start {
                Some(1) => html! { ol { (inside) } },
                Some(start) => html! { ol start=(start) { (inside) } },
                None => html! { ul { (inside) } },
            }
        }
        Block::Item(blocks) => html! { li { @for block in blocks { (show(t, block, last)) } } },
        Block::Quote(blocks) => html! { blockquote { @for block in blocks { (show(t, block, last)) } } },
        Block::Table(rows) => table(t, rows),
        Block::Rule => html! { hr; },
    }
}

/// A table scrolls inside its frame on narrow screens; the frame is named after its columns.
fn table(t: &Tongue, rows: &[Vec<Vec<Inline>>]) -> Markup {
    let Some((head, rows)) = rows.split_first() else { return html! {} };
    let names: Vec<String> = head.iter().map(|cell| text_of(cell)).collect();
    let label = t.tf("messages-table-of", &[("columns", &names.join(t.t("messages-comma")))]);
    html! {
        div class="table-wrap table-scrolls" role="region" aria-label=(label) tabindex="0" {
            table class="table" {
                thead { tr { @for cell in head { th scope="col" { (lines(cell)) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (lines(cell)) } } } } }
            }
        }
    }
}

fn lines(inlines: &[Inline]) -> Markup {
    html! {
        @for inline in inlines {
            @match inline {
                Inline::Text(text) => (say(text)),
                Inline::Break => br;,
                Inline::Strong(inside) => strong { (lines(inside)) },
                Inline::Link(to, inside) => a href=(to) { (lines(inside)) },
            }
        }
    }
}

fn text_of(inlines: &[Inline]) -> String {
    inlines.iter().fold(String::new(), |mut out, inline| {
        match inline {
            Inline::Text(text) => out.push_str(&plain(text)),
            Inline::Break => out.push(' '),
            Inline::Strong(inside) | Inline::Link(_, inside) => out.push_str(&text_of(inside)),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ground::words::{Lang, Words};
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        let words = Words::read(&[ground::floor::WORDS, crate::WORDS]).unwrap();
        render(&words.tongue(Lang::Ja), text).into_string()
    }

    #[test]
    fn the_subset_is_shown() {
        assert_eq!(shown("# 見出し\n\n本文\n次の行"), "<h2>見出し</h2><p>本文<br>次の行</p>");
        assert_eq!(
            shown("- 一\n- **二**\n\n3. 三"),
            "<ul><li>一</li><li><strong>二</strong></li></ul><ol start=\"3\"><li>三</li></ol>"
        );
        assert_eq!(shown("[窓口](/pages/contact)"), "<p><a href=\"/pages/contact\">窓口</a></p>");
        assert_eq!(
            shown("<soumu@example.jp>"),
            "<p><a href=\"mailto:soumu@example.jp\">soumu@example.jp</a></p>"
        );
        assert!(shown("|品目|曜日|\n|-|-|\n|紙|月|").contains("<th scope=\"col\">品目</th>"));
        assert!(shown("｜避難所《ひなんじょ》へ").contains("<rt>ひなんじょ</rt>"));
    }

    #[test]
    fn headings_never_jump_a_level() {
        assert_eq!(shown("#### 深い\n\n## 章\n\n#### 節"), "<h2>深い</h2><h2>章</h2><h3>節</h3>");
    }

    #[test]
    fn html_is_shown_as_letters_and_reported() {
        assert_eq!(shown("a <b>c</b>"), "<p>a &lt;b&gt;c&lt;/b&gt;</p>");
        let found = unknown("<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![図](/a.png)");
        let words: Vec<_> = found.iter().map(|unknown| unknown.word).collect();
        assert_eq!(words, ["field-markdown-html", "field-markdown-link", "field-markdown-image"]);
        assert_eq!(unknown("[市役所](https://example.jp) [電話](tel:0312345678)"), []);
    }

    #[test]
    fn links_that_lead_elsewhere_keep_only_their_words() {
        for to in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "//evil.example",
            "http://a.example",
            "https://",
            "a.html",
        ] {
            assert_eq!(shown(&format!("[ことば](<{to}>)")), "<p>ことば</p>", "{to}");
        }
    }

    #[test]
    fn deep_nesting_ends() {
        let html = shown(&format!("{} 底", ">".repeat(20_000)));
        assert!(html.contains("底"));
        assert!(html.matches("<blockquote>").count() <= DEPTH_MAX);
    }

    #[test]
    fn words_are_what_a_search_reads() {
        let text = "# ｜避難所《ひなんじょ》\n\n- [一覧](/x)、**三**だ\n- 二";
        assert_eq!(words(text), "避難所 一覧、三だ 二");
    }

    const TAGS: [&str; 24] = [
        "p",
        "br",
        "h2",
        "h3",
        "h4",
        "ul",
        "ol",
        "li",
        "strong",
        "a",
        "blockquote",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "div",
        "ruby",
        "rp",
        "rt",
        "em",
        "code",
    ];
    const ATTRIBUTES: [&str; 7] = ["href", "start", "class", "scope", "role", "tabindex", "aria-label"];

    /// Reads the tags of what was rendered: a name, attributes in double quotes, nothing else.
    fn check(html: &str) -> Result<(), String> {
        let mut rest = html;
        while let Some((_, after)) = rest.split_once('<') {
            let (tag, tail) = after.split_once('>').ok_or("an open tag")?;
            rest = tail;
            let tag = tag.trim_start_matches('/');
            let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            if !TAGS.contains(&name) {
                return Err(format!("the tag {name}"));
            }
            while !attributes.is_empty() {
                let (key, value) = attributes.split_once("=\"").ok_or("a bare attribute")?;
                let (value, next) = value.split_once('"').ok_or("an open attribute")?;
                attributes = next.trim_start();
                if !ATTRIBUTES.contains(&key) {
                    return Err(format!("the attribute {key}"));
                }
                let safe = ["https://", "mailto:", "tel:"]
                    .iter()
                    .any(|start| value.to_lowercase().starts_with(start));
                if key == "href" && !safe && (!value.starts_with('/') || value.starts_with("//")) {
                    return Err(format!("the address {value}"));
                }
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn no_text_yields_anything_but_the_subset(text in "\\PC{0,200}") {
            prop_assert_eq!(check(&shown(&text)), Ok(()));
        }

        #[test]
        fn no_markup_yields_anything_but_the_subset(
            pieces in proptest::collection::vec(prop::sample::select(vec![
                "<script>", "</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "[b]: javascript:x",
                "[b]", "![i](javascript:x)", "<javascript:alert(1)>", "<https://a.example/\"onclick=\"x>", "**", "*", "`",
                "\n", "\n\n", "- ", "1. ", "> ", "# ", "|a|b|\n|-|-|\n|c|d|\n", "    ", "&lt;", "&#106;avascript:", "\\",
                "(", ")", "[", "]", "\"", "'", "｜", "《", "》", "x", "<!--", "-->", "<a href=\"", "](/x\"onmouseover=\"y)",
                "[c](java\tscript:x)", "[d](&#x6A;avascript:x)", "[e](/ok)", "[f](\\\\evil)", "[g](/\\evil)",
            ]), 0..30)
        ) {
            let text: String = pieces.concat();
            prop_assert_eq!(check(&shown(&text)), Ok(()), "{}", text);
            let _ = (unknown(&text), words(&text));
        }
    }
}
