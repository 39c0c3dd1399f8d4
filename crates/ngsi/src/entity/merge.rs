//! One instance over another: the partial update of clause 5.5.8 and the merge patch of clause 5.5.12.

use std::borrow::Cow;
use std::collections::HashMap;

use super::change::fresh;
use super::{Attrs, Given, Instance, Kind, geometry};
use crate::error::Error;
use crate::json::{Json, NULL, Shape, quoted, write_text};
use crate::names;

impl Instance {
    /// A partial update: what is given is overwritten, value and sub-attributes as a whole.
    pub(super) fn overlay(&mut self, fragment: Self, now_us: i64) -> Result<(), Error> {
        if !fragment.value.is_empty() {
            self.value = self.value_for(&fragment)?;
        }
        self.set_members(&fragment)?;
        for (name, instances) in fragment.subs {
            self.put_subs(name, instances, now_us);
        }
        self.modified_us = now_us;
        Ok(())
    }

    /// A partial update does not change the type.
    pub(super) fn check_kind_of(&self, fragment: &Self) -> Result<(), Error> {
        let other = match fragment.given {
            Given::Stated => fragment.kind != self.kind,
            Given::Null => fragment.kind.member() != self.kind.member(),
            _ => false,
        };
        if other {
            return Err(Error::bad(format!(
                "the attribute is a {} and stays one; the fragment is of a {} (clause 5.6.4)",
                self.kind.name(),
                fragment.kind.name()
            ))
            .under("type"));
        }
        Ok(())
    }

    /// The fragment's value as this kind has it.
    fn value_for(&self, fragment: &Self) -> Result<String, Error> {
        if fragment.kind == self.kind {
            return Ok(fragment.value.clone());
        }
        if fragment.kind.member() != self.kind.member() {
            return Err(Error::bad(format!(
                "the attribute is a {} and has the member {}, never {}",
                self.kind.name(),
                self.kind.member(),
                fragment.kind.member()
            ))
            .under(fragment.kind.member()));
        }
        if self.kind == Kind::GeoProperty {
            check_geometry(&fragment.value)?;
        }
        Ok(fragment.value.clone())
    }

    fn set_members(&mut self, fragment: &Self) -> Result<(), Error> {
        let wrong =
            |member: &str| Err(Error::bad(format!("a {} has no {member}", self.kind.name())).under(member));
        if fragment.unit_code.as_deref().is_some_and(|unit| unit != NULL) && !self.kind.has_unit() {
            return wrong("unitCode");
        }
        if fragment.object_type.iter().any(|iri| iri != NULL) && !self.kind.is_relationship() {
            return wrong("objectType");
        }
        if fragment.value_type.as_deref().is_some_and(|iri| iri != NULL) && self.kind.is_relationship() {
            return wrong("valueType");
        }
        let set = |mine: &mut Option<String>, given: &Option<String>| match given.as_deref() {
            None => {}
            Some(NULL) => *mine = None,
            Some(text) => *mine = Some(text.to_owned()),
        };
        set(&mut self.observed_at, &fragment.observed_at);
        set(&mut self.unit_code, &fragment.unit_code);
        set(&mut self.expires_at, &fragment.expires_at);
        set(&mut self.value_type, &fragment.value_type);
        if !fragment.object_type.is_empty() {
            self.object_type = fragment.object_type.iter().filter(|iri| *iri != NULL).cloned().collect();
        }
        for (name, value) in &fragment.others {
            self.others.retain(|(known, _)| known != name);
            self.others.push((name.clone(), value.clone()));
        }
        Ok(())
    }

    /// Puts sub-attributes in the place of those with the same name and datasetId; Nulls delete.
    fn put_subs(&mut self, name: String, instances: Vec<Self>, now_us: i64) {
        for one in instances {
            let stand = self.subs.entry(name.clone()).or_default();
            let found = stand.iter().position(|known| known.dataset == one.dataset);
            match (found, one.given == Given::Null) {
                (Some(at), true) => {
                    stand.remove(at);
                }
                (None, true) => {}
                (Some(at), false) => {
                    if let Some(known) = stand.get_mut(at) {
                        let created = known.created_us;
                        *known = fresh(one, now_us);
                        known.created_us = created;
                    }
                }
                (None, false) => stand.push(fresh(one, now_us)),
            }
        }
        if self.subs.get(&name).is_some_and(Vec::is_empty) {
            self.subs.shift_remove(&name);
        }
    }

    /// A merge patch.
    pub(super) fn merge(
        &mut self,
        fragment: Self,
        now_us: i64,
        observed_at: Option<&str>,
        lang: Option<&str>,
    ) -> Result<(), Error> {
        if fragment.given == Given::Bare {
            self.merge_bare(&fragment, lang)?;
        } else {
            if fragment.given == Given::Stated && fragment.kind != self.kind {
                if fragment.value.is_empty() {
                    return Err(Error::bad(format!(
                        "the attribute is a {}; to make it a {} its {} must be given",
                        self.kind.name(),
                        fragment.kind.name(),
                        fragment.kind.member()
                    ))
                    .under("type"));
                }
                self.become_kind(fragment.kind);
            } else if !fragment.value.is_empty() && fragment.kind.member() != self.kind.member() {
                self.become_kind(fragment.kind);
            }
            if !fragment.value.is_empty() {
                self.value = merged_value(self.kind, &self.value, &fragment.value)?;
            }
            self.set_members(&fragment)?;
        }
        if let Some(at) = observed_at
            && fragment.observed_at.is_none()
            && self.observed_at.is_some()
        {
            self.observed_at = Some(at.to_owned());
        }
        for (name, instances) in fragment.subs {
            for one in instances {
                let stand = self.subs.entry(name.clone()).or_default();
                let found = stand.iter().position(|known| known.dataset == one.dataset);
                match (found, one.given == Given::Null) {
                    (Some(at), true) => {
                        stand.remove(at);
                    }
                    (None, true) => {}
                    (Some(at), false) => {
                        if let Some(known) = stand.get_mut(at) {
                            known
                                .merge(one, now_us, observed_at, lang)
                                .map_err(|error| error.under(&name))?;
                        }
                    }
                    (None, false) => {
                        stand.push(fresh(completed(one, lang).map_err(|error| error.under(&name))?, now_us));
                    }
                }
            }
            if self.subs.get(&name).is_some_and(Vec::is_empty) {
                self.subs.shift_remove(&name);
            }
        }
        self.modified_us = now_us;
        Ok(())
    }

    /// Another kind with another value: what the new kind does not have goes.
    fn become_kind(&mut self, kind: Kind) {
        if kind.member() != self.kind.member() {
            self.value.clear();
        }
        self.kind = kind;
        if !kind.has_unit() {
            self.unit_code = None;
        }
        if !kind.is_relationship() {
            self.object_type.clear();
        }
        if kind.is_relationship() || kind == Kind::LanguageProperty {
            self.value_type = None;
        }
    }

    /// A bare value into an attribute of whatever kind (clause 5.6.17: the type is preserved).
    fn merge_bare(&mut self, fragment: &Self, lang: Option<&str>) -> Result<(), Error> {
        let json = Json::parse(&fragment.value)?;
        let wrong = |what: &str| Err(Error::bad(format!("the attribute is a {}: {what}", self.kind.name())));
        match self.kind {
            Kind::Property => {
                let takes_out =
                    json.object().is_some_and(|all| all.iter().any(|(_, value)| value.is_ngsi_null()));
                if takes_out && !self.value.starts_with('{') {
                    return wrong(
                        "there is no object to take anything out of; to delete a sub-attribute, write the attribute's \
                         type beside it",
                    );
                }
                self.value = merged_value(self.kind, &self.value, &fragment.value)?;
            }
            Kind::GeoProperty => {
                if fragment.kind != Kind::GeoProperty {
                    return wrong("a geometry is expected");
                }
                self.value = merged_value(self.kind, &self.value, &fragment.value)?;
            }
            Kind::Relationship => {
                let items = json.array().unwrap_or(std::slice::from_ref(&json));
                if items.is_empty() || !items.iter().all(is_uri) {
                    return wrong("a URI is expected");
                }
                self.value.clone_from(&fragment.value);
            }
            Kind::LanguageProperty => {
                let (Shape::Text, Some(tag)) = (&json.shape, lang) else {
                    return wrong("a languageMap is expected, or a text together with the parameter lang");
                };
                let patch = format!("{{{}:{}}}", quoted(tag), fragment.value);
                self.value = merged_value(self.kind, &self.value, &patch)?;
            }
            Kind::ListProperty => {
                if json.array().is_none() {
                    return wrong("an array is expected");
                }
                self.value.clone_from(&fragment.value);
            }
            Kind::ListRelationship => {
                let Some(items) = json.array().filter(|items| items.iter().all(is_uri)) else {
                    return wrong("an array of URIs is expected");
                };
                let objects: Vec<String> =
                    items.iter().map(|item| format!("{{\"object\":{}}}", item.raw)).collect();
                self.value = format!("[{}]", objects.join(","));
            }
            Kind::VocabProperty => return wrong("a vocab is expected, as in {\"vocab\": …}"),
            Kind::JsonProperty => {
                if json.object().is_none() && json.array().is_none() {
                    return wrong("an object or an array of objects is expected");
                }
                self.value = merged_value(self.kind, &self.value, &fragment.value)?;
            }
        }
        Ok(())
    }
}

fn is_uri(json: &Json<'_>) -> bool {
    json.text().is_some_and(|text| names::is_iri(&text))
}

fn check_geometry(value: &str) -> Result<(), Error> {
    geometry::check(&Json::parse(value)?).map(|_| ()).map_err(|error| error.under("value"))
}

/// An instance of a merge that meets none: it must be whole then.
pub(super) fn completed(mut one: Instance, lang: Option<&str>) -> Result<Instance, Error> {
    if one.value.is_empty() {
        return Err(Error::bad(format!("the attribute is new here and has no {}", one.kind.member())));
    }
    if one.given == Given::Bare
        && one.kind == Kind::Property
        && let Some(tag) = lang
        && one.value.starts_with('"')
        && one.subs.is_empty()
    {
        one.kind = Kind::LanguageProperty;
        one.value = format!("{{{}:{}}}", quoted(tag), one.value);
    }
    Ok(one)
}

/// Takes the Nulls out of an instance that is stored as new: members, sub-attributes and within the value.
pub(super) fn without_nulls(one: &mut Instance) {
    one.given = Given::Stated;
    let clear = |member: &mut Option<String>| {
        if member.as_deref() == Some(NULL) {
            *member = None;
        }
    };
    clear(&mut one.observed_at);
    clear(&mut one.unit_code);
    clear(&mut one.expires_at);
    clear(&mut one.value_type);
    one.object_type.retain(|iri| iri != NULL);
    if (one.value.contains("ngsi-ld") || one.value.contains('\\'))
        && let Ok(json) = Json::parse(&one.value)
        && holds_null(&json)
    {
        let mut out = String::with_capacity(one.value.len());
        write_patched(None, &json, &mut out);
        one.value = out;
    }
    strip(&mut one.subs);
}

fn strip(attrs: &mut Attrs) {
    attrs.retain(|_, instances| {
        instances.retain(|one| one.given != Given::Null);
        instances.iter_mut().for_each(without_nulls);
        !instances.is_empty()
    });
}

fn holds_null(json: &Json<'_>) -> bool {
    match &json.shape {
        Shape::Object(members) => members.iter().any(|(_, value)| value.is_ngsi_null() || holds_null(value)),
        _ => false,
    }
}

fn merged_value(kind: Kind, stands: &str, patch: &str) -> Result<String, Error> {
    let patch_json = Json::parse(patch)?;
    let stands_json = if stands.is_empty() { None } else { Json::parse(stands).ok() };
    let mut out = String::with_capacity(stands.len() + patch.len());
    write_patched(stands_json.as_ref(), &patch_json, &mut out);
    if kind == Kind::GeoProperty {
        check_geometry(&out)?;
    }
    Ok(out)
}

/// RFC 7396 with the NGSI-LD Null for null.
fn write_patched(stands: Option<&Json<'_>>, patch: &Json<'_>, out: &mut String) {
    let Some(members) = patch.object() else {
        patch.write(out);
        return;
    };
    let old = stands.and_then(Json::object).unwrap_or_default();
    // Large objects are looked up through a map, so that no document makes this slow.
    let (given, stood) = (Names::of(members), Names::of(old));
    out.push('{');
    let mut comma = false;
    let mut begin = |name: &str, out: &mut String| {
        if comma {
            out.push(',');
        }
        comma = true;
        write_text(name, out);
        out.push(':');
    };
    for (name, value) in old {
        match given.find(members, name) {
            None => {
                begin(name, out);
                value.write(out);
            }
            Some(given) if given.is_ngsi_null() => {}
            Some(given) => {
                begin(name, out);
                write_patched(Some(value), given, out);
            }
        }
    }
    for (name, given) in members {
        if !given.is_ngsi_null() && stood.find(old, name).is_none() {
            begin(name, out);
            write_patched(None, given, out);
        }
    }
    out.push('}');
}

/// Where the members of a large object stand; nothing for a small one, which is searched.
struct Names<'m>(Option<HashMap<&'m str, usize, foldhash::quality::RandomState>>);

impl<'m> Names<'m> {
    fn of(members: &'m [(Cow<'_, str>, Json<'_>)]) -> Self {
        const FEW: usize = 16;
        Self(
            (members.len() > FEW)
                .then(|| members.iter().enumerate().map(|(at, (name, _))| (&**name, at)).collect()),
        )
    }

    fn find<'j, 'a>(&self, members: &'j [(Cow<'a, str>, Json<'a>)], name: &str) -> Option<&'j Json<'a>> {
        match &self.0 {
            Some(places) => members.get(*places.get(name)?).map(|(_, value)| value),
            None => members.iter().find(|(known, _)| known == name).map(|(_, value)| value),
        }
    }
}
