//! The verbs of this part.

pub mod acting;

use ground::action::AnyAction;

pub fn all() -> Vec<AnyAction> {
    vec![
        acting::ACT_FOR.any(),
        acting::STOP_ACTING.any(),
        acting::BEGIN_COUNTER.any(),
        acting::END_COUNTER.any(),
    ]
}
