//! Who may see the entities of a type, as staff set it.

use std::collections::BTreeMap;

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::{params, sql};

use crate::model::Class;

/// The classes of types; a type that is not in it is internal.
#[derive(Clone, Debug, Default)]
pub struct Classes(pub BTreeMap<String, (Class, i64)>);

impl Classes {
    pub fn of(&self, kind: &str) -> Class {
        self.0.get(kind).map_or_else(Class::default, |(class, _)| *class)
    }

    /// An entity is as closed as the most closed of its types.
    pub fn shows<'t>(&self, cx: &Cx, types: impl IntoIterator<Item = &'t str>) -> bool {
        types.into_iter().map(|kind| self.of(kind)).max().unwrap_or_default().is_seen_by(cx)
    }
}

pub fn all(tx: &mut Tx<'_>) -> Result<Classes, Fault> {
    let mut classes = Classes::default();
    tx.each(sql!("select type, class, rev from context_class where city = ?1"), params![], |row| {
        let class = Class::from_name(&row.get::<String>(1)?).unwrap_or_default();
        classes.0.insert(row.get(0)?, (class, row.get(2)?));
        Ok(())
    })?;
    Ok(classes)
}

pub fn set(tx: &mut Tx<'_>, kind: &str, class: Class, rev: i64, now_us: i64) -> Result<(), Fault> {
    tx.put(
        sql!(
            "insert into context_class (city, type, class, rev, at_us) values (?1, ?2, ?3, ?4, ?5)
             on conflict (city, type) do update set class = excluded.class, rev = excluded.rev, at_us = excluded.at_us"
        ),
        params![kind, class.name(), rev, now_us],
    )
}
