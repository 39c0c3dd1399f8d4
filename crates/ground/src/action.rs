//! Actions: the only way to change or read anything (law 4).
//!
//! An action is data and functions: `prepare` (optional, async, no transaction), `run` (synchronous, inside a
//! transaction, no I/O, may be run again), and jobs that `run` leaves behind. API route, OpenAPI, rights matrix,
//! command line and audit all come from the one list of actions.

use std::any::Any;
use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use garde::Validate;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::audit::{self, Outcome};
use crate::cx::Cx;
use crate::db::{Store, Tx};
use crate::fault::{Fault, Kind};
use crate::id::Id;
use crate::once::{self, Once};
use crate::page::may_ever;
use crate::validate;
use crate::who::{Level, Object, Role};

pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What is done before the transaction: it may wait, and answers the input as `run` gets it.
pub type Prepare<In> = fn(Cx, In) -> Boxed<'static, Result<In, Fault>>;

/// What an input must be able to do. Implemented for every type that can.
pub trait Input:
    DeserializeOwned + Serialize + JsonSchema + Validate<Context = ()> + Clone + Send + Sync + 'static
{
}
impl<T> Input for T where
    T: DeserializeOwned + Serialize + JsonSchema + Validate<Context = ()> + Clone + Send + Sync + 'static
{
}

/// What an answer must be able to do.
pub trait Output: DeserializeOwned + Serialize + JsonSchema + Send + 'static {}
impl<T> Output for T where T: DeserializeOwned + Serialize + JsonSchema + Send + 'static {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Reads only.
    Reads,
    /// Reads a few rows by key: runs without changing threads on SQLite.
    ReadsQuickly,
    Writes,
}

/// How often one client may do this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_minute: u32,
    pub burst: u32,
}

/// A verb of a room, typed: `pub const SAVE_PAGE: Action<SavePage, PageView> = Action::writes("messages.save_page", object, run)`.
pub struct Action<In, Out> {
    pub name: &'static str,
    pub effect: Effect,
    pub store: Store,
    pub object: fn(&mut Tx<'_>, &Cx, &In) -> Result<Object, Fault>,
    pub run: fn(&mut Tx<'_>, &Cx, &In) -> Result<Out, Fault>,
    pub prepare: Option<Prepare<In>>,
    pub emits: &'static [&'static str],
    pub rate: Option<Rate>,
    /// How sure the city must be of who asks.
    pub level: Level,
    /// Acts of people are written into the audit; a vote or a read is not worth a row.
    pub audited: bool,
    /// Whether the answer is kept for a request that is sent again; one that holds a secret is not.
    pub keeps_answer: bool,
}

impl<In, Out> Clone for Action<In, Out> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<In, Out> Copy for Action<In, Out> {}

impl<In: Input, Out: Output> Action<In, Out> {
    const fn new(
        name: &'static str,
        effect: Effect,
        object: fn(&mut Tx<'_>, &Cx, &In) -> Result<Object, Fault>,
        run: fn(&mut Tx<'_>, &Cx, &In) -> Result<Out, Fault>,
    ) -> Self {
        let audited = matches!(effect, Effect::Writes);
        Action {
            name,
            effect,
            store: Store::City,
            object,
            run,
            prepare: None,
            emits: &[],
            rate: None,
            level: Level::Declared,
            audited,
            keeps_answer: true,
        }
    }

    pub const fn writes(
        name: &'static str,
        object: fn(&mut Tx<'_>, &Cx, &In) -> Result<Object, Fault>,
        run: fn(&mut Tx<'_>, &Cx, &In) -> Result<Out, Fault>,
    ) -> Self {
        Action::new(name, Effect::Writes, object, run)
    }

    pub const fn reads(
        name: &'static str,
        object: fn(&mut Tx<'_>, &Cx, &In) -> Result<Object, Fault>,
        run: fn(&mut Tx<'_>, &Cx, &In) -> Result<Out, Fault>,
    ) -> Self {
        Action::new(name, Effect::Reads, object, run)
    }

    /// For reads of a few rows by key.
    #[must_use]
    pub const fn quick(mut self) -> Self {
        self.effect = Effect::ReadsQuickly;
        self
    }
    #[must_use]
    pub const fn in_store(mut self, store: Store) -> Self {
        self.store = store;
        self
    }
    #[must_use]
    pub const fn emits(mut self, events: &'static [&'static str]) -> Self {
        self.emits = events;
        self
    }
    /// Asks for a level of assurance; whoever is below it is led to reach it.
    #[must_use]
    pub const fn needs(mut self, level: Level) -> Self {
        self.level = level;
        self
    }
    #[must_use]
    pub const fn rate(mut self, per_minute: u32, burst: u32) -> Self {
        self.rate = Some(Rate { per_minute, burst });
        self
    }
    #[must_use]
    pub const fn unaudited(mut self) -> Self {
        self.audited = false;
        self
    }
    /// For answers that hold a secret (a one-time link): sent again, such a request is told that it was done.
    #[must_use]
    pub const fn answers_once(mut self) -> Self {
        self.keeps_answer = false;
        self
    }
    #[must_use]
    pub const fn prepared_by(mut self, prepare: Prepare<In>) -> Self {
        self.prepare = Some(prepare);
        self
    }

    /// Does it: checks the input, prepares, then object, right, idempotency, run and audit in one transaction.
    pub async fn call(&self, cx: &Cx, input: In, once: Option<Once>) -> Result<Out, Fault> {
        validate::check(&input)?;
        let input = match self.prepare {
            Some(prepare) => {
                worth_preparing(cx, self.name).await?;
                prepare(cx.clone(), input).await?
            }
            None => input,
        };
        let action = *self;
        // What was done is remembered in the store `city`; acts elsewhere are made so that doing them twice is harmless.
        let once = once.filter(|_| self.store == Store::City);
        let acting = cx.clone();
        let mark = cx.mark();
        let step: Step = Box::new(move |tx: &mut Tx<'_>| {
            acting.rewind(mark);
            let answer = action.in_transaction(tx, &acting, &input, once.as_ref())?;
            Ok(Box::new(answer) as Answer)
        });
        let answer = in_store(cx, self.name, self.store, self.effect, step).await?;
        answer
            .downcast::<Out>()
            .map(|answer| *answer)
            .map_err(|_| Fault::internal("an answer of another type"))
    }

    #[inline(never)]
    fn in_transaction(
        &self,
        tx: &mut Tx<'_>,
        cx: &Cx,
        input: &In,
        once: Option<&Once>,
    ) -> Result<Out, Fault> {
        let object = (self.object)(tx, cx, input)?;
        let stands_in_for = may_now(tx, cx, self.name, self.level, &object)?;
        if self.effect != Effect::Writes {
            return (self.run)(tx, cx, input);
        }
        if let Some(once) = once
            && let Some(answer) = once::find(tx, cx, once, self.name)?
        {
            return serde_json::from_str(&answer).map_err(Fault::internal);
        }
        let answer = (self.run)(tx, cx, input)?;
        if self.audited {
            audit::write(tx, cx, self.name, &object, Outcome::Done, stands_in_for.as_ref())?;
        }
        if let Some(once) = once {
            let kept = if self.keeps_answer { written(&answer)? } else { String::new() };
            once::keep(tx, cx, once, self.name, &kept)?;
        }
        Ok(answer)
    }

    /// Does only the part inside a transaction, as part of another action of the same store. The right is checked.
    pub fn within(&self, tx: &mut Tx<'_>, cx: &Cx, input: &In) -> Result<Out, Fault> {
        validate::check(input)?;
        if tx.store() != self.store {
            return Err(Fault::internal(format!("{} belongs to another store", self.name)));
        }
        self.in_transaction(tx, cx, input, None)
    }

    /// This action among all others, for the registry.
    pub fn any(self) -> AnyAction {
        AnyAction {
            name: self.name,
            effect: self.effect,
            store: self.store,
            emits: self.emits,
            rate: self.rate,
            level: self.level,
            audited: self.audited,
            has_prepare: self.prepare.is_some(),
            input: schemars::schema_for!(In),
            output: schemars::schema_for!(Out),
            call_bytes: Arc::new(move |cx, body, once| {
                Box::pin(async move {
                    let input: In = validate::read_bytes(&body)?;
                    let answer = self.call(&cx, input, once).await?;
                    written(&answer).map(String::into_bytes)
                })
            }),
            within: Arc::new(move |tx, cx, input| {
                let input: In = validate::read_bytes(input.as_bytes())?;
                written(&self.within(tx, cx, &input)?)
            }),
        }
    }
}

// What follows is the same for every action. It stands outside of the types, because a city has hundreds of actions and
// whatever depends on their types is compiled once for each.

type Answer = Box<dyn Any + Send>;
type Step = Box<dyn FnMut(&mut Tx<'_>) -> Result<Answer, Fault> + Send>;

async fn in_store(
    cx: &Cx,
    action: &'static str,
    store: Store,
    effect: Effect,
    step: Step,
) -> Result<Answer, Fault> {
    let db = cx.city().store(store);
    let outcome = match effect {
        Effect::Reads => db.read(step).await,
        Effect::ReadsQuickly => db.read_quick(step).await,
        Effect::Writes => db.write(step).await,
    };
    if let Err(fault) = &outcome
        && fault.kind() == Kind::Refused
    {
        audit::refusal(cx, action).await;
    }
    outcome
}

/// Preparing may be dear: the house does not work for somebody who could do this on no object at all.
async fn worth_preparing(cx: &Cx, action: &'static str) -> Result<(), Fault> {
    if may_ever(cx, action) {
        return Ok(());
    }
    let fault = not_allowed(cx);
    if fault.kind() == Kind::Refused {
        audit::refusal(cx, action).await;
    }
    Err(fault)
}

fn may_now(
    tx: &mut Tx<'_>,
    cx: &Cx,
    action: &str,
    level: Level,
    object: &Object,
) -> Result<Option<Id>, Fault> {
    cx.house().keeper.look(tx, cx)?;
    let stands_in_for = allow(cx, action, object)?;
    sure_enough(cx, level)?;
    Ok(stands_in_for)
}

fn written<T: Serialize>(answer: &T) -> Result<String, Fault> {
    serde_json::to_string(answer).map_err(Fault::internal)
}

/// Whether the actor may do this on this object; somebody who is not signed in is asked to. Answers for whom the actor
/// stands in, when it is that person's right.
pub fn allow(cx: &Cx, action: &str, object: &Object) -> Result<Option<Id>, Fault> {
    let decision = cx.house().keeper.may(cx, action, object);
    if decision.allowed { Ok(decision.stands_in_for) } else { Err(not_allowed(cx)) }
}

/// Staff, the command line and the program itself are known by other means.
fn sure_enough(cx: &Cx, level: Level) -> Result<(), Fault> {
    let who = cx.who();
    if who.level >= level || [Role::Staff, Role::Operator, Role::System].iter().any(|role| who.has(*role)) {
        Ok(())
    } else {
        Err(Fault::not_sure_enough(level))
    }
}

fn not_allowed(cx: &Cx) -> Fault {
    let who = cx.who();
    let known = who.is_signed_in() || who.client.is_some() || who.has(Role::System);
    if known { Fault::refused() } else { Fault::signed_out() }
}

type CallBytes =
    Arc<dyn Fn(Cx, bytes::Bytes, Option<Once>) -> Boxed<'static, Result<Vec<u8>, Fault>> + Send + Sync>;
type Within = Arc<dyn Fn(&mut Tx<'_>, &Cx, &str) -> Result<String, Fault> + Send + Sync>;

/// An action without its types: what the registry holds.
#[derive(Clone)]
pub struct AnyAction {
    pub name: &'static str,
    pub effect: Effect,
    pub store: Store,
    pub emits: &'static [&'static str],
    pub rate: Option<Rate>,
    pub level: Level,
    pub audited: bool,
    pub has_prepare: bool,
    /// JSON Schema 2020-12 of what goes in and comes out.
    pub input: Schema,
    pub output: Schema,
    call_bytes: CallBytes,
    within: Within,
}

impl AnyAction {
    pub fn room(&self) -> &'static str {
        self.name.split('.').next().unwrap_or(self.name)
    }

    pub fn verb(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(_, verb)| verb)
    }

    pub fn writes(&self) -> bool {
        self.effect == Effect::Writes
    }

    pub async fn call(&self, cx: &Cx, input: Value, once: Option<Once>) -> Result<Value, Fault> {
        let answer = self.call_bytes(cx, written(&input)?.into(), once).await?;
        serde_json::from_slice(&answer).map_err(Fault::internal)
    }

    /// From bytes to bytes, without a tree in between: the way of the API.
    pub async fn call_bytes(
        &self,
        cx: &Cx,
        body: bytes::Bytes,
        once: Option<Once>,
    ) -> Result<Vec<u8>, Fault> {
        (self.call_bytes)(cx.clone(), body, once).await
    }

    /// The key under which the words for people stand: `action-messages-save_page`.
    pub fn word(&self) -> Cow<'static, str> {
        Cow::Owned(format!("action-{}", self.name.replace('.', "-")))
    }
}

impl Cx {
    /// Calls another room's action by name, inside the same transaction (law 2).
    pub fn call(&self, tx: &mut Tx<'_>, action: &str, input: Value) -> Result<Value, Fault> {
        let Some(action) = self.house().action(action).cloned() else {
            return Err(Fault::internal(format!("there is no action {action}")));
        };
        let answer = (action.within)(tx, self, &written(&input)?)?;
        serde_json::from_str(&answer).map_err(Fault::internal)
    }
}
