//! The head of the home page: whose portal this is, over a street of town houses. A large search box that follows
//! it stands below the street.

use super::text::say;
use maud::{Markup, html};

#[derive(Clone, Debug)]
pub struct Hero {
    title: String,
    lead: Option<String>,
}

impl Hero {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), lead: None }
    }

    /// What one comes here for, in one sentence.
    pub fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = Some(lead.into());
        self
    }

    /// The street is a background of the styles: it says nothing, so nobody is told of it.
    pub fn render(&self) -> Markup {
        html! {
            div class="hero" {
                div class="hero-words" {
                    h1 { (say(&self.title)) }
                    @if let Some(lead) = &self.lead { p class="lead" { (say(lead)) } }
                }
            }
        }
    }
}
