//! What a city like this one would ask its residents for. Names of companies and places are made up.

use crate::attribute::Attribute::{
    self, Address, AgeBand, Birth, Block, District, Household, Interests, Kana, Mail, Name, Phone, Place,
    Postal, Wishes,
};
use crate::consent::model::{Basis, DataClass, RecipientKind, Sharing, VersionState};

type Three = [&'static str; 3];

/// Code, kind, name in three languages, contact.
pub const RECIPIENTS: [(&str, RecipientKind, Three, &str); 10] = [
    ("library", RecipientKind::City, ["市立図書館", "図書館", "City Library"], "電話 0999-20-0601"),
    (
        "welfare-council",
        RecipientKind::Association,
        ["社会福祉協議会", "助け合いの 会", "Council of Social Welfare"],
        "電話 0999-20-0410",
    ),
    (
        "school-lunch",
        RecipientKind::City,
        ["学校給食センター", "給食を 作る ところ", "School Lunch Centre"],
        "電話 0999-20-0612",
    ),
    (
        "coast-bus",
        RecipientKind::Company,
        ["浜風交通株式会社", "浜風交通（バスの 会社）", "Hamakaze Transport Co."],
        "電話 0999-55-0100",
    ),
    (
        "disaster",
        RecipientKind::City,
        [
            "防災危機管理課と消防・自主防災会",
            "防災の 課と 消防",
            "Disaster Management Section, fire service and local teams",
        ],
        "電話 0999-20-0103",
    ),
    (
        "childcare",
        RecipientKind::City,
        ["子育て支援課", "子育ての 課", "Child Support Section"],
        "電話 0999-20-0402",
    ),
    (
        "university",
        RecipientKind::Research,
        ["みなと大学 地域未来研究室", "みなと大学の 研究室", "Minato University, Regional Futures Lab"],
        "電話 0999-70-2300",
    ),
    (
        "shops",
        RecipientKind::Association,
        ["商店会連合会", "お店の 会", "Federation of Shopkeepers"],
        "電話 0999-31-7700",
    ),
    (
        "citizens",
        RecipientKind::City,
        ["市民課", "住所と 届け出の課", "Residents Section"],
        "電話 0999-20-0301",
    ),
    ("health", RecipientKind::City, ["健康増進課", "健康の課", "Health Section"], "電話 0999-20-0404"),
];

pub struct Sample {
    pub code: &'static str,
    pub recipient: &'static str,
    pub name: Three,
    pub what_for: Three,
    pub explained: Three,
    pub attributes: &'static [Attribute],
    pub data_class: DataClass,
    pub sharing: Sharing,
    pub legal_basis: Basis,
    pub basis_law: &'static str,
    pub kept_days: i64,
    pub consent_days: i64,
    /// Whether a second version takes one thing more and asks again.
    pub changed: bool,
    pub state: VersionState,
    /// How many of a hundred residents answered.
    pub answered: usize,
}

const PLAIN: Sample = Sample {
    code: "",
    recipient: "",
    name: ["", "", ""],
    what_for: ["", "", ""],
    explained: ["", "", ""],
    attributes: &[],
    data_class: DataClass::Personal,
    sharing: Sharing::Inside,
    legal_basis: Basis::Consent,
    basis_law: "",
    kept_days: 365,
    consent_days: 0,
    changed: false,
    state: VersionState::Approved,
    answered: 50,
};

pub const PURPOSES: &[Sample] = &[
    Sample {
        code: "library",
        recipient: "library",
        name: ["図書館からのお知らせ", "図書館からの お知らせ", "Notices from the library"],
        what_for: [
            "予約した本が届いたことや返す日を知らせ、好みに合う本を紹介するために使います。",
            "本が 来た ことや、返す 日を 知らせます。好きな 本も 紹介します。",
            "To tell you when reserved books arrive or fall due, and to suggest books you may like.",
        ],
        explained: [
            "メールで月に2通までお送りします。\n\n同意しなくても、本の貸し出しは今までどおりです。やめたときは、その日のうちに送付先から消します。",
            "メールは 1か月に 2回までです。\n\n「いいえ」でも、本は 借りられます。やめると、すぐ 消します。",
            "At most two e-mails a month.\n\nBorrowing works the same without consent. When you take it back, you are removed from the list the same day.",
        ],
        attributes: &[Name, Mail, Interests],
        changed: true,
        answered: 62,
        ..PLAIN
    },
    Sample {
        code: "watch-over",
        recipient: "welfare-council",
        name: ["地域の見守り", "近くの 人の 見守り", "Neighbours who look in"],
        what_for: [
            "民生委員や見守りの担当が、ようすをうかがいに訪ねるために使います。",
            "見守りの 人が、家に 来て、元気か どうか 聞きます。",
            "So that welfare volunteers can call on you and see how you are.",
        ],
        explained: [
            "訪問は月に1回ほどです。困りごとを聞いたときは、あなたに断ってから市へつなぎます。\n\nやめたときは、名簿から消し、紙の写しも回収します。",
            "1か月に 1回くらい 来ます。困った ことは、あなたに 聞いてから 市に 伝えます。\n\nやめると、名前を 消します。",
            "About one visit a month. What you tell them is passed to the city only if you agree.\n\nWhen you take it back, you are removed from the list and paper copies are collected.",
        ],
        attributes: &[Name, Kana, Address, Phone, AgeBand],
        sharing: Sharing::ThirdParty,
        consent_days: 365,
        answered: 34,
        ..PLAIN
    },
    Sample {
        code: "lunch-allergy",
        recipient: "school-lunch",
        name: ["給食のアレルギー連絡", "給食の アレルギー", "Allergies and school lunch"],
        what_for: [
            "食べられないものを除いた給食を作り、間違いがあったときにすぐ連絡するために使います。",
            "食べられない ものを 入れない 給食を 作ります。何か あったら すぐ 電話します。",
            "To cook lunches without what a child cannot eat, and to reach you at once if something goes wrong.",
        ],
        explained: [
            "学校と給食センターの担当者だけが見ます。卒業したら消します。\n\n同意しない場合は、学校と直接ご相談ください。",
            "学校と 給食の 人だけが 見ます。卒業したら 消します。\n\n「いいえ」の ときは、学校と 話して ください。",
            "Seen only by the staff concerned. Deleted when the child leaves school.\n\nWithout consent, please speak with the school directly.",
        ],
        attributes: &[Name, Birth, Phone, Household, Wishes],
        kept_days: 1_095,
        answered: 22,
        ..PLAIN
    },
    Sample {
        code: "bus-statistics",
        recipient: "coast-bus",
        name: ["バス路線の見直し", "バスの 道を 考える", "Planning of bus routes"],
        what_for: [
            "どの町にどの年代の人が住んでいるかの統計を作り、路線と時刻を見直すために使います。",
            "どの 町に 何才くらいの 人が いるか 数えます。バスの 道と 時間を 考えます。",
            "To count which age groups live where, and to improve routes and timetables.",
        ],
        explained: [
            "10人に満たない町の数は隠し、だれのことか分からない表にしてから渡します。元に戻すことはできません。",
            "数だけを わたします。だれの ことか わかりません。",
            "Only figures leave the city, with small numbers hidden. They cannot be turned back into persons.",
        ],
        attributes: &[AgeBand, Block],
        data_class: DataClass::Anonymous,
        sharing: Sharing::ThirdParty,
        kept_days: 1_825,
        answered: 48,
        ..PLAIN
    },
    Sample {
        code: "evacuation",
        recipient: "disaster",
        name: ["ひとりひとりの避難計画", "わたしの 逃げる 計画", "Personal evacuation plan"],
        what_for: [
            "一人では避難が難しい方の避難先と手伝う人を、前もって決めておくために使います。",
            "1人で 逃げるのが むずかしい 人の ために、逃げる 場所と 手伝う 人を きめます。",
            "To settle in advance where people who need help will go, and who will help them.",
        ],
        explained: [
            "消防、民生委員、地区の自主防災会が、災害への備えと訓練のために見ます。\n\n同意しない場合も、災害が起きたときは命を守るために使うことがあります（災害対策基本法第49条の11第3項）。",
            "消防と 近くの 人が、準備の ために 見ます。\n\n「いいえ」でも、災害の ときは 命を 守るために 使うことが あります。",
            "The fire service, welfare volunteers and the local team see it to prepare and to train.\n\nEven without consent it may be used to save lives when a disaster strikes.",
        ],
        attributes: &[Name, Kana, Address, Place, Phone, Household, Wishes],
        sharing: Sharing::Joint,
        kept_days: 730,
        answered: 41,
        ..PLAIN
    },
    Sample {
        code: "childcare",
        recipient: "childcare",
        name: ["子育て応援のお知らせ", "子育ての お知らせ", "News for families"],
        what_for: [
            "子どもの年に合わせて、健診、予防接種、講座のお知らせを送るために使います。",
            "子どもの 年に 合わせて、健診や 教室の お知らせを 送ります。",
            "To send news of check-ups, vaccinations and courses that fit your children's age.",
        ],
        explained: [
            "同意しなくても、法律で決まった健診や予防接種の案内は郵便で届きます。",
            "「いいえ」でも、大切な 健診の 手紙は 来ます。",
            "Letters about check-ups that the law provides for come by post with or without consent.",
        ],
        attributes: &[Name, Mail, Birth, Household],
        answered: 45,
        ..PLAIN
    },
    Sample {
        code: "research",
        recipient: "university",
        name: ["地域の未来の研究", "町の これからの 研究", "Research on the region's future"],
        what_for: [
            "世帯や年代の変わり方を調べ、これからの公共サービスを考えるために使います。",
            "家族や 年の 変わり方を しらべます。これからの 町を 考えます。",
            "To study how households and ages change, and to think about public services to come.",
        ],
        explained: [
            "氏名や住所を取り除いてから渡します。研究室は、ほかの情報と合わせてだれかを探すことをしないと約束しています。結果は市のページで公開します。",
            "名前と 住所を 取ってから わたします。だれかを さがす ことは しません。結果は 市の ページに 出ます。",
            "Names and addresses are taken out first. The lab has promised not to look for anybody. Results are published by the city.",
        ],
        attributes: &[AgeBand, District, Household, Interests],
        data_class: DataClass::Pseudonymous,
        sharing: Sharing::ThirdParty,
        kept_days: 1_095,
        consent_days: 730,
        answered: 28,
        ..PLAIN
    },
    Sample {
        code: "points-shop",
        recipient: "shops",
        name: ["商店会のポイント", "お店の ポイント", "Shop points"],
        what_for: [
            "地域ポイントの会員証を作り、ためた分を使えるようにするために使います。",
            "ポイントの カードを 作ります。ためた ポイントが 使えます。",
            "To make your membership card and let you use the points you collect.",
        ],
        explained: [
            "買ったものの内容は、市には渡りません。やめると会員証は使えなくなり、残りのポイントは90日間引き換えられます。",
            "何を 買ったかは、市は 知りません。やめても、90日 ポイントが 使えます。",
            "The city never learns what you buy. After you leave, points can be redeemed for 90 days.",
        ],
        attributes: &[Name, Mail],
        sharing: Sharing::Entrusted,
        kept_days: 90,
        consent_days: 365,
        answered: 52,
        ..PLAIN
    },
    Sample {
        code: "counter",
        recipient: "citizens",
        name: ["窓口での届け出と証明", "窓口の 手続き", "Notifications and certificates at the counter"],
        what_for: [
            "住所の届け出を受け、証明書を出すとき、ご本人の記録を確かめるために使います。",
            "住所の 届けや 証明書の ために、あなたの 記録を たしかめます。",
            "To look up your record when you give notice of a move or ask for a certificate.",
        ],
        explained: [
            "職員は理由を書いてから見ます。いつ、だれが、なぜ見たかは、あなたの「利用の記録」に残ります。",
            "職員は 理由を 書いてから 見ます。いつ だれが 見たか、あなたも 見られます。",
            "Staff give their reason first. When, who and why is written into your record of use.",
        ],
        attributes: &[Name, Kana, Birth, Postal, Address, Block, District, Household, Phone],
        legal_basis: Basis::Law,
        basis_law: "住民基本台帳法第3条、第12条、第22条",
        ..PLAIN
    },
    Sample {
        code: "safety-check",
        recipient: "disaster",
        name: ["災害のときの安否確認", "災害の とき 無事か たしかめる", "Safety check in a disaster"],
        what_for: [
            "災害が起きたとき、無事かどうかを確かめ、助けに行くために使います。",
            "災害の とき、無事か たしかめて、助けに 行きます。",
            "To find out whether you are safe when a disaster strikes, and to come and help.",
        ],
        explained: [
            "災害が起きている間と、訓練の日だけ使います。",
            "災害の ときと、練習の 日だけ 使います。",
            "Used only while a disaster lasts, and on days of drills.",
        ],
        attributes: &[Name, Address, Place, Phone, Wishes],
        legal_basis: Basis::Vital,
        basis_law: "個人情報保護法第69条第2項第4号",
        kept_days: 90,
        ..PLAIN
    },
    Sample {
        code: "walking",
        recipient: "health",
        name: ["歩いて健康チャレンジ", "歩いて 元気に なる", "Walk for health"],
        what_for: [
            "年代に合わせた歩く目標を示し、続けた人に記念品を送るために使います。",
            "年に 合う 歩く 目標を 出します。続けた 人に プレゼントを 送ります。",
            "To set a walking goal for your age, and to send a present to those who keep going.",
        ],
        explained: [
            "歩数はあなたが自分で入力します。いつでもやめられます。",
            "歩いた 数は、自分で 書きます。いつでも やめられます。",
            "You enter your own steps. You may stop at any time.",
        ],
        attributes: &[Name, Address, AgeBand],
        kept_days: 400,
        consent_days: 365,
        state: VersionState::Proposed,
        ..PLAIN
    },
];
