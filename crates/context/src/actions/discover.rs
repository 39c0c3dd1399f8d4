//! Which types and attributes there are (clauses 5.7.5 to 5.7.10). Everything is read from the shapes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ngsi::ld::Context;
use serde_json::{Value, json};

use crate::ask::{Accept, Ask, Said, missing};
use crate::say::fault;
use crate::store::shapes::Known;
use crate::store::{classes, shapes, tenants};

/// Shapes that have entities and may be seen, each with how many.
fn living(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Vec<(Arc<Known>, u64)>, Fault> {
    tenants::check(tx, cx, &ask.tenant)?;
    let classes = classes::all(tx)?;
    let counts = shapes::counts(tx, &ask.tenant, crate::now_us(cx))?;
    let all = shapes::all(tx, cx, &ask.tenant)?;
    let seen = |shape: &Known| classes.shows(cx, shape.types.iter().map(String::as_str));
    Ok(all
        .into_iter()
        .filter(|shape| seen(shape))
        .filter_map(|shape| counts.get(&shape.no).map(|count| (shape.clone(), *count)))
        .collect())
}

fn written(ask: &Ask, context: &Context, mut body: Value) -> Said {
    if ask.accept == Accept::Ld
        && let Ok(own) = serde_json::from_str::<Value>(&context.links().member)
    {
        let mut add = |one: &mut Value| {
            if let Some(members) = one.as_object_mut() {
                members.insert("@context".to_owned(), own.clone());
            }
        };
        match &mut body {
            Value::Array(items) => items.iter_mut().for_each(&mut add),
            other => add(other),
        }
    }
    Said { body: body.to_string(), ..Said::nothing(200) }.under(ask, context)
}

fn names<'c>(context: &'c Context, iris: &'c BTreeSet<String>) -> Vec<String> {
    iris.iter().map(|iri| context.compact(iri).into_owned()).collect()
}

pub fn types(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let context = &ask.ready()?.context;
    let details = ask.flag("details")?;
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (shape, _) in living(tx, cx, ask)? {
        for kind in &shape.types {
            found.entry(kind.clone()).or_default().extend(shape.attrs.iter().map(|(name, _)| name.clone()));
        }
    }
    let body = if details {
        found
            .iter()
            .map(|(kind, attrs)| {
                json!({"id": kind, "type": "EntityType", "typeName": context.compact(kind), "attributeNames": names(context, attrs)})
            })
            .collect()
    } else {
        let list: BTreeSet<String> = found.into_keys().collect();
        json!({"id": format!("urn:ngsi-ld:EntityTypeList:{}", cx.id()), "type": "EntityTypeList", "typeList": names(context, &list)})
    };
    Ok(written(ask, context, body))
}

fn kinds_of(context: &Context, iri: &str, kinds: &BTreeSet<String>) -> Value {
    json!({"id": iri, "type": "Attribute", "attributeName": context.compact(iri), "attributeTypes": kinds})
}

pub fn one_type(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let context = &ask.ready()?.context;
    let wanted = context.expand(&ask.id).map_err(fault)?;
    let (mut count, mut attrs) = (0, BTreeMap::<String, BTreeSet<String>>::new());
    for (shape, entities) in living(tx, cx, ask)? {
        if shape.types.contains(&wanted) {
            count += entities;
            for (name, kind) in &shape.attrs {
                attrs.entry(name.clone()).or_default().insert(kind.clone());
            }
        }
    }
    if count == 0 {
        return Err(missing("entity of the type", &ask.id));
    }
    let details: Vec<Value> = attrs.iter().map(|(iri, kinds)| kinds_of(context, iri, kinds)).collect();
    let body = json!({
        "id": wanted, "type": "EntityTypeInfo", "typeName": context.compact(&wanted), "entityCount": count,
        "attributeDetails": details,
    });
    Ok(written(ask, context, body))
}

pub fn attributes(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let context = &ask.ready()?.context;
    let details = ask.flag("details")?;
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (shape, _) in living(tx, cx, ask)? {
        for (name, _) in &shape.attrs {
            found.entry(name.clone()).or_default().extend(shape.types.iter().cloned());
        }
    }
    let body = if details {
        found
            .iter()
            .map(|(iri, types)| {
                json!({"id": iri, "type": "Attribute", "attributeName": context.compact(iri), "typeNames": names(context, types)})
            })
            .collect()
    } else {
        let list: BTreeSet<String> = found.into_keys().collect();
        json!({"id": format!("urn:ngsi-ld:AttributeList:{}", cx.id()), "type": "AttributeList", "attributeList": names(context, &list)})
    };
    Ok(written(ask, context, body))
}

pub fn one_attribute(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let context = &ask.ready()?.context;
    // Members of entities, such as id, are no attributes.
    let wanted = context.expand(&ask.id).map_err(|_| missing("attribute", &ask.id))?;
    let (mut count, mut kinds, mut types) = (0, BTreeSet::new(), BTreeSet::new());
    for (shape, entities) in living(tx, cx, ask)? {
        if shape.has_attr(&wanted) {
            count += entities;
            kinds
                .extend(shape.attrs.iter().filter(|(name, _)| *name == wanted).map(|(_, kind)| kind.clone()));
            types.extend(shape.types.iter().cloned());
        }
    }
    if count == 0 {
        return Err(missing("entity with the attribute", &ask.id));
    }
    let mut body = kinds_of(context, &wanted, &kinds);
    if let Some(members) = body.as_object_mut() {
        members.insert("attributeCount".to_owned(), count.into());
        members.insert("typeNames".to_owned(), json!(names(context, &types)));
    }
    Ok(written(ask, context, body))
}
