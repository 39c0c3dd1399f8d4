//! The staff console: the same document, with grouped side navigation.

use super::navigation::Link;
use super::shell::{Shell, list};
use super::text::{plain, say};
use crate::words::Tongue;
use maud::{Markup, html};

/// A heading of the side navigation with its pages.
#[derive(Clone, Debug)]
pub struct NavGroup {
    label: String,
    links: Vec<Link>,
}

impl NavGroup {
    pub fn new(label: impl Into<String>, links: impl IntoIterator<Item = Link>) -> Self {
        Self { label: label.into(), links: links.into_iter().collect() }
    }
}

/// Header, side navigation and main part. On phones the side navigation folds into the menu.
pub(super) fn frame(shell: &Shell<'_>, groups: &[NavGroup], t: &Tongue, main: Markup) -> Markup {
    html! {
        header class="header header-staff" {
            (shell.strip_line())
            div class="wrap header-in" {
                (shell.brand(Some(t.t("kit-staff"))))
                div class="header-tools" { (shell.tools(t)) }
                (shell.menu(t, side(groups, t.t("kit-nav-menu"))))
            }
        }
        div class="console" {
            div class="console-side" { (side(groups, t.t("kit-nav"))) }
            div class="console-main" { (main) }
        }
    }
}

fn side(groups: &[NavGroup], label: &str) -> Markup {
    html! {
        nav class="side" aria-label=(plain(label)) {
            @for group in groups {
                p class="side-label" { (say(&group.label)) }
                (list(&group.links))
            }
        }
    }
}
