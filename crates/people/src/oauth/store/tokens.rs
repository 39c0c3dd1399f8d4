//! Access tokens, as whoever shows one is known by it.

use std::sync::Arc;

use ground::db::Tx;
use ground::fault::Fault;
use ground::id::Id;
use ground::who::{Bearer, Level, Role, Who};
use ground::words::Lang;
use ground::{params, sql};

/// What stands between spaces, as a list.
pub fn words(text: &str) -> Arc<[String]> {
    text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Which client shows this access token, and in whose name. Nothing for a client that is closed or an account that is
/// locked, whatever the token says.
pub fn bearer(tx: &mut Tx<'_>, digest: &str, now_ms: i64) -> Result<Option<Bearer>, Fault> {
    tx.opt(
        sql!(
            "select t.client, t.account, t.scopes, t.ends_ms, a.level, a.lang
             from people_token t
             join people_client c on c.city = ?1 and c.id = t.client
             left join people_account a on a.city = ?1 and a.id = t.account and a.state = 'active'
             where t.city = ?1 and t.digest = ?2 and t.kind = 'access' and t.ends_ms > ?3 and c.state = 'open'
               and (t.account = '' or a.id is not null)"
        ),
        params![digest, now_ms],
        |row| {
            let account: String = row.get(1)?;
            Ok(Bearer {
                who: Who {
                    client: Some(row.get::<Id>(0)?),
                    account: account.parse().ok(),
                    roles: Arc::from([Role::Service]),
                    scopes: words(&row.get::<String>(2)?),
                    level: row
                        .get::<Option<String>>(4)?
                        .map_or(Level::Declared, |text| Level::from_name(&text)),
                    lang: row.get::<Option<String>>(5)?.and_then(|code| Lang::from_code(&code)),
                    ..Who::default()
                },
                ends_ms: row.get(3)?,
            })
        },
    )
}
