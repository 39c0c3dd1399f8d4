//! What tells series apart without colour: markers and dashes for lines, patterns for bars.

use maud::{Markup, html};

/// A marker centred on (0, 0); each look has its own shape.
fn shape(look: usize) -> &'static str {
    match look {
        1 => "M5 0A5 5 0 1 1-5 0 5 5 0 1 1 5 0z",
        2 => "M-4.5-4.5h9v9h-9z",
        3 => "M0-6L6 5H-6z",
        4 => "M0-6.5L6.5 0 0 6.5-6.5 0z",
        5 => "M0 6L6-5H-6z",
        _ => "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
    }
}

fn dashes(look: usize) -> Option<&'static str> {
    match look {
        2 => Some("7 4"),
        3 => Some("2 4"),
        4 => Some("10 4 2 4"),
        5 => Some("4 3"),
        6 => Some("12 5"),
        _ => None,
    }
}

pub(super) fn stroke_class(look: usize) -> &'static str {
    match look {
        1 => "chart-stroke-1",
        2 => "chart-stroke-2",
        3 => "chart-stroke-3",
        4 => "chart-stroke-4",
        5 => "chart-stroke-5",
        _ => "chart-stroke-6",
    }
}

fn fill_class(look: usize) -> &'static str {
    match look {
        1 => "chart-fill-1",
        2 => "chart-fill-2",
        3 => "chart-fill-3",
        4 => "chart-fill-4",
        5 => "chart-fill-5",
        _ => "chart-fill-6",
    }
}

/// A piece of a line. Percentages are allowed in `line` but not in `path`, so lines are drawn piece by piece.
pub(super) fn piece(look: usize, from: (&str, f64), to: (&str, f64)) -> Markup {
    html! {
        line class=(stroke_class(look)) x1=(from.0) y1=(format!("{:.1}", from.1)) x2=(to.0) y2=(format!("{:.1}", to.1))
            stroke-width="2.5" stroke-linecap="round" stroke-dasharray=[dashes(look)] {}
    }
}

pub(super) fn marker(look: usize, x: &str, y: f64) -> Markup {
    html! {
        svg x=(x) y=(format!("{y:.1}")) overflow="visible" { path class={ "chart-marker " (fill_class(look)) } d=(shape(look)) {} }
    }
}

pub(super) fn line_sample(look: usize) -> Markup {
    html! {
        svg class="chart-sample" width="36" height="16" aria-hidden="true" focusable="false" {
            (piece(look, ("2", 8.0), ("34", 8.0))) (marker(look, "18", 8.0))
        }
    }
}

pub(super) fn fill(id: &str, look: usize) -> String {
    format!("url(#{id}-p{look})")
}

pub(super) fn bar_sample(id: &str, look: usize) -> Markup {
    html! {
        svg class="chart-sample" width="20" height="16" aria-hidden="true" focusable="false" {
            rect width="20" height="16" rx="2" fill=(fill(id, look)) {}
        }
    }
}

/// The first look is plain; the others carry lines, dots or a grid over their colour.
pub(super) fn pattern(id: &str, look: usize) -> Markup {
    let turn = match look {
        2 => Some("rotate(45)"),
        5 => Some("rotate(-45)"),
        _ => None,
    };
    html! {
        pattern id={ (id) "-p" (look) } width="8" height="8" patternUnits="userSpaceOnUse" patternTransform=[turn] {
            rect class=(fill_class(look)) width="8" height="8" {}
            @match look {
                1 => {},
                2 | 5 => path class="chart-hatch" d="M0 4h8" stroke-width="2" {},
                3 => circle class="chart-dot" cx="4" cy="4" r="1.75" {},
                4 => path class="chart-hatch" d="M4 0v8" stroke-width="2" {},
                _ => path class="chart-hatch" d="M0 4h8M4 0v8" stroke-width="1.5" {},
            }
        }
    }
}
