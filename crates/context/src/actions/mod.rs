//! The room's verbs: every operation of NGSI-LD is one of them.

mod batch;
pub mod classes;
mod consume;
mod discover;
mod hosting;
mod provide;
mod read;

use ground::action::{Action, AnyAction};
use ground::cx::Cx;
use ground::db::{Store, Tx};
use ground::fault::Fault;
use ground::who::Object;

use crate::ask::{Ask, Said};
use classes::{AskKinds, KindRow, Kinds, SetClass};

/// Things and places belong to the whole city; who sees them is decided by their types.
fn space(_: &mut Tx<'_>, _: &Cx, _: &Ask) -> Result<Object, Fault> {
    Ok(Object::of_city("context"))
}

type Run = fn(&mut Tx<'_>, &Cx, &Ask) -> Result<Said, Fault>;
type Prepare = fn(Cx, Ask) -> read::Prepared;

const fn writes(name: &'static str, prepare: Prepare, run: Run) -> Action<Ask, Said> {
    Action::writes(name, space, run).in_store(Store::Context).unaudited().prepared_by(prepare)
}

const fn reads(name: &'static str, prepare: Prepare, run: Run) -> Action<Ask, Said> {
    Action::reads(name, space, run).in_store(Store::Context).prepared_by(prepare)
}

pub const CREATE: Action<Ask, Said> = writes("context.create_entity", read::new_entity, provide::create);
pub const RETRIEVE: Action<Ask, Said> =
    reads("context.retrieve_entity", read::retrieval, consume::retrieve).quick();
pub const QUERY: Action<Ask, Said> = reads("context.query_entities", read::query, consume::query);
pub const SEARCH: Action<Ask, Said> = reads("context.search_entities", read::query_in_body, consume::query);
pub const APPEND: Action<Ask, Said> =
    writes("context.append_attributes", read::fragment_to_append, provide::append);
pub const UPDATE: Action<Ask, Said> =
    writes("context.update_attributes", read::fragment_to_update, provide::update);
pub const MERGE: Action<Ask, Said> = writes("context.merge_entity", read::fragment_to_merge, provide::merge);
pub const REPLACE: Action<Ask, Said> = writes("context.replace_entity", read::whole_entity, provide::replace);
pub const UPDATE_ATTR: Action<Ask, Said> =
    writes("context.update_attribute", read::attr_to_update, provide::update_attr);
pub const REPLACE_ATTR: Action<Ask, Said> =
    writes("context.replace_attribute", read::attr_to_replace, provide::replace_attr);
pub const DELETE_ATTR: Action<Ask, Said> =
    writes("context.delete_attribute", read::attr_alone, provide::delete_attr);
pub const DELETE: Action<Ask, Said> = writes("context.delete_entity", read::id_alone, provide::delete);
pub const PURGE: Action<Ask, Said> = writes("context.purge_entities", read::purge, provide::purge);

pub const BATCH_CREATE: Action<Ask, Said> =
    writes("context.create_entities", read::batch_to_create, batch::create);
pub const BATCH_UPSERT: Action<Ask, Said> =
    writes("context.upsert_entities", read::batch_to_create, batch::upsert);
pub const BATCH_UPDATE: Action<Ask, Said> =
    writes("context.update_entities", read::batch_to_update, batch::update);
pub const BATCH_MERGE: Action<Ask, Said> =
    writes("context.merge_entities", read::batch_to_merge, batch::merge);
pub const BATCH_DELETE: Action<Ask, Said> =
    writes("context.delete_entities", read::batch_of_ids, batch::delete);

pub const TYPES: Action<Ask, Said> = reads("context.types", read::context_alone, discover::types);
pub const ONE_TYPE: Action<Ask, Said> = reads("context.type", read::context_alone, discover::one_type);
pub const ATTRIBUTES: Action<Ask, Said> =
    reads("context.attributes", read::context_alone, discover::attributes);
pub const ONE_ATTRIBUTE: Action<Ask, Said> =
    reads("context.attribute", read::context_alone, discover::one_attribute);

pub const ADD_LD: Action<Ask, Said> = writes("context.add_ld_context", hosting::prepare_add, hosting::add);
pub const LIST_LD: Action<Ask, Said> = reads("context.ld_contexts", hosting::prepare_look, hosting::list);
pub const SERVE_LD: Action<Ask, Said> = reads("context.ld_context", hosting::prepare_look, hosting::serve);
pub const DELETE_LD: Action<Ask, Said> =
    writes("context.delete_ld_context", hosting::prepare_delete, hosting::delete);

pub const KINDS: Action<AskKinds, Kinds> =
    Action::reads("context.kinds", |_, _, _| Ok(Object::of_city("context")), classes::kinds)
        .in_store(Store::Context);
pub const SET_CLASS: Action<SetClass, KindRow> =
    Action::writes("context.set_class", |_, _, _| Ok(Object::of_city("context")), classes::set_class)
        .in_store(Store::Context)
        .unaudited();

pub fn all() -> Vec<AnyAction> {
    let operations = [
        CREATE,
        RETRIEVE,
        QUERY,
        SEARCH,
        APPEND,
        UPDATE,
        MERGE,
        REPLACE,
        UPDATE_ATTR,
        REPLACE_ATTR,
        DELETE_ATTR,
        DELETE,
        PURGE,
        BATCH_CREATE,
        BATCH_UPSERT,
        BATCH_UPDATE,
        BATCH_MERGE,
        BATCH_DELETE,
        TYPES,
        ONE_TYPE,
        ATTRIBUTES,
        ONE_ATTRIBUTE,
        ADD_LD,
        LIST_LD,
        SERVE_LD,
        DELETE_LD,
    ];
    let mut all: Vec<AnyAction> = operations.into_iter().map(Action::any).collect();
    all.extend([KINDS.any(), SET_CLASS.any()]);
    all
}
