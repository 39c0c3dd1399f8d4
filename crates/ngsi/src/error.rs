//! What can be wrong, in the specification's words (clauses 5.5.2 and 6.3.2).

use std::fmt;

/// The specification's error types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    InvalidRequest,
    BadRequestData,
    AlreadyExists,
    OperationNotSupported,
    ResourceNotFound,
    InternalError,
    TooComplexQuery,
    TooManyResults,
    LdContextNotAvailable,
    NoMultiTenantSupport,
    NonexistentTenant,
    Conflict,
}

impl ErrorKind {
    /// The last part of the type's address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "InvalidRequest",
            Self::BadRequestData => "BadRequestData",
            Self::AlreadyExists => "AlreadyExists",
            Self::OperationNotSupported => "OperationNotSupported",
            Self::ResourceNotFound => "ResourceNotFound",
            Self::InternalError => "InternalError",
            Self::TooComplexQuery => "TooComplexQuery",
            Self::TooManyResults => "TooManyResults",
            Self::LdContextNotAvailable => "LdContextNotAvailable",
            Self::NoMultiTenantSupport => "NoMultiTenantSupport",
            Self::NonexistentTenant => "NonexistentTenant",
            Self::Conflict => "Conflict",
        }
    }

    /// The member `type` of the problem details.
    #[must_use]
    pub fn type_uri(self) -> String {
        format!("https://uri.etsi.org/ngsi-ld/errors/{}", self.name())
    }

    /// The HTTP status of clause 6.3.2.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidRequest | Self::BadRequestData => 400,
            Self::TooComplexQuery | Self::TooManyResults => 403,
            Self::ResourceNotFound | Self::NonexistentTenant => 404,
            Self::AlreadyExists | Self::Conflict => 409,
            Self::OperationNotSupported => 422,
            Self::InternalError => 500,
            Self::NoMultiTenantSupport => 501,
            Self::LdContextNotAvailable => 504,
        }
    }

    /// The member `title` of the problem details.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::InvalidRequest => "The request is not well formed",
            Self::BadRequestData => "The request holds data that is not valid",
            Self::AlreadyExists => "It exists already",
            Self::OperationNotSupported => "The operation is not supported",
            Self::ResourceNotFound => "Not found",
            Self::InternalError => "An error inside the broker",
            Self::TooComplexQuery => "The query is too complex",
            Self::TooManyResults => "The query has too many results",
            Self::LdContextNotAvailable => "A JSON-LD @context is not available",
            Self::NoMultiTenantSupport => "Tenants are not supported",
            Self::NonexistentTenant => "There is no such tenant",
            Self::Conflict => "It conflicts with what stands",
        }
    }
}

/// One error: its type, what is wrong and what to do, and where in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: ErrorKind,
    pub detail: String,
    /// The path into the document (`水位.value`, `speed[1].observedAt`), or the place in a text.
    pub at: Option<String>,
}

impl Error {
    #[must_use]
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), at: None }
    }

    #[must_use]
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::BadRequestData, detail)
    }

    #[must_use]
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, detail)
    }

    #[must_use]
    pub fn missing(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::ResourceNotFound, detail)
    }

    /// The same error, seen from one step further out. The path is shortened for people, never exact bytes.
    #[must_use]
    pub fn under(mut self, step: &str) -> Self {
        let step: String = step.chars().take(PATH_STEP_CHARS).collect();
        self.at = Some(match self.at.take() {
            None => step,
            Some(rest) if rest.starts_with('[') => format!("{step}{rest}"),
            Some(rest) => format!("{step}.{rest}"),
        });
        self
    }

    #[must_use]
    pub fn type_uri(&self) -> String {
        self.kind.type_uri()
    }

    #[must_use]
    pub fn status(&self) -> u16 {
        self.kind.status()
    }

    #[must_use]
    pub fn title(&self) -> &'static str {
        self.kind.title()
    }
}

/// How much of one name is repeated in an error's path (characters).
const PATH_STEP_CHARS: usize = 80;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => write!(f, "{at}: {}", self.detail),
            None => f.write_str(&self.detail),
        }
    }
}

impl std::error::Error for Error {}
