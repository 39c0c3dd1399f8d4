//! Values that check themselves: tenants, and who may see what.

use ground::cx::Cx;
use ground::who::Role;
use ngsi::{Error, ErrorKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest name of a tenant, in bytes.
pub const TENANT_BYTES_MAX: usize = 64;

/// Whether a text can name a tenant. The empty text is the default tenant.
pub fn check_tenant(tenant: &str) -> Result<(), Error> {
    let good = tenant.len() <= TENANT_BYTES_MAX
        && tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if good {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::BadRequestData,
        format!(
            "a tenant is named by at most {TENANT_BYTES_MAX} letters, digits and any of _ - . (NGSILD-Tenant)"
        ),
    ))
}

/// Who may see the entities of a type.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Everybody.
    Public,
    /// Whoever works for the city.
    #[default]
    Internal,
    /// About people: nobody over the API.
    Personal,
}

impl Class {
    pub const ALL: [Class; 3] = [Class::Public, Class::Internal, Class::Personal];

    pub fn name(self) -> &'static str {
        match self {
            Class::Public => "public",
            Class::Internal => "internal",
            Class::Personal => "personal",
        }
    }

    pub fn from_name(name: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.name() == name)
    }

    pub fn word(self) -> &'static str {
        match self {
            Class::Public => "context-class-public",
            Class::Internal => "context-class-internal",
            Class::Personal => "context-class-personal",
        }
    }

    /// Whether this actor sees entities of the class.
    pub fn is_seen_by(self, cx: &Cx) -> bool {
        match self {
            Class::Public => true,
            Class::Internal => {
                let who = cx.who();
                who.client.is_none()
                    && [Role::Staff, Role::Operator, Role::System].iter().any(|role| who.has(*role))
            }
            Class::Personal => false,
        }
    }
}
