use ground::fault::Kind;
use ground::who::{Role, Who};
use serde_json::json;

use super::lines::{line, nothing};
use super::{Foreign, Line};

pub const LINES: &[Line] = &[
    line(
        "gate.send_mail",
        |_| json!({"to": "taro@example.jp", "subject": "題", "plain": "本文", "kind": "notice"}),
    ),
    line("gate.mail_open", nothing),
    line("gate.mails", nothing),
    line("gate.mail_state", nothing),
    line("gate.retry_mail", |seeds| json!({"id": seeds.mail_to_retry})),
    line("gate.give_up_mail", |seeds| json!({"id": seeds.mail_to_give_up})),
    // Only a demonstration city shows its letters, and this is none: refused to everybody.
    Line {
        foreign: Foreign::InItself(|seeds| {
            vec![Who::anyone(), seeds.resident(), seeds.elsewhere(Role::Admin), Who::operator()]
        }),
        done: Some(Kind::Refused),
        ..line("gate.outbox", nothing)
    },
];
