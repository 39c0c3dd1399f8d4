//! A demonstration city has letters in its outbox from the first day. With a mail server there are none: the people they
//! would go to are made up.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::fault::Fault;

use crate::actions::send::{SEND_MAIL, SendMail};

const LETTERS: [(&str, &str, &str); 2] = [
    (
        "sakura.demo@example.jp",
        "ごみの収集日が変わります（北区域）",
        "いつも市の取り組みにご協力いただき、ありがとうございます。\n\n来月から、北区域の「燃やせるごみ」の収集日が\n火曜日と金曜日に変わります。\n\nお問い合わせ: 環境課\n",
    ),
    (
        "haruto.demo@example.jp",
        "住民ポータルへようこそ",
        "住民ポータルのご利用、ありがとうございます。\n\n見本の市では、メールは外へ送られず、この送信箱に並びます。\nログインの確認コードも、ここで読むことができます。\n",
    ),
];

pub fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if cx.house().ports.post.is_open() {
            return Ok(());
        }
        for (to, subject, plain) in LETTERS {
            let letter = SendMail {
                to: to.to_owned(),
                subject: subject.to_owned(),
                plain: plain.to_owned(),
                html: None,
                kind: "notice".to_owned(),
                secret: false,
                urgent: false,
                until_ms: 0,
                reply_to: None,
                headers: std::collections::BTreeMap::new(),
            };
            SEND_MAIL.call(&cx, letter, None).await?;
        }
        Ok(())
    })
}
