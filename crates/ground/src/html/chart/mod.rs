//! Charts as inline SVG. A table with the same figures always stands beside the picture; markers, dashes and patterns tell series
//! apart without colour; positions across are percentages, so that words keep their size from a phone to a wide screen.

mod bar;
mod line;
mod mark;
mod scale;

use super::text::{decimal, element_id, plain, say};
use super::{Col, Table};
use crate::words::Tongue;
use maud::{Markup, html};

/// Looks that can be told apart. More series than this are shown in the table only: nobody can read a chart with seven lines.
const SERIES_MAX: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Line,
    Bar,
    Stacked,
}

#[derive(Clone, Debug)]
struct Series {
    name: String,
    values: Vec<Option<f64>>,
}

impl Series {
    fn at(&self, at: usize) -> Option<f64> {
        self.values.get(at).copied().flatten().filter(|v| v.is_finite())
    }
}

/// A chart with its figures.
#[derive(Clone, Debug)]
pub struct Chart {
    kind: Kind,
    id: String,
    title: String,
    text: Option<String>,
    unit: String,
    places: usize,
    across: String,
    labels: Vec<String>,
    series: Vec<Series>,
    floating: bool,
    open: bool,
}

impl Chart {
    fn new(kind: Kind, id: impl AsRef<str>, title: impl Into<String>) -> Self {
        Self {
            kind,
            id: element_id("chart", id.as_ref()),
            title: title.into(),
            text: None,
            unit: String::new(),
            places: 0,
            across: String::new(),
            labels: Vec::new(),
            series: Vec::new(),
            floating: false,
            open: false,
        }
    }

    /// Change over time. `id` must be unique in the page.
    pub fn line(id: impl AsRef<str>, title: impl Into<String>) -> Self {
        Self::new(Kind::Line, id, title)
    }

    /// Amounts side by side, as lying bars: Japanese names of places and departments need the width.
    pub fn bar(id: impl AsRef<str>, title: impl Into<String>) -> Self {
        Self::new(Kind::Bar, id, title)
    }

    /// Parts of a whole. Parts below zero cannot be stacked and are drawn as nothing; the table has them.
    pub fn stacked(id: impl AsRef<str>, title: impl Into<String>) -> Self {
        Self::new(Kind::Stacked, id, title)
    }

    /// What the chart says, in a sentence. It is shown, and it is the description for those who do not see the picture.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    pub fn unit(mut self, unit: impl Into<String>) -> Self {
        self.unit = unit.into();
        self
    }

    /// Decimal places of the printed figures.
    pub fn places(mut self, places: usize) -> Self {
        self.places = places.min(6);
        self
    }

    /// The points across (months, places) and what they are called in the table, such as 「年度」.
    pub fn across(
        mut self,
        name: impl Into<String>,
        labels: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.across = name.into();
        self.labels = labels.into_iter().map(Into::into).collect();
        self
    }

    pub fn series(mut self, name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        self.series.push(Series { name: name.into(), values: values.into_iter().map(Some).collect() });
        self
    }

    /// A series with gaps: a suppressed or missing figure is a gap, never a zero.
    pub fn series_with_gaps(
        mut self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = Option<f64>>,
    ) -> Self {
        self.series.push(Series { name: name.into(), values: values.into_iter().collect() });
        self
    }

    /// Lets the axis of a line chart begin above zero, for figures that only vary a little.
    pub fn floating(mut self) -> Self {
        self.floating = true;
        self
    }

    /// Shows the table at once instead of folded.
    pub fn open_table(mut self) -> Self {
        self.open = true;
        self
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        let shown = self.series.get(..SERIES_MAX).unwrap_or(&self.series);
        let any = shown.iter().any(|s| (0..self.labels.len()).any(|at| s.at(at).is_some()));
        html! {
            figure class="chart" {
                figcaption {
                    p class="chart-title" { (say(&self.title)) }
                    @if let Some(text) = &self.text { p class="chart-text" { (say(text)) } }
                    @if !self.unit.is_empty() { p class="chart-unit" { (say(&t.tf("kit-chart-unit", &[("unit", &self.unit)]))) } }
                }
                @if any {
                    @if shown.len() > 1 { (self.legend(shown)) }
                    (self.picture(shown, t))
                } @else { p class="quiet" { (say(t.t("kit-chart-none"))) } }
                details class="more" open[self.open] {
                    summary { (say(t.t("kit-chart-table"))) }
                    div class="more-body" { (self.table(t)) }
                }
            }
        }
    }

    fn picture(&self, shown: &[Series], t: &Tongue) -> Markup {
        let (height, drawing) = match self.kind {
            Kind::Line => line::draw(self, shown, t.lang()),
            Kind::Bar => bar::draw(self, shown),
            Kind::Stacked => bar::draw_stacked(self, shown, t),
        };
        let text = self.text.as_deref().unwrap_or_else(|| t.t("kit-chart-table"));
        html! {
            svg class="chart-picture" role="img" width="100%" height=(height) aria-labelledby={ (self.id) "-title" } aria-describedby={ (self.id) "-desc" } {
                title id={ (self.id) "-title" } { (plain(&self.title)) }
                desc id={ (self.id) "-desc" } { (plain(text)) }
                @if self.kind != Kind::Line { defs { @for look in 1..=shown.len() { (mark::pattern(&self.id, look)) } } }
                (drawing)
            }
        }
    }

    /// Names beside their marks, above the picture, in the order of the table.
    fn legend(&self, shown: &[Series]) -> Markup {
        html! {
            ul class="chart-legend" {
                @for (look, series) in (1..).zip(shown) {
                    li {
                        @if self.kind == Kind::Line { (mark::line_sample(look)) } @else { (mark::bar_sample(&self.id, look)) }
                        span { (say(&series.name)) }
                    }
                }
            }
        }
    }

    fn table(&self, t: &Tongue) -> Markup {
        let first = if self.across.is_empty() { t.t("kit-chart-item") } else { &self.across };
        let totals = self.kind == Kind::Stacked;
        let mut table = Table::new(self.title.clone())
            .scrolling()
            .column(Col::new(first))
            .columns(self.series.iter().map(|s| Col::number(s.name.clone())));
        if totals {
            table = table.column(Col::number(t.t("kit-chart-total")));
        }
        for (at, label) in self.labels.iter().enumerate() {
            let mut cells = vec![html! { (say(label)) }];
            cells.extend(self.series.iter().map(|s| match s.at(at) {
                Some(value) => html! { (self.figure(value)) },
                None => html! { span class="quiet" { (say(t.t("kit-chart-missing"))) } },
            }));
            if totals {
                let total: f64 = self.series.iter().filter_map(|s| s.at(at)).sum();
                cells.push(html! { (self.figure(total)) });
            }
            table = table.row(cells);
        }
        table.render(t)
    }

    fn figure(&self, value: f64) -> String {
        decimal(value, self.places)
    }
}
