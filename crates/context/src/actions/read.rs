//! What is done before a transaction: the @context found, the body read, the query understood.

use std::sync::Arc;

use ground::action::Boxed;
use ground::cx::Cx;
use ground::fault::Fault;
use ngsi::entity::{Entity, Reading, read_instance};
use ngsi::json::Json;
use ngsi::ld::Context;
use ngsi::query::{EntityQuery, Use};
use ngsi::{Error, names};
use serde_json::Value;

use crate::ask::{Ask, BATCH_MAX, Item, What};
use crate::contexts;
use crate::say::fault;
use crate::store::Row;

pub type Prepared = Boxed<'static, Result<Ask, Fault>>;

/// The id in the path is a URI, or nothing can be found under it (clause 5.7.1.4).
pub fn check_id(id: &str) -> Result<(), Fault> {
    if names::is_iri(id) {
        return Ok(());
    }
    Err(fault(Error::bad("the id of an entity is a URI, such as urn:ngsi-ld:Gauge:1").under("id")))
}

/// The IRI of the attribute in the path.
pub fn attr_of(context: &Context, ask: &Ask) -> Result<String, Fault> {
    if ask.attr == "scope" {
        return Ok(ask.attr.clone());
    }
    context.expand(&ask.attr).map_err(fault)
}

/// A whole entity, to be stored as it is.
pub fn new_entity(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move {
        let (context, row) = {
            let json = Json::parse(&ask.body).map_err(fault)?;
            if json.object().is_none_or(<[_]>::is_empty) {
                return Err(fault(Error::invalid(
                    "an entity is a JSON object with at least an id and a type",
                )));
            }
            let context = contexts::of_body(&cx, &ask, &json).await.map_err(fault)?;
            let mut entity =
                Entity::read_json(&json, &context, Reading::Create, ask.is_simplified()).map_err(fault)?;
            entity.stamp(crate::now_us(&cx));
            (context, Row::of(&entity))
        };
        Ok(ask.with(context, What::New(Box::new(row))))
    })
}

async fn read_fragment(cx: &Cx, ask: Ask, reading: Reading) -> Result<Ask, Fault> {
    check_id(&ask.id)?;
    let (context, entity) = {
        let json = Json::parse(&ask.body).map_err(fault)?;
        let context = contexts::of_body(cx, &ask, &json).await.map_err(fault)?;
        let entity = Entity::read_json(&json, &context, reading, ask.is_simplified()).map_err(fault)?;
        (context, entity)
    };
    Ok(ask.with(context, What::Fragment(Box::new(entity))))
}

pub fn fragment_to_append(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_fragment(&cx, ask, Reading::Append).await })
}

pub fn fragment_to_update(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_fragment(&cx, ask, Reading::Update).await })
}

pub fn fragment_to_merge(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_fragment(&cx, ask, Reading::Merge).await })
}

pub fn whole_entity(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_fragment(&cx, ask, Reading::Create).await })
}

async fn read_attr(cx: &Cx, ask: Ask, reading: Reading) -> Result<Ask, Fault> {
    check_id(&ask.id)?;
    let (context, attr, instance) = {
        let json = Json::parse(&ask.body).map_err(fault)?;
        let context = contexts::of_body(cx, &ask, &json).await.map_err(fault)?;
        let attr = attr_of(&context, &ask)?;
        let instance = read_instance(&attr, &json, &context, reading).map_err(fault)?;
        (context, attr, instance)
    };
    Ok(ask.with(context, What::Attr(attr, Some(Box::new(instance)))))
}

pub fn attr_to_update(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_attr(&cx, ask, Reading::Partial).await })
}

pub fn attr_to_replace(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_attr(&cx, ask, Reading::Append).await })
}

/// Only the name of an attribute, by the Link header.
pub fn attr_alone(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move {
        check_id(&ask.id)?;
        let context = contexts::of_link(&cx, &ask).await.map_err(fault)?;
        let attr = attr_of(&context, &ask)?;
        Ok(ask.with(context, What::Attr(attr, None)))
    })
}

/// Only the @context of the Link header.
pub fn context_alone(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move {
        let context = contexts::of_link(&cx, &ask).await.map_err(fault)?;
        Ok(ask.with(context, What::Nothing))
    })
}

pub fn id_alone(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move {
        check_id(&ask.id)?;
        let context = contexts::of_link(&cx, &ask).await.map_err(fault)?;
        Ok(ask.with(context, What::Nothing))
    })
}

async fn read_query(cx: &Cx, ask: Ask, used: Use) -> Result<Ask, Fault> {
    let context = contexts::of_link(cx, &ask).await.map_err(fault)?;
    let query = EntityQuery::parse(&ask.parameters, &*context, used).map_err(fault)?;
    if used == Use::Entities {
        crate::memory::prepare(cx, &ask.tenant);
    }
    Ok(ask.for_reading(cx, context, What::Query(Box::new(query))))
}

pub fn query(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_query(&cx, ask, Use::Entities).await })
}

pub fn retrieval(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move {
        check_id(&ask.id)?;
        read_query(&cx, ask, Use::Retrieve).await
    })
}

pub fn purge(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_query(&cx, ask, Use::Purge).await })
}

/// A query in a body (clause 5.2.23).
pub fn query_in_body(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move {
        let (context, query) = {
            let json = Json::parse(&ask.body).map_err(fault)?;
            let context = contexts::of_body(&cx, &ask, &json).await.map_err(fault)?;
            let value: Value = serde_json::from_str(&ask.body)
                .map_err(|said| fault(Error::invalid(format!("the body is not JSON: {said}"))))?;
            let Value::Object(mut members) = value else {
                return Err(fault(Error::bad("a query is a JSON object with \"type\": \"Query\"")));
            };
            members.remove("@context");
            let query =
                EntityQuery::from_body(&members, &ask.parameters, &*context, Use::Entities).map_err(fault)?;
            (context, query)
        };
        let context = addressed(&cx, &ask, context).await?;
        crate::memory::prepare(&cx, &ask.tenant);
        Ok(ask.for_reading(&cx, context, What::Query(Box::new(query))))
    })
}

/// A context that has an address of its own, when the answer has to name one.
async fn addressed(cx: &Cx, ask: &Ask, context: Arc<Context>) -> Result<Arc<Context>, Fault> {
    if ask.accept == crate::ask::Accept::Ld {
        return Ok(context);
    }
    match contexts::address_of(cx, &ask.tenant, &context).await? {
        Some(url) => contexts::given(cx, &ask.tenant, &Value::String(url)).await.map_err(fault),
        None => Ok(context),
    }
}

async fn read_batch(cx: &Cx, ask: Ask, reading: Reading) -> Result<Ask, Fault> {
    let items = {
        let json = Json::parse(&ask.body).map_err(fault)?;
        let given = some_items(&json, "entities")?;
        if given.iter().any(|one| one.object().is_none()) {
            return Err(fault(Error::bad(
                "a batch holds entities and nothing else; one of its items is no object",
            )));
        }
        let mut items = Vec::with_capacity(given.len());
        for one in given {
            let id = one.get("id").and_then(Json::text).map(std::borrow::Cow::into_owned).unwrap_or_default();
            let entity = match contexts::of_body(cx, &ask, one).await {
                Ok(context) => Entity::read_json(one, &context, reading, ask.is_simplified()),
                Err(error) => Err(error),
            };
            let entity = entity.and_then(|entity| {
                if entity.id.is_empty() {
                    Err(Error::bad("an entity of a batch has an id").under("id"))
                } else {
                    Ok(entity)
                }
            });
            items.push(Item { id, entity });
        }
        items
    };
    Ok(ask.with(Context::core(), What::Batch(items)))
}

fn some_items<'j, 'a>(json: &'j Json<'a>, what: &str) -> Result<&'j [Json<'a>], Fault> {
    match json.array() {
        None => Err(fault(Error::bad(format!("a batch is an array of {what}")))),
        Some([]) => Err(fault(Error::bad("the batch is empty"))),
        Some(items) if items.len() > BATCH_MAX => {
            Err(fault(Error::bad(format!("a batch holds at most {BATCH_MAX} {what}; send several"))))
        }
        Some(items) => Ok(items),
    }
}

pub fn batch_to_create(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_batch(&cx, ask, Reading::Create).await })
}

pub fn batch_to_update(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_batch(&cx, ask, Reading::Update).await })
}

pub fn batch_to_merge(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move { read_batch(&cx, ask, Reading::Merge).await })
}

pub fn batch_of_ids(_: Cx, ask: Ask) -> Prepared {
    Box::pin(async move {
        let ids = {
            let json = Json::parse(&ask.body).map_err(fault)?;
            some_items(&json, "ids")?
                .iter()
                .map(|one| match one.text() {
                    Some(id) if names::is_iri(&id) => Ok(id.into_owned()),
                    other => {
                        let said = other.map_or_else(
                            || one.raw.chars().take(200).collect(),
                            std::borrow::Cow::into_owned,
                        );
                        Err((said, Error::bad("the id of an entity is a URI")))
                    }
                })
                .collect()
        };
        Ok(ask.with(Context::core(), What::Ids(ids)))
    })
}
