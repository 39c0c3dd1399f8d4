//! Two people changed the same record. Both versions stand side by side, and the one who came second chooses field by field.

use super::text::{element_id, safe_href, say};
use super::{Banner, Button, TOKEN_FIELD};
use crate::words::Tongue;
use maud::{Markup, html};

#[derive(Clone, Debug)]
struct Row {
    name: String,
    label: String,
    yours: Version,
    theirs: Version,
}

impl Row {
    fn is_same(&self) -> bool {
        self.yours.value == self.theirs.value
    }
}

/// What is sent, and how a person reads it.
#[derive(Clone, Debug, PartialEq)]
struct Version {
    value: String,
    shown: String,
}

impl Version {
    fn new(value: impl Into<String>, shown: impl Into<String>) -> Self {
        Self { value: value.into(), shown: shown.into() }
    }

    fn plain(value: impl Into<String>) -> Self {
        let value = value.into();
        Self { shown: value.clone(), value }
    }
}

/// The chosen text of each field is sent under the field's own name, so the form goes to the same action as the first try,
/// with the newer `rev` among the hidden values.
#[derive(Clone, Debug)]
pub struct Conflict {
    action: String,
    token: String,
    who: String,
    when: String,
    rows: Vec<Row>,
    hidden: Vec<(String, String)>,
    back: Option<String>,
}

impl Conflict {
    pub fn new(action: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            token: token.into(),
            who: String::new(),
            when: String::new(),
            rows: Vec::new(),
            hidden: Vec::new(),
            back: None,
        }
    }

    /// Who saved before, and when.
    pub fn by(mut self, who: impl Into<String>, when: impl Into<String>) -> Self {
        self.who = who.into();
        self.when = when.into();
        self
    }

    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    pub fn row(
        mut self,
        name: impl Into<String>,
        label: impl Into<String>,
        yours: impl Into<String>,
        theirs: impl Into<String>,
    ) -> Self {
        self.rows.push(Row {
            name: name.into(),
            label: label.into(),
            yours: Version::plain(yours),
            theirs: Version::plain(theirs),
        });
        self
    }

    /// A field whose value is a code: each version is a value and what people read for it.
    pub fn row_shown(
        mut self,
        name: impl Into<String>,
        label: impl Into<String>,
        yours: (&str, &str),
        theirs: (&str, &str),
    ) -> Self {
        self.rows.push(Row {
            name: name.into(),
            label: label.into(),
            yours: Version::new(yours.0, yours.1),
            theirs: Version::new(theirs.0, theirs.1),
        });
        self
    }

    /// The way out that keeps the other version.
    pub fn back(mut self, href: impl Into<String>) -> Self {
        self.back = Some(href.into());
        self
    }

    pub fn render(&self, t: &Tongue) -> Markup {
        let told = t.tf("kit-conflict-text", &[("who", &self.who), ("when", &self.when)]);
        html! {
            (Banner::warning(t.t("kit-conflict-title")).text(told).result().render(t))
            form class="conflict" method="post" action=(safe_href(&self.action)) data-once {
                input type="hidden" name=(TOKEN_FIELD) value=(self.token);
                @for (name, value) in &self.hidden { input type="hidden" name=(name) value=(value); }
                @for row in self.rows.iter().filter(|row| !row.is_same()) { (version_row(row, t)) }
                @if self.rows.iter().any(Row::is_same) {
                    // What nobody changed is sent along, and looked at only by those who want to.
                    (super::details(t.t("kit-conflict-same-rows"), html! {
                        @for row in self.rows.iter().filter(|row| row.is_same()) { (version_row(row, t)) }
                    }))
                }
                div class="buttons" {
                    (Button::submit(t.t("kit-conflict-save")).render())
                    @if let Some(href) = &self.back { (Button::link(t.t("kit-conflict-leave"), href).kind(super::ButtonKind::Link).render()) }
                }
            }
        }
    }
}

fn version_row(row: &Row, t: &Tongue) -> Markup {
    if row.is_same() {
        return html! {
            div class="conflict-same" {
                p class="label" { (say(&row.label)) }
                input type="hidden" name=(row.name) value=(row.theirs.value);
                p class="conflict-value" { @if row.theirs.shown.is_empty() { (say(t.t("kit-conflict-empty"))) } @else { (row.theirs.shown) } }
            }
        };
    }
    // Nothing is chosen beforehand: either choice throws somebody's words away, so a person must make it.
    let versions =
        [("yours", "kit-conflict-yours", &row.yours), ("theirs", "kit-conflict-theirs", &row.theirs)];
    html! {
        fieldset class="field" {
            legend class="label" { (say(&row.label)) }
            div class="conflict-pair" {
                @for (side, word, version) in versions {
                    @let id = element_id(side, &row.name);
                    div class="choice choice-boxed" {
                        input type="radio" id=(id) name=(row.name) value=(version.value) required aria-describedby={ (id) "-value" };
                        label for=(id) { (say(t.t(word))) }
                        p class="conflict-value" id={ (id) "-value" } {
                            @if version.shown.is_empty() { span class="quiet" { (say(t.t("kit-conflict-empty"))) } } @else { (version.shown) }
                        }
                    }
                }
            }
        }
    }
}
