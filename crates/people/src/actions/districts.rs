//! Districts and the blocks of the town that belong to them.

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::list::{List, Paging};
use ground::text::Text;
use ground::who::Object;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Nothing, a_postal, a_slug, outdated, shown, whole_city};
use crate::model::{names, tidy};
use crate::rules::{block_key, postal_code};
use crate::store::accounts;
use crate::store::districts::{self, Block, District};

/// All districts, for everybody.
pub const DISTRICTS: Action<Nothing, Vec<DistrictName>> =
    Action::reads("people.districts", whole_city, |tx, _, _| {
        let name = |row: District| DistrictName { id: row.id, slug: row.slug, name: row.name };
        Ok(districts::all(tx)?.into_iter().map(name).collect())
    });

/// A district as everybody sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DistrictName {
    pub id: Id,
    pub slug: String,
    pub name: Text,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct ThisDistrict {
    pub id: Id,
}

fn this_district(_: &mut Tx<'_>, _: &Cx, input: &ThisDistrict) -> Result<Object, Fault> {
    Ok(Object::new("district", &input.id).district(Some(input.id.clone())))
}

/// A district as staff see it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DistrictView {
    pub district: District,
    pub saved_by_name: String,
    /// How many blocks of the town belong to it.
    pub blocks: i64,
}

fn view(tx: &mut Tx<'_>, district: District) -> Result<DistrictView, Fault> {
    Ok(DistrictView {
        saved_by_name: accounts::shown_name(tx, &district.saved_by)?,
        blocks: districts::count_blocks(tx, &district.id)?,
        district,
    })
}

pub const DISTRICT: Action<ThisDistrict, DistrictView> =
    Action::reads("people.district", this_district, |tx, _, input: &ThisDistrict| {
        let district = districts::by_id(tx, &input.id)?.ok_or_else(Fault::missing)?;
        view(tx, district)
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveDistrict {
    /// Absent for a new one.
    #[serde(default)]
    #[garde(skip)]
    pub id: Option<Id>,
    /// Its part of addresses: small letters, digits and hyphens.
    #[garde(custom(a_slug))]
    pub slug: String,
    #[garde(length(chars, max = 40), custom(shown))]
    pub name: String,
    /// The name in plain Japanese.
    #[serde(default)]
    #[garde(length(chars, max = 40))]
    pub name_easy: String,
    #[serde(default)]
    #[garde(length(chars, max = 60))]
    pub name_en: String,
    #[serde(default)]
    #[garde(range(min = 0, max = 9999))]
    pub place: i64,
    #[serde(default)]
    #[garde(skip)]
    pub rev: i64,
}

fn saved_district(_: &mut Tx<'_>, _: &Cx, input: &SaveDistrict) -> Result<Object, Fault> {
    let id = input.id.as_ref().map_or("", |id| id.as_str());
    Ok(Object::new("district", id).district(input.id.clone()))
}

pub const SAVE_DISTRICT: Action<SaveDistrict, DistrictView> =
    Action::writes("people.save_district", saved_district, |tx, cx, input: &SaveDistrict| {
        districts::lock(tx)?;
        let before = match &input.id {
            Some(id) => Some(districts::by_id(tx, id)?.ok_or_else(Fault::missing)?),
            None => None,
        };
        if let Some(before) = &before
            && before.rev != input.rev
        {
            return Err(outdated(&view(tx, before.clone())?));
        }
        if let Some(other) = districts::by_slug(tx, &input.slug)?
            && before.as_ref().is_none_or(|before| before.id != other.id)
        {
            return Err(Fault::field("slug", "field-people-slug-taken"));
        }
        if before.is_none() && districts::count(tx)? >= districts::DISTRICTS_MAX {
            return Err(Fault::too_large(districts::DISTRICTS_MAX));
        }
        let name_before = before.as_ref().map(|before| &before.name);
        let district = District {
            name: names(name_before, &input.name, &input.name_easy, &input.name_en),
            id: before.as_ref().map_or_else(|| cx.id(), |before| before.id.clone()),
            slug: input.slug.clone(),
            place: input.place,
            rev: before.as_ref().map_or(0, |before| before.rev) + 1,
            saved_ms: cx.now_ms(),
            saved_by: cx.who().written(),
        };
        districts::put(tx, &district)?;
        crate::rights::standing::touch(tx, cx)?;
        let facts = serde_json::json!({"rev": district.rev});
        tx.emit(cx, "people.district_saved", district.id.as_str(), facts)?;
        view(tx, district)
    })
    .emits(&["people.district_saved"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskBlocks {
    #[garde(skip)]
    pub district: Id,
    #[serde(default)]
    #[garde(dive)]
    pub paging: Paging,
}

fn asked_district(_: &mut Tx<'_>, _: &Cx, input: &AskBlocks) -> Result<Object, Fault> {
    Ok(Object::new("district", &input.district).district(Some(input.district.clone())))
}

/// The blocks of a district.
pub const BLOCKS: Action<AskBlocks, List<Block>> =
    Action::reads("people.blocks", asked_district, |tx, _, input: &AskBlocks| {
        let rows = districts::blocks(tx, &input.district, input.paging.after(), input.paging.rows() + 1)?;
        Ok(List::cut(rows, input.paging.rows(), |row| row.key.clone()))
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SaveBlock {
    #[garde(skip)]
    pub district: Id,
    /// The block as it is written in addresses.
    #[garde(length(chars, max = 60), custom(shown))]
    pub name: String,
    #[serde(default)]
    #[garde(length(chars, max = 20), custom(a_postal))]
    pub postal: String,
}

fn saved_block(_: &mut Tx<'_>, _: &Cx, input: &SaveBlock) -> Result<Object, Fault> {
    Ok(Object::new("block", block_key(&input.name)).district(Some(input.district.clone())))
}

/// Says that a block belongs to a district; a block that is known already moves there.
pub const SAVE_BLOCK: Action<SaveBlock, Block> =
    Action::writes("people.save_block", saved_block, |tx, cx, input: &SaveBlock| {
        districts::lock(tx)?;
        let district = districts::by_id(tx, &input.district)?.ok_or_else(Fault::missing)?;
        let key = block_key(&input.name);
        if key.is_empty() {
            return Err(Fault::field("name", "field-required"));
        }
        let block = Block {
            key,
            name: tidy(&input.name),
            district: district.id,
            postal: postal_code(&input.postal).unwrap_or_default(),
        };
        districts::put_block(tx, &block)?;
        tx.emit(cx, "people.block_saved", &block.key, serde_json::json!({"district": block.district}))?;
        Ok(block)
    })
    .emits(&["people.block_saved"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ThisBlock {
    #[garde(length(chars, min = 1, max = 60))]
    pub key: String,
}

fn this_block(tx: &mut Tx<'_>, _: &Cx, input: &ThisBlock) -> Result<Object, Fault> {
    let block = districts::block(tx, &input.key)?.ok_or_else(Fault::missing)?;
    Ok(Object::new("block", block.key).district(Some(block.district)))
}

pub const REMOVE_BLOCK: Action<ThisBlock, Nothing> =
    Action::writes("people.remove_block", this_block, |tx, cx, input: &ThisBlock| {
        if !districts::remove_block(tx, &input.key)? {
            return Err(Fault::missing());
        }
        tx.emit(cx, "people.block_removed", &input.key, serde_json::json!({}))?;
        Ok(Nothing {})
    })
    .emits(&["people.block_removed"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskDistrictOf {
    /// A block of the town, however it is written.
    #[garde(length(chars, max = 60), custom(shown))]
    pub block: String,
}

/// The district that a block belongs to.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FoundDistrict {
    pub block: Block,
    pub district: DistrictName,
}

pub const DISTRICT_OF: Action<AskDistrictOf, FoundDistrict> =
    Action::reads("people.district_of", whole_city, |tx, _, input: &AskDistrictOf| {
        let block = districts::block(tx, &block_key(&input.block))?.ok_or_else(Fault::missing)?;
        let row = districts::by_id(tx, &block.district)?.ok_or_else(Fault::missing)?;
        Ok(FoundDistrict { block, district: DistrictName { id: row.id, slug: row.slug, name: row.name } })
    })
    .quick();
