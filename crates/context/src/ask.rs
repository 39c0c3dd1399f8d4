//! An operation as it was asked for, and what is answered: one form for all of them, near to how HTTP carries it. Bodies
//! stay texts: they are read once, before the transaction, and answers are made once, inside it.

use std::sync::Arc;

use garde::Validate;
use ngsi::entity::{Entity, Instance};
use ngsi::ld::Context;
use ngsi::query::EntityQuery;
use ngsi::{Error, ErrorKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::say::fault;
use crate::store::Row;
use ground::fault::Fault;

/// Longest body of one operation, in bytes.
pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most entities in one batch.
pub const BATCH_MAX: usize = 1_000;

/// In what the answer is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    #[default]
    Json,
    Ld,
    Geo,
}

/// An operation of NGSI-LD.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields, default)]
pub struct Ask {
    /// The sub-space of the city; the default one when empty.
    #[garde(length(bytes, max = 64))]
    pub tenant: String,
    /// What is asked for by the path: the id of an entity, a type, an attribute, a @context.
    #[garde(length(bytes, max = 4096))]
    pub id: String,
    /// The attribute in the path.
    #[garde(length(bytes, max = 4096))]
    pub attr: String,
    /// URL parameters, decoded, each with its name.
    #[garde(length(max = 100))]
    pub parameters: Vec<(String, String)>,
    /// The body as it came.
    #[garde(length(bytes, max = 8_388_608))]
    pub body: String,
    /// The body says by itself what its names mean (application/ld+json).
    #[garde(skip)]
    pub ld: bool,
    /// Where the @context is, when the body does not hold it.
    #[garde(inner(length(bytes, max = 4096)))]
    pub link: Option<String>,
    #[garde(skip)]
    pub accept: Accept,
    /// GeoJSON without a @context in it.
    #[garde(skip)]
    pub bare: bool,
    /// Where a long piece of work goes on.
    #[garde(skip)]
    pub cursor: i64,
    /// What was read before the transaction.
    #[serde(skip)]
    #[garde(skip)]
    pub(crate) ready: Option<Arc<Ready>>,
}

/// What is read before the transaction.
pub(crate) struct Ready {
    pub context: Arc<Context>,
    pub what: What,
    /// How many changes there had been before the transaction began (`memory::seen`).
    pub seen: Option<u64>,
}

pub(crate) enum What {
    Nothing,
    /// An entity to be stored as it is.
    New(Box<Row>),
    /// A fragment of an entity.
    Fragment(Box<Entity>),
    /// The IRI of an attribute, and what is said of it.
    Attr(String, Option<Box<Instance>>),
    Query(Box<EntityQuery>),
    Batch(Vec<Item>),
    Ids(Vec<Result<String, (String, Error)>>),
    Document(Box<serde_json::Value>),
}

/// One entity of a batch: what was read, or why it could not be.
pub(crate) struct Item {
    pub id: String,
    pub entity: Result<Entity, Error>,
}

impl Ask {
    pub(crate) fn ready(&self) -> Result<&Ready, Fault> {
        self.ready.as_deref().ok_or_else(|| Fault::internal("an operation was run without being prepared"))
    }

    pub(crate) fn with(mut self, context: Arc<Context>, what: What) -> Ask {
        self.ready = Some(Arc::new(Ready { context, what, seen: None }));
        self
    }

    /// The same for a read, which may answer from memory.
    pub(crate) fn for_reading(mut self, cx: &ground::cx::Cx, context: Arc<Context>, what: What) -> Ask {
        self.ready = Some(Arc::new(Ready { context, what, seen: crate::memory::seen(cx) }));
        self
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether `options` (or `format`) names this.
    pub fn opts(&self, wanted: &str) -> bool {
        let listed = |name: &str| {
            self.parameters
                .iter()
                .filter(|(known, _)| known == name)
                .any(|(_, value)| value.split(',').any(|one| one.trim() == wanted))
        };
        listed("options") || listed("format")
    }

    /// `true` or `false`; false when it is not given.
    pub fn flag(&self, name: &str) -> Result<bool, Fault> {
        match self.parameter(name) {
            None | Some("" | "false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(fault(Error::bad(format!("'{name}' is true or false")).under(name))),
        }
    }

    pub fn is_simplified(&self) -> bool {
        self.opts("simplified") || self.opts("keyValues")
    }
}

/// What is answered.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    pub status: u16,
    pub body: String,
    /// In what the body is written; nothing when there is none.
    pub kind: Option<Accept>,
    /// Where what was made is found.
    pub location: Option<String>,
    /// The address of the @context of a body that does not hold it.
    pub context: Option<String>,
    /// How many there are, when that was asked for.
    pub count: Option<u64>,
    /// The addresses of the pages before and after.
    pub before: Option<String>,
    pub after: Option<String>,
    /// A long piece of work goes on from here.
    pub cursor: Option<i64>,
}

impl Said {
    pub fn nothing(status: u16) -> Said {
        Said { status, ..Said::default() }
    }

    pub fn json(status: u16, body: String) -> Said {
        Said { status, body, kind: Some(Accept::Json), ..Said::default() }
    }

    /// A body in terms of a @context: in it, or beside it.
    pub(crate) fn under(mut self, ask: &Ask, context: &Context) -> Said {
        self.kind = Some(ask.accept);
        if ask.accept == Accept::Json || (ask.accept == Accept::Geo && ask.bare) {
            let links = context.links();
            self.context = Some(links.url.clone().unwrap_or_else(|| ngsi::ld::CORE_URL.to_owned()));
        }
        self
    }
}

/// There is no such thing.
pub(crate) fn missing(what: &str, id: &str) -> Fault {
    fault(Error::new(ErrorKind::ResourceNotFound, format!("there is no {what} {id}")))
}
