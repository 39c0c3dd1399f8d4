//! From the stored texts back to the model, and the text of the times.

use std::fmt::Write as _;

use super::{Attrs, Entity, Instance, Kind};
use crate::error::{Error, ErrorKind};
use crate::json::{Json, write_text};

fn broken(what: &str) -> Error {
    Error::new(ErrorKind::InternalError, format!("a stored entity is not in the internal form: {what}"))
}

fn text_of(json: &Json<'_>, what: &str) -> Result<String, Error> {
    json.text().map(std::borrow::Cow::into_owned).ok_or_else(|| broken(what))
}

fn texts_of(json: &Json<'_>, what: &str) -> Result<Vec<String>, Error> {
    match json.array() {
        Some(items) => items.iter().map(|item| text_of(item, what)).collect(),
        None => Ok(vec![text_of(json, what)?]),
    }
}

impl Entity {
    /// Reads what [`Entity::body`] and [`Entity::times`] wrote.
    pub fn from_stored(body: &str, times: &str) -> Result<Self, Error> {
        let json = Json::parse(body).map_err(|error| broken(&error.to_string()))?;
        let mut entity = Self::default();
        for (name, value) in json.object().ok_or_else(|| broken("no object"))? {
            match &**name {
                "id" => entity.id = text_of(value, "id")?,
                "type" => entity.types = texts_of(value, "type")?,
                "scope" => entity.scopes = texts_of(value, "scope")?,
                "expiresAt" => entity.expires_at = Some(text_of(value, "expiresAt")?),
                name => {
                    entity.attrs.insert(name.to_owned(), instances_of(value)?);
                }
            }
        }
        if !times.is_empty() {
            let json = Json::parse(times).map_err(|error| broken(&error.to_string()))?;
            let (created, modified, _) =
                json.get("").map(moments).transpose()?.ok_or_else(|| broken("no times"))?;
            entity.created_us = created;
            entity.modified_us = modified;
            apply(&mut entity.attrs, Some(&json), created)?;
        }
        Ok(entity)
    }

    /// When the entity and its parts were created and modified (µs), as JSON text:
    /// `{"":[c,m],"<attribute>":{"<datasetId or nothing>":[c,m,{"<sub-attribute>":{…}}]}}`. An instance that stands
    /// nowhere was created with the entity and not modified since; a sub-attribute that stands nowhere was created
    /// when its attribute was last modified.
    #[must_use]
    pub fn times(&self) -> String {
        let mut out = String::with_capacity(48);
        // Writing into a String cannot fail.
        let _ = write!(out, "{{\"\":[{},{}]", self.created_us, self.modified_us);
        write_times(&self.attrs, self.created_us, &mut out);
        out.push('}');
        out
    }
}

/// Whether all times of these attributes are what they are when nothing is written.
fn is_plain(attrs: &Attrs, at_us: i64) -> bool {
    attrs.values().flatten().all(|one| is_plain_instance(one, at_us))
}

fn is_plain_instance(one: &Instance, at_us: i64) -> bool {
    one.created_us == at_us && one.modified_us == at_us && is_plain(&one.subs, one.modified_us)
}

/// Writes `,"name":{…}` for every attribute whose times must be said.
fn write_times(attrs: &Attrs, at_us: i64, out: &mut String) {
    for (name, instances) in attrs {
        if instances.iter().all(|one| is_plain_instance(one, at_us)) {
            continue;
        }
        if !out.ends_with('{') {
            out.push(',');
        }
        write_text(name, out);
        out.push_str(":{");
        for one in instances.iter().filter(|one| !is_plain_instance(one, at_us)) {
            if !out.ends_with('{') {
                out.push(',');
            }
            write_text(one.dataset.as_deref().unwrap_or(""), out);
            // Writing into a String cannot fail.
            let _ = write!(out, ":[{},{}", one.created_us, one.modified_us);
            if !is_plain(&one.subs, one.modified_us) {
                out.push_str(",{");
                write_times(&one.subs, one.modified_us, out);
                out.push('}');
            }
            out.push(']');
        }
        out.push('}');
    }
}

fn moments<'j, 'a>(json: &'j Json<'a>) -> Result<(i64, i64, Option<&'j Json<'a>>), Error> {
    let Some([created, modified, rest @ ..]) = json.array() else { return Err(broken("times")) };
    let number = |json: &Json<'_>| json.raw.parse().map_err(|_| broken("times"));
    Ok((number(created)?, number(modified)?, rest.first()))
}

fn apply(attrs: &mut Attrs, times: Option<&Json<'_>>, default_us: i64) -> Result<(), Error> {
    for (name, instances) in attrs {
        let written = times.and_then(|times| times.get(name));
        for one in instances {
            let own = written.and_then(|written| written.get(one.dataset.as_deref().unwrap_or("")));
            let (created, modified, subs) = match own {
                Some(own) => moments(own)?,
                None => (default_us, default_us, None),
            };
            one.created_us = created;
            one.modified_us = modified;
            apply(&mut one.subs, subs, modified)?;
        }
    }
    Ok(())
}

fn instances_of(json: &Json<'_>) -> Result<Vec<Instance>, Error> {
    match json.array() {
        Some(items) => items.iter().map(instance_of).collect(),
        None => Ok(vec![instance_of(json)?]),
    }
}

impl Instance {
    /// Reads what [`Instance::body`] wrote.
    pub fn from_stored(body: &str) -> Result<Self, Error> {
        instance_of(&Json::parse(body).map_err(|error| broken(&error.to_string()))?)
    }
}

fn instance_of(json: &Json<'_>) -> Result<Instance, Error> {
    let mut one = Instance::default();
    for (name, value) in json.object().ok_or_else(|| broken("an attribute"))? {
        match &**name {
            "type" => one.kind = Kind::of_name(&text_of(value, "type")?).ok_or_else(|| broken("a type"))?,
            "value" | "object" | "languageMap" | "vocab" | "json" | "valueList" | "objectList" => {
                one.value = value.written();
            }
            "unitCode" => one.unit_code = Some(text_of(value, "unitCode")?),
            "valueType" => one.value_type = Some(text_of(value, "valueType")?),
            "objectType" => one.object_type = texts_of(value, "objectType")?,
            "observedAt" => one.observed_at = Some(text_of(value, "observedAt")?),
            "datasetId" => one.dataset = Some(text_of(value, "datasetId")?),
            "expiresAt" => one.expires_at = Some(text_of(value, "expiresAt")?),
            name if name.contains(':') => {
                one.subs.insert(name.to_owned(), instances_of(value)?);
            }
            name => one.others.push((name.to_owned(), value.written())),
        }
    }
    Ok(one)
}
