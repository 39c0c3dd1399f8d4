//! The values and members of attributes, checked (clauses 4.5.2, 4.5.3, 4.5.18 to 4.5.24 and 4.7).

use super::read::{ATTRS_MAX, Reader, Reading, is_reserved, moment_in, one_or_many, text_in, uri_in};
use super::{Attrs, Given, Instance, Kind, LOCATION, OBSERVATION_SPACE, OPERATION_SPACE, PROOF, geometry};
use crate::error::{Error, ErrorKind};
use crate::json::{Json, NULL, Shape, quoted};
use crate::names;

impl Reader<'_> {
    pub(super) fn check_kind(&self, attr: &str, kind: Kind) -> Result<(), Error> {
        if matches!(attr, LOCATION | OBSERVATION_SPACE | OPERATION_SPACE) && kind != Kind::GeoProperty {
            return Err(Error::bad(format!(
                "this attribute is a GeoProperty (clause 4.7.1), not a {}",
                kind.name()
            )));
        }
        if attr == PROOF && kind != Kind::Property {
            return Err(Error::bad("ngsildproof is a Property (clause 4.5.2.2)"));
        }
        Ok(())
    }

    /// What no Property value may be.
    pub(super) fn value(&self, json: &Json<'_>) -> Result<(), Error> {
        if json.is_null() {
            return Err(Error::bad(
                "null is no value in NGSI-LD (clause 4.5.0); to delete, use \"urn:ngsi-ld:null\" in an update or a merge",
            ));
        }
        if self.reading != Reading::Merge && !self.reading.is_temporal() && holds_null_member(json) {
            return Err(Error::bad(
                "the NGSI-LD Null stands inside a value; that is for merging alone (clause 5.5.4)",
            ));
        }
        Ok(())
    }

    /// Members that a kind does not have.
    pub(super) fn check_members(&self, one: &Instance) -> Result<(), Error> {
        let kind = one.kind;
        if one.unit_code.is_some() && !kind.has_unit() {
            return Err(Error::bad(format!("a {} has no unit", kind.name())).under("unitCode"));
        }
        if !one.object_type.is_empty() && !kind.is_relationship() {
            return Err(Error::bad(format!("a {} points to nothing", kind.name())).under("objectType"));
        }
        if let Some(iri) = &one.value_type {
            if kind.is_relationship() {
                return Err(Error::bad(format!("a {} has no value", kind.name())).under("valueType"));
            }
            if kind == Kind::LanguageProperty && iri != LANG_STRING && iri != NULL {
                return Err(
                    Error::bad("the valueType of a LanguageProperty is langString").under("valueType")
                );
            }
        }
        Ok(())
    }

    pub(super) fn set_value(&self, attr: &str, json: &Json<'_>, one: &mut Instance) -> Result<(), Error> {
        let is_null = match one.kind {
            Kind::LanguageProperty => {
                json.is_ngsi_null()
                    || matches!(json.object(), Some([(tag, value)]) if tag == "@none" && value.is_ngsi_null())
            }
            Kind::ListProperty | Kind::ListRelationship => {
                json.is_ngsi_null() || matches!(json.array(), Some([item]) if item.is_ngsi_null())
            }
            _ => json.is_ngsi_null(),
        };
        if is_null {
            if !self.reading.may_be_null() {
                return Err(null_refused());
            }
            if self.reading.is_temporal() {
                one.value = one.kind.null_value().to_owned();
            } else {
                one.given = Given::Null;
            }
            return Ok(());
        }
        match one.kind {
            Kind::Property => {
                if attr == PROOF && json.object().is_none() {
                    return Err(Error::bad("the value of ngsildproof is an object with the proof"));
                }
                self.value(json)?;
                one.value = json.written();
            }
            Kind::GeoProperty => {
                if let Some(text) = json.text() {
                    // A geometry may come as the text of one (clause 4.7.2); it is kept as what it says.
                    let inner = Json::parse(&text)
                        .map_err(|_| Error::bad("this text is no GeoJSON geometry (clause 4.7.2)"))?;
                    geometry::check(&inner)?;
                    one.value = inner.written();
                } else {
                    geometry::check(json)?;
                    one.value = json.written();
                }
            }
            Kind::Relationship => {
                for item in one_or_many(json, "object")? {
                    not_null(&uri_in(item, "the object of a Relationship")?)?;
                }
                one.value = json.written();
            }
            Kind::LanguageProperty => {
                self.language_map(json)?;
                one.value = json.written();
            }
            Kind::VocabProperty => one.value = self.vocab(json)?,
            Kind::JsonProperty => {
                let is_raw = json.object().is_some() || json.array().is_some_and(is_objects);
                if !is_raw {
                    return Err(Error::bad("json is an object or an array of objects (clause 4.5.24)"));
                }
                one.value = json.written();
            }
            Kind::ListProperty => {
                let items = json.array().ok_or_else(|| Error::bad("valueList is an array of values"))?;
                for (at, item) in items.iter().enumerate() {
                    self.value(item).map_err(|error| error.under(&format!("[{at}]")))?;
                }
                one.value = json.written();
            }
            Kind::ListRelationship => one.value = self.object_list(json)?,
        }
        Ok(())
    }

    pub(super) fn language_map(&self, json: &Json<'_>) -> Result<(), Error> {
        let members =
            json.object().ok_or_else(|| Error::bad("a languageMap is an object of texts by language tag"))?;
        for (tag, value) in members {
            if !names::is_language(tag) {
                return Err(Error::bad(format!("{} is no language tag of RFC 5646, nor @none", quoted(tag))));
            }
            let items = match value.array() {
                Some(items) => items,
                None => std::slice::from_ref(value),
            };
            for item in items {
                let text = text_in(item, "a text of a languageMap").map_err(|error| error.under(tag))?;
                if text == NULL && self.reading != Reading::Merge {
                    return Err(null_refused().under(tag));
                }
            }
        }
        Ok(())
    }

    /// The vocab with its texts expanded.
    pub(super) fn vocab(&self, json: &Json<'_>) -> Result<String, Error> {
        let iri = |item: &Json<'_>| -> Result<String, Error> {
            let text = text_in(item, "a vocab")?;
            if text.is_empty() {
                return Err(Error::bad("a vocab is a text that stands for an IRI"));
            }
            not_null(&text)?;
            Ok(quoted(&self.context.expand_value(&text)?))
        };
        match json.array() {
            None => iri(json),
            Some([]) => Err(Error::bad("a vocab is an empty array")),
            Some(items) => {
                let iris: Vec<String> = items.iter().map(iri).collect::<Result<_, _>>()?;
                Ok(format!("[{}]", iris.join(",")))
            }
        }
    }

    /// The objectList, with every item as an object.
    pub(super) fn object_list(&self, json: &Json<'_>) -> Result<String, Error> {
        let items = json.array().ok_or_else(|| Error::bad("objectList is an array of objects or URIs"))?;
        let mut out = String::from("[");
        for (at, item) in items.iter().enumerate() {
            let uri = match item.object() {
                Some([(name, inner)]) if name == "object" => inner,
                Some(_) => {
                    return Err(Error::bad("an item of objectList has the one member object")
                        .under(&format!("[{at}]")));
                }
                None => item,
            };
            let text =
                uri_in(uri, "an item of objectList").map_err(|error| error.under(&format!("[{at}]")))?;
            not_null(&text).map_err(|error| error.under(&format!("[{at}]")))?;
            if at > 0 {
                out.push(',');
            }
            out.push_str("{\"object\":");
            out.push_str(&quoted(&text));
            out.push('}');
        }
        out.push(']');
        Ok(out)
    }

    /// A member of an instance other than its type and its value.
    pub(super) fn member(
        &self,
        attr: &str,
        name: &str,
        json: &Json<'_>,
        depth: usize,
        one: &mut Instance,
    ) -> Result<(), Error> {
        let nullable = |read: &dyn Fn() -> Result<String, Error>| -> Result<Option<String>, Error> {
            if json.is_ngsi_null() {
                return if self.reading.may_null_members(depth) {
                    Ok(Some(NULL.to_owned()))
                } else {
                    Err(null_refused())
                };
            }
            read().map(Some)
        };
        match name {
            "observedAt" => one.observed_at = nullable(&|| moment_in(json, "observedAt"))?,
            "expiresAt" => one.expires_at = nullable(&|| moment_in(json, "expiresAt"))?,
            "unitCode" => {
                one.unit_code = nullable(&|| {
                    let text = text_in(json, "unitCode")?;
                    if text.is_empty() { Err(Error::bad("unitCode is empty")) } else { Ok(text.into_owned()) }
                })?;
            }
            "datasetId" => {
                let text = text_in(json, "datasetId")?;
                if text == NULL {
                    return Err(Error::bad("a datasetId cannot be deleted (clause 5.5.8)"));
                }
                if text != "@none" {
                    one.dataset = Some(uri_in(json, "datasetId")?);
                }
            }
            "valueType" => {
                one.value_type = nullable(&|| {
                    let text = text_in(json, "valueType")?;
                    if text.is_empty() {
                        Err(Error::bad("valueType is empty"))
                    } else {
                        self.context.expand_value(&text)
                    }
                })?;
            }
            "objectType" => {
                for item in one_or_many(json, "objectType")? {
                    let text = text_in(item, "objectType")?;
                    one.object_type.push(if text == NULL && self.reading.may_null_members(depth) {
                        NULL.to_owned()
                    } else {
                        self.context.expand(&text)?
                    });
                }
            }
            // The system says these; what a client sends back of them is read over.
            "createdAt" | "modifiedAt" | "deletedAt" => {
                moment_in(json, name)?;
            }
            "instanceId" => {
                let id = uri_in(json, "instanceId")?;
                if self.reading.is_temporal() {
                    one.others.push((name.to_owned(), quoted(&id)));
                }
            }
            "lang" if json.text().is_some() => {}
            "entityIdSealed" | "entityTypeSealed" if attr == PROOF => {
                let text = text_in(json, name)?;
                let sealed =
                    if name == "entityTypeSealed" { self.context.expand(&text)? } else { text.into_owned() };
                one.others.push((name.to_owned(), quoted(&sealed)));
            }
            "@context" => {
                return Err(Error::bad("an attribute has no @context of its own (clauses 4.5.1 and 5.5.7)"));
            }
            name if is_reserved(name) || name.starts_with('@') => {
                return Err(Error::bad(format!("{} does not belong into an attribute here", quoted(name))));
            }
            name => {
                let sub = self.context.expand(name)?;
                if self.is_member(&sub) {
                    return Err(Error::bad(format!("{} stands for a member of attributes", quoted(name))));
                }
                let instances = self.attribute(&sub, json, depth + 1)?;
                if one.subs.insert(sub, instances).is_some() {
                    return Err(Error::bad("the same sub-attribute stands under two names"));
                }
                if one.subs.len() > ATTRS_MAX {
                    return Err(Error::bad(format!("an attribute has at most {ATTRS_MAX} sub-attributes")));
                }
            }
        }
        Ok(())
    }
}

const LANG_STRING: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";

pub(super) fn kind_in(json: &Json<'_>) -> Result<Kind, Error> {
    let name = text_in(json, "the type of an attribute")?;
    let short = name.strip_prefix("https://uri.etsi.org/ngsi-ld/").or_else(|| name.strip_prefix("ngsi-ld:"));
    Kind::of_name(short.unwrap_or(&name)).ok_or_else(|| {
        Error::bad(format!(
            "{} is no type of attribute; they are Property, Relationship, GeoProperty …",
            quoted(&name)
        ))
    })
}

pub(super) fn is_objects(items: &[Json<'_>]) -> bool {
    items.iter().all(|item| item.object().is_some())
}

pub(super) fn null_refused() -> Error {
    Error::new(
        ErrorKind::BadRequestData,
        "the NGSI-LD Null deletes what stands; here is nothing that it could delete (clause 5.5.4)",
    )
}

fn not_null(text: &str) -> Result<(), Error> {
    if text == NULL { Err(null_refused()) } else { Ok(()) }
}

/// Whether the Null is the value of a member of an object within.
fn holds_null_member(json: &Json<'_>) -> bool {
    if memchr::memmem::find(json.raw.as_bytes(), b"ngsi-ld").is_none() && !json.raw.contains('\\') {
        return false;
    }
    match &json.shape {
        Shape::Array(items) => items.iter().any(holds_null_member),
        Shape::Object(members) => {
            members.iter().any(|(_, value)| value.is_ngsi_null() || holds_null_member(value))
        }
        _ => false,
    }
}

/// An empty set of attributes, for those who build entities by hand.
impl Instance {
    /// A bare Property of a value, as the simplified representation has it.
    #[must_use]
    pub fn property(value: &str) -> Self {
        Self { value: value.to_owned(), subs: Attrs::default(), ..Self::default() }
    }
}
