//! A city of a quarter of a million: how large its file is, how soon it answers, and how long it takes to choose everybody.

use std::error::Error;
use std::time::Instant;

use serde_json::Value;

use crate::release::{self, PURPOSE};
use crate::servers::Product;
use crate::town::{self, Filled};

pub struct Large {
    pub filled: Filled,
    pub start_ms: u64,
    pub chosen: i64,
    /// The middle and the longest of several.
    pub choose_ms: (f64, f64),
}

pub async fn measure(residents: i64, rounds: usize) -> Result<Large, Box<dyn Error>> {
    let mut product = Product::start(None)?;
    product.stop();
    let filled = town::fill(&product.city_folder()?, residents).await?;
    let start_ms = product.start_again()?;
    let token = release::token(&product).await?;
    let request = release::post("/personal/v1/selections", &token, &format!("{{\"purpose\":\"{PURPOSE}\"}}"));
    let (mut took, mut chosen) = (Vec::new(), 0);
    for _ in 0..rounds {
        let begun = Instant::now();
        let (head, body) = product.ask(&request).await?;
        took.push(begun.elapsed().as_secs_f64() * 1e3);
        let made: Value = serde_json::from_str(&body)?;
        chosen = made["count"].as_i64().unwrap_or(0);
        if chosen < residents {
            return Err(format!("{chosen} of {residents} were chosen: {head}\n{body}").into());
        }
    }
    took.sort_by(f64::total_cmp);
    let middle = took.get(took.len() / 2).copied().unwrap_or_default();
    Ok(Large { filled, start_ms, chosen, choose_ms: (middle, took.last().copied().unwrap_or_default()) })
}
