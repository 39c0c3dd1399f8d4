//! @contexts that the broker keeps: added, listed, served, deleted, fetched anew (clause 5.13).

use ground::cx::Cx;
use ground::db::{Store, Tx};
use ground::fault::Fault;
use ngsi::ld::{Context, Resolved, core_document, core_version, resolve};
use ngsi::{Error, ErrorKind};
use serde_json::{Value, json};

use super::read::Prepared;
use crate::ask::{Ask, Said, What, missing};
use crate::contexts::{self, HOSTED};
use crate::say::fault;
use crate::store::ld::{self, Kept, Kind};
use crate::store::tenants;

/// A document with a @context, which must be one; what stands beside it is thrown away.
pub fn prepare_add(_: Cx, ask: Ask) -> Prepared {
    Box::pin(async move {
        let document: Value = serde_json::from_str(&ask.body)
            .map_err(|said| fault(Error::invalid(format!("the body is not JSON: {said}"))))?;
        let Some(own) = document.get("@context") else {
            return Err(fault(Error::invalid("the body is an object with a member @context; there is none")));
        };
        // Documents it names are fetched when it is first used; only its own words are checked here.
        match resolve(own, None, &|_| None).map_err(fault)? {
            Resolved::Ready(_) | Resolved::Missing(_) => {}
        }
        let kept = json!({"@context": own});
        Ok(ask.with(Context::core(), What::Document(Box::new(kept))))
    })
}

pub fn add(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let What::Document(document) = &ask.ready()?.what else {
        return Err(Fault::internal("an operation was prepared as another"));
    };
    tenants::ensure(tx, cx, &ask.tenant)?;
    let id: String = cx.id().into();
    let now_us = crate::now_us(cx);
    let one = Kept {
        url: contexts::hosted_url(cx, &id),
        id: id.clone(),
        kind: Kind::Hosted,
        body: document.to_string(),
        made_us: now_us,
        used_us: now_us,
        hits: 0,
    };
    ld::put(tx, &ask.tenant, &one)?;
    Ok(Said { location: Some(format!("{HOSTED}{id}")), ..Said::nothing(201) })
}

/// Before anybody looks, uses that were only counted are written down.
pub fn prepare_look(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move {
        contexts::write_hits(&cx).await?;
        Ok(ask.with(Context::core(), What::Nothing))
    })
}

fn details(one: &Kept) -> Value {
    let mut said = json!({
        "URL": one.url, "localId": one.id, "kind": one.kind.name(), "createdAt": ngsi::time::text(one.made_us),
        "numberOfHits": one.hits,
    });
    if let (Some(members), true) = (said.as_object_mut(), one.hits > 0) {
        members.insert("lastUsage".to_owned(), ngsi::time::text(one.used_us).into());
    }
    said
}

pub fn list(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let wants_details = ask.flag("details")?;
    let kind = match ask.parameter("kind").filter(|kind| !kind.is_empty()) {
        None => None,
        Some(name) => Some(Kind::from_name(name).ok_or_else(|| {
            fault(Error::bad("'kind' is Cached, Hosted or ImplicitlyCreated").under("kind"))
        })?),
    };
    let _ = cx;
    let rows = ld::list(tx, &ask.tenant, kind)?;
    let body: Value = if wants_details {
        rows.iter().map(details).collect()
    } else {
        rows.iter().map(|one| Value::from(one.url.clone())).collect()
    };
    Ok(Said::json(200, body.to_string()))
}

/// The core contexts are built in: they are always there, and are nobody's to delete.
fn core(key: &str) -> Option<(u8, String)> {
    let minor = core_version(key)?;
    Some((minor, core_document(minor)?))
}

pub fn serve(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let wants_details = ask.flag("details")?;
    if let Some((minor, document)) = core(&ask.id) {
        let body = if wants_details {
            let made = ngsi::time::text(crate::now_us(cx));
            json!({"URL": ask.id, "localId": format!("core-1.{minor}"), "kind": Kind::Cached.name(), "createdAt": made}).to_string()
        } else {
            document
        };
        return Ok(Said::json(200, body));
    }
    let one = ld::find(tx, &ask.tenant, &ask.id)?.ok_or_else(|| missing("@context", &ask.id))?;
    if wants_details {
        return Ok(Said::json(200, details(&one).to_string()));
    }
    if one.kind == Kind::Cached {
        let error = Error::new(
            ErrorKind::OperationNotSupported,
            format!("this @context was fetched from {}; ask there", one.url),
        );
        return Err(fault(error));
    }
    Ok(Said::json(200, one.body))
}

/// With `reload`, what was fetched is fetched again; if that fails, what is kept stays.
pub fn prepare_delete(cx: Cx, ask: Ask) -> Prepared {
    Box::pin(async move {
        let reload = ask.flag("reload")?;
        if core(&ask.id).is_some() {
            let what = if reload { What::Nothing } else { What::Document(Box::new(Value::Null)) };
            return Ok(ask.with(Context::core(), what));
        }
        if !reload {
            return Ok(ask.with(Context::core(), What::Nothing));
        }
        let (tenant, key) = (ask.tenant.clone(), ask.id.clone());
        let found = cx.city().store(Store::Context).read(move |tx| ld::find(tx, &tenant, &key)).await?;
        let one = match found {
            Some(one) if one.kind == Kind::Cached => one,
            // Without one, or with one of our own, there is nothing to fetch again.
            _ => {
                let said = "only a @context that was fetched from elsewhere can be fetched again";
                return Err(fault(Error::bad(said).under("reload")));
            }
        };
        let document = contexts::fetch(&cx, &one.url).await.map_err(|error| {
            // Whatever is wrong with it, there is no good one to be had.
            fault(Error::new(ErrorKind::LdContextNotAvailable, error.detail))
        })?;
        if let Some(own) = document.get("@context") {
            resolve(own, Some(&one.url), &|_| None).map_err(|error| {
                fault(Error::new(
                    ErrorKind::LdContextNotAvailable,
                    format!("{} is no good @context any more: {error}", one.url),
                ))
            })?;
        }
        Ok(ask.with(Context::core(), What::Document(Box::new(document))))
    })
}

pub fn delete(tx: &mut Tx<'_>, cx: &Cx, ask: &Ask) -> Result<Said, Fault> {
    let forget = cx.clone();
    tx.after_commit(move || contexts::forget(&forget));
    if core(&ask.id).is_some() {
        return match &ask.ready()?.what {
            // The core is built in: fetching it again changes nothing.
            What::Nothing => Ok(Said::nothing(204)),
            _ => Err(fault(Error::bad("the core @context is built in and cannot be deleted"))),
        };
    }
    let one = ld::find(tx, &ask.tenant, &ask.id)?.ok_or_else(|| missing("@context", &ask.id))?;
    match &ask.ready()?.what {
        What::Document(document) => {
            let again = Kept { body: document.to_string(), made_us: crate::now_us(cx), ..one };
            ld::put(tx, "", &again)?;
        }
        _ => ld::remove(tx, &one.id)?,
    }
    Ok(Said::nothing(204))
}
