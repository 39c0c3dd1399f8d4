//! The few pictures that stand beside words. They never stand alone, so all are hidden from screen readers.

use maud::{Markup, html};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Arrow,
    Back,
    Check,
    Close,
    Download,
    Error,
    External,
    Globe,
    House,
    Info,
    Menu,
    Person,
    Search,
    Warning,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Arrow => "M9 5l7 7-7 7",
            Self::Back => "M15 5l-7 7 7 7",
            Self::Check => "M5 12.5l4.5 4.5L19 7",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Download => "M12 4v11m-5-5l5 5 5-5M5 20h14",
            Self::Error => "M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 7.5v5.5m0 2.5v1.5",
            Self::External => "M13 5h6v6m0-6l-8 8M10 6H6a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1h11a1 1 0 0 0 1-1v-4",
            Self::Globe => {
                "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 0c-5 5-5 13 0 18m0-18c5 5 5 13 0 18M3.5 9.5h17m-17 5h17"
            }
            Self::House => {
                "M6.5 3.5h11l3 4h-17zM5 7.5v4h14v-4M4.5 11.5h15l2.5 4H2zM4.5 15.5v5h15v-5M10 20.5v-5h4v5"
            }
            Self::Info => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 4v1.5m0 3V17",
            Self::Menu => "M4 6h16M4 12h16M4 18h16",
            Self::Person => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6",
            Self::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm5 11.5L20.5 20.5",
            Self::Warning => "M12 3.5L22 20.5H2zM12 10v5m0 2v1.5",
        }
    }
}

/// A line drawing in the colour of the text around it.
pub fn icon(which: Icon) -> Markup {
    html! {
        svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="2"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" { path d=(which.path()) {} }
    }
}
