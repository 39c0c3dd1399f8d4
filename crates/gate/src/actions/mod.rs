//! The room's verbs.

pub mod queue;
pub mod send;

use ground::action::AnyAction;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::who::Object;

pub fn all() -> Vec<AnyAction> {
    vec![
        send::SEND_MAIL.any(),
        send::MAIL_OPEN.any(),
        queue::MAILS.any(),
        queue::RETRY_MAIL.any(),
        queue::GIVE_UP_MAIL.any(),
        queue::MAIL_STATE.any(),
        queue::OUTBOX.any(),
    ]
}

pub(crate) fn whole_city<In>(_: &mut Tx<'_>, _: &Cx, _: &In) -> Result<Object, Fault> {
    Ok(Object::of_city("mail"))
}
