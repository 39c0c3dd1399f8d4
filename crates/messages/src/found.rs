//! Pages in the search, put there in the transaction that lets them out.

use ground::city::read_facts;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::search::{self, Doc, Visibility};
use ground::text::Text;
use ground::words::Lang;

use crate::actions::with_city;
use crate::markdown;

pub const KIND: &str = "messages.page";

/// What the search is told of a page.
pub struct Told<'a> {
    pub page: &'a Id,
    pub slug: &'a str,
    pub title: &'a Text,
    pub body: &'a Text,
    pub department: Option<&'a Id>,
    pub live_ms: i64,
}

pub fn put(tx: &mut Tx<'_>, page: &Told<'_>) -> Result<(), Fault> {
    // A language that was taken out of the page must not be found any more.
    search::remove(tx, KIND, page.page.as_str())?;
    // From the store, because another node may have renamed the city.
    let name = read_facts(tx)?.map(|facts| facts.name).unwrap_or_default();
    for lang in Lang::ALL {
        let (Some(title), Some(body)) = (page.title.0.get(&lang), page.body.0.get(&lang)) else { continue };
        search::put(
            tx,
            &Doc {
                kind: KIND,
                id: page.page.to_string(),
                lang,
                title: ground::html::plain(&with_city(&title.text, &name)).into_owned(),
                body: markdown::words(&with_city(&body.text, &name)),
                href: format!("/pages/{}", page.slug),
                visibility: Visibility::Public,
                department: page.department.cloned(),
                weight: 0,
                at_ms: page.live_ms,
            },
        )?;
    }
    Ok(())
}

pub fn remove(tx: &mut Tx<'_>, page: &Id) -> Result<(), Fault> {
    search::remove(tx, KIND, page.as_str())
}
