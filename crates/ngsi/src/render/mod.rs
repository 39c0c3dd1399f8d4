//! From the stored texts to an answer: normalized, concise, simplified, GeoJSON (clauses 4.5.2 to 4.5.4, 4.5.16, 4.5.17).
//!
//! The plain normalized answer is one pass over the stored text ([`plain`]); everything else goes over the model.

mod lang;
mod model;
mod plain;

pub use lang::Languages;

use std::borrow::Cow;

use crate::entity::Entity;
use crate::error::Error;
use crate::json::write_text;
use crate::ld::Context;

/// How attributes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Normalized,
    Concise,
    Simplified,
}

/// Members of an entity to keep or to leave out, by IRI (or `id`, `type`, `scope` …); under a relationship, members
/// of the entity it leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    pub members: Vec<Member>,
}

/// One member of a [`Projection`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// What of the linked entity; empty says nothing about it.
    pub linked: Projection,
}

impl Projection {
    fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// The geometry of a GeoJSON answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// IRI of the attribute (`location` when the request names none).
    pub property: String,
    /// The `datasetId` of its instance; the default instance for none.
    pub dataset: Option<String>,
}

/// Entities that relationships lead to, for answers that hold them inline (clause 4.5.23.2).
pub trait Linked {
    /// The entity with this id, when it is to be shown.
    fn linked(&self, id: &str, types: &[String]) -> Option<Cow<'_, Entity>>;
}

/// What a request wants to see.
#[derive(Clone, Default)]
pub struct Style<'a> {
    pub format: Format,
    /// Write a GeoJSON Feature.
    pub geojson: Option<Geometry>,
    /// Write createdAt, modifiedAt and expiresAt.
    pub sys_attrs: bool,
    /// Write LanguageProperties as Properties in one of these languages.
    pub lang: Option<Languages>,
    /// Only instances with one of these `datasetId`s (`@none` for the default instance); all when empty.
    pub datasets: Vec<String>,
    /// Only these attributes, by IRI (the older way to pick).
    pub attrs: Option<Vec<String>>,
    pub pick: Option<Projection>,
    pub omit: Option<Projection>,
    /// Write that the entity was deleted at this instant, in notifications.
    pub deleted_us: Option<i64>,
    /// Leave out what has expired by this instant.
    pub now_us: Option<i64>,
    /// Write the member `@context`.
    pub context: bool,
    /// Show linked entities inline.
    pub linked: Option<&'a dyn Linked>,
    /// How many relationships are followed.
    pub join_level: u32,
}

impl Style<'_> {
    /// Whether one pass over the stored text makes the answer.
    fn is_plain(&self) -> bool {
        self.format == Format::Normalized
            && self.geojson.is_none()
            && !self.sys_attrs
            && self.lang.is_none()
            && self.datasets.is_empty()
            && self.linked.is_none()
            && self.deleted_us.is_none()
    }

    /// Whether a member of the entity itself is shown.
    fn shows(&self, name: &str) -> bool {
        if let Some(pick) = &self.pick
            && pick.member(name).is_none()
        {
            return false;
        }
        !self
            .omit
            .as_ref()
            .and_then(|omit| omit.member(name))
            .is_some_and(|member| member.linked.members.is_empty())
    }

    /// Whether an attribute is shown.
    fn shows_attr(&self, iri: &str) -> bool {
        self.attrs.as_ref().is_none_or(|attrs| attrs.iter().any(|attr| attr == iri)) && self.shows(iri)
    }
}

/// Writes an entity from its stored texts. `times` is read only when the style asks for times.
pub fn entity(
    body: &str,
    times: &str,
    context: &Context,
    style: &Style<'_>,
    out: &mut String,
) -> Result<(), Error> {
    if style.is_plain()
        && (style.now_us.is_none() || memchr::memmem::find(body.as_bytes(), EXPIRES).is_none())
    {
        return plain::entity(body, context, style, out);
    }
    model_entity(&Entity::from_stored(body, if style.sys_attrs { times } else { "" })?, context, style, out)
}

const EXPIRES: &[u8] = b"\"expiresAt\"";

/// Writes an entity from the model.
pub fn model_entity(
    entity: &Entity,
    context: &Context,
    style: &Style<'_>,
    out: &mut String,
) -> Result<(), Error> {
    model::Writer { context, style }.top(entity, out)
}

/// Writes the attributes' names of an instance in the internal form compacted, as they stand in an answer: for
/// notifications and histories that hold single instances.
pub fn instance(
    instance: &crate::entity::Instance,
    context: &Context,
    style: &Style<'_>,
    out: &mut String,
) -> Result<(), Error> {
    model::Writer { context, style }.instance(instance, None, false, out)
}

/// Writes a FeatureCollection of entities in the stored texts (clause 4.5.16.3).
pub fn feature_collection<'e>(
    entities: impl IntoIterator<Item = (&'e str, &'e str)>,
    context: &Context,
    style: &Style<'_>,
    out: &mut String,
) -> Result<(), Error> {
    let mut inner = style.clone();
    inner.context = false;
    inner
        .geojson
        .get_or_insert_with(|| Geometry { property: crate::entity::LOCATION.to_owned(), dataset: None });
    out.push_str("{\"type\":\"FeatureCollection\",\"features\":[");
    for (at, (body, times)) in entities.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        entity(body, times, context, &inner, out)?;
    }
    out.push(']');
    if style.context {
        write_context(context, out);
    }
    out.push('}');
    Ok(())
}

/// Writes `,"@context":…`.
fn write_context(context: &Context, out: &mut String) {
    out.push_str(",\"@context\":");
    out.push_str(&context.links().member);
}

fn write_compact(context: &Context, iri: &str, out: &mut String) {
    write_text(&context.compact(iri), out);
}
