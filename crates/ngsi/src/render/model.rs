//! Every representation, over the model.

use super::{Format, Geometry, Projection, Style, write_compact, write_context};
use crate::entity::{Attrs, Entity, Instance, Kind, LOCATION, is_geometry, is_reserved};
use crate::error::Error;
use crate::json::{Json, quoted, write_text};
use crate::ld::Context;
use crate::time;

pub(super) struct Writer<'w> {
    pub context: &'w Context,
    pub style: &'w Style<'w>,
}

/// What is seen of one entity: the request's own, or what it says about a linked one.
pub(super) struct View<'v> {
    pick: Option<&'v Projection>,
    omit: Option<&'v Projection>,
    /// The entities that are open around this one; they are not opened again inside.
    open: Vec<&'v str>,
    level: u32,
    top: bool,
}

impl View<'_> {
    fn shows(&self, name: &str) -> bool {
        self.pick.is_none_or(|pick| pick.member(name).is_some())
            && !self
                .omit
                .and_then(|omit| omit.member(name))
                .is_some_and(|member| member.linked.members.is_empty())
    }
}

/// An object that is being written: knows whether a comma is due.
struct Members {
    comma: bool,
}

impl Members {
    fn begin(out: &mut String) -> Self {
        out.push('{');
        Self { comma: false }
    }

    fn key(&mut self, name: &str, out: &mut String) {
        if self.comma {
            out.push(',');
        }
        self.comma = true;
        write_text(name, out);
        out.push(':');
    }

    fn text(&mut self, name: &str, value: &str, out: &mut String) {
        self.key(name, out);
        write_text(value, out);
    }

    fn moment(&mut self, name: &str, us: i64, out: &mut String) {
        self.key(name, out);
        out.push('"');
        time::write(us, out);
        out.push('"');
    }
}

impl Writer<'_> {
    pub(super) fn top(&self, entity: &Entity, out: &mut String) -> Result<(), Error> {
        let view = View {
            pick: self.style.pick.as_ref(),
            omit: self.style.omit.as_ref(),
            open: vec![&entity.id],
            level: 0,
            top: true,
        };
        match &self.style.geojson {
            Some(geometry) => self.feature(entity, geometry, &view, out),
            None => {
                let mut members = Members::begin(out);
                if view.shows("id") {
                    members.text("id", &entity.id, out);
                }
                self.inner(entity, &view, &mut members, out)?;
                if self.style.context {
                    members.key("@context", out);
                    out.push_str(&self.context.links().member);
                }
                out.push('}');
                Ok(())
            }
        }
    }

    fn feature(
        &self,
        entity: &Entity,
        geometry: &Geometry,
        view: &View<'_>,
        out: &mut String,
    ) -> Result<(), Error> {
        out.push_str("{\"id\":");
        write_text(&entity.id, out);
        out.push_str(",\"type\":\"Feature\",\"geometry\":");
        let property = if geometry.property.is_empty() { LOCATION } else { &geometry.property };
        let dataset = geometry.dataset.as_deref().filter(|dataset| *dataset != "@none");
        let found = entity
            .instance(property, dataset)
            .filter(|one| self.lives(one))
            .filter(|one| one.json().is_some_and(|json| is_geometry(&json)));
        match found {
            Some(one) => out.push_str(&one.value),
            None => out.push_str("null"),
        }
        out.push_str(",\"properties\":");
        let mut members = Members::begin(out);
        self.inner(entity, view, &mut members, out)?;
        out.push('}');
        if self.style.context {
            write_context(self.context, out);
        }
        out.push('}');
        Ok(())
    }

    /// Everything of an entity but its id.
    fn inner(
        &self,
        entity: &Entity,
        view: &View<'_>,
        members: &mut Members,
        out: &mut String,
    ) -> Result<(), Error> {
        if view.shows("type") {
            members.key("type", out);
            self.iris(&entity.types, out);
        }
        if !entity.scopes.is_empty() && view.shows("scope") {
            members.key("scope", out);
            match entity.scopes.as_slice() {
                [one] => write_text(one, out),
                many => {
                    let many: Vec<String> = many.iter().map(|scope| quoted(scope)).collect();
                    out.push('[');
                    out.push_str(&many.join(","));
                    out.push(']');
                }
            }
        }
        if self.style.sys_attrs {
            if let Some(at) = &entity.expires_at
                && view.shows("expiresAt")
            {
                members.text("expiresAt", at, out);
            }
            if view.shows("createdAt") {
                members.moment("createdAt", entity.created_us, out);
            }
            if view.shows("modifiedAt") {
                members.moment("modifiedAt", entity.modified_us, out);
            }
        }
        if let Some(at) = self.style.deleted_us.filter(|_| view.top) {
            members.moment("deletedAt", at, out);
        }
        for (iri, instances) in &entity.attrs {
            let shown = if view.top {
                self.style.attrs.as_ref().is_none_or(|attrs| attrs.iter().any(|attr| attr == iri))
                    && view.shows(iri)
            } else {
                view.shows(iri)
            };
            if !shown {
                continue;
            }
            let chosen: Vec<&Instance> = instances.iter().filter(|one| self.shows_instance(one)).collect();
            if !chosen.is_empty() {
                members.key(&self.context.compact(iri), out);
                self.instances(&chosen, Some((iri, view)), out)?;
            }
        }
        Ok(())
    }

    fn lives(&self, one: &Instance) -> bool {
        self.style.now_us.is_none_or(|now_us| !one.is_expired(now_us))
    }

    fn shows_instance(&self, one: &Instance) -> bool {
        let dataset = one.dataset.as_deref().unwrap_or("@none");
        self.lives(one)
            && (self.style.datasets.is_empty() || self.style.datasets.iter().any(|wanted| wanted == dataset))
    }

    fn iris(&self, iris: &[String], out: &mut String) {
        match iris {
            [one] => write_compact(self.context, one, out),
            many => {
                out.push('[');
                for (at, iri) in many.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_compact(self.context, iri, out);
                }
                out.push(']');
            }
        }
    }

    fn instances(
        &self,
        instances: &[&Instance],
        place: Option<(&str, &View<'_>)>,
        out: &mut String,
    ) -> Result<(), Error> {
        if let [one] = instances {
            return self.instance(one, place, false, out);
        }
        if self.style.format == Format::Simplified {
            out.push_str("{\"dataset\":");
            let mut members = Members::begin(out);
            for one in instances {
                members.key(one.dataset.as_deref().unwrap_or("@none"), out);
                self.instance(one, place, true, out)?;
            }
            out.push_str("}}");
            return Ok(());
        }
        out.push('[');
        for (at, one) in instances.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            self.instance(one, place, true, out)?;
        }
        out.push(']');
        Ok(())
    }

    /// One instance. `place` says under which attribute of which entity it stands; without it no links are followed.
    /// `among` says that it stands in an array with others, where an instance is always an object.
    pub(super) fn instance(
        &self,
        one: &Instance,
        place: Option<(&str, &View<'_>)>,
        among: bool,
        out: &mut String,
    ) -> Result<(), Error> {
        let language = match (&self.style.lang, one.kind) {
            (Some(languages), Kind::LanguageProperty) => one
                .json()
                .and_then(|map| languages.choose(&map).map(|(tag, text)| (tag.to_owned(), text.written()))),
            _ => None,
        };
        match self.style.format {
            Format::Simplified => self.simplified(one, language.as_ref(), place, out),
            Format::Normalized => self.full(one, language.as_ref(), true, place, out),
            Format::Concise => self.concise(one, language.as_ref(), place, among, out),
        }
    }

    /// The value as it stands after its member's name.
    fn value(&self, one: &Instance, out: &mut String) {
        if one.kind == Kind::VocabProperty { self.vocab(&one.value, out) } else { out.push_str(&one.value) }
    }

    /// A vocab, compacted.
    fn vocab(&self, value: &str, out: &mut String) {
        let Ok(json) = Json::parse(value) else { return };
        let iri = |item: &Json<'_>, out: &mut String| {
            write_text(&self.context.compact_value(&item.text().unwrap_or_default()), out);
        };
        match json.array() {
            None => iri(&json, out),
            Some(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    iri(item, out);
                }
                out.push(']');
            }
        }
    }

    fn simplified(
        &self,
        one: &Instance,
        language: Option<&(String, String)>,
        place: Option<(&str, &View<'_>)>,
        out: &mut String,
    ) -> Result<(), Error> {
        if let Some((_, text)) = language {
            out.push_str(text);
            return Ok(());
        }
        match one.kind {
            Kind::Property | Kind::GeoProperty | Kind::ListProperty => out.push_str(&one.value),
            Kind::LanguageProperty | Kind::VocabProperty | Kind::JsonProperty => {
                out.push_str("{\"");
                out.push_str(one.kind.member());
                out.push_str("\":");
                self.value(one, out);
                out.push('}');
            }
            Kind::Relationship | Kind::ListRelationship => {
                let objects = one.objects();
                let many = one.kind == Kind::ListRelationship || one.value.starts_with('[');
                if many {
                    out.push('[');
                }
                for (at, id) in objects.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    if !self.linked(one, id, place, out)? {
                        write_text(id, out);
                    }
                }
                if many {
                    out.push(']');
                }
            }
        }
        Ok(())
    }

    /// Writes the entity that a relationship leads to; false when there is none to show.
    fn linked(
        &self,
        one: &Instance,
        id: &str,
        place: Option<(&str, &View<'_>)>,
        out: &mut String,
    ) -> Result<bool, Error> {
        let (Some(links), Some((attr, view))) = (self.style.linked, place) else { return Ok(false) };
        if view.level >= self.style.join_level || view.open.contains(&id) {
            return Ok(false);
        }
        let Some(entity) = links.linked(id, &one.object_type) else { return Ok(false) };
        let mut open = view.open.clone();
        open.push(id);
        let deeper = |projection: Option<&'_ Projection>| -> Option<Projection> {
            projection
                .and_then(|projection| projection.member(attr))
                .map(|member| member.linked.clone())
                .filter(|linked| !linked.members.is_empty())
        };
        let (pick, omit) = (deeper(view.pick), deeper(view.omit));
        let inner =
            View { pick: pick.as_ref(), omit: omit.as_ref(), open, level: view.level + 1, top: false };
        let mut members = Members::begin(out);
        if inner.shows("id") {
            members.text("id", &entity.id, out);
        }
        self.inner(&entity, &inner, &mut members, out)?;
        out.push('}');
        Ok(true)
    }

    /// `entity` or `entityList` beside the objects of a relationship.
    fn inline(
        &self,
        one: &Instance,
        place: Option<(&str, &View<'_>)>,
        members: &mut Members,
        out: &mut String,
    ) -> Result<(), Error> {
        if self.style.linked.is_none() || !one.kind.is_relationship() {
            return Ok(());
        }
        let many = one.kind == Kind::ListRelationship || one.value.starts_with('[');
        let mut found = String::new();
        for id in one.objects() {
            let before = found.len();
            if before > 0 {
                found.push(',');
            }
            if !self.linked(one, &id, place, &mut found)? {
                found.truncate(before);
            }
        }
        if found.is_empty() {
            return Ok(());
        }
        members.key(if one.kind == Kind::ListRelationship { "entityList" } else { "entity" }, out);
        if many {
            out.push('[');
        }
        out.push_str(&found);
        if many {
            out.push(']');
        }
        Ok(())
    }

    /// The instance as an object.
    fn full(
        &self,
        one: &Instance,
        language: Option<&(String, String)>,
        typed: bool,
        place: Option<(&str, &View<'_>)>,
        out: &mut String,
    ) -> Result<(), Error> {
        let mut members = Members::begin(out);
        if typed {
            let kind = if language.is_some() { Kind::Property } else { one.kind };
            members.text("type", kind.name(), out);
        }
        if let Some((tag, text)) = language {
            members.key("value", out);
            out.push_str(text);
            members.text("lang", tag, out);
        } else if !one.value.is_empty() {
            members.key(one.kind.member(), out);
            if self.style.format == Format::Concise && one.kind == Kind::ListRelationship {
                let ids: Vec<String> = one.objects().iter().map(|id| quoted(id)).collect();
                out.push('[');
                out.push_str(&ids.join(","));
                out.push(']');
            } else {
                self.value(one, out);
            }
        }
        self.inline(one, place, &mut members, out)?;
        if let Some(unit) = &one.unit_code {
            members.text("unitCode", unit, out);
        }
        if let Some(iri) = one.value_type.as_deref().filter(|_| language.is_none()) {
            members.text("valueType", &self.context.compact_value(iri), out);
        }
        if !one.object_type.is_empty() {
            members.key("objectType", out);
            self.iris(&one.object_type, out);
        }
        if let Some(at) = &one.observed_at {
            members.text("observedAt", at, out);
        }
        if let Some(dataset) = &one.dataset {
            members.text("datasetId", dataset, out);
        }
        for (name, value) in &one.others {
            members.key(name, out);
            match name.as_str() {
                "previousVocab" => self.vocab(value, out),
                "entityTypeSealed" => {
                    let iri = Json::parse(value)
                        .ok()
                        .and_then(|json| json.text().map(std::borrow::Cow::into_owned));
                    write_compact(self.context, &iri.unwrap_or_default(), out);
                }
                _ => out.push_str(value),
            }
        }
        if self.style.sys_attrs {
            if let Some(at) = &one.expires_at {
                members.text("expiresAt", at, out);
            }
            members.moment("createdAt", one.created_us, out);
            members.moment("modifiedAt", one.modified_us, out);
        }
        self.subs(&one.subs, &mut members, out)?;
        out.push('}');
        Ok(())
    }

    fn subs(&self, subs: &Attrs, members: &mut Members, out: &mut String) -> Result<(), Error> {
        for (iri, instances) in subs {
            let chosen: Vec<&Instance> = instances.iter().filter(|one| self.lives(one)).collect();
            if !chosen.is_empty() {
                members.key(&self.context.compact(iri), out);
                self.instances(&chosen, None, out)?;
            }
        }
        Ok(())
    }

    /// Concise: the type goes where it can be seen from the members, and what is nothing but a value is written as one.
    fn concise(
        &self,
        one: &Instance,
        language: Option<&(String, String)>,
        place: Option<(&str, &View<'_>)>,
        among: bool,
        out: &mut String,
    ) -> Result<(), Error> {
        if language.is_some() {
            return self.full(one, language, false, place, out);
        }
        let json = one.json();
        let looks_geo = json.as_ref().is_some_and(is_geometry);
        let mistaken =
            (one.kind == Kind::Property && looks_geo) || (one.kind == Kind::GeoProperty && !looks_geo);
        if mistaken {
            return self.full(one, None, true, place, out);
        }
        let lone = !among
            && one.unit_code.is_none()
            && one.value_type.is_none()
            && one.observed_at.is_none()
            && one.dataset.is_none()
            && one.others.is_empty()
            && one.subs.is_empty()
            && !self.style.sys_attrs;
        let bare = match one.kind {
            Kind::GeoProperty => true,
            Kind::Property => json.as_ref().is_some_and(|json| reads_as_value(json)),
            _ => false,
        };
        if lone && bare {
            self.value(one, out);
            return Ok(());
        }
        self.full(one, None, false, place, out)
    }
}

/// Whether a value that stands alone is read back as a value, and not as an attribute.
fn reads_as_value(json: &Json<'_>) -> bool {
    let plain = |json: &Json<'_>| {
        json.object().is_none_or(|members| {
            members.iter().all(|(name, value)| {
                !is_reserved(name)
                    && name != "@type"
                    && value.get("type").is_none_or(|inner| inner.text().is_none())
            })
        })
    };
    plain(json) && json.array().is_none_or(|items| items.iter().all(plain))
}
