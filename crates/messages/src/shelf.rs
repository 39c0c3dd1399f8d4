//! The public pages that many pages show: at the foot of each, and on the home page.

use std::sync::Arc;

use ground::action::Boxed;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::html::Link;
use ground::list::Paging;
use ground::words::Lang;

use crate::actions::{AskPages, Order, PAGES};
use crate::memory::Memory;
use crate::model::PublicPageRow;

const AGE_MS_MAX: i64 = 10_000;
/// Links at the foot of a page at most.
const FOOT: i64 = 20;
const USEFUL: i64 = 30;
const NEWEST: i64 = 5;

pub struct Shelf {
    pub foot: Vec<PublicPageRow>,
    /// As staff arranged them, without those at the foot.
    pub useful: Vec<PublicPageRow>,
    pub newest: Vec<PublicPageRow>,
}

pub async fn shelf(cx: &Cx) -> Option<Arc<Shelf>> {
    let load = async {
        let ask = async |order, footer, rows| {
            let paging = Paging { rows, ..Paging::default() };
            Ok::<_, Fault>(PAGES.call(cx, AskPages { order, footer, paging }, None).await?.rows)
        };
        let mut useful = ask(Order::Place, false, USEFUL).await?;
        useful.retain(|page| !page.in_footer);
        Ok(Shelf {
            foot: ask(Order::Place, true, FOOT).await?,
            useful,
            newest: ask(Order::Newest, false, NEWEST).await?,
        })
    };
    cx.city().kept::<Memory<Shelf>>().get(cx.now_ms(), AGE_MS_MAX, load).await
}

/// After a page went out or was taken back: this process looks again at once, others within seconds.
pub fn forget(tx: &mut Tx<'_>, cx: &Cx) {
    let city = cx.city().clone();
    tx.after_commit(move || city.kept::<Memory<Shelf>>().forget());
}

/// The standing pages at the foot of every page.
pub fn foot(cx: &Cx) -> Boxed<'_, Vec<Link>> {
    Box::pin(async {
        let Some(shelf) = shelf(cx).await else { return Vec::new() };
        shelf.foot.iter().map(|page| Link::new(title(page, cx.lang()), href(page))).collect()
    })
}

pub fn title(page: &PublicPageRow, lang: Lang) -> &str {
    page.title.read(lang).0
}

/// The language that the title is in, where it is not the reader's.
pub fn title_lang(page: &PublicPageRow, lang: Lang) -> Option<&'static str> {
    let said = page.title.read(lang).1;
    (said != lang).then_some(said.code())
}

pub fn href(page: &PublicPageRow) -> String {
    format!("/pages/{}", page.slug)
}
