//! Entities in the internal form: the model, and the two texts that are stored of it.

mod change;
mod geometry;
mod merge;
mod read;
mod stored;
mod values;

use indexmap::IndexMap;

pub use change::{Change, Touched, Untouched};
pub use geometry::{Geometry, is_geometry};
pub use read::{
    ATTRS_MAX, INSTANCES_MAX, MOMENTS_MAX, Reading, SUB_DEPTH_MAX, TYPES_MAX, context_of, is_reserved,
    read_instance, read_instances,
};

use crate::json::{Json, write_text};

/// IRIs of the core's attributes that this crate treats as special.
pub const LOCATION: &str = "https://uri.etsi.org/ngsi-ld/location";
pub const OBSERVATION_SPACE: &str = "https://uri.etsi.org/ngsi-ld/observationSpace";
pub const OPERATION_SPACE: &str = "https://uri.etsi.org/ngsi-ld/operationSpace";
pub const SCOPE: &str = "https://uri.etsi.org/ngsi-ld/scope";
const PROOF: &str = "https://uri.etsi.org/ngsi-ld/ngsildproof";

/// Attributes (or sub-attributes) by their IRIs, in the order they came in.
pub type Attrs = IndexMap<String, Vec<Instance>, foldhash::quality::RandomState>;

/// An entity, or a fragment of one: a fragment may lack id and types, and its instances may lack values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entity {
    pub id: String,
    /// IRIs, as received.
    pub types: Vec<String>,
    pub scopes: Vec<String>,
    /// In a fragment, the NGSI-LD Null says that the scopes are to go.
    pub scopes_null: bool,
    /// The DateTime as received; in a fragment it may be the NGSI-LD Null.
    pub expires_at: Option<String>,
    pub attrs: Attrs,
    pub created_us: i64,
    pub modified_us: i64,
}

/// The kinds of attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    #[default]
    Property,
    GeoProperty,
    Relationship,
    LanguageProperty,
    VocabProperty,
    JsonProperty,
    ListProperty,
    ListRelationship,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Property,
        Self::GeoProperty,
        Self::Relationship,
        Self::LanguageProperty,
        Self::VocabProperty,
        Self::JsonProperty,
        Self::ListProperty,
        Self::ListRelationship,
    ];

    /// The word in the member `type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Property => "Property",
            Self::GeoProperty => "GeoProperty",
            Self::Relationship => "Relationship",
            Self::LanguageProperty => "LanguageProperty",
            Self::VocabProperty => "VocabProperty",
            Self::JsonProperty => "JsonProperty",
            Self::ListProperty => "ListProperty",
            Self::ListRelationship => "ListRelationship",
        }
    }

    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The member that holds the value.
    #[must_use]
    pub fn member(self) -> &'static str {
        match self {
            Self::Property | Self::GeoProperty => "value",
            Self::Relationship => "object",
            Self::LanguageProperty => "languageMap",
            Self::VocabProperty => "vocab",
            Self::JsonProperty => "json",
            Self::ListProperty => "valueList",
            Self::ListRelationship => "objectList",
        }
    }

    /// The member that holds the value before a change, in notifications.
    #[must_use]
    pub fn previous_member(self) -> &'static str {
        match self {
            Self::Property | Self::GeoProperty => "previousValue",
            Self::Relationship => "previousObject",
            Self::LanguageProperty => "previousLanguageMap",
            Self::VocabProperty => "previousVocab",
            Self::JsonProperty => "previousJson",
            Self::ListProperty => "previousValueList",
            Self::ListRelationship => "previousObjectList",
        }
    }

    /// The JSON text that says in notifications and temporal representations that the attribute was deleted.
    #[must_use]
    pub fn null_value(self) -> &'static str {
        match self {
            Self::LanguageProperty => r#"{"@none":"urn:ngsi-ld:null"}"#,
            Self::ListProperty | Self::ListRelationship => r#"["urn:ngsi-ld:null"]"#,
            _ => r#""urn:ngsi-ld:null""#,
        }
    }

    #[must_use]
    pub fn is_relationship(self) -> bool {
        matches!(self, Self::Relationship | Self::ListRelationship)
    }

    fn has_unit(self) -> bool {
        matches!(self, Self::Property | Self::GeoProperty | Self::ListProperty)
    }
}

/// How an instance came to be in a document. What is stored is always [`Given::Stated`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Given {
    /// Its type was written out.
    #[default]
    Stated,
    /// Its type was seen from its members.
    Inferred,
    /// A bare value, as the simplified representation has it: an attribute that exists keeps its type.
    Bare,
    /// The NGSI-LD Null: it is to be deleted.
    Null,
}

/// One instance of an attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    pub kind: Kind,
    pub given: Given,
    /// JSON text of `value`, `object`, `languageMap`, `vocab` (IRIs), `json`, `valueList` or `objectList` (objects).
    /// Empty when a fragment does not speak of it.
    pub value: String,
    /// The `datasetId`; nothing for the default instance.
    pub dataset: Option<String>,
    pub observed_at: Option<String>,
    pub unit_code: Option<String>,
    pub expires_at: Option<String>,
    /// IRIs of the types that a relationship points to.
    pub object_type: Vec<String>,
    /// IRI of the value's type.
    pub value_type: Option<String>,
    /// Rare members by their short names, as JSON text: `instanceId`, `entityIdSealed`, `entityTypeSealed`, and in
    /// notifications and temporal representations `deletedAt` and `previousValue` with its sisters.
    pub others: Vec<(String, String)>,
    pub subs: Attrs,
    pub created_us: i64,
    pub modified_us: i64,
}

impl Instance {
    /// The value, parsed.
    #[must_use]
    pub fn json(&self) -> Option<Json<'_>> {
        Json::parse(&self.value).ok()
    }

    /// The URIs that a relationship points to, in order.
    #[must_use]
    pub fn objects(&self) -> Vec<String> {
        let Some(json) = self.json().filter(|_| self.kind.is_relationship()) else { return Vec::new() };
        let uri =
            |item: &Json<'_>| item.get("object").unwrap_or(item).text().map(std::borrow::Cow::into_owned);
        match json.array() {
            Some(items) => items.iter().filter_map(uri).collect(),
            None => uri(&json).into_iter().collect(),
        }
    }

    /// Whether it has expired by an instant (clause 4.22).
    #[must_use]
    pub fn is_expired(&self, now_us: i64) -> bool {
        self.expires_at.as_deref().and_then(crate::time::parse_us).is_some_and(|at| at <= now_us)
    }

    /// What stands for an instance that was deleted, in notifications and temporal representations (clause 4.5.0).
    #[must_use]
    pub fn deleted(previous: &Self) -> Self {
        Self {
            kind: previous.kind,
            value: previous.kind.null_value().to_owned(),
            dataset: previous.dataset.clone(),
            created_us: previous.created_us,
            modified_us: previous.modified_us,
            ..Self::default()
        }
    }

    /// The same with the value before the change beside it (`showChanges`).
    #[must_use]
    pub fn with_previous(mut self, previous: &Self) -> Self {
        self.others.push((previous.kind.previous_member().to_owned(), previous.value.clone()));
        self
    }

    /// The instance in the internal form, as JSON text.
    #[must_use]
    pub fn body(&self) -> String {
        let mut out = String::with_capacity(self.value.len() + 64);
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        let text = |out: &mut String, name: &str, value: &Option<String>| {
            if let Some(value) = value {
                out.push_str(",\"");
                out.push_str(name);
                out.push_str("\":");
                write_text(value, out);
            }
        };
        out.push_str("{\"type\":\"");
        out.push_str(self.kind.name());
        out.push('"');
        if !self.value.is_empty() {
            out.push_str(",\"");
            out.push_str(self.kind.member());
            out.push_str("\":");
            out.push_str(&self.value);
        }
        text(out, "unitCode", &self.unit_code);
        text(out, "valueType", &self.value_type);
        if !self.object_type.is_empty() {
            out.push_str(",\"objectType\":");
            write_one_or_many(&self.object_type, out);
        }
        text(out, "observedAt", &self.observed_at);
        text(out, "datasetId", &self.dataset);
        text(out, "expiresAt", &self.expires_at);
        for (name, value) in &self.others {
            out.push(',');
            write_text(name, out);
            out.push(':');
            out.push_str(value);
        }
        write_attrs(&self.subs, true, out);
        out.push('}');
    }
}

fn write_one_or_many(texts: &[String], out: &mut String) {
    match texts {
        [one] => write_text(one, out),
        many => write_many(many, out),
    }
}

fn write_many(texts: &[String], out: &mut String) {
    out.push('[');
    for (at, text) in texts.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_text(text, out);
    }
    out.push(']');
}

fn write_attrs(attrs: &Attrs, mut comma: bool, out: &mut String) {
    for (name, instances) in attrs {
        if comma {
            out.push(',');
        }
        comma = true;
        write_text(name, out);
        out.push(':');
        match instances.as_slice() {
            [one] => one.write(out),
            many => {
                out.push('[');
                for (at, one) in many.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    one.write(out);
                }
                out.push(']');
            }
        }
    }
}

impl Entity {
    /// The instance of an attribute with this `datasetId` (the default instance for none).
    #[must_use]
    pub fn instance(&self, attr: &str, dataset: Option<&str>) -> Option<&Instance> {
        self.attrs.get(attr)?.iter().find(|one| one.dataset.as_deref() == dataset)
    }

    /// Whether it has expired by an instant.
    #[must_use]
    pub fn is_expired(&self, now_us: i64) -> bool {
        self.expires_at.as_deref().and_then(crate::time::parse_us).is_some_and(|at| at <= now_us)
    }

    /// The soonest instant at which the entity or one of its instances expires.
    #[must_use]
    pub fn next_expiry_us(&self) -> Option<i64> {
        fn soonest(attrs: &Attrs) -> Option<i64> {
            attrs
                .values()
                .flatten()
                .flat_map(|one| {
                    [one.expires_at.as_deref().and_then(crate::time::parse_us), soonest(&one.subs)]
                })
                .flatten()
                .min()
        }
        let own = self.expires_at.as_deref().and_then(crate::time::parse_us);
        [own, soonest(&self.attrs)].into_iter().flatten().min()
    }

    /// Takes out what has expired by an instant; whether anything was.
    pub fn drop_expired(&mut self, now_us: i64) -> bool {
        fn sweep(attrs: &mut Attrs, now_us: i64) -> bool {
            let mut dropped = false;
            attrs.retain(|_, instances| {
                let before = instances.len();
                instances.retain(|one| !one.is_expired(now_us));
                dropped |= instances.len() < before;
                for one in instances.iter_mut() {
                    dropped |= sweep(&mut one.subs, now_us);
                }
                !instances.is_empty()
            });
            dropped
        }
        sweep(&mut self.attrs, now_us)
    }

    /// Says that the entity and all in it were created and modified at an instant.
    pub fn stamp(&mut self, now_us: i64) {
        self.created_us = now_us;
        self.modified_us = now_us;
        stamp_attrs(&mut self.attrs, now_us);
    }

    /// The stored text of the entity, without the system's times.
    #[must_use]
    pub fn body(&self) -> String {
        let mut out = String::with_capacity(256);
        out.push_str("{\"id\":");
        write_text(&self.id, &mut out);
        out.push_str(",\"type\":");
        write_many(&self.types, &mut out);
        if !self.scopes.is_empty() {
            out.push_str(",\"scope\":");
            write_many(&self.scopes, &mut out);
        }
        if let Some(at) = &self.expires_at {
            out.push_str(",\"expiresAt\":");
            write_text(at, &mut out);
        }
        write_attrs(&self.attrs, true, &mut out);
        out.push('}');
        out
    }
}

fn stamp_attrs(attrs: &mut Attrs, now_us: i64) {
    for one in attrs.values_mut().flatten() {
        stamp_instance(one, now_us);
    }
}

fn stamp_instance(one: &mut Instance, now_us: i64) {
    // What stands has its type written out.
    one.given = Given::Stated;
    one.created_us = now_us;
    one.modified_us = now_us;
    stamp_attrs(&mut one.subs, now_us);
}
