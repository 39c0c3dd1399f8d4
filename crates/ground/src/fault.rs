//! What can go wrong, said so that a person can act on it: what happened, where, and what to do next.
//!
//! A fault carries a `code` (stable, part of the API) and words for people are found under `fault-<code>` and
//! `fault-<code>-remedy` in the room's word files. Details for operators go to the log only.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::words::Tongue;

/// The family of a fault; decides the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The input cannot be read at all (400).
    Malformed,
    /// The input is readable, and wrong (422).
    Invalid,
    /// Nobody is signed in (401).
    SignedOut,
    /// Somebody is, and may not (403).
    Refused,
    /// There is no such thing, or it is not to be shown (404).
    Missing,
    /// This path does not take this method (405).
    Method,
    /// It changed in between, or is there already (409).
    Conflict,
    /// `If-Match` named another revision (412).
    Outdated,
    /// Larger than the limit (413).
    TooLarge,
    /// A kind of content nobody here reads (415).
    Media,
    /// Too often (429).
    TooMany,
    /// Broken inside; the log knows more (500).
    Internal,
    /// Not now: the store, a peer or a queue is not available (503).
    Unavailable,
    /// Took longer than allowed (504).
    TooSlow,
}

impl Kind {
    pub fn status(self) -> u16 {
        match self {
            Kind::Malformed => 400,
            Kind::SignedOut => 401,
            Kind::Refused => 403,
            Kind::Missing => 404,
            Kind::Method => 405,
            Kind::Conflict => 409,
            Kind::Outdated => 412,
            Kind::TooLarge => 413,
            Kind::Media => 415,
            Kind::Invalid => 422,
            Kind::TooMany => 429,
            Kind::Internal => 500,
            Kind::Unavailable => 503,
            Kind::TooSlow => 504,
        }
    }
}

/// One field that is wrong: where (`address.zip`, `rows[3].name`), and a word key with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldFault {
    pub path: String,
    pub word: String,
    pub args: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Fault(Box<Inner>);

#[derive(Clone, Debug, PartialEq)]
struct Inner {
    kind: Kind,
    code: String,
    args: Vec<(String, String)>,
    fields: Vec<FieldFault>,
    retry_after_s: Option<u64>,
    /// The version now stored, for a conflict.
    theirs: Option<Value>,
    /// For the log, never for the answer.
    detail: Option<String>,
}

impl Fault {
    pub fn new(kind: Kind, code: impl Into<String>) -> Fault {
        Fault(Box::new(Inner {
            kind,
            code: code.into(),
            args: Vec::new(),
            fields: Vec::new(),
            retry_after_s: None,
            theirs: None,
            detail: None,
        }))
    }

    pub fn malformed() -> Fault {
        Fault::new(Kind::Malformed, "malformed")
    }
    pub fn invalid() -> Fault {
        Fault::new(Kind::Invalid, "invalid")
    }
    /// One wrong field: `Fault::field("name", "field-required")`.
    pub fn field(path: impl Into<String>, word: impl Into<String>) -> Fault {
        Fault::invalid().and_field(path, word, &[])
    }
    pub fn signed_out() -> Fault {
        Fault::new(Kind::SignedOut, "signed-out")
    }
    pub fn refused() -> Fault {
        Fault::new(Kind::Refused, "refused")
    }
    /// The city must be surer of who this is (403): pages lead on to where the person can show it.
    pub fn not_sure_enough(level: crate::who::Level) -> Fault {
        Fault::new(Kind::Refused, "level").arg("level", level.name())
    }
    /// This asks for a sign-in that is only minutes old (403): pages lead to where the person can sign in again.
    pub fn sign_in_again() -> Fault {
        Fault::new(Kind::Refused, "again")
    }
    pub fn missing() -> Fault {
        Fault::new(Kind::Missing, "missing")
    }
    pub fn exists() -> Fault {
        Fault::new(Kind::Conflict, "exists")
    }
    /// Somebody else saved in between; `theirs` is what stands now.
    pub fn outdated(theirs: Value) -> Fault {
        let mut fault = Fault::new(Kind::Outdated, "outdated");
        fault.0.theirs = Some(theirs);
        fault
    }
    pub fn too_large(limit: impl ToString) -> Fault {
        Fault::new(Kind::TooLarge, "too-large").arg("limit", limit)
    }
    pub fn too_many(retry_after_s: u64) -> Fault {
        Fault::new(Kind::TooMany, "too-many").retry_after(retry_after_s)
    }
    pub fn unavailable(detail: impl ToString) -> Fault {
        Fault::new(Kind::Unavailable, "unavailable").retry_after(2).detail(detail)
    }
    pub fn internal(detail: impl ToString) -> Fault {
        Fault::new(Kind::Internal, "internal").detail(detail)
    }

    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Fault {
        self.0.args.push((name.to_owned(), value.to_string()));
        self
    }
    #[must_use]
    pub fn and_field(
        mut self,
        path: impl Into<String>,
        word: impl Into<String>,
        args: &[(&str, &str)],
    ) -> Fault {
        self.0.fields.push(FieldFault {
            path: path.into(),
            word: word.into(),
            args: args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        });
        self
    }
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Fault {
        self.0.retry_after_s = Some(seconds);
        self
    }
    #[must_use]
    pub fn detail(mut self, detail: impl ToString) -> Fault {
        self.0.detail = Some(detail.to_string());
        self
    }

    pub fn kind(&self) -> Kind {
        self.0.kind
    }
    pub fn status(&self) -> http::StatusCode {
        http::StatusCode::from_u16(self.0.kind.status()).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR)
    }
    pub fn code(&self) -> &str {
        &self.0.code
    }
    pub fn fields(&self) -> &[FieldFault] {
        &self.0.fields
    }
    /// One of the figures or names that belong to its words.
    pub fn arg_of(&self, name: &str) -> Option<&str> {
        self.0.args.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
    pub fn retry_after_s(&self) -> Option<u64> {
        self.0.retry_after_s
    }
    pub fn theirs(&self) -> Option<&Value> {
        self.0.theirs.as_ref()
    }
    /// The version now stored, read; a fault that carries none stays what it is.
    pub fn theirs_as<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let theirs = self.0.theirs.as_ref().and_then(|theirs| T::deserialize(theirs).ok());
        theirs.ok_or_else(|| self.clone())
    }
    pub fn for_the_log(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }
    pub fn is_broken_inside(&self) -> bool {
        self.0.kind == Kind::Internal
    }

    /// What happened, in the reader's language.
    pub fn title(&self, t: &Tongue) -> String {
        t.tf(&format!("fault-{}", self.0.code), &borrowed(&self.0.args))
    }
    /// What to do next, in the reader's language.
    pub fn remedy(&self, t: &Tongue) -> String {
        t.tf(&format!("fault-{}-remedy", self.0.code), &borrowed(&self.0.args))
    }
    /// The words for one field, if that field is wrong.
    pub fn field_words(&self, path: &str, t: &Tongue) -> Option<String> {
        let field = self.0.fields.iter().find(|field| field.path == path)?;
        Some(field.words(t))
    }

    /// RFC 9457 problem details.
    pub fn problem(&self, t: &Tongue, request_id: &str) -> Value {
        let mut problem = json!({
            "type": format!("urn:machiya:fault:{}", self.0.code),
            "title": self.title(t),
            "status": self.0.kind.status(),
            "detail": self.remedy(t),
            "instance": format!("urn:machiya:request:{request_id}"),
        });
        if let Some(map) = problem.as_object_mut() {
            if !self.0.fields.is_empty() {
                let errors: Vec<Value> = self
                    .0
                    .fields
                    .iter()
                    .map(|field| json!({"field": field.path, "code": field.word, "message": field.words(t)}))
                    .collect();
                map.insert("errors".into(), errors.into());
            }
            if let Some(theirs) = &self.0.theirs {
                map.insert("current".into(), theirs.clone());
            }
        }
        problem
    }
}

impl FieldFault {
    pub fn words(&self, t: &Tongue) -> String {
        t.tf(&self.word, &borrowed(&self.args))
    }
}

fn borrowed(args: &[(String, String)]) -> Vec<(&str, &str)> {
    args.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.code)?;
        for field in &self.0.fields {
            write!(f, " [{}: {}]", field.path, field.word)?;
        }
        if let Some(detail) = &self.0.detail {
            write!(f, " ({detail})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}
