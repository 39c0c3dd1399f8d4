//! The outbox: in a made-up city without a mail server, the letters that it would have sent. Whoever tries the city out
//! finds their code here.

use ground::door::{Reply, is_own_path};
use ground::fault::Fault;
use ground::html::{Empty, Link, Markup, PageHead, html};
use ground::list::Paging;
use ground::page::Visit;

use super::queue::kind;
use crate::actions::queue::{self, OutboxLetter};
use crate::actions::send;

/// Letters of a page: what one person reads at a time.
const LETTERS: i64 = 20;

pub async fn list(visit: &Visit) -> Result<Reply, Fault> {
    let paging = Paging { rows: LETTERS, ..Paging::from_query(&visit.query) };
    let list = visit.read(&queue::OUTBOX, paging).await?;
    let title = visit.t("gate-outbox");
    let shell = visit.shell(title).private();
    Ok(visit.page(
        &shell,
        html! {
            (PageHead::new(title).lead(visit.t("gate-outbox-lead")).render())
            p { (Link::new(visit.t("gate-outbox-reload"), send::OUTBOX).render()) }
            @if list.rows.is_empty() {
                (Empty::new(visit.t("gate-outbox-none")).text(visit.t("gate-outbox-none-text")).render())
            }
            @if !list.rows.is_empty() {
                ul class="cards cards-list" { @for letter in &list.rows { (one(visit, letter)) } }
            }
            (visit.next_page(list.next.as_deref(), send::OUTBOX))
        },
    ))
}

fn one(visit: &Visit, letter: &OutboxLetter) -> Markup {
    let over = letter.until_ms > 0 && letter.until_ms <= visit.cx.now_ms();
    html! {
        li class="card" id=(letter.id) {
            h2 class="card-title" { (letter.subject) }
            p class="card-meta" {
                (visit.tf("gate-outbox-to", &[("to", &letter.to)])) br;
                (visit.time(letter.at_ms)) " · " (kind(visit, &letter.kind))
                @if over { " · " strong { (visit.t("gate-outbox-over")) } }
            }
            div {
                @for paragraph in letter.plain.replace("\r\n", "\n").split("\n\n") {
                    p {
                        @for (nth, line) in paragraph.lines().enumerate() {
                            @if nth > 0 { br; }
                            (words(visit, line))
                        }
                    }
                }
            }
        }
    }
}

/// A line of a letter, with the addresses of this site as links.
fn words(visit: &Visit, line: &str) -> Markup {
    let own = visit.cx.city().url("");
    html! {
        @for piece in line.split_inclusive(char::is_whitespace) {
            @match piece.trim_end().strip_prefix(own.as_str()).filter(|path| is_own_path(path)) {
                Some(path) => a href=(path) { (piece.trim_end()) },
                None => (piece),
            }
        }
    }
}
