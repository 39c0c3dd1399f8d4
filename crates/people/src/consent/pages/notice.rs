//! A purpose as anybody may read it: the text that a receipt leads to, in the version that was agreed to.

use ground::door::Reply;
use ground::fault::Fault;
use ground::html::{PageHead, html};
use ground::page::Visit;

use super::card;
use crate::consent::purposes::{AskNotice, PURPOSE_NOTICE};

pub async fn one(visit: &Visit) -> Result<Reply, Fault> {
    let version = visit.slot("version").parse().map_err(|_| Fault::missing())?;
    let told =
        visit.read(&PURPOSE_NOTICE, AskNotice { code: visit.slot("code").to_owned(), version }).await?;
    let t = visit.cx.tongue();
    let (name, _) = told.name.read(visit.cx.lang());
    let shell = visit.shell(name.to_owned());
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(name).above(t.t("people-purpose")).lead(told.what_for.read(visit.cx.lang()).0).render())
            (card::all_facts(t, &told))
            (card::explained(t, &told.explained))
        },
    ))
}
