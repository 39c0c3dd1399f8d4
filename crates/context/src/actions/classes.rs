//! Which types there are and who may see them, for staff.

use std::collections::BTreeMap;

use garde::Validate;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ngsi::ld::Context;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Class;
use crate::now_us;
use crate::store::{classes, shapes};

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct AskKinds {}

/// A type of entities.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KindRow {
    /// Its IRI.
    pub kind: String,
    /// Its name without a @context.
    pub name: String,
    /// How many entities have it; personal ones are counted, too.
    pub entities: u64,
    pub class: Class,
    /// 0 when nobody has set the class yet.
    pub rev: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Kinds {
    pub rows: Vec<KindRow>,
}

/// Every type that has entities or a class.
pub fn kinds(tx: &mut Tx<'_>, cx: &Cx, _: &AskKinds) -> Result<Kinds, Fault> {
    let set = classes::all(tx)?;
    let counts = shapes::counts(tx, "", now_us(cx))?;
    let mut found: BTreeMap<String, u64> = set.0.keys().map(|kind| (kind.clone(), 0)).collect();
    for shape in shapes::all(tx, cx, "")? {
        let entities = counts.get(&shape.no).copied().unwrap_or(0);
        for kind in shape.types.iter().filter(|_| entities > 0) {
            *found.entry(kind.clone()).or_default() += entities;
        }
    }
    let core = Context::core();
    let row = |(kind, entities): (String, u64)| KindRow {
        name: core.compact(&kind).into_owned(),
        class: set.of(&kind),
        rev: set.0.get(&kind).map_or(0, |(_, rev)| *rev),
        entities,
        kind,
    };
    Ok(Kinds { rows: found.into_iter().map(row).collect() })
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SetClass {
    /// The IRI of a type.
    #[garde(length(bytes, min = 1, max = 2048))]
    pub kind: String,
    #[garde(skip)]
    pub class: Class,
    /// The revision that was seen; 0 for a type whose class nobody has set yet.
    #[garde(skip)]
    pub rev: i64,
}

/// Sets who may see the entities of a type.
pub fn set_class(tx: &mut Tx<'_>, cx: &Cx, input: &SetClass) -> Result<KindRow, Fault> {
    if !ngsi::names::is_iri(&input.kind) {
        return Err(Fault::field("kind", "context-kind-wrong"));
    }
    tx.lock("context/class")?;
    let set = classes::all(tx)?;
    let (stands, rev) = set.0.get(&input.kind).copied().unwrap_or_default();
    let core = Context::core();
    let row = |class, rev| KindRow {
        kind: input.kind.clone(),
        name: core.compact(&input.kind).into_owned(),
        entities: 0,
        class,
        rev,
    };
    if rev != input.rev {
        return Err(Fault::outdated(serde_json::to_value(row(stands, rev)).map_err(Fault::internal)?));
    }
    classes::set(tx, &input.kind, input.class, rev + 1, now_us(cx))?;
    Ok(row(input.class, rev + 1))
}
