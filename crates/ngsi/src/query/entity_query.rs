//! A whole query: who is asked for, what must hold, and how the answer is wanted (clauses 5.7.2, 5.7.4, 6.4.3.2, 6.18.3.2).

use serde_json::{Map, Value};

use super::duration::Duration;
use super::geo::{BoundingBox, GeoQ};
use super::given::{Given, GivenSelector};
use super::order::{OrderBy, OrderTerm, order_from};
use super::pattern::Pattern;
use super::project::{Projection, is_name};
use super::q::{Compiled, Expand, Expr, HOPS_MAX, Linked, Meta, Simple, Stored};
use super::scan::{member, string};
use super::temporal::{Aggregation, Interval, TemporalQ, TimeProperty};
use super::text::{self, bad};
use super::types::{ScopeQ, Tree, Types};
use crate::entity::Entity;
use crate::error::Error;
use crate::render::Languages;

/// For which operation a query is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// 5.7.2 Query Entities.
    Entities,
    /// 5.7.1 Retrieve Entity: projection and linked entities, no conditions needed.
    Retrieve,
    /// 5.7.4 Query Temporal Evolution of Entities.
    Temporal,
    /// 5.7.3 Retrieve Temporal Evolution of an Entity.
    RetrieveTemporal,
    /// 5.6.21 Purge Entities.
    Purge,
    /// The conditions of a subscription (5.2.12).
    Subscription,
}

/// How linked entities are given (4.5.23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    #[default]
    None,
    Inline,
    Flat,
}

/// Entities by type, identifier and pattern of identifiers; all that is given must fit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selector {
    pub types: Option<Types>,
    pub ids: Vec<String>,
    pub id_pattern: Option<Pattern>,
}

/// A query, checked and with all names expanded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EntityQuery {
    /// Any of these must fit; none means that every entity does.
    pub selectors: Vec<Selector>,
    /// IRIs of attributes of which an entity must have one; the answer holds these alone.
    pub attrs: Vec<String>,
    pub pick: Option<Projection>,
    pub omit: Option<Projection>,
    /// IRIs, for a purge: which attributes stay, and which go.
    pub keep: Vec<String>,
    pub drop: Vec<String>,
    pub q: Option<Compiled>,
    pub geo: Option<GeoQ>,
    pub scope_q: Option<ScopeQ>,
    pub csf: Option<Expr>,
    pub order_by: Option<OrderBy>,
    pub lang: Option<String>,
    pub dataset_ids: Vec<String>,
    pub join: Join,
    pub join_level: usize,
    pub contained_by: Vec<String>,
    /// Only what this broker holds itself (5.5.13).
    pub local: bool,
    pub entity_map: bool,
    pub entity_map_lifetime: Option<Duration>,
    pub split_entities: Option<bool>,
    pub limit: Option<u32>,
    pub offset: u64,
    pub count: bool,
    /// IRI of the property for the geometry of GeoJSON.
    pub geometry_property: Option<String>,
    pub temporal: Option<TemporalQ>,
    /// As given; what they mean is said where answers are written.
    pub options: Vec<String>,
    pub format: Option<String>,
    /// Names of parameters that mean nothing to a query.
    pub unknown: Vec<String>,
}

/// What a store can decide before it looks at bodies. Every entity that matches the query passes it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prefilter {
    /// Any of these; none means that every entity passes.
    pub any_of: Vec<Selected>,
    /// All of these.
    pub all: Vec<Simple>,
    /// One of these attributes is there; none means that it does not matter.
    pub attrs: Vec<String>,
    /// The attribute with this IRI has an instance whose box touches one of these.
    pub geo: Option<(String, Vec<BoundingBox>)>,
    /// If nothing is left to decide: whatever passes matches.
    pub covers: bool,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selected {
    /// A boolean form over IRIs; `None` is any type.
    pub types: Option<Tree<String>>,
    /// One of these; none means any.
    pub ids: Vec<String>,
}

impl EntityQuery {
    /// Reads URL parameters, which are decoded already.
    pub fn parse(pairs: &[(String, String)], names: &dyn Expand, used: Use) -> Result<Self, Error> {
        Self::build(Given::from_pairs(pairs)?, names, used)
    }

    /// Reads the body of a query (5.2.23) or of a subscription, with the URL parameters beside it.
    pub fn from_body(
        body: &Map<String, Value>,
        pairs: &[(String, String)],
        names: &dyn Expand,
        used: Use,
    ) -> Result<Self, Error> {
        let mut given = Given::from_pairs(pairs)?;
        given.add_body(body, used)?;
        Self::build(given, names, used)
    }

    fn build(given: Given, names: &dyn Expand, used: Use) -> Result<Self, Error> {
        let all = |list: &[String]| list.iter().map(|n| attribute(n, names)).collect::<Result<Vec<_>, _>>();
        let mut query = Self {
            selectors: given.selectors.iter().map(|s| Selector::build(s, names)).collect::<Result<_, _>>()?,
            attrs: all(&given.attrs)?,
            keep: all(&given.keep)?,
            drop: all(&given.drop)?,
            dataset_ids: given.dataset_ids.clone(),
            contained_by: given.contained_by.clone(),
            entity_map: given.entity_map,
            split_entities: given.split_entities,
            limit: given.limit,
            offset: given.offset,
            count: given.count,
            options: given.options.clone(),
            format: given.format.clone(),
            unknown: given.unknown.clone(),
            ..Self::default()
        };
        query.projections(&given, names)?;
        query.linking(&given)?;
        query.conditions(&given, names)?;
        query.locality(&given)?;
        query.ordering(&given, names, used)?;
        query.answer(&given, names)?;
        query.temporal(&given, used)?;
        query.depth(used)?;
        if matches!(used, Use::Entities | Use::Temporal | Use::Purge) {
            query.wide_enough(&given, used)?;
        }
        Ok(query)
    }

    fn projections(&mut self, given: &Given, names: &dyn Expand) -> Result<(), Error> {
        let projected = given.pick.is_some() || given.omit.is_some();
        if projected && !given.attrs.is_empty() {
            return Err(bad(
                "attrs",
                "'attrs' cannot be combined with 'pick' or 'omit'; use 'pick' and 'q' instead",
            ));
        }
        if let (Some(pick), Some(omit)) = (&given.pick, &given.omit)
            && let Some(name) = pick.shared(omit)
        {
            return Err(bad("omit", format!("{name} stands in 'pick' and in 'omit'")));
        }
        self.pick = given.pick.as_ref().map(|p| p.expand(names)).transpose()?;
        self.omit = given.omit.as_ref().map(|p| p.expand(names)).transpose()?;
        if !given.keep.is_empty() && !given.drop.is_empty() {
            return Err(bad("drop", "'keep' and 'drop' cannot be combined"));
        }
        Ok(())
    }

    fn linking(&mut self, given: &Given) -> Result<(), Error> {
        self.join = match given.join.as_deref() {
            None | Some("@none") => Join::None,
            Some("inline") => Join::Inline,
            Some("flat") => Join::Flat,
            Some(_) => return Err(bad("join", "'join' is one of flat, inline and @none")),
        };
        let level = given.join_level.unwrap_or(1);
        self.join_level = match usize::try_from(level) {
            Ok(level) if (1..=HOPS_MAX).contains(&level) => level,
            _ => return Err(bad("joinLevel", format!("'joinLevel' is a whole number from 1 to {HOPS_MAX}"))),
        };
        Ok(())
    }

    fn conditions(&mut self, given: &Given, names: &dyn Expand) -> Result<(), Error> {
        if let Some(q) = &given.q {
            let mut expanded = given.expand_values.clone();
            for name in &given.expand_values {
                expanded.push(names.expand(name)?);
            }
            let compile = if given.q_in_body { Compiled::of_body } else { Compiled::new };
            self.q = Some(compile(&Expr::parse(q)?, names, &expanded)?);
        }
        self.csf = given.csf.as_deref().map(|csf| Expr::parse_as("csf", csf)).transpose()?;
        self.scope_q = given.scope_q.as_deref().map(ScopeQ::parse).transpose()?;
        self.geo = match (&given.georel, &given.geometry, &given.coordinates) {
            (None, None, None) => None,
            (Some(georel), Some(geometry), Some(coordinates)) => {
                Some(GeoQ::parse(georel, geometry, coordinates, given.geoproperty.as_deref(), names)?)
            }
            _ => {
                return Err(bad(
                    "georel",
                    "'georel', 'geometry' and 'coordinates' belong together; one of them is missing",
                ));
            }
        };
        Ok(())
    }

    /// `type=*` keeps a query here, and cannot be told to do otherwise.
    fn locality(&mut self, given: &Given) -> Result<(), Error> {
        let every = self.selectors.iter().any(|s| s.types == Some(Types::All));
        if every && given.local == Some(false) {
            return Err(bad("local", "'type' is *, which asks this broker alone: 'local' cannot be false"));
        }
        self.local = every || given.local == Some(true);
        Ok(())
    }

    fn ordering(&mut self, given: &Given, names: &dyn Expand, used: Use) -> Result<(), Error> {
        let Some(order_by) = &given.order_by else {
            // A collation without an order is still one that must be understood.
            if given.collation.is_some() {
                OrderBy::new(&[], None, given.collation.as_deref(), names)?;
            }
            return Ok(());
        };
        let terms = OrderTerm::parse_list(order_by)?;
        let from = given
            .order_from
            .as_ref()
            .map(|c| order_from("orderFrom", given.order_geometry.as_deref(), c))
            .transpose()?;
        if let (None, Some(shape)) = (&from, given.order_geometry.as_deref()) {
            super::geo::Shape::parse("orderGeometry", shape)?;
        }
        let order = OrderBy::new(&terms, from, given.collation.as_deref(), names)?;
        if used == Use::Temporal && !order.only_id() {
            return Err(bad("orderBy", "the temporal evolution of entities is ordered by 'id' only"));
        }
        let first = given.lang.as_ref().and_then(|l| l.split([',', ';']).next()).filter(|l| *l != "*");
        self.order_by = Some(order.in_language(first.map(|l| l.trim().to_owned())));
        Ok(())
    }

    fn answer(&mut self, given: &Given, names: &dyn Expand) -> Result<(), Error> {
        if let Some(lang) = &given.lang {
            text::within("lang", lang, 512)?;
            Languages::parse(lang)?;
            self.lang = Some(lang.clone());
        }
        if let Some(name) = &given.geometry_property {
            is_name("geometryProperty", name)?;
            self.geometry_property = Some(names.expand(name)?);
        }
        if let Some(text) = &given.entity_map_lifetime {
            let read = Duration::read(text).ok_or_else(|| {
                bad(
                    "entityMapLifetime",
                    format!("'entityMapLifetime' is a duration such as PT10M, not {text}"),
                )
            })?;
            self.entity_map_lifetime = Some(read);
        }
        if given.limit == Some(0) && !given.count {
            return Err(bad("limit", "'limit' is 0, which makes sense only with 'count=true'"));
        }
        Ok(())
    }

    fn temporal(&mut self, given: &Given, used: Use) -> Result<(), Error> {
        if !matches!(used, Use::Temporal | Use::RetrieveTemporal | Use::Subscription) {
            return Ok(());
        }
        let interval = match &given.timerel {
            Some(rel) => Some(Interval::parse(rel, given.time_at.as_deref(), given.end_time_at.as_deref())?),
            None if given.time_at.is_some() || given.end_time_at.is_some() => {
                return Err(bad("timerel", "'timeAt' needs 'timerel': before, after or between"));
            }
            None if used == Use::Temporal => {
                return Err(bad("timerel", "a temporal query is missing: give 'timerel' and 'timeAt'"));
            }
            None => None,
        };
        let property =
            given.timeproperty.as_deref().map(TimeProperty::parse).transpose()?.unwrap_or_default();
        let last_n = given.last_n.as_deref().map(TemporalQ::parse_last_n).transpose()?;
        // A format outweighs the options (6.3.7); the parameters of an aggregation mean something for it alone.
        let aggregated = match given.format.as_deref() {
            Some(format) => format == "aggregatedValues",
            None => given.options.iter().any(|o| o == "aggregatedValues"),
        };
        let aggregation = match aggregated {
            false => None,
            true if given.aggr_methods.is_empty() => {
                return Err(bad(
                    "aggrMethods",
                    "aggregated values are asked for, but 'aggrMethods' is missing",
                ));
            }
            true => Some(Aggregation::parse(&given.aggr_methods, given.aggr_period.as_deref())?),
        };
        self.temporal = Some(TemporalQ { interval, property, last_n, aggregation });
        Ok(())
    }

    /// Paths over relationships need a join that goes as far (5.7.2.4), and are not for temporal queries.
    fn depth(&self, used: Use) -> Result<(), Error> {
        let of_pick = self.pick.as_ref().map_or(0, Projection::hops);
        let of_omit = self.omit.as_ref().map_or(0, Projection::hops);
        let of_q = self.q.as_ref().map_or(0, Compiled::hops);
        for (of, hops) in [("pick", of_pick), ("omit", of_omit), ("q", of_q)] {
            let allowed = match used {
                Use::Temporal | Use::RetrieveTemporal | Use::Purge => 0,
                Use::Subscription => HOPS_MAX,
                Use::Entities | Use::Retrieve => match self.join {
                    Join::None => 0,
                    Join::Inline | Join::Flat => self.join_level,
                },
            };
            if hops > allowed {
                return Err(bad(
                    of,
                    format!(
                        "'{of}' goes over {hops} relationship(s), but linked entities are read over {allowed}; give \
                         'join' and a large enough 'joinLevel' where the operation has them"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// A query must say something about what it wants, or stay on this broker.
    fn wide_enough(&self, given: &Given, used: Use) -> Result<(), Error> {
        let typed = !self.selectors.is_empty() && self.selectors.iter().all(|s| s.types.is_some());
        let by_attrs = given.attrs.iter().any(|name| !is_system(name));
        let by_q = self.q.as_ref().is_some_and(Compiled::names_attribute);
        if typed || by_attrs || by_q || self.geo.is_some() || self.local {
            return Ok(());
        }
        let of = if used == Use::Purge { "type, q, georel" } else { "type, attrs, q, georel" };
        Err(bad("type", format!("the query is too wide: give at least one of {of}, or local=true")))
    }

    /// Does an entity match? The order of questions goes from the cheap to the dear.
    pub fn matches(&self, entity: Stored<'_>, linked: &dyn Linked) -> bool {
        self.selects(entity.body)
            && self.has_attrs(entity.body)
            && self
                .scope_q
                .as_ref()
                .is_none_or(|q| member(entity.body, "scope").is_some_and(|own| q.matches(own)))
            && self.q.as_ref().is_none_or(|q| q.matches(entity, linked))
            && self.geo.as_ref().is_none_or(|geo| geo.matches(entity.body))
    }

    /// Does it have one of the attributes of `attrs`? What the system keeps is always there.
    fn has_attrs(&self, body: &str) -> bool {
        self.attrs.is_empty() || self.attrs.iter().any(|name| is_system(name) || member(body, name).is_some())
    }

    /// The same for an entity that is not stored yet, which is written out for it.
    pub fn matches_entity(&self, entity: &Entity, linked: &dyn Linked) -> bool {
        self.matches(Stored { body: &entity.body(), times: &entity.times() }, linked)
    }

    /// Does it fit one of the selectors?
    pub fn selects(&self, body: &str) -> bool {
        self.selectors.is_empty() || self.selectors.iter().any(|s| s.matches(body))
    }

    /// If the query follows relationships to other entities.
    pub fn follows_links(&self) -> bool {
        self.q.as_ref().is_some_and(|q| q.hops() > 0)
    }

    /// What a store can decide by itself.
    pub fn prefilter(&self) -> Prefilter {
        let (all, whole) = self.q.as_ref().map_or((Vec::new(), true), Compiled::simple);
        let geo = self.geo.as_ref().and_then(|g| Some((g.property.clone(), g.boxes()?.to_vec())));
        let selected = |s: &Selector| Selected {
            types: match &s.types {
                Some(Types::Tree(tree)) => Some(tree.clone()),
                Some(Types::All) | None => None,
            },
            ids: s.ids.clone(),
        };
        Prefilter {
            any_of: self.selectors.iter().map(selected).collect(),
            all,
            attrs: if self.attrs.iter().any(|name| is_system(name)) {
                Vec::new()
            } else {
                self.attrs.clone()
            },
            geo,
            covers: whole
                && self.geo.is_none()
                && self.scope_q.is_none()
                && self.selectors.iter().all(|s| s.id_pattern.is_none()),
        }
    }
}

impl Selector {
    fn build(given: &GivenSelector, names: &dyn Expand) -> Result<Self, Error> {
        Ok(Self {
            types: given.types.as_deref().map(|t| Types::parse(t)?.expand(names)).transpose()?,
            ids: given.ids.clone(),
            id_pattern: given.id_pattern.as_deref().map(|p| Pattern::new("idPattern", p)).transpose()?,
        })
    }

    /// Does an entity's body fit?
    pub fn matches(&self, body: &str) -> bool {
        if let Some(types) = &self.types
            && !member(body, "type").is_some_and(|own| types.matches(own))
        {
            return false;
        }
        if self.ids.is_empty() && self.id_pattern.is_none() {
            return true;
        }
        let Some(id) = member(body, "id").and_then(string) else { return false };
        (self.ids.is_empty() || self.ids.iter().any(|wanted| *wanted == id))
            && self.id_pattern.as_ref().is_none_or(|p| p.is_match(&id))
    }
}

/// Kept by the system, or no attribute at all.
fn is_system(name: &str) -> bool {
    Meta::of_entity(name).is_some() || matches!(name, "observedAt" | "deletedAt")
}

fn attribute(name: &str, names: &dyn Expand) -> Result<String, Error> {
    if is_system(name) { Ok(name.to_owned()) } else { names.expand(name) }
}
