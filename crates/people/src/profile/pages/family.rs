//! Who may act for whom.

use ground::door::Reply;
use ground::fault::Fault;
use ground::page::Visit;

use crate::actions::Nothing;
use crate::profile::actions::acting::{ACT_FOR, STOP_ACTING, ThisMandate};

pub(super) async fn act(visit: &Visit) -> Result<Reply, Fault> {
    let id = visit.slot("id").parse().map_err(|_| Fault::missing())?;
    visit.act(&ACT_FOR, ThisMandate { id }).await?;
    Ok(Reply::see_other("/my?done=people-acting"))
}

pub(super) async fn stop(visit: &Visit) -> Result<Reply, Fault> {
    visit.act(&STOP_ACTING, Nothing {}).await?;
    let back = if visit.cx.who().is_staff() { "/staff" } else { "/my" };
    Ok(Reply::see_other(&format!("{back}?done=people-acting-stopped")))
}
