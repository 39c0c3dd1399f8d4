//! Tables. On phones each row becomes a labelled block, so nothing scrolls sideways.

use super::text::{plain, safe_href, say};
use super::{Icon, icon};
use crate::words::Tongue;
use maud::{Markup, html};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    None,
    Ascending,
    Descending,
}

/// A column: its heading, whether it holds numbers, and the address that sorts by it.
#[derive(Clone, Debug)]
pub struct Col {
    label: String,
    numeric: bool,
    sort: Option<(String, Sort)>,
}

impl Col {
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), numeric: false, sort: None }
    }

    pub fn number(label: impl Into<String>) -> Self {
        Self { numeric: true, ..Self::new(label) }
    }

    /// A heading that is a link; `now` says how the table is sorted by this column at present.
    pub fn sort(mut self, href: impl Into<String>, now: Sort) -> Self {
        self.sort = Some((href.into(), now));
        self
    }
}

#[derive(Clone, Debug)]
pub struct Table {
    caption: String,
    quiet_caption: bool,
    columns: Vec<Col>,
    rows: Vec<Vec<Markup>>,
    row_header: bool,
    stacked: bool,
    csv: Option<String>,
    empty: Option<String>,
}

impl Table {
    pub fn new(caption: impl Into<String>) -> Self {
        Self {
            caption: caption.into(),
            quiet_caption: false,
            columns: Vec::new(),
            rows: Vec::new(),
            row_header: true,
            stacked: true,
            csv: None,
            empty: None,
        }
    }

    /// Keeps the caption for screen readers only, where a heading just above says the same.
    pub fn quiet_caption(mut self) -> Self {
        self.quiet_caption = true;
        self
    }

    pub fn column(mut self, column: Col) -> Self {
        self.columns.push(column);
        self
    }

    pub fn columns(mut self, columns: impl IntoIterator<Item = Col>) -> Self {
        self.columns.extend(columns);
        self
    }

    pub fn row(mut self, cells: impl IntoIterator<Item = Markup>) -> Self {
        self.rows.push(cells.into_iter().collect());
        self
    }

    pub fn rows<C: IntoIterator<Item = Markup>>(mut self, rows: impl IntoIterator<Item = C>) -> Self {
        self.rows.extend(rows.into_iter().map(|cells| cells.into_iter().collect()));
        self
    }

    /// For tables whose first column does not name the row.
    pub fn no_row_header(mut self) -> Self {
        self.row_header = false;
        self
    }

    /// Stays a table on phones and scrolls inside its frame, for figures that are compared across rows.
    pub fn scrolling(mut self) -> Self {
        self.stacked = false;
        self
    }

    pub fn csv(mut self, href: impl Into<String>) -> Self {
        self.csv = Some(href.into());
        self
    }

    /// What is said when there are no rows.
    pub fn empty(mut self, text: impl Into<String>) -> Self {
        self.empty = Some(text.into());
        self
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        let wrap = if self.stacked { "table-wrap" } else { "table-wrap table-scrolls" };
        // A frame that scrolls must be reachable by keyboard (WCAG 2.1.1) and then needs a name.
        // A group, not a region: twenty tables would be twenty landmarks.
        html! {
            div class="table-block" {
                div class=(wrap) role="group" aria-label=(plain(&self.caption)) tabindex="0" {
                    // Roles are written out because stacked rows change `display`, and some browsers drop the table meaning then.
                    table class=(if self.stacked { "table table-stacked" } else { "table" }) role="table" {
                        caption class=[self.quiet_caption.then_some("hidden-text")] { (say(&self.caption)) }
                        thead role="rowgroup" { tr role="row" { @for column in &self.columns { (heading(column, t)) } } }
                        tbody role="rowgroup" {
                            @for row in &self.rows { tr role="row" { @for (at, cell) in row.iter().enumerate() { (self.cell(at, cell)) } } }
                            @if self.rows.is_empty() {
                                tr role="row" class="table-empty" {
                                    td role="cell" colspan=(self.columns.len().max(1)) { (say(self.empty.as_deref().unwrap_or_else(|| t.t("kit-table-empty")))) }
                                }
                            }
                        }
                    }
                }
                @if let Some(href) = &self.csv {
                    p class="table-more" { a href=(safe_href(href)) download { (icon(Icon::Download)) (say(t.t("kit-table-csv"))) } }
                }
            }
        }
    }

    fn cell(&self, at: usize, cell: &Markup) -> Markup {
        let column = self.columns.get(at);
        let numeric = column.is_some_and(|c| c.numeric);
        let label = column.map(|c| plain(&c.label));
        let class = if numeric { Some("number") } else { is_figure(&cell.0).then_some("nowrap") };
        html! {
            @if at == 0 && self.row_header {
                th role="rowheader" scope="row" class=[class] { (cell) }
            } @else {
                td role="cell" class=[class] data-label=[label] { @if self.stacked { div class="cell" { (cell) } } @else { (cell) } }
            }
        }
    }
}

/// A date, a time, a number: broken over two lines it would be two other figures.
fn is_figure(cell: &str) -> bool {
    !cell.is_empty()
        && cell.len() <= 20
        && cell.bytes().all(|byte| byte.is_ascii_digit() || b" -:/.,+".contains(&byte))
}

fn heading(column: &Col, t: &Tongue) -> Markup {
    let sorted = column.sort.as_ref().and_then(|(_, now)| match now {
        Sort::None => None,
        Sort::Ascending => Some(("ascending", "▲", "kit-sort-ascending")),
        Sort::Descending => Some(("descending", "▼", "kit-sort-descending")),
    });
    html! {
        th role="columnheader" scope="col" class=[column.numeric.then_some("number")] aria-sort=[sorted.map(|s| s.0)] {
            @if let Some((href, _)) = &column.sort {
                a class="sort" href=(safe_href(href)) {
                    (say(&column.label)) " "
                    span class="sort-mark" aria-hidden="true" { (sorted.map_or("↕", |s| s.1)) }
                    span class="hidden-text" { (plain(t.t(sorted.map_or("kit-sort-none", |s| s.2)))) }
                }
            } @else { (say(&column.label)) }
        }
    }
}
