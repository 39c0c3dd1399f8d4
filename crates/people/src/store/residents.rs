//! What is kept about a resident besides the account.

use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::text::Text;
use ground::{params, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id_or_none;

/// A resident, as only this resident reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resident {
    pub household: Option<Id>,
    /// YYYY-MM-DD; empty when it was never given.
    pub birth: String,
    /// The block of the town, as it is written.
    pub block: String,
    pub district: Option<Id>,
    pub district_name: Option<Text>,
}

pub fn by_account(tx: &mut Tx<'_>, account: &Id) -> Result<Option<Resident>, Fault> {
    tx.opt(
        sql!(
            "select r.household, r.birth, coalesce(b.name, r.block), r.district, d.name
             from people_resident r
             left join people_block b on b.city = ?1 and b.key = r.block
             left join people_district d on d.city = ?1 and d.id = r.district
             where r.city = ?1 and r.account = ?2"
        ),
        params![account],
        |row| {
            let name: Option<String> = row.get(4)?;
            Ok(Resident {
                household: id_or_none(row, 0)?,
                birth: row.get(1)?,
                block: row.get(2)?,
                district: id_or_none(row, 3)?,
                district_name: name
                    .map(|name| serde_json::from_str(&name).map_err(Fault::internal))
                    .transpose()?,
            })
        },
    )
}
