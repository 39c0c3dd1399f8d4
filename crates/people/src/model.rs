//! The room's types, whose constructors check.

use ground::text::{Text, TextState};
use ground::who::Role;
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    Resident,
    Staff,
}

impl AccountKind {
    pub fn name(self) -> &'static str {
        match self {
            AccountKind::Resident => "resident",
            AccountKind::Staff => "staff",
        }
    }

    pub fn from_name(name: &str) -> AccountKind {
        if name == "staff" { AccountKind::Staff } else { AccountKind::Resident }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    Active,
    Locked,
}

impl AccountState {
    pub fn name(self) -> &'static str {
        match self {
            AccountState::Active => "active",
            AccountState::Locked => "locked",
        }
    }

    /// Whatever is not known to be active is locked.
    pub fn from_name(name: &str) -> AccountState {
        if name == "active" { AccountState::Active } else { AccountState::Locked }
    }
}

/// What a one-time link was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// The first administrator of a new city.
    FirstAdmin,
    /// A member of staff whom an administrator invites.
    Invite,
    /// Somebody at the counter who has lost every way in.
    Counter,
}

impl LinkPurpose {
    pub fn name(self) -> &'static str {
        match self {
            LinkPurpose::FirstAdmin => "first_admin",
            LinkPurpose::Invite => "invite",
            LinkPurpose::Counter => "counter",
        }
    }

    pub fn from_name(name: &str) -> LinkPurpose {
        match name {
            "first_admin" => LinkPurpose::FirstAdmin,
            "counter" => LinkPurpose::Counter,
            _ => LinkPurpose::Invite,
        }
    }
}

/// Longest e-mail address there is (RFC 5321).
pub const MAIL_MAX: usize = 254;

/// An e-mail address as it is kept and compared: without white space around it, in half-width, in lower case.
pub fn folded_mail(mail: &str) -> String {
    mail.nfkc().collect::<String>().trim().to_lowercase()
}

/// Whether a folded address could be written to at all. Only a mail that arrives proves more.
pub fn is_mail(mail: &str) -> bool {
    let Some((user, host)) = mail.rsplit_once('@') else { return false };
    let host_is_good = host.contains('.')
        && host.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
    !user.is_empty()
        && user.len() <= 64
        && mail.len() <= MAIL_MAX
        && user.bytes().all(|byte| byte.is_ascii_graphic() && !b"@,;:<>()[]\\\"".contains(&byte))
        && host_is_good
}

/// A name as it is kept: no white space around it, none doubled inside, no control characters.
pub fn tidy(text: &str) -> String {
    let kept: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Readings sort one way only when they are all katakana: ひらがな and ｶﾀｶﾅ become カタカナ.
pub fn katakana(text: &str) -> String {
    let wide: String = text.nfkc().collect();
    let kana = wide.chars().map(|c| match c {
        'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        other => other,
    });
    tidy(&kana.collect::<String>())
}

/// The roles that an administrator gives to staff. `Staff` itself goes without saying.
pub const STAFF_ROLES: [Role; 5] = [Role::Editor, Role::Approver, Role::Clerk, Role::Auditor, Role::Admin];

/// The set of roles of a member of staff, kept as words in one fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles(Vec<Role>);

impl Roles {
    pub fn new(given: impl IntoIterator<Item = Role>) -> Roles {
        let given: Vec<Role> = given.into_iter().collect();
        Roles(STAFF_ROLES.into_iter().filter(|role| given.contains(role)).collect())
    }

    /// Reads role names between spaces or commas; `None` when one is not a role that staff can have.
    pub fn parse(text: &str) -> Option<Roles> {
        let names = text.split([' ', ',', '、', '\n']).map(str::trim).filter(|name| !name.is_empty());
        let roles: Option<Vec<Role>> =
            names.map(|name| Role::from_name(name).filter(|role| STAFF_ROLES.contains(role))).collect();
        Some(Roles::new(roles?))
    }

    pub fn written(&self) -> String {
        self.0.iter().map(|role| role.name()).collect::<Vec<_>>().join(" ")
    }

    pub fn list(&self) -> &[Role] {
        &self.0
    }

    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }
}

/// A name in three languages, made of what a form sent. What did not change keeps the revision it was written for, so
/// that translations left behind can be listed.
pub fn names(old: Option<&Text>, ja: &str, easy: &str, en: &str) -> Text {
    let old_ja = old.and_then(|text| text.0.get(&Lang::Ja));
    let rev_before = old_ja.map_or(0, |version| version.of_rev);
    let ja = tidy(ja);
    let same = old_ja.is_some_and(|version| version.text == ja);
    let rev = if same { rev_before } else { rev_before + 1 };
    let mut text = Text::default().with(Lang::Ja, ja, TextState::Written, rev);
    for (lang, given) in [(Lang::JaEasy, easy), (Lang::En, en)] {
        let given = tidy(given);
        if given.is_empty() {
            continue;
        }
        let before = old.and_then(|text| text.0.get(&lang)).filter(|version| version.text == given);
        let of_rev = before.map_or(rev, |version| version.of_rev);
        text = text.with(lang, given, TextState::Written, of_rev);
    }
    text
}

/// The text of exactly this language, empty when nobody wrote it.
pub fn exactly(text: &Text, lang: Lang) -> &str {
    text.0.get(&lang).map_or("", |version| version.text.as_str())
}
