//! Lines over time.

use super::mark::{marker, piece};
use super::scale::Scale;
use super::{Chart, Series};
use crate::words::Lang;
use maud::{Markup, html};

const TOP_PX: f64 = 28.0;
const BOTTOM_PX: f64 = 248.0;
const HEIGHT_PX: u32 = 284;
/// Labels below the axis, on wide screens and on phones.
const LABELS_WIDE: usize = 12;
const LABELS_NARROW: usize = 5;
/// Above this, markers hide the line they mark.
const MARKERS_MAX: usize = 36;
/// Two printed figures closer than this cannot be read.
const FIGURE_APART_PX: f64 = 18.0;

pub(super) fn draw(chart: &Chart, shown: &[Series], lang: Lang) -> (u32, Markup) {
    let count = chart.labels.len();
    let values = shown.iter().flat_map(|s| (0..count).filter_map(|at| s.at(at)));
    let scale = Scale::over(values, !chart.floating);
    let y = |value: f64| BOTTOM_PX - scale.part(value) * (BOTTOM_PX - TOP_PX);
    let markup = html! {
        @for tick in scale.ticks() {
            line class=(if tick == 0.0 { "chart-axis" } else { "chart-grid" }) x1="0" x2="100%"
                y1=(format!("{:.1}", y(tick))) y2=(format!("{:.1}", y(tick))) {}
        }
        // Points stand in a picture within the picture, beside the axis figures; the styles fit its width to the text size.
        svg class="chart-plot" x="13%" width="80%" height="100%" overflow="visible" {
            @for (look, series) in (1..).zip(shown) { (one_line(series, look, count, &y)) }
            (last_figures(chart, shown, count, &y))
            (labels(chart, count))
        }
        @for tick in scale.ticks() { text class="chart-tick" x="0" y=(format!("{:.1}", y(tick) - 5.0)) { (scale.told(tick, lang)) } }
    };
    (HEIGHT_PX, markup)
}

fn x(at: usize, count: usize) -> String {
    let part = if count > 1 { at as f64 / (count - 1) as f64 } else { 0.5 };
    format!("{:.2}%", part * 100.0)
}

fn one_line(series: &Series, look: usize, count: usize, y: &impl Fn(f64) -> f64) -> Markup {
    // A gap stays a gap: a line across it would invent a figure.
    let pieces = (1..count).filter_map(|at| Some((at, series.at(at - 1)?, series.at(at)?)));
    let points = (0..count).filter_map(|at| Some((at, series.at(at)?)));
    let lonely = |at: usize| (at == 0 || series.at(at - 1).is_none()) && series.at(at + 1).is_none();
    html! {
        @for (at, from, to) in pieces { (piece(look, (&x(at - 1, count), y(from)), (&x(at, count), y(to)))) }
        @for (at, value) in points {
            @if count <= MARKERS_MAX || at + 1 == count || lonely(at) { (marker(look, &x(at, count), y(value))) }
        }
    }
}

/// The newest figure of every line, printed where it does not cover another.
fn last_figures(chart: &Chart, shown: &[Series], count: usize, y: &impl Fn(f64) -> f64) -> Markup {
    let mut placed: Vec<f64> = Vec::new();
    let mut figures = Vec::new();
    for series in shown {
        let newest = (0..count).rev().find_map(|at| Some((at, series.at(at)?)));
        let Some((at, value)) = newest else { continue };
        let height = (y(value) - 12.0).max(14.0);
        if placed.iter().all(|p| (p - height).abs() >= FIGURE_APART_PX) {
            placed.push(height);
            figures.push((x(at, count), height, chart.figure(value)));
        }
    }
    html! {
        @for (x, height, figure) in figures {
            text class="chart-figure" x=(x) y=(format!("{height:.1}")) text-anchor="middle" { (figure) }
        }
    }
}

/// Counted from the newest, so that the newest is always named.
fn labels(chart: &Chart, count: usize) -> Markup {
    let wide = count.div_ceil(LABELS_WIDE).max(1);
    let narrow = count.div_ceil(LABELS_NARROW).max(1);
    // A narrow step that is a multiple of the wide one keeps the labels evenly spaced on phones.
    let narrow = narrow.div_ceil(wide) * wide;
    html! {
        @for (at, label) in chart.labels.iter().enumerate() {
            @let back = count - 1 - at;
            @if back.is_multiple_of(wide) {
                text class=(if back.is_multiple_of(narrow) { "chart-label" } else { "chart-label chart-label-minor" })
                    x=(x(at, count)) y=(HEIGHT_PX - 12) text-anchor="middle" { (super::plain(label)) }
            }
        }
    }
}
