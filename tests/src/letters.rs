//! The letters that a town has queued, opened: what people would find in their mail.

use std::sync::Arc;

use gate::Mail;
use ground::city::City;
use ground::who::Who;

use crate::Town;

/// A queued letter.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub plain: String,
    pub html: Option<String>,
    /// How it stands in the queue: kind, state, tries and so on.
    pub mail: Mail,
}

impl Letter {
    /// The first run of so many digits in its text: a one-time code.
    pub fn code(&self, digits: usize) -> String {
        let runs = self.plain.split(|c: char| !c.is_ascii_digit());
        let found = runs.into_iter().find(|run| run.len() == digits);
        found.unwrap_or_else(|| panic!("no {digits} digits in {:?}", self.plain)).to_owned()
    }
}

impl Town {
    /// The letters of the first city whose contents are still there (not sent yet, or kept), the newest first.
    pub async fn letters(&self) -> Vec<Letter> {
        self.letters_in(self.city()).await
    }

    pub async fn letters_in(&self, city: &Arc<City>) -> Vec<Letter> {
        let cx = self.cx_in(city, Who::system());
        let letters = self.ask_in(city, move |tx| gate::letters(tx, &cx, 500)).await;
        letters
            .into_iter()
            .map(|(mail, is)| Letter { to: is.to, subject: is.subject, plain: is.plain, html: is.html, mail })
            .collect()
    }

    /// The newest letter to an address. Of two that were queued without the clock being moved in between, either.
    pub async fn letter_to(&self, address: &str) -> Letter {
        let found = self.letters().await.into_iter().find(|letter| letter.to == address);
        found.unwrap_or_else(|| panic!("no letter to {address}"))
    }
}
