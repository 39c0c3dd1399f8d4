//! One request, from its head to its answer.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use ground::city::City;
use ground::clock::Stopwatch;
use ground::cx::{Cx, Via};
use ground::door::{Door, Reply, Request as DoorRequest};
use ground::fault::{Fault, Kind};
use ground::form::FormData;
use ground::house::House;
use ground::id::Id;
use ground::jobs::Stop;
use ground::page::{Page, PageMethod};
use ground::session;
use ground::who::Who;
use http::request::Parts;
use http::{HeaderValue, Method, Request, StatusCode, header};
use hyper::body::Incoming;
use tokio::sync::Semaphore;

use super::api::ActionRoute;
use super::client::{Client, Peer};
use super::finish::{About, Answer, finish};
use super::language::{self, language};
use super::meters::{Gauges, Held};
use super::origin::{Origin, origin};
use super::rates::{Key, Limit, Limits, Rates, Verdict, Visitor};
use super::routes::{Place, Routes, Slots, Target};
use super::sessions::Sessions;
use super::streams::Streams;
use super::{body, cookies, faults, own, pages, paths};
use crate::settings::Settings;

/// Everything that requests share.
pub struct Server {
    pub house: Arc<House>,
    pub settings: Arc<Settings>,
    pub routes: Routes,
    pub gauges: Gauges,
    pub openapi: super::openapi::Kept,
    sessions: Sessions,
    rates: Rates,
    limits: Limits,
    room: Semaphore,
    larder: body::Larder,
    streams: Streams,
}

/// What is known of a request so far: for the log line, whatever happens to the request.
#[derive(Default)]
struct Trail<'s> {
    request: String,
    place: Option<&'s Place>,
    city: Option<Arc<str>>,
}

/// One request and what was found out about it.
struct Asked<'s> {
    parts: &'s Parts,
    client: &'s Client,
    city: &'s Arc<City>,
    place: Option<&'s Place>,
    visitor: Visitor,
    cx: Cx,
    verdict: Option<Verdict>,
}

impl Server {
    pub fn new(house: Arc<House>, settings: Arc<Settings>, stop: Stop) -> Result<Server, Fault> {
        // The figures of the rooms are counted from the first request on.
        super::meters::recorder();
        Ok(Server {
            routes: Routes::build(&house)?,
            gauges: Gauges::new(),
            openapi: super::openapi::Kept::default(),
            sessions: Sessions::new(),
            rates: Rates::new(),
            limits: Limits::of(&settings),
            room: Semaphore::new(settings.requests_max),
            larder: body::Larder::new(),
            streams: Streams::new(stop),
            house,
            settings,
        })
    }

    /// Answers a request. Whatever happens inside, there is an answer and a line in the log.
    pub async fn answer(&self, request: Request<Incoming>, peer: Peer) -> Answer {
        let watch = Stopwatch::new();
        let _running = Held::new(&self.gauges.requests);
        let (parts, body) = request.into_parts();
        let client = Client::of(&parts, peer, &self.settings);
        let mut trail = Trail::default();
        let answered = AssertUnwindSafe(self.handle(&parts, body, &client, &mut trail)).catch_unwind().await;
        let answer = answered.unwrap_or_else(|_| self.after_panic(&parts, &client, &mut trail));
        let seconds = watch.seconds();
        trail.place.map_or(&self.routes.nowhere, |place| &place.meters).count(answer.status(), seconds);
        // No query, no address, no name: nothing of this may lead back to a person.
        tracing::info!(
            target: "machiya::request",
            request = trail.request,
            method = parts.method.as_str(),
            route = trail.place.map_or("(none)", |place| &place.pattern),
            status = answer.status().as_u16(),
            ms = (seconds * 1e5).round() / 1e2,
            city = trail.city.as_deref().unwrap_or_default(),
        );
        answer
    }

    async fn handle<'s>(
        &'s self,
        parts: &Parts,
        body: Incoming,
        client: &Client,
        trail: &mut Trail<'s>,
    ) -> Answer {
        let path = self.plain(parts.uri.path());
        if let Err(fault) = paths::check(&parts.uri).and_then(|()| paths::check_head(&parts.headers)) {
            return self.refuse_early(&fault, parts, client, trail);
        }
        let found = self.routes.find(path);
        trail.place = found.as_ref().map(|(place, _)| *place);
        let cities = self.house.cities.load();
        let city = cities.of_host(client.host_name());
        trail.city = city.map(|city| city.slug.clone());
        let Some((place, slots)) = found else {
            if let Some(reply) = self.without_slash(parts) {
                return self.finish_plain(reply, parts, client, trail);
            }
            let Some(city) = city else {
                return self.refuse_early(&unknown_host(), parts, client, trail);
            };
            return self.nowhere(parts, client, city, trail).await;
        };
        if let Some(Target::Own(own)) = place.way(&parts.method) {
            let own = own::answer(self, *own, parts, client, city, &slots).await;
            return match own {
                Ok(reply) => self.finish_plain(reply, parts, client, trail),
                Err(fault) => self.refuse_early(&fault, parts, client, trail),
            };
        }
        let Some(city) = city else {
            return self.refuse_early(&unknown_host(), parts, client, trail);
        };
        match self.come_in(parts, client, city, Some(place), trail).await {
            Err(answer) => *answer,
            Ok(mut asked) => {
                let outcome = self.lead(&mut asked, place, slots, body).await;
                self.reply(&asked, outcome).await
            }
        }
    }

    /// Limits first, then who it is, then the other limits.
    async fn come_in<'a>(
        &self,
        parts: &'a Parts,
        client: &'a Client,
        city: &'a Arc<City>,
        place: Option<&'a Place>,
        trail: &mut Trail<'_>,
    ) -> Result<Asked<'a>, Box<Answer>> {
        let address = client.limit_address();
        let open = self.is_open(parts);
        let refuse =
            |fault: Fault, trail: &mut Trail<'_>| Box::new(self.refuse_early(&fault, parts, client, trail));
        if let Some(limit) = self.limits.address.as_ref().filter(|_| !open) {
            let verdict = self.rates.take(Key::Address(address), limit);
            if !verdict.allowed {
                return Err(refuse(Fault::too_many(verdict.wait_s), trail));
            }
        }
        let via = match place.and_then(|place| place.way(&parts.method)) {
            Some(Target::Action(_)) => Via::Api,
            Some(Target::Door(_)) => Via::Door,
            _ => Via::Page,
        };
        let who = match self.who(parts, client, city, via).await {
            Ok(who) => who,
            Err(fault) => return Err(refuse(fault, trail)),
        };
        // A door takes forms of foreign pages too, but never in somebody's name. A token comes along by itself for
        // nobody: whoever sends one means to.
        let who = match who {
            Some(who) if via != Via::Door || who.client.is_some() || self.is_own(parts, client, city) => who,
            // For trials on this machine alone.
            None if open => Who::operator(),
            _ => Who::anyone(),
        };
        let lang = language(parts, &who);
        let visitor = match (&who.session, &who.client) {
            (Some(session), _) => Visitor::Session(session.clone()),
            (None, Some(program)) => Visitor::Program(program.clone()),
            (None, None) => Visitor::Address(address),
        };
        let cx = Cx::new(&self.house, city, who, lang, via).from_address(address);
        trail.request = cx.request().to_owned();
        let limit = self.limits.visitor.as_ref().filter(|_| !open);
        let verdict = limit.map(|limit| self.rates.take(Key::Visitor(visitor.clone()), limit));
        Ok(Asked { parts, client, city, place, visitor, cx, verdict })
    }

    /// Whether this leads to the broker while it is open to everybody on this machine.
    fn is_open(&self, parts: &Parts) -> bool {
        self.house.is_context_open() && self.house.speech(parts.uri.path()).is_some()
    }

    /// A path without the slash at its end where that means nothing.
    fn plain<'p>(&self, path: &'p str) -> &'p str {
        match path.strip_suffix('/') {
            Some(plain) if self.house.speech(plain).is_some() => plain,
            _ => path,
        }
    }

    /// Programs come with an access token, to doors and the API alone; people with the cookie of their session.
    async fn who(
        &self,
        parts: &Parts,
        client: &Client,
        city: &Arc<City>,
        via: Via,
    ) -> Result<Option<Who>, Fault> {
        let facts = city.facts();
        // Without https a session is safe on its own machine only.
        if !session::is_secure(&facts) && !client.address.is_loopback() {
            return Ok(None);
        }
        if via != Via::Page
            && let Some(token) = bearer(&parts.headers)
        {
            let known = self.sessions.bearer(&self.house, city, token).await?;
            return known.map(Some).ok_or_else(|| Fault::new(Kind::SignedOut, "bearer"));
        }
        match cookies::get(&parts.headers, session::cookie_name(&facts)).filter(|token| !token.is_empty()) {
            None => Ok(None),
            Some(token) => self.sessions.who(&self.house, city, token).await,
        }
    }

    fn is_own(&self, parts: &Parts, client: &Client, city: &City) -> bool {
        is_safe(&parts.method) || origin(&parts.headers, client, &city.facts().public_url) == Origin::Own
    }

    /// Leads the request to its target.
    async fn lead(
        &self,
        asked: &mut Asked<'_>,
        place: &Place,
        slots: Slots,
        body: Incoming,
    ) -> Result<Reply, Fault> {
        if let Some(verdict) = asked.verdict.as_ref().filter(|verdict| !verdict.allowed) {
            return Err(Fault::too_many(verdict.wait_s));
        }
        let Some(target) = place.way(&asked.parts.method) else {
            if asked.parts.method == Method::OPTIONS {
                let mut reply = Reply::new(StatusCode::NO_CONTENT);
                reply.headers.insert(header::ALLOW, place.allow.clone());
                return Ok(reply);
            }
            return Err(Fault::new(Kind::Method, "method"));
        };
        match target {
            Target::Page(page) => self.page(asked, page, slots, body).await,
            Target::Action(route) => self.action(asked, route, body).await,
            Target::Door(door) => self.door(asked, door, slots, body).await,
            Target::Own(_) => Err(Fault::internal("the server's own ways in are answered before")),
        }
    }

    async fn page(
        &self,
        asked: &mut Asked<'_>,
        page: &Page,
        slots: Slots,
        body: Incoming,
    ) -> Result<Reply, Fault> {
        let parts = asked.parts;
        let query = FormData::from_urlencoded(parts.uri.query().unwrap_or_default())?;
        let posted = if page.method == PageMethod::Post {
            self.take_write(asked)?;
            body::read(&parts.headers, body, page.body_bytes, &self.larder).await?
        } else {
            body::Taken::default()
        };
        let work = async {
            let mut visit = pages::visit(&asked.cx, parts, slots, query).await;
            if page.method == PageMethod::Post {
                pages::take_form(&mut visit, parts, asked.client, posted.bytes.clone()).await?;
            }
            pages::run(page, &visit, parts, self.routes.leads_somewhere("/sign-in")).await
        };
        let mut reply = self.work(self.request_time(), work).await?;
        if let Some(lang) = language::asked(parts) {
            reply = reply.header("set-cookie", &language::cookie(lang));
        }
        Ok(reply)
    }

    async fn action(
        &self,
        asked: &mut Asked<'_>,
        route: &ActionRoute,
        body: Incoming,
    ) -> Result<Reply, Fault> {
        if let Some(limit) = route.limit.as_ref().filter(|_| self.settings.rate_actions) {
            let key = Key::Action(route.action.name, asked.visitor.clone());
            self.take(asked, key, limit)?;
        }
        if route.action.writes() {
            self.take_write(asked)?;
            // A cookie comes along whoever sends the request; only our own pages act in its name.
            let who = asked.cx.who();
            if has_session(who) && who.client.is_none() && !self.is_own(asked.parts, asked.client, asked.city)
            {
                return Err(Fault::new(Kind::Refused, "other-origin"));
            }
        }
        let input = route.input(asked.parts, body, self.settings.body_bytes_max, &self.larder).await?;
        self.work(self.request_time(), route.call(&asked.cx, &asked.parts.headers, input.bytes.clone())).await
    }

    async fn door(
        &self,
        asked: &mut Asked<'_>,
        door: &Door,
        slots: Slots,
        body: Incoming,
    ) -> Result<Reply, Fault> {
        let parts = asked.parts;
        if !is_safe(&parts.method) {
            self.take_write(asked)?;
        }
        let taken = body::read(&parts.headers, body, door.limits.body_bytes, &self.larder).await?;
        let request = DoorRequest {
            cx: asked.cx.clone(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            slots,
            body: taken.bytes.clone(),
        };
        self.work(Duration::from_secs(door.limits.time_s), (door.run)(request)).await
    }

    /// Does the work if there is room for it, within its time.
    async fn work(
        &self,
        time: Duration,
        work: impl Future<Output = Result<Reply, Fault>>,
    ) -> Result<Reply, Fault> {
        let Ok(_room) = self.room.try_acquire() else {
            return Err(Fault::new(Kind::Unavailable, "busy")
                .retry_after(1)
                .detail("too many requests at once"));
        };
        match tokio::time::timeout(time, work).await {
            Ok(outcome) => outcome.and_then(|reply| self.streams.count(reply)),
            Err(_) => Err(Fault::new(Kind::TooSlow, "too-slow")),
        }
    }

    fn request_time(&self) -> Duration {
        Duration::from_secs(self.settings.request_seconds_max)
    }

    fn take_write(&self, asked: &mut Asked<'_>) -> Result<(), Fault> {
        match self.limits.writes.as_ref().filter(|_| !self.is_open(asked.parts)) {
            Some(limit) => {
                let key = Key::Writes(asked.visitor.clone());
                self.take(asked, key, limit)
            }
            None => Ok(()),
        }
    }

    fn take(&self, asked: &mut Asked<'_>, key: Key, limit: &Limit) -> Result<(), Fault> {
        let verdict = self.rates.take(key, limit);
        let (allowed, wait_s) = (verdict.allowed, verdict.wait_s);
        // The answer tells of the limit that is nearest.
        if asked.verdict.as_ref().is_none_or(|so_far| verdict.remaining < so_far.remaining) {
            asked.verdict = Some(verdict);
        }
        if allowed { Ok(()) } else { Err(Fault::too_many(wait_s)) }
    }

    async fn reply(&self, asked: &Asked<'_>, outcome: Result<Reply, Fault>) -> Answer {
        let parts = asked.parts;
        let reply = match outcome {
            Ok(reply) => reply,
            Err(fault) => self.said(&fault, asked).await,
        };
        let asked_something = parts.uri.query().is_some() || !is_safe(&parts.method);
        finish(
            reply,
            &About {
                method: &parts.method,
                headers: &parts.headers,
                secure: asked.client.secure,
                request: asked.cx.request(),
                signed_in: has_session(asked.cx.who()) || asked.cx.who().client.is_some(),
                asked_something,
                may_be_public: !asked_something
                    && asked.place.is_some_and(|place| !place.pattern.contains('{')),
                verdict: asked.verdict.as_ref(),
            },
        )
    }

    async fn said(&self, fault: &Fault, asked: &Asked<'_>) -> Reply {
        faults::log(fault, asked.cx.request());
        let parts = asked.parts;
        let for_programs = match asked.place {
            Some(place) => place.way(&parts.method).map_or(place.is_for_programs(), Target::is_for_programs),
            None => !wants_page(parts),
        };
        let mut reply = if let Some(speech) = self.house.speech(parts.uri.path()) {
            (speech.say)(
                fault,
                faults::status(fault),
                asked.cx.tongue(),
                asked.cx.request(),
                parts.uri.path(),
            )
        } else if for_programs {
            faults::problem(fault, asked.cx.tongue(), asked.cx.request())
        } else {
            let visit = pages::visit(&asked.cx, parts, Slots::new(), FormData::default()).await;
            faults::page(fault, &visit)
        };
        if fault.kind() == Kind::Method
            && let Some(place) = asked.place
        {
            reply.headers.insert(header::ALLOW, place.allow.clone());
        }
        reply
    }

    async fn nowhere(
        &self,
        parts: &Parts,
        client: &Client,
        city: &Arc<City>,
        trail: &mut Trail<'_>,
    ) -> Answer {
        match self.come_in(parts, client, city, None, trail).await {
            Err(answer) => *answer,
            Ok(asked) => {
                let fault = match asked.verdict.as_ref().filter(|verdict| !verdict.allowed) {
                    Some(verdict) => Fault::too_many(verdict.wait_s),
                    None => Fault::missing(),
                };
                self.reply(&asked, Err(fault)).await
            }
        }
    }

    /// `/staff/` is `/staff`.
    fn without_slash(&self, parts: &Parts) -> Option<Reply> {
        let path = parts.uri.path().strip_suffix('/').filter(|path| !path.is_empty())?;
        if !self.routes.leads_somewhere(path) {
            return None;
        }
        let target = match parts.uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        let mut reply = Reply::new(StatusCode::PERMANENT_REDIRECT);
        reply.headers.insert(header::LOCATION, HeaderValue::try_from(target).ok()?);
        Some(reply)
    }

    /// A refusal before it is known who asks, and perhaps in which city.
    fn refuse_early(&self, fault: &Fault, parts: &Parts, client: &Client, trail: &mut Trail<'_>) -> Answer {
        self.name(trail);
        faults::log(fault, &trail.request);
        let tongue = self.house.words.tongue(language(parts, &Who::anyone()));
        let for_programs = trail.place.map_or_else(|| !wants_page(parts), Place::is_for_programs);
        let reply = if let Some(speech) = self.house.speech(parts.uri.path()) {
            (speech.say)(fault, faults::status(fault), &tongue, &trail.request, parts.uri.path())
        } else if for_programs {
            faults::problem(fault, &tongue, &trail.request)
        } else {
            faults::bare_page(fault, &self.house, &tongue, &trail.request)
        };
        self.finish_plain(reply, parts, client, trail)
    }

    fn after_panic(&self, parts: &Parts, client: &Client, trail: &mut Trail<'_>) -> Answer {
        self.refuse_early(&Fault::internal("the handler panicked"), parts, client, trail)
    }

    fn finish_plain(&self, reply: Reply, parts: &Parts, client: &Client, trail: &mut Trail<'_>) -> Answer {
        self.name(trail);
        finish(
            reply,
            &About {
                method: &parts.method,
                headers: &parts.headers,
                secure: client.secure,
                request: &trail.request,
                signed_in: false,
                asked_something: true,
                may_be_public: false,
                verdict: None,
            },
        )
    }

    /// Gives the request a number if it has none yet.
    fn name(&self, trail: &mut Trail<'_>) {
        if trail.request.is_empty() {
            let mut drawn = [0u8; 16];
            self.house.clock.random(&mut drawn);
            trail.request = Id::from_parts(self.house.clock.now_ms(), u128::from_be_bytes(drawn)).into();
        }
    }
}

fn unknown_host() -> Fault {
    Fault::new(Kind::Missing, "unknown-host")
}

/// Signed in, or half way there.
fn has_session(who: &Who) -> bool {
    who.is_signed_in() || who.session.is_some()
}

/// `Authorization: Bearer …` (RFC 6750). Other schemes are none of the server's business.
fn bearer(headers: &http::HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether the answer to a lost request is a page: browsers ask for one.
fn wants_page(parts: &Parts) -> bool {
    let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("text/html") && !parts.uri.path().starts_with("/api/")
}
