//! Pages in the search, put there in the transaction that lets them out.

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::search::{self, Doc, Visibility};
use ground::words::Lang;

use crate::actions::with_city;
use crate::markdown;
use crate::model::StaffPage;

pub const KIND: &str = "messages.page";

pub fn put(tx: &mut Tx<'_>, cx: &Cx, page: &StaffPage) -> Result<(), Fault> {
    // A language that was taken out of the page must not be found any more.
    search::remove(tx, KIND, page.id.as_str())?;
    let city = cx.city().facts();
    for lang in Lang::ALL {
        let (Some(title), Some(body)) = (page.title.0.get(&lang), page.body.0.get(&lang)) else { continue };
        search::put(
            tx,
            &Doc {
                kind: KIND,
                id: page.id.to_string(),
                lang,
                title: ground::html::plain(&with_city(&title.text, &city.name)).into_owned(),
                body: markdown::words(&with_city(&body.text, &city.name)),
                href: format!("/pages/{}", page.slug),
                visibility: Visibility::Public,
                department: page.department.clone(),
                weight: 0,
                at_ms: cx.now_ms(),
            },
        )?;
    }
    Ok(())
}

pub fn remove(tx: &mut Tx<'_>, page: &Id) -> Result<(), Fault> {
    search::remove(tx, KIND, page.as_str())
}
