use serde_json::json;

use super::Line;
use super::lines::{line, nothing};

pub const LINES: &[Line] = &[
    line(
        "gate.send_mail",
        |_| json!({"to": "taro@example.jp", "subject": "題", "plain": "本文", "kind": "notice"}),
    ),
    line("gate.mail_open", nothing),
];
