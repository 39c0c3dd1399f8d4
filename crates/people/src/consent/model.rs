//! The words of consent, each with the name under which it is kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An enum whose members are kept as words.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$one:meta])* $member:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$one])* $member),+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$member),+];

            pub fn name(self) -> &'static str {
                match self { $($name::$member => $word),+ }
            }

            pub fn from_name(name: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

words! {
    /// What a person says.
    Decision { Given = "given", Refused = "refused", Withdrawn = "withdrawn" }
}

words! {
    /// Where a consent stands; the states of ISO/IEC TS 27560.
    State {
        /// Somebody waits for an answer.
        Requested = "requested",
        Given = "given",
        Refused = "refused",
        Withdrawn = "withdrawn",
        /// Its time ran out.
        Expired = "expired",
    }
}

impl State {
    pub(crate) fn event(self) -> &'static str {
        match self {
            State::Requested => "people.consent_requested",
            State::Given => "people.consent_given",
            State::Refused => "people.consent_refused",
            State::Withdrawn => "people.consent_withdrawn",
            State::Expired => "people.consent_expired",
        }
    }

    pub fn word(self) -> String {
        format!("people-consent-state-{}", self.name())
    }
}

words! {
    /// On what ground the city may use the data at all.
    Basis {
        /// Only of those who said yes.
        Consent = "consent",
        /// A law or by-law says so; it is named.
        Law = "law",
        /// What the person and the city agreed cannot be done without it.
        Contract = "contract",
        /// Life and health.
        Vital = "vital",
    }
}

impl Basis {
    pub fn word(self) -> String {
        format!("people-basis-{}", self.name())
    }
}

words! {
    /// What the law on personal information calls the data that goes out.
    DataClass {
        /// 個人情報
        Personal = "personal",
        /// 仮名加工情報
        Pseudonymous = "pseudonymous",
        /// 匿名加工情報
        Anonymous = "anonymous",
        /// 個人関連情報
        Related = "related",
    }
}

impl DataClass {
    pub fn word(self) -> String {
        format!("people-data-class-{}", self.name())
    }
}

words! {
    /// How the recipient gets it.
    Sharing {
        /// 第三者提供
        ThirdParty = "third_party",
        /// 委託
        Entrusted = "entrusted",
        /// 共同利用
        Joint = "joint",
        /// 本市内
        Inside = "inside",
    }
}

impl Sharing {
    pub fn word(self) -> String {
        format!("people-sharing-{}", self.name().replace('_', "-"))
    }
}

words! {
    /// How far a version of a purpose has come.
    VersionState {
        Draft = "draft",
        /// Waits for somebody else than its writer.
        Proposed = "proposed",
        Approved = "approved",
    }
}

words! {
    RecipientKind {
        /// A department of the city.
        City = "city",
        /// Another public body.
        Public = "public",
        Company = "company",
        Research = "research",
        /// A neighbourhood or other association.
        Association = "association",
    }
}

impl RecipientKind {
    pub fn word(self) -> String {
        format!("people-recipient-kind-{}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_is_sent() {
        for sharing in Sharing::ALL {
            assert_eq!(serde_json::to_value(sharing).unwrap(), sharing.name());
            assert_eq!(Sharing::from_name(sharing.name()), Some(*sharing));
        }
        for state in State::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
        for class in DataClass::ALL {
            assert_eq!(serde_json::to_value(class).unwrap(), class.name());
        }
    }
}
