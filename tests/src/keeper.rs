//! A gatekeeper that reads the rights matrix and nothing else, for trying the floor without `people`.

use ground::db::Tx;
use ground::fault::Fault;
use ground::who::{Gatekeeper, Grant, Object, Reach, Who};

pub struct PlainKeeper;

impl Gatekeeper for PlainKeeper {
    fn identify(&self, _: &mut Tx<'_>, _: &str, _: i64) -> Result<Option<Who>, Fault> {
        Ok(None)
    }

    fn may(&self, grants: &[Grant], who: &Who, object: &Object) -> bool {
        fn same<T: PartialEq>(mine: Option<&T>, its: Option<&T>) -> bool {
            mine.is_some() && mine == its
        }
        grants.iter().any(|grant| {
            who.has(grant.role)
                && match grant.reach {
                    Reach::City => true,
                    Reach::OwnDepartment => same(who.department.as_ref(), object.department.as_ref()),
                    Reach::OwnDistrict => same(who.district.as_ref(), object.district.as_ref()),
                    Reach::OwnHousehold => same(who.household.as_ref(), object.household.as_ref()),
                    Reach::Own => same(who.account.as_ref(), object.owner.as_ref()),
                }
        })
    }
}
