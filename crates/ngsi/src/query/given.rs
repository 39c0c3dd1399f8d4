//! What a request asks for, as it came: from URL parameters and from the body of a query (5.2.23). One shape for both,
//! so that both are checked by the same rules.

use serde_json::{Map, Value};

use super::Use;
use super::project::{LIST_BYTES_MAX, MEMBERS_MAX, Member, Projection, is_name, is_uri, list, names, uris};
use super::text::{bad, too_complex, within};
use crate::error::Error;

/// How many parameters one request may have.
pub const PARAMETERS_MAX: usize = 100;
/// How many selectors one query may have.
pub const SELECTORS_MAX: usize = 100;

#[derive(Debug, Default)]
pub(super) struct GivenSelector {
    pub types: Option<String>,
    pub ids: Vec<String>,
    pub id_pattern: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Given {
    pub selectors: Vec<GivenSelector>,
    pub attrs: Vec<String>,
    pub pick: Option<Projection>,
    pub omit: Option<Projection>,
    pub keep: Vec<String>,
    pub drop: Vec<String>,
    pub q: Option<String>,
    pub q_in_body: bool,
    pub csf: Option<String>,
    pub expand_values: Vec<String>,
    pub json_keys: Vec<String>,
    pub scope_q: Option<String>,
    pub georel: Option<String>,
    pub geometry: Option<String>,
    pub coordinates: Option<Value>,
    pub geoproperty: Option<String>,
    pub geometry_property: Option<String>,
    pub order_by: Option<String>,
    pub order_from: Option<Value>,
    pub order_geometry: Option<String>,
    pub collation: Option<String>,
    pub lang: Option<String>,
    pub dataset_ids: Vec<String>,
    pub join: Option<String>,
    pub join_level: Option<u64>,
    pub contained_by: Vec<String>,
    pub local: Option<bool>,
    pub entity_map: bool,
    pub entity_map_lifetime: Option<String>,
    pub split_entities: Option<bool>,
    pub limit: Option<u32>,
    pub offset: u64,
    pub count: bool,
    pub options: Vec<String>,
    pub format: Option<String>,
    pub timerel: Option<String>,
    pub time_at: Option<String>,
    pub end_time_at: Option<String>,
    pub timeproperty: Option<String>,
    pub last_n: Option<String>,
    pub aggr_methods: Vec<String>,
    pub aggr_period: Option<String>,
    /// Names of parameters that mean nothing here.
    pub unknown: Vec<String>,
}

fn flag(of: &str, text: &str) -> Result<bool, Error> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(bad(of, format!("'{of}' is true or false"))),
    }
}

fn whole(of: &str, text: &str) -> Result<u64, Error> {
    if !text.is_empty() && text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().map_err(|_| bad(of, format!("'{of}' is a whole number")));
    }
    Err(bad(of, format!("'{of}' is a whole number, 0 or more")))
}

impl Given {
    /// From URL parameters, decoded. A parameter without a value counts as not given.
    pub fn from_pairs(pairs: &[(String, String)]) -> Result<Self, Error> {
        if pairs.len() > PARAMETERS_MAX {
            return Err(bad("parameters", format!("a request has at most {PARAMETERS_MAX} parameters")));
        }
        let mut given = Self::default();
        let mut selector = GivenSelector::default();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in pairs {
            if seen.contains(&name.as_str()) && name != "options" {
                return Err(bad(name, format!("'{name}' is given more than once")));
            }
            seen.push(name);
            if !value.is_empty() {
                given.pair(&mut selector, name, value)?;
            }
        }
        if selector.types.is_some() || !selector.ids.is_empty() || selector.id_pattern.is_some() {
            given.selectors.push(selector);
        }
        Ok(given)
    }

    fn pair(&mut self, selector: &mut GivenSelector, name: &str, value: &str) -> Result<(), Error> {
        let text = || Some(value.to_owned());
        match name {
            "type" => selector.types = text(),
            "id" => selector.ids = uris("id", value, None)?,
            "idPattern" => selector.id_pattern = text(),
            "attrs" => self.attrs = names("attrs", value)?,
            "pick" => self.pick = Some(Projection::parse("pick", value)?),
            "omit" => self.omit = Some(Projection::parse("omit", value)?),
            "keep" => self.keep = names("keep", value)?,
            "drop" => self.drop = names("drop", value)?,
            "q" => self.q = text(),
            "csf" => self.csf = text(),
            "expandValues" => self.expand_values = names("expandValues", value)?,
            "jsonKeys" => self.json_keys = names("jsonKeys", value)?,
            "scopeQ" => self.scope_q = text(),
            "georel" => self.georel = text(),
            "geometry" => self.geometry = text(),
            "coordinates" => self.coordinates = text().map(Value::String),
            "geoproperty" => self.geoproperty = text(),
            "geometryProperty" => self.geometry_property = text(),
            "orderBy" => self.order_by = text(),
            "orderFrom" => self.order_from = text().map(Value::String),
            "orderGeometry" => self.order_geometry = text(),
            "collation" => self.collation = text(),
            "lang" => self.lang = text(),
            "datasetId" => self.dataset_ids = uris("datasetId", value, Some("@none"))?,
            "join" => self.join = text(),
            "joinLevel" => self.join_level = Some(whole("joinLevel", value)?),
            "containedBy" => self.contained_by = uris("containedBy", value, None)?,
            "local" => self.local = Some(flag("local", value)?),
            "entityMap" => self.entity_map = flag("entityMap", value)?,
            "entityMapLifetime" => self.entity_map_lifetime = text(),
            "splitEntities" => self.split_entities = Some(flag("splitEntities", value)?),
            "limit" => {
                self.limit = Some(
                    u32::try_from(whole("limit", value)?)
                        .map_err(|_| bad("limit", "'limit' is too large"))?,
                );
            }
            "offset" => self.offset = whole("offset", value)?,
            "count" => self.count = flag("count", value)?,
            "options" => self.options.extend(list("options", value)?),
            "format" => self.format = text(),
            "timerel" => self.timerel = text(),
            "timeAt" => self.time_at = text(),
            "endTimeAt" => self.end_time_at = text(),
            "timeproperty" => self.timeproperty = text(),
            "lastN" => self.last_n = text(),
            "aggrMethods" => self.aggr_methods = list("aggrMethods", value)?,
            "aggrPeriodDuration" => self.aggr_period = text(),
            other => self.unknown.push(other.to_owned()),
        }
        Ok(())
    }

    /// Adds what the body of a query, or a subscription, says.
    pub fn add_body(&mut self, body: &Map<String, Value>, used: Use) -> Result<(), Error> {
        if used != Use::Subscription && body.get("type").and_then(Value::as_str) != Some("Query") {
            return Err(bad("type", "'type' of the body is \"Query\""));
        }
        for (name, value) in body {
            if value.is_null() {
                return Err(bad(name, format!("'{name}' is null; leave it out instead")));
            }
            self.member(name, value, used)?;
        }
        Ok(())
    }

    fn member(&mut self, name: &str, value: &Value, used: Use) -> Result<(), Error> {
        match name {
            "entities" => self.selectors = selectors(value)?,
            "attrs" if used != Use::Subscription => {
                self.attrs = texts("attrs", value)?;
                self.attrs.iter().try_for_each(|name| is_name("attrs", name))?;
            }
            "pick" if used != Use::Subscription => self.pick = Some(projection("pick", value)?),
            "omit" if used != Use::Subscription => self.omit = Some(projection("omit", value)?),
            "q" => {
                self.q = Some(text("q", value)?);
                self.q_in_body = true;
            }
            "csf" => self.csf = Some(text("csf", value)?),
            "scopeQ" => self.scope_q = Some(text("scopeQ", value)?),
            "expandValues" => self.expand_values = names("expandValues", &joined("expandValues", value)?)?,
            "jsonKeys" => self.json_keys = names("jsonKeys", &joined("jsonKeys", value)?)?,
            "geoQ" => self.geo(value)?,
            "temporalQ" => {
                if !matches!(used, Use::Temporal | Use::Subscription) {
                    return Err(bad(
                        "temporalQ",
                        "'temporalQ' is for queries of the temporal evolution only",
                    ));
                }
                self.temporal(value)?;
            }
            "aggrParams" if used == Use::Temporal => self.aggregation(object("aggrParams", value)?)?,
            "ordering" => self.ordering(value)?,
            "lang" if used != Use::Subscription => self.lang = Some(text("lang", value)?),
            "datasetId" if used != Use::Subscription => {
                let ids = if value.is_string() {
                    vec![text("datasetId", value)?]
                } else {
                    texts("datasetId", value)?
                };
                ids.iter().try_for_each(|id| is_uri("datasetId", id, Some("@none")))?;
                self.dataset_ids = ids;
            }
            "containedBy" => {
                self.contained_by = texts("containedBy", value)?;
                self.contained_by.iter().try_for_each(|id| is_uri("containedBy", id, None))?;
            }
            "join" if used != Use::Subscription => self.join = Some(text("join", value)?),
            "joinLevel" if used != Use::Subscription => {
                let level = value
                    .as_u64()
                    .ok_or_else(|| bad("joinLevel", "'joinLevel' is a whole number, 1 or more"))?;
                self.join_level = Some(level);
            }
            "entityMap" => self.entity_map = boolean("entityMap", value)?,
            "entityMapLifetime" => self.entity_map_lifetime = Some(text("entityMapLifetime", value)?),
            "splitEntities" => self.split_entities = Some(boolean("splitEntities", value)?),
            _ => {}
        }
        Ok(())
    }

    fn geo(&mut self, value: &Value) -> Result<(), Error> {
        for (name, value) in object("geoQ", value)? {
            match name.as_str() {
                "georel" => self.georel = Some(text("georel", value)?),
                "geometry" => self.geometry = Some(text("geometry", value)?),
                "coordinates" => {
                    if !value.is_array() && !value.is_string() {
                        return Err(bad("coordinates", "'coordinates' is an array, or the text of one"));
                    }
                    self.coordinates = Some(value.clone());
                }
                "geoproperty" => self.geoproperty = Some(text("geoproperty", value)?),
                _ => {}
            }
        }
        if self.georel.is_none() {
            return Err(bad("georel", "'geoQ' needs 'georel', 'geometry' and 'coordinates'"));
        }
        Ok(())
    }

    fn temporal(&mut self, value: &Value) -> Result<(), Error> {
        let members = object("temporalQ", value)?;
        if !members.contains_key("timerel") || !members.contains_key("timeAt") {
            return Err(bad("temporalQ", "'temporalQ' needs 'timerel' and 'timeAt'"));
        }
        for (name, value) in members {
            match name.as_str() {
                "timerel" => self.timerel = Some(text("timerel", value)?),
                "timeAt" => self.time_at = Some(text("timeAt", value)?),
                "endTimeAt" => self.end_time_at = Some(text("endTimeAt", value)?),
                "timeproperty" => self.timeproperty = Some(text("timeproperty", value)?),
                // A text of digits comes from clients that write all parameters alike.
                "lastN" => {
                    self.last_n =
                        Some(if value.is_string() { text("lastN", value)? } else { value.to_string() })
                }
                _ => {}
            }
        }
        self.aggregation(members)
    }

    fn aggregation(&mut self, members: &Map<String, Value>) -> Result<(), Error> {
        if let Some(value) = members.get("aggrMethods") {
            self.aggr_methods = list("aggrMethods", &joined("aggrMethods", value)?)?;
        }
        if let Some(value) = members.get("aggrPeriodDuration") {
            self.aggr_period = Some(text("aggrPeriodDuration", value)?);
        }
        Ok(())
    }

    fn ordering(&mut self, value: &Value) -> Result<(), Error> {
        let members = object("ordering", value)?;
        let order_by = members
            .get("orderBy")
            .ok_or_else(|| bad("orderBy", "'ordering' needs 'orderBy', an array of names"))?;
        self.order_by = Some(texts("orderBy", order_by)?.join(","));
        if let Some(value) = members.get("coordinates") {
            if !value.is_array() {
                return Err(bad("coordinates", "'coordinates' of 'ordering' is an array"));
            }
            self.order_from = Some(value.clone());
        }
        if let Some(value) = members.get("geometry") {
            self.order_geometry = Some(text("geometry", value)?);
        }
        if let Some(value) = members.get("collation") {
            self.collation = Some(text("collation", value)?);
        }
        Ok(())
    }
}

fn text(of: &str, value: &Value) -> Result<String, Error> {
    match value {
        Value::String(text) if !text.is_empty() => Ok(text.clone()),
        _ => Err(bad(of, format!("'{of}' is a text that is not empty"))),
    }
}

fn boolean(of: &str, value: &Value) -> Result<bool, Error> {
    value.as_bool().ok_or_else(|| bad(of, format!("'{of}' is true or false")))
}

fn object<'a>(of: &str, value: &'a Value) -> Result<&'a Map<String, Value>, Error> {
    value.as_object().ok_or_else(|| bad(of, format!("'{of}' is an object")))
}

fn texts(of: &str, value: &Value) -> Result<Vec<String>, Error> {
    let items = value.as_array().filter(|a| !a.is_empty());
    let items = items.ok_or_else(|| bad(of, format!("'{of}' is an array of texts that is not empty")))?;
    if items.len() > MEMBERS_MAX {
        return Err(too_complex(of, format!("'{of}' lists more than {MEMBERS_MAX}")));
    }
    items.iter().map(|item| text(of, item)).collect()
}

/// A comma-separated text, or an array of its parts.
fn joined(of: &str, value: &Value) -> Result<String, Error> {
    if value.is_array() { Ok(texts(of, value)?.join(",")) } else { text(of, value) }
}

fn projection(of: &'static str, value: &Value) -> Result<Projection, Error> {
    let mut members: Vec<Member> = Vec::new();
    for part in texts(of, value)? {
        members.extend(Projection::parse(of, &part)?.members);
    }
    if members.len() > MEMBERS_MAX {
        return Err(too_complex(of, format!("'{of}' names more than {MEMBERS_MAX} members")));
    }
    Ok(Projection { members })
}

fn selectors(value: &Value) -> Result<Vec<GivenSelector>, Error> {
    const OF: &str = "entities";
    let items = value.as_array().filter(|a| !a.is_empty());
    let items = items.ok_or_else(|| bad(OF, "'entities' is an array of selectors that is not empty"))?;
    if items.len() > SELECTORS_MAX {
        return Err(too_complex(OF, format!("'entities' holds more than {SELECTORS_MAX} selectors")));
    }
    items.iter().map(|item| selector(object(OF, item)?)).collect()
}

fn selector(members: &Map<String, Value>) -> Result<GivenSelector, Error> {
    let types =
        members.get("type").ok_or_else(|| bad("type", "every selector in 'entities' needs a 'type'"))?;
    let types = Some(text("type", types)?);
    let ids = match members.get("id") {
        None => Vec::new(),
        Some(Value::String(id)) => vec![id.clone()],
        Some(several) => texts("id", several)?,
    };
    ids.iter().try_for_each(|id| {
        within("id", id, LIST_BYTES_MAX)?;
        is_uri("id", id, None)
    })?;
    let id_pattern = members.get("idPattern").map(|p| text("idPattern", p)).transpose()?;
    // Clause 5.2.33: id takes precedence over idPattern.
    let id_pattern = if ids.is_empty() { id_pattern } else { None };
    Ok(GivenSelector { types, ids, id_pattern })
}
