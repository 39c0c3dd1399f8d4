//! Reading of entities and their fragments: the normalized, the concise and (where a request says so) the simplified
//! representation, checked member by member (clauses 4.5, 4.6 and 5.5.4).

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use super::values::{is_objects, kind_in, null_refused};
use super::{Entity, Given, Instance, Kind, geometry};
use crate::error::Error;
use crate::json::{Json, NULL, quoted};
use crate::ld::Context;
use crate::{names, time};

/// Most attributes of one entity (and sub-attributes of one instance).
pub const ATTRS_MAX: usize = 2_000;
/// Most instances of one attribute.
pub const INSTANCES_MAX: usize = 1_000;
/// Most instances of one attribute in a temporal representation.
pub const MOMENTS_MAX: usize = 10_000;
/// Deepest sub-attribute.
pub const SUB_DEPTH_MAX: usize = 16;
/// Most types or scopes of one entity.
pub const TYPES_MAX: usize = 200;

/// What a document is read for: what must be in it, and where the NGSI-LD Null may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A whole entity, to create or to replace: id and type must be there, no Null.
    Create,
    /// A fragment to append, or one attribute to replace: no Null.
    Append,
    /// A fragment of clause 5.5.8: a Null as the value of an attribute deletes it.
    Update,
    /// A fragment of one attribute (clause 5.6.4): a Null deletes the instance, a member or a sub-attribute.
    Partial,
    /// A fragment of clause 5.5.12: Nulls at any depth.
    Merge,
    /// The temporal representation of a whole entity: many instances of one `datasetId`, each with its own time.
    Temporal,
    /// A fragment of a temporal representation.
    TemporalFragment,
}

impl Reading {
    fn is_whole(self) -> bool {
        matches!(self, Self::Create | Self::Temporal)
    }

    pub(super) fn is_temporal(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalFragment)
    }

    /// Whether an instance may leave out its value.
    fn may_lack_value(self, depth: usize) -> bool {
        match self {
            Self::Merge => true,
            Self::Partial => depth == 0,
            _ => false,
        }
    }

    /// Whether an attribute or a sub-attribute may be the Null.
    pub(super) fn may_be_null(self) -> bool {
        !matches!(self, Self::Create | Self::Append)
    }

    /// Whether a member such as `unitCode` may be the Null.
    pub(super) fn may_null_members(self, depth: usize) -> bool {
        match self {
            Self::Merge => true,
            Self::Partial => depth == 0,
            _ => false,
        }
    }
}

/// Names that are members of attributes and can be no attributes (clause 4.5.1).
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "value"
            | "object"
            | "languageMap"
            | "vocab"
            | "json"
            | "valueList"
            | "objectList"
            | "observedAt"
            | "unitCode"
            | "datasetId"
            | "objectType"
            | "valueType"
            | "expiresAt"
            | "instanceId"
            | "createdAt"
            | "modifiedAt"
            | "deletedAt"
            | "lang"
            | "entity"
            | "entityList"
            | "entityIdSealed"
            | "entityTypeSealed"
            | "id"
            | "type"
            | "scope"
            | "previousValue"
            | "previousObject"
            | "previousLanguageMap"
            | "previousVocab"
            | "previousJson"
            | "previousValueList"
            | "previousObjectList"
    )
}

/// The `@context` member of a document that was read, to be resolved before the rest is.
#[must_use]
pub fn context_of(document: &Json<'_>) -> Option<Value> {
    serde_json::from_str(document.get("@context")?.raw).ok()
}

impl Entity {
    /// Reads a document.
    pub fn read(body: &[u8], context: &Context, reading: Reading) -> Result<Self, Error> {
        Self::read_json(&Json::parse_bytes(body)?, context, reading, false)
    }

    /// Reads a document that is a tree already. `simplified` says that the request announced the simplified
    /// representation; then an object is a value, whatever it looks like.
    pub fn read_json(
        json: &Json<'_>,
        context: &Context,
        reading: Reading,
        simplified: bool,
    ) -> Result<Self, Error> {
        let reader = Reader { context, reading, simplified };
        reader.entity(json)
    }
}

/// Reads the body of a request on one attribute (clauses 5.6.4 and 5.6.19): the members of one instance.
/// `attr` is its IRI.
pub fn read_instance(
    attr: &str,
    json: &Json<'_>,
    context: &Context,
    reading: Reading,
) -> Result<Instance, Error> {
    let reader = Reader { context, reading, simplified: false };
    if json.object().is_none() {
        return Err(Error::bad("an attribute fragment is an object with the members of the attribute"));
    }
    if json.object().is_some_and(|members| members.iter().all(|(name, _)| name == "@context")) {
        return Err(Error::bad("the attribute fragment is empty"));
    }
    reader.instance_but(attr, json, 0, true)
}

/// Reads what stands as the value of an attribute in an entity.
pub fn read_instances(
    attr: &str,
    json: &Json<'_>,
    context: &Context,
    reading: Reading,
) -> Result<Vec<Instance>, Error> {
    let reader = Reader { context, reading, simplified: false };
    reader.attribute(attr, json, 0)
}

pub(super) struct Reader<'c> {
    pub(super) context: &'c Context,
    pub(super) reading: Reading,
    pub(super) simplified: bool,
}

pub(super) fn text_in<'a>(json: &Json<'a>, what: &str) -> Result<Cow<'a, str>, Error> {
    json.text().ok_or_else(|| Error::bad(format!("{what} is a text")))
}

pub(super) fn uri_in(json: &Json<'_>, what: &str) -> Result<String, Error> {
    let text = text_in(json, what)?;
    if !names::is_iri(&text) {
        return Err(Error::bad(format!("{} is not a URI; {what} must be one", quoted(&text))));
    }
    Ok(text.into_owned())
}

pub(super) fn moment_in(json: &Json<'_>, what: &str) -> Result<String, Error> {
    let text = text_in(json, what)?;
    if time::parse_us(&text).is_none() {
        return Err(Error::bad(format!(
            "{} is not a DateTime; {what} is in UTC, as in 2026-01-31T09:30:00Z, with at most six digits of a second",
            quoted(&text)
        )));
    }
    Ok(text.into_owned())
}

/// One item or the items of an array, at least one.
pub(super) fn one_or_many<'j, 'a>(json: &'j Json<'a>, what: &str) -> Result<&'j [Json<'a>], Error> {
    match json.array() {
        Some([]) => Err(Error::bad(format!("{what} is an empty array"))),
        Some(items) => Ok(items),
        None => Ok(std::slice::from_ref(json)),
    }
}

impl Reader<'_> {
    fn entity(&self, json: &Json<'_>) -> Result<Entity, Error> {
        let members = json.object().ok_or_else(|| Error::bad("an entity is a JSON object"))?;
        let mut entity = Entity::default();
        entity.attrs.reserve(members.len());
        let mut typed = false;
        for (name, value) in members {
            match &**name {
                "id" | "@id" => {
                    if !entity.id.is_empty() {
                        return Err(Error::bad("id and @id are the same member and stand both there"));
                    }
                    let id = uri_in(value, "the id of an entity").map_err(|error| error.under("id"))?;
                    if id == NULL {
                        return Err(Error::bad("the NGSI-LD Null is no id").under("id"));
                    }
                    entity.id = id;
                }
                "type" | "@type" => {
                    if typed {
                        return Err(Error::bad("type and @type are the same member and stand both there"));
                    }
                    typed = true;
                    entity.types = self.types(value).map_err(|error| error.under("type"))?;
                }
                "@context" => {}
                "scope" => self.scope(value, &mut entity).map_err(|error| error.under("scope"))?,
                "expiresAt" => {
                    entity.expires_at = Some(if value.is_ngsi_null() && self.reading.may_be_null() {
                        NULL.to_owned()
                    } else {
                        moment_in(value, "expiresAt").map_err(|error| error.under("expiresAt"))?
                    });
                }
                // The system says these; what a client sends back of them is read over.
                "createdAt" | "modifiedAt" | "deletedAt" => {
                    moment_in(value, name).map_err(|error| error.under(name))?;
                }
                name => {
                    let attr = self.name(name)?;
                    let instances = self.attribute(&attr, value, 0).map_err(|error| error.under(name))?;
                    if entity.attrs.insert(attr, instances).is_some() {
                        return Err(Error::bad("the same attribute stands under two names").under(name));
                    }
                    if entity.attrs.len() > ATTRS_MAX {
                        return Err(Error::bad(format!("an entity has at most {ATTRS_MAX} attributes")));
                    }
                }
            }
        }
        if self.reading.is_whole() {
            if entity.id.is_empty() {
                return Err(Error::bad("an entity has an id, which is a URI").under("id"));
            }
            if entity.types.is_empty() {
                return Err(Error::bad("an entity has a type").under("type"));
            }
        }
        Ok(entity)
    }

    /// The IRI of an attribute's name.
    fn name(&self, name: &str) -> Result<String, Error> {
        if is_reserved(name) {
            return Err(Error::bad(format!(
                "{} is a member of attributes and cannot be the name of one (clause 4.5.1)",
                quoted(name)
            ))
            .under(name));
        }
        let iri = self.context.expand(name).map_err(|error| error.under(name))?;
        if self.is_member(&iri) {
            return Err(Error::bad(format!(
                "{} stands for a member of attributes (clause 4.5.1)",
                quoted(name)
            ))
            .under(name));
        }
        Ok(iri)
    }

    /// Whether an IRI is that of a member of attributes; written, it would be one.
    pub(super) fn is_member(&self, iri: &str) -> bool {
        iri.starts_with("https://uri.etsi.org/ngsi-ld/") && is_reserved(&self.context.compact(iri))
    }

    fn types(&self, json: &Json<'_>) -> Result<Vec<String>, Error> {
        let items = one_or_many(json, "type")?;
        if items.len() > TYPES_MAX {
            return Err(Error::bad(format!("an entity has at most {TYPES_MAX} types")));
        }
        let mut types: Vec<String> = Vec::with_capacity(items.len());
        for item in items {
            let iri = self.context.expand(&text_in(item, "a type")?)?;
            if iri == NULL {
                return Err(Error::bad("a type cannot be deleted"));
            }
            if !types.contains(&iri) {
                types.push(iri);
            }
        }
        Ok(types)
    }

    fn scope(&self, json: &Json<'_>, entity: &mut Entity) -> Result<(), Error> {
        if json.is_ngsi_null() {
            return if self.reading.may_be_null() {
                entity.scopes_null = true;
                Ok(())
            } else {
                Err(Error::bad("the NGSI-LD Null can only delete a scope, in an update or a merge"))
            };
        }
        if self.reading.is_temporal() && (json.object().is_some() || json.array().is_some_and(is_objects)) {
            // Reified in the temporal representation (clause 4.18): the last instance is the scope that stands.
            for item in one_or_many(json, "scope")? {
                let value = item.get("value").ok_or_else(|| Error::bad("a scope in time has a value"))?;
                entity.scopes.clear();
                self.scope(value, entity)?;
            }
            return Ok(());
        }
        let items = one_or_many(json, "scope")?;
        if items.len() > TYPES_MAX {
            return Err(Error::bad(format!("an entity has at most {TYPES_MAX} scopes")));
        }
        for item in items {
            let scope = text_in(item, "a scope")?;
            if !names::is_scope(&scope) {
                return Err(Error::bad(format!(
                    "{} is not a scope: levels that begin with a letter, between slashes, as in /北県/川町",
                    quoted(&scope)
                )));
            }
            if !entity.scopes.iter().any(|known| *known == *scope) {
                entity.scopes.push(scope.into_owned());
            }
        }
        Ok(())
    }

    /// What stands under an attribute's name: an instance, several, or a bare value.
    pub(super) fn attribute(
        &self,
        attr: &str,
        json: &Json<'_>,
        depth: usize,
    ) -> Result<Vec<Instance>, Error> {
        if depth > SUB_DEPTH_MAX {
            return Err(Error::bad(format!("sub-attributes are nested deeper than {SUB_DEPTH_MAX} levels")));
        }
        if let Some(members) = json.object() {
            if self.simplified
                && let [(name, inner)] = members
                && name == "dataset"
            {
                return self.datasets(attr, inner, depth);
            }
            if self.is_instance(members, depth) {
                return Ok(vec![self.instance(attr, json, depth)?]);
            }
        }
        if let Some(items) = json.array()
            && !self.simplified
            && items.iter().any(|item| item.object().is_some_and(|members| self.is_instance(members, depth)))
        {
            return self.instances(attr, items, depth);
        }
        Ok(vec![self.bare(attr, json)?])
    }

    fn instances(&self, attr: &str, items: &[Json<'_>], depth: usize) -> Result<Vec<Instance>, Error> {
        let most = if self.reading.is_temporal() { MOMENTS_MAX } else { INSTANCES_MAX };
        if items.len() > most {
            return Err(Error::bad(format!("an attribute has at most {most} instances")));
        }
        let mut instances: Vec<Instance> = Vec::with_capacity(items.len());
        let mut seen: HashSet<Option<String>, foldhash::quality::RandomState> = HashSet::default();
        for (at, item) in items.iter().enumerate() {
            let step = format!("[{at}]");
            if item.object().is_none() {
                return Err(Error::bad("an instance of an attribute is an object").under(&step));
            }
            let one = self.instance(attr, item, depth).map_err(|error| error.under(&step))?;
            if !self.reading.is_temporal() && !seen.insert(one.dataset.clone()) {
                let which = one.dataset.as_deref().map_or("no datasetId (or @none)".to_owned(), quoted);
                return Err(Error::bad(format!(
                    "two instances have {which}; there is one of each (clause 4.5.5)"
                ))
                .under(&step));
            }
            instances.push(one);
        }
        // The default instance stands first.
        if !self.reading.is_temporal()
            && let Some(at) = instances.iter().position(|one| one.dataset.is_none())
            && let Some(until) = instances.get_mut(..=at)
        {
            until.rotate_right(1);
        }
        Ok(instances)
    }

    /// `{"dataset": {"@none": …, "urn:…": …}}` of the simplified representation.
    fn datasets(&self, attr: &str, json: &Json<'_>, depth: usize) -> Result<Vec<Instance>, Error> {
        let members =
            json.object().ok_or_else(|| Error::bad("dataset is an object of values by datasetId"))?;
        let mut instances = Vec::with_capacity(members.len());
        for (dataset, value) in members {
            let mut one = match value.object() {
                Some(inner) if self.is_instance(inner, depth) => self.instance(attr, value, depth),
                _ => self.bare(attr, value),
            }
            .map_err(|error| error.under(dataset))?;
            if dataset == "@none" {
                instances.insert(0, one);
                continue;
            }
            if !names::is_iri(dataset) {
                return Err(Error::bad("a datasetId is a URI or @none").under(dataset));
            }
            one.dataset = Some(dataset.to_string());
            instances.push(one);
        }
        if instances.is_empty() {
            return Err(Error::bad("dataset holds nothing"));
        }
        Ok(instances)
    }

    /// Whether an object is an instance of an attribute rather than a bare value that happens to be an object.
    fn is_instance(&self, members: &[(Cow<'_, str>, Json<'_>)], depth: usize) -> bool {
        let mut has_type = None;
        let mut has_member = false;
        let mut has_value = false;
        let mut is_literal = false;
        for (name, value) in members {
            match &**name {
                "type" | "@type" => has_type = value.text(),
                "value" | "object" | "languageMap" | "vocab" | "json" | "valueList" | "objectList" => {
                    has_value = true;
                }
                "observedAt" | "unitCode" | "datasetId" | "objectType" | "valueType" => has_member = true,
                "@value" => is_literal = true,
                _ => {}
            }
        }
        if self.simplified {
            // An object of one such member is how the simplified representation writes these kinds.
            return matches!(members, [(name, _)] if matches!(&**name, "languageMap" | "vocab" | "json"));
        }
        if is_literal && !has_value {
            // A typed value of JSON-LD, whose `@type` is that of the value.
            return false;
        }
        if let Some(name) = has_type {
            // A geometry as it stands is a value; anything else that has a type is an attribute (clause 4.5.2.3).
            let geometry = geometry::Geometry::of_name(&name).is_some() || name == "GeometryCollection";
            return !geometry || has_value;
        }
        if has_value || has_member {
            return true;
        }
        // In a merge an attribute may be given by its sub-attributes alone.
        self.reading == Reading::Merge
            && depth < SUB_DEPTH_MAX
            && members.iter().any(|(_, value)| {
                value.get("type").and_then(Json::text).is_some_and(|name| Kind::of_name(&name).is_some())
            })
    }

    /// A value without members around it.
    fn bare(&self, attr: &str, json: &Json<'_>) -> Result<Instance, Error> {
        let mut one = Instance { given: Given::Bare, ..Instance::default() };
        if json.is_ngsi_null() {
            if !self.reading.may_be_null() {
                return Err(null_refused());
            }
            one.given = Given::Null;
            return Ok(one);
        }
        let says_geometry = json.get("type").and_then(Json::text).is_some_and(|name| {
            (geometry::Geometry::of_name(&name).is_some() && json.get("coordinates").is_some())
                || name == "GeometryCollection"
        });
        if says_geometry {
            geometry::check(json)?;
            one.kind = Kind::GeoProperty;
        }
        self.check_kind(attr, one.kind)?;
        self.value(json)?;
        one.value = json.written();
        Ok(one)
    }

    fn instance(&self, attr: &str, json: &Json<'_>, depth: usize) -> Result<Instance, Error> {
        self.instance_but(attr, json, depth, false)
    }

    /// An instance; `alone` says that it is a document of its own, with an `@context` that was read before.
    fn instance_but(
        &self,
        attr: &str,
        json: &Json<'_>,
        depth: usize,
        alone: bool,
    ) -> Result<Instance, Error> {
        if depth > SUB_DEPTH_MAX {
            return Err(Error::bad(format!("sub-attributes are nested deeper than {SUB_DEPTH_MAX} levels")));
        }
        let members = json.object().unwrap_or_default();
        let mut one = Instance { given: Given::Inferred, ..Instance::default() };
        let mut stated: Option<Kind> = None;
        let mut held: Option<(Kind, &Json<'_>)> = None;
        for (name, value) in members {
            let kind = match &**name {
                "type" | "@type" => {
                    if stated.is_some() {
                        return Err(Error::bad("type and @type are the same member and stand both there"));
                    }
                    stated = Some(kind_in(value).map_err(|error| error.under("type"))?);
                    one.given = Given::Stated;
                    continue;
                }
                "value" => Kind::Property,
                "object" => Kind::Relationship,
                "languageMap" => Kind::LanguageProperty,
                "vocab" => Kind::VocabProperty,
                "json" => Kind::JsonProperty,
                "valueList" => Kind::ListProperty,
                "objectList" => Kind::ListRelationship,
                "@context" if alone => continue,
                name => {
                    self.member(attr, name, value, depth, &mut one).map_err(|error| error.under(name))?;
                    continue;
                }
            };
            if let Some((other, _)) = held {
                return Err(Error::bad(format!(
                    "an attribute has one value, and here are {} and {}",
                    other.member(),
                    kind.member()
                )));
            }
            held = Some((kind, value));
        }
        if let Some((inferred, value)) = held {
            let kind = stated.unwrap_or(if inferred == Kind::Property && geometry::is_geometry(value) {
                Kind::GeoProperty
            } else {
                inferred
            });
            if kind.member() != inferred.member() {
                return Err(Error::bad(format!(
                    "a {} has the member {}, never {}",
                    kind.name(),
                    kind.member(),
                    inferred.member()
                ))
                .under(inferred.member()));
            }
            one.kind = kind;
            self.set_value(attr, value, &mut one).map_err(|error| error.under(inferred.member()))?;
        } else {
            one.kind = stated.unwrap_or_default();
            if !self.reading.may_lack_value(depth) {
                let member = stated.map_or("value (or object, languageMap …)", Kind::member);
                return Err(Error::bad(format!("the attribute has no {member}")));
            }
        }
        if held.is_some() || stated.is_some() {
            self.check_kind(attr, one.kind)?;
            self.check_members(&one)?;
        }
        Ok(one)
    }
}
