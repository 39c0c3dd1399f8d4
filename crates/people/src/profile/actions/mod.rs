//! The verbs of this part.

pub mod acting;
pub mod family;
pub mod leaving;
pub mod mandates;
pub mod profile;
pub mod rules;
pub mod takeout;

use ground::action::AnyAction;

pub fn all() -> Vec<AnyAction> {
    vec![
        acting::ACT_FOR.any(),
        acting::STOP_ACTING.any(),
        acting::BEGIN_COUNTER.any(),
        acting::END_COUNTER.any(),
        profile::MY_PROFILE.any(),
        profile::SAVE_PROFILE.any(),
        profile::VERIFY_PROFILE.any(),
        profile::SET_BLOCK_POINT.any(),
        family::FAMILY.any(),
        family::INVITE.any(),
        family::INVITATION.any(),
        family::ACCEPT_INVITATION.any(),
        family::TAKE_BACK_INVITATION.any(),
        family::LEAVE_HOUSEHOLD.any(),
        family::NAME_HOUSEHOLD.any(),
        family::ADD_CHILD.any(),
        family::HAND_OVER.any(),
        mandates::RECORD_MANDATE.any(),
        mandates::ANSWER_MANDATE.any(),
        mandates::END_MANDATE.any(),
        mandates::ACTS_FOR_ME.any(),
        takeout::TAKEOUTS.any(),
        takeout::ASK_TAKEOUT.any(),
        takeout::TAKEOUT_FILE.any(),
        leaving::LEAVING.any(),
        leaving::ASK_LEAVING.any(),
        leaving::TAKE_BACK_LEAVING.any(),
        rules::RULES.any(),
        rules::SAVE_RULE.any(),
    ]
}
