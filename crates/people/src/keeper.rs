//! The gatekeeper: who came with a session, and what they may.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::{Bearer, Decision, Gatekeeper, Object, Role, Who};

use crate::model::{AccountKind, Roles, folded_mail};
use crate::store::sessions::Came;
use crate::{oauth, rights, store};

/// Knows sessions, and decides by policies.
pub struct Keeper;

impl Gatekeeper for Keeper {
    fn identify(&self, tx: &mut Tx<'_>, token_digest: &str, now_ms: i64) -> Result<Option<Who>, Fault> {
        let Some(found) = store::sessions::who_came(tx, token_digest, now_ms)? else { return Ok(None) };
        let acting = match found.acting.as_str() {
            "" => None,
            mandate => store::sessions::acting(tx, mandate, &found.account, now_ms)?.map(Arc::new),
        };
        Ok(Some(Who { acting, ..who(found) }))
    }

    fn identify_bearer(&self, tx: &mut Tx<'_>, digest: &str, now_ms: i64) -> Result<Option<Bearer>, Fault> {
        oauth::store::tokens::bearer(tx, digest, now_ms)
    }

    fn of_account(&self, tx: &mut Tx<'_>, account: &Id) -> Result<Option<Who>, Fault> {
        Ok(store::sessions::who_is(tx, account)?.map(who))
    }

    fn note_seen(&self, tx: &mut Tx<'_>, session: &Id, now_ms: i64) -> Result<(), Fault> {
        store::sessions::note_seen(tx, session, now_ms)
    }

    fn names(
        &self,
        tx: &mut Tx<'_>,
        cx: &Cx,
        accounts: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>, Fault> {
        if !rights::may_ever(cx, "people.staff") {
            return Ok(BTreeMap::new());
        }
        let mut names = BTreeMap::new();
        for account in accounts {
            if let Some(member) =
                account.parse().ok().map(|id| store::staff::by_id(tx, &id)).transpose()?.flatten()
            {
                names.insert(account.clone(), member.name);
            }
        }
        Ok(names)
    }

    fn colleague(&self, tx: &mut Tx<'_>, cx: &Cx, named: &str) -> Result<Option<Id>, Fault> {
        if !rights::may_ever(cx, "people.staff") {
            return Ok(None);
        }
        let found = store::accounts::by_mail(tx, &folded_mail(named))?;
        Ok(found.filter(|account| account.kind == AccountKind::Staff).map(|account| account.id))
    }

    fn look(&self, tx: &mut Tx<'_>, cx: &Cx) -> Result<(), Fault> {
        rights::look(tx, cx)
    }

    fn may(&self, cx: &Cx, action: &str, object: &Object) -> Decision {
        rights::may(cx, action, object)
    }

    fn may_ever(&self, cx: &Cx, action: &str) -> bool {
        rights::may_ever(cx, action)
    }
}

/// Staff, and everybody who wants one, show a second factor. Until then they are nobody, with a session that can be
/// finished or ended: no role, no account, nothing of their own.
fn half_way(found: &Came) -> bool {
    !found.strong && (found.kind == AccountKind::Staff || found.asks_second)
}

fn who(found: Came) -> Who {
    if half_way(&found) {
        return Who {
            pending: Some(found.account),
            session: found.session,
            lang: found.lang,
            signed_in_ms: found.began_ms,
            ..Who::anyone()
        };
    }
    let roles: Arc<[Role]> = match (found.kind, found.roles) {
        (AccountKind::Resident, _) => Arc::from([Role::Resident]),
        (AccountKind::Staff, Some(written)) => {
            let own = Roles::parse(&written).unwrap_or_default();
            std::iter::once(Role::Staff).chain(own.list().iter().copied()).collect()
        }
        // An account of staff without a post may look after itself and nothing else.
        (AccountKind::Staff, None) => Arc::from([]),
    };
    Who {
        account: Some(found.account),
        roles,
        department: found.department,
        district: found.district,
        household: found.household,
        session: found.session,
        shown_name: Some(found.name),
        lang: found.lang,
        level: found.level,
        strong: found.strong,
        signed_in_ms: found.began_ms,
        ..Who::default()
    }
}
