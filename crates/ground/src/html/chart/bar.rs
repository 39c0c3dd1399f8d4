//! Lying bars, single, grouped or stacked. Every bar has its figure printed at its end.

use super::mark::fill;
use super::scale::Scale;
use super::{Chart, Series};
use crate::words::Tongue;
use maud::{Markup, html};

const BAR_PX: f64 = 22.0;
const GAP_PX: f64 = 4.0;
const LABEL_PX: f64 = 26.0;
const BETWEEN_PX: f64 = 16.0;
/// Bars end here, so that their figures fit behind them on a phone.
const WIDTH_PERCENT: f64 = 80.0;
/// Room to the left for figures of bars below zero.
const LEFT_PERCENT: f64 = 18.0;
/// About the width of a digit; the plate behind a figure needs a width, and text has none before it is drawn.
const FIGURE_CHAR_PX: f64 = 8.5;
/// Narrower parts of a stacked bar have no room for their figure.
const FIGURE_PERCENT_MIN: f64 = 14.0;

fn percent(value: f64) -> String {
    format!("{value:.2}%")
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}

pub(super) fn draw(chart: &Chart, shown: &[Series]) -> (u32, Markup) {
    let count = chart.labels.len();
    let scale = Scale::over(shown.iter().flat_map(|s| (0..count).filter_map(|at| s.at(at))), true);
    let left = if scale.low < 0.0 { LEFT_PERCENT } else { 0.0 };
    let x = |value: f64| left + scale.part(value) * (WIDTH_PERCENT - left);
    let row_px = LABEL_PX + shown.len() as f64 * (BAR_PX + GAP_PX) + BETWEEN_PX;
    let height = (row_px * count as f64).ceil();
    let markup = html! {
        @for (at, label) in chart.labels.iter().enumerate() {
            @let top = row_px * at as f64;
            text class="chart-name" x="0" y=(px(top + 18.0)) { (super::plain(label)) }
            line class="chart-axis" x1=(percent(x(0.0))) x2=(percent(x(0.0))) y1=(px(top + LABEL_PX - 2.0)) y2=(px(top + row_px - BETWEEN_PX)) {}
            @for (order, series) in shown.iter().enumerate() {
                @if let Some(value) = series.at(at) {
                    (one_bar(chart, order + 1, value, x(0.0), x(value), top + LABEL_PX + order as f64 * (BAR_PX + GAP_PX)))
                }
            }
        }
    };
    (height as u32, markup)
}

fn one_bar(chart: &Chart, look: usize, value: f64, zero: f64, end: f64, top: f64) -> Markup {
    let (from, to) = if end < zero { (end, zero) } else { (zero, end) };
    let (anchor, away) = if value < 0.0 { ("end", "-6") } else { ("start", "6") };
    html! {
        rect x=(percent(from)) y=(px(top)) width=(percent(to - from)) height=(px(BAR_PX)) fill=(fill(&chart.id, look)) {}
        text class="chart-figure" x=(percent(end)) dx=(away) y=(px(top + 16.5)) text-anchor=(anchor) { (chart.figure(value)) }
    }
}

pub(super) fn draw_stacked(chart: &Chart, shown: &[Series], t: &Tongue) -> (u32, Markup) {
    let count = chart.labels.len();
    let total = |at: usize| shown.iter().filter_map(|s| s.at(at)).map(|v| v.max(0.0)).sum::<f64>();
    let scale = Scale::over((0..count).map(total), true);
    let row_px = LABEL_PX + BAR_PX + 6.0 + BETWEEN_PX;
    let height = (row_px * count as f64).ceil();
    let markup = html! {
        @for (at, label) in chart.labels.iter().enumerate() {
            @let top = row_px * at as f64;
            text class="chart-name" x="0" y=(px(top + 18.0)) { (super::plain(label)) }
            @for part in parts(shown, at) {
                @let from = scale.part(part.from) * WIDTH_PERCENT;
                @let width = scale.part(part.to) * WIDTH_PERCENT - from;
                rect class="chart-part" x=(percent(from)) y=(px(top + LABEL_PX)) width=(percent(width)) height=(px(BAR_PX + 6.0))
                    fill=(fill(&chart.id, part.look)) {}
                @if width >= FIGURE_PERCENT_MIN { (plate(&chart.figure(part.to - part.from), from + width / 2.0, top + LABEL_PX)) }
            }
            text class="chart-figure" x=(percent(scale.part(total(at)) * WIDTH_PERCENT)) dx="6" y=(px(top + LABEL_PX + 19.5)) {
                title { (super::plain(t.t("kit-chart-total"))) }
                (chart.figure(total(at)))
            }
        }
    };
    (height as u32, markup)
}

/// A figure within a patterned bar, on a plate of its own: letters on stripes cannot be read.
fn plate(figure: &str, middle: f64, top: f64) -> Markup {
    let width = figure.chars().count() as f64 * FIGURE_CHAR_PX + 8.0;
    html! {
        svg x=(percent(middle)) y=(px(top + 5.0)) overflow="visible" {
            rect class="chart-plate" x=(px(-width / 2.0)) width=(px(width)) height="18" rx="3" {}
            text class="chart-figure chart-figure-in" x="0" y="14" text-anchor="middle" { (figure) }
        }
    }
}

struct Part {
    look: usize,
    from: f64,
    to: f64,
}

fn parts(shown: &[Series], at: usize) -> Vec<Part> {
    let mut from = 0.0;
    let mut out = Vec::new();
    for (look, series) in (1..).zip(shown) {
        let value = series.at(at).unwrap_or_default().max(0.0);
        if value > 0.0 {
            out.push(Part { look, from, to: from + value });
        }
        from += value;
    }
    out
}
