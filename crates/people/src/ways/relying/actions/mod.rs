//! The verbs: providers are set up by administrators, and people come in through them.

pub mod come;
pub mod set_up;

use ground::action::AnyAction;

pub fn all() -> Vec<AnyAction> {
    vec![
        set_up::PROVIDERS.any(),
        set_up::PROVIDER.any(),
        set_up::SAVE_PROVIDER.any(),
        set_up::TRY_PROVIDER.any(),
        come::OPEN_PROVIDERS.any(),
        come::GO_TO_PROVIDER.any(),
        come::LINK_PROVIDER.any(),
        come::COME_BACK.any(),
    ]
}
