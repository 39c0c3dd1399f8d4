//! Reading entities (clauses 5.7.1 and 5.7.2).

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ngsi::entity::{Entity, LOCATION};
use ngsi::ld::Context;
use ngsi::query::{EntityQuery, Join, Keys, OrderBy, Stored};
use ngsi::render::{self, Format, Languages, Style};
use ngsi::{Error, ErrorKind};

use crate::ask::{Accept, Ask, Said, What, missing};
use crate::find;
use crate::memory;
use crate::now_us;
use crate::say::fault;
use crate::store::{Found, entities, row, tenants};

/// Entities on a page when nobody says how many, and at most.
const LIMIT_USUAL: u32 = 20;
pub const LIMIT_MAX: u32 = 1_000;
/// Entities that are put in an order at most.
const ORDERED_MAX: usize = 100_000;
/// Linked entities that one answer holds at most.
const LINKED_MAX: usize = 5_000;

fn queried(ask: &Ask) -> Result<(&Context, &EntityQuery), Fault> {
    let ready = ask.ready()?;
    match &ready.what {
        What::Query(query) => Ok((&ready.context, query)),
        _ => Err(Fault::internal("an operation was prepared as another")),
    }
}

fn format_of(ask: &Ask) -> Result<Format, Fault> {
    let named = |name: &str| match name {
        "normalized" => Some(Format::Normalized),
        "concise" => Some(Format::Concise),
        "simplified" | "keyValues" => Some(Format::Simplified),
        _ => None,
    };
    if let Some(format) = ask.parameter("format").filter(|format| !format.is_empty()) {
        return named(format).ok_or_else(|| {
            fault(Error::invalid("'format' is normalized, concise or simplified").under("format"))
        });
    }
    let options = ask.parameters.iter().filter(|(name, _)| name == "options");
    let mut options = options.flat_map(|(_, value)| value.split(','));
    Ok(options.find_map(|option| named(option.trim())).unwrap_or_default())
}

fn members(projection: &ngsi::query::Projection) -> render::Projection {
    let member =
        |one: &ngsi::query::Member| render::Member { name: one.name.clone(), linked: members(&one.linked) };
    render::Projection { members: projection.members.iter().map(member).collect() }
}

fn style<'a>(cx: &Cx, ask: &Ask, query: &EntityQuery) -> Result<Style<'a>, Fault> {
    if query.geometry_property.is_some() && ask.accept != Accept::Geo {
        let error =
            Error::bad("'geometryProperty' means something for GeoJSON only (Accept: application/geo+json)");
        return Err(fault(error.under("geometryProperty")));
    }
    let property = query.geometry_property.clone().unwrap_or_else(|| LOCATION.to_owned());
    Ok(Style {
        format: format_of(ask)?,
        geojson: (ask.accept == Accept::Geo).then_some(render::Geometry { property, dataset: None }),
        sys_attrs: ask.opts("sysAttrs"),
        lang: query.lang.as_deref().map(Languages::parse).transpose().map_err(fault)?,
        datasets: query.dataset_ids.clone(),
        attrs: (!query.attrs.is_empty()).then(|| query.attrs.clone()),
        pick: query.pick.as_ref().map(members),
        omit: query.omit.as_ref().map(members),
        now_us: Some(now_us(cx)),
        context: ask.accept == Accept::Ld || (ask.accept == Accept::Geo && !ask.bare),
        linked: None,
        deleted_us: None,
        join_level: u32::try_from(query.join_level).unwrap_or(1),
    })
}

/// Linked entities that were read.
#[derive(Default)]
struct Read(HashMap<String, Entity>);

impl render::Linked for Read {
    fn linked(&self, id: &str, types: &[String]) -> Option<Cow<'_, Entity>> {
        let entity = self.0.get(id)?;
        let fits = types.is_empty() || entity.types.iter().any(|one| types.contains(one));
        fits.then_some(Cow::Borrowed(entity))
    }
}

/// An entity that relationships lead to, and what of it is wanted.
struct Reached {
    found: Found,
    pick: Option<ngsi::query::Projection>,
    omit: Option<ngsi::query::Projection>,
}

/// Where relationships are followed from.
struct Edge {
    entity: Entity,
    pick: Option<ngsi::query::Projection>,
    omit: Option<ngsi::query::Projection>,
}

/// Reads what the relationships of these entities lead to, level by level. Answers it with the order it was found in.
fn linked(
    tx: &mut Tx<'_>,
    cx: &Cx,
    ask: &Ask,
    query: &EntityQuery,
    from: &[Found],
) -> Result<(Read, Vec<Reached>), Fault> {
    let changes_seen = ask.ready()?.seen;
    let (mut read, mut order) = (Read::default(), Vec::<Reached>::new());
    let mut seen: HashSet<String> = query.contained_by.iter().cloned().collect();
    let mut edges = Vec::with_capacity(from.len());
    for one in from {
        let entity = row::entity(&one.body, &one.times)?;
        seen.insert(entity.id.clone());
        edges.push(Edge { entity, pick: query.pick.clone(), omit: query.omit.clone() });
    }
    let inline = query.join == Join::Inline;
    for level in 0..query.join_level {
        let mut next = Vec::new();
        for edge in &edges {
            for (attr, instances) in &edge.entity.attrs {
                let picked = edge.pick.as_ref().map(|pick| pick.get(attr));
                let omitted = edge.omit.as_ref().and_then(|omit| omit.get(attr));
                let hidden = matches!(picked, Some(None)) || omitted.is_some_and(|one| one.linked.is_empty());
                let asked = level > 0 || query.attrs.is_empty() || query.attrs.contains(attr);
                if hidden || !asked {
                    continue;
                }
                let pick = picked.flatten().map(|one| one.linked.clone()).filter(|linked| !linked.is_empty());
                let omit = omitted.map(|one| one.linked.clone());
                for id in instances.iter().flat_map(ngsi::entity::Instance::objects) {
                    let known = if inline { read.0.contains_key(&id) } else { !seen.insert(id.clone()) };
                    if known || query.contained_by.contains(&id) {
                        continue;
                    }
                    if order.len() >= LINKED_MAX {
                        let error = Error::new(
                            ErrorKind::TooManyResults,
                            "too many linked entities; ask for fewer, or a lower joinLevel",
                        );
                        return Err(fault(error));
                    }
                    if let Some(found) = find::visible(tx, cx, &ask.tenant, &id, changes_seen)? {
                        let entity = row::entity(&found.body, &found.times)?;
                        next.push(Edge { entity: entity.clone(), pick: pick.clone(), omit: omit.clone() });
                        read.0.insert(id, entity);
                        order.push(Reached { found, pick: pick.clone(), omit: omit.clone() });
                    }
                }
            }
        }
        edges = next;
    }
    Ok((read, order))
}

/// Whether any of the wanted attributes is there.
fn has_any(body: &str, attrs: &[String]) -> bool {
    attrs.is_empty()
        || row::entity(body, "").is_ok_and(|entity| attrs.iter().any(|attr| entity.attrs.contains_key(attr)))
}

pub fn retrieve(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let (context, query) = queried(ask)?;
    let mut style = style(cx, ask, query)?;
    tenants::check(tx, cx, &ask.tenant)?;
    let seen = ask.ready()?.seen;
    let found =
        find::visible(tx, cx, &ask.tenant, &ask.id, seen)?.ok_or_else(|| missing("entity", &ask.id))?;
    if !query.selects(&found.body) {
        return Err(missing("entity of this type", &ask.id));
    }
    let shape = crate::store::shapes::by_number(tx, cx, found.shape)?;
    if !find::leaves_something(query, &shape) {
        return Err(missing("member that is asked for in the entity", &ask.id));
    }
    if !has_any(&found.body, &query.attrs) {
        let error =
            Error::missing(format!("the entity {} has none of the attributes that are asked for", ask.id));
        return Err(fault(error));
    }
    let mut out = String::with_capacity(found.body.len() + 128);
    if query.join == Join::None {
        render::entity(&found.body, &found.times, context, &style, &mut out).map_err(fault)?;
        return Ok(Said { body: out, ..Said::nothing(200) }.under(ask, context));
    }
    let one = [found];
    let (read, order) = linked(tx, cx, ask, query, &one)?;
    let many = query.join == Join::Flat && !order.is_empty();
    if query.join == Join::Inline {
        style.linked = Some(&read);
    }
    let reached = if many { order } else { Vec::new() };
    write_all(ask, context, &style, &one, &reached, many, &mut out)?;
    Ok(Said { body: out, ..Said::nothing(200) }.under(ask, context))
}

/// Writes entities as an array, a FeatureCollection, or one alone; behind them those that they lead to.
fn write_all(
    ask: &Ask,
    context: &Context,
    style: &Style<'_>,
    all: &[Found],
    reached: &[Reached],
    many: bool,
    out: &mut String,
) -> Result<(), Fault> {
    if many && ask.accept == Accept::Geo {
        let found = all.iter().chain(reached.iter().map(|one| &one.found));
        let texts = found.map(|one| (&*one.body, &*one.times));
        return render::feature_collection(texts, context, style, out).map_err(fault);
    }
    if many {
        out.push('[');
    }
    for (at, one) in all.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        render::entity(&one.body, &one.times, context, style, out).map_err(fault)?;
    }
    for one in reached {
        out.push(',');
        let style = Style {
            attrs: None,
            pick: one.pick.as_ref().map(members),
            omit: one.omit.as_ref().map(members),
            ..style.clone()
        };
        render::entity(&one.found.body, &one.found.times, context, &style, out).map_err(fault)?;
    }
    if many {
        out.push(']');
    }
    Ok(())
}

/// Which entities stand on the page that is asked for, and how many there are if that was asked, too.
struct Page {
    rows: Vec<Found>,
    count: Option<u64>,
    more: bool,
}

pub fn query(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let (context, query) = queried(ask)?;
    let mut style = style(cx, ask, query)?;
    let limit = query.limit.unwrap_or(LIMIT_USUAL);
    if limit > LIMIT_MAX {
        let error =
            Error::new(ErrorKind::TooManyResults, format!("a page holds at most {LIMIT_MAX} entities"));
        return Err(fault(error.under("limit")));
    }
    tenants::check(tx, cx, &ask.tenant)?;
    let counts = query.count || ask.opts("count");
    let page = match &query.order_by {
        Some(order) => ordered(tx, cx, ask, query, order, limit)?,
        None => as_made(tx, cx, ask, query, limit, counts)?,
    };
    let count = page.count.filter(|_| counts);
    let mut out = String::with_capacity(page.rows.iter().map(|one| one.body.len()).sum::<usize>() + 64);
    let (rows, more) = (page.rows, page.more);
    let (read, mut reached) = match query.join {
        Join::None => (Read::default(), Vec::new()),
        Join::Inline | Join::Flat => linked(tx, cx, ask, query, &rows)?,
    };
    if query.join == Join::Inline {
        style.linked = Some(&read);
        reached.clear();
    }
    write_all(ask, context, &style, &rows, &reached, true, &mut out)?;
    let shown = rows.len();
    let said = Said { body: out, count, ..Said::nothing(200) }.under(ask, context);
    Ok(with_pages(said, query.offset, limit, more && shown > 0))
}

/// The parameters of the pages before and after; the door makes addresses of them.
fn with_pages(mut said: Said, offset: u64, limit: u32, more: bool) -> Said {
    let step = u64::from(limit);
    if more {
        said.after = Some(format!("limit={limit}&offset={}", offset + step));
    }
    if offset > 0 && step > 0 {
        said.before = Some(format!("limit={limit}&offset={}", offset.saturating_sub(step)));
    }
    said
}

fn as_made(
    tx: &mut Tx<'_>,
    cx: &Cx,
    ask: &Ask,
    query: &EntityQuery,
    limit: u32,
    counts: bool,
) -> Result<Page, Fault> {
    let now_us = now_us(cx);
    let seen = ask.ready()?.seen;
    let plan = find::plan(tx, cx, &ask.tenant, query, seen)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let window = plan.whole.then_some(seen).flatten().zip(memory::of(cx));
    if let Some((seen, memory)) = window
        && let Some(window) = memory.window(&ask.tenant, &plan.shapes, query.offset, limit, now_us)
    {
        let rows = window
            .rids
            .into_iter()
            .filter_map(|rid| memory::by_rid(tx, cx, &ask.tenant, rid, Some(seen)).transpose());
        let rows = rows.collect::<Result<Vec<Found>, Fault>>()?;
        return Ok(Page { rows, count: Some(window.count), more: window.more });
    }
    if plan.whole {
        let count = if counts {
            let counts = crate::store::shapes::counts(tx, &ask.tenant, now_us)?;
            Some(plan.shapes.iter().filter_map(|no| counts.get(no)).sum())
        } else {
            None
        };
        let wanted = query.offset.saturating_add(limit as u64 + 1);
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        let rids = if plan.shapes.is_empty() {
            Vec::new()
        } else {
            entities::rids(tx, &ask.tenant, &plan.shapes, wanted, now_us)?
        };
        let skip = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let page: Vec<i64> = rids.iter().skip(skip).take(limit).copied().collect();
        let more = rids.len() > skip.saturating_add(limit);
        let mut rows = entities::by_rids(tx, &page, now_us)?;
        rows.sort_by_key(|one| one.rid);
        return Ok(Page { rows, count, more });
    }
    let (mut rows, mut seen, mut more) = (Vec::new(), 0u64, false);
    find::each_of(tx, cx, &ask.tenant, query, &plan, 0, &mut |one| {
        seen += 1;
        if seen > query.offset {
            if rows.len() < limit {
                rows.push(one);
            } else {
                more = true;
            }
        }
        Ok(counts || !more)
    })?;
    Ok(Page { rows, count: Some(seen), more })
}

fn ordered(
    tx: &mut Tx<'_>,
    cx: &Cx,
    ask: &Ask,
    query: &EntityQuery,
    order: &OrderBy,
    limit: u32,
) -> Result<Page, Fault> {
    let mut keyed: Vec<(Keys, i64)> = Vec::new();
    let mut too_many = false;
    let plan = find::plan(tx, cx, &ask.tenant, query, ask.ready()?.seen)?;
    find::each_of(tx, cx, &ask.tenant, query, &plan, 0, &mut |one| {
        keyed.push((order.keys(Stored { body: &one.body, times: &one.times }), one.rid));
        too_many = keyed.len() > ORDERED_MAX;
        Ok(!too_many)
    })?;
    if too_many {
        let error = Error::new(
            ErrorKind::TooManyResults,
            format!("more than {ORDERED_MAX} entities are not put in an order; ask for fewer"),
        );
        return Err(fault(error));
    }
    // What is equal stays in the order in which it was made.
    keyed.sort_by(|(a, one), (b, other)| order.compare(a, b).then(one.cmp(other)));
    let (skip, limit) =
        (usize::try_from(query.offset).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(usize::MAX));
    let page: Vec<i64> = keyed.iter().skip(skip).take(limit).map(|(_, rid)| *rid).collect();
    let places: BTreeMap<i64, usize> = page.iter().enumerate().map(|(at, rid)| (*rid, at)).collect();
    let mut rows = entities::by_rids(tx, &page, now_us(cx))?;
    rows.sort_by_key(|one| places.get(&one.rid).copied().unwrap_or(usize::MAX));
    let more = keyed.len() > skip.saturating_add(limit);
    Ok(Page { rows, count: Some(keyed.len() as u64), more })
}
