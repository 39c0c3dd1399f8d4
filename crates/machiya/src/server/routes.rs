//! Every way in, from the rooms' pages, doors and actions and a few of the server's own: built once at start.

use std::collections::BTreeMap;
use std::sync::Arc;

use ground::door::Door;
use ground::fault::Fault;
use ground::house::House;
use ground::page::{Page, PageMethod};
use http::{HeaderValue, Method};

use super::api::ActionRoute;
use super::meters::Meters;
use super::paths;

/// What the server answers by itself, without a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    Asset,
    ServiceWorker,
    Manifest,
    Icon,
    Robots,
    Live,
    Ready,
    Metrics,
    Version,
    OpenApi,
}

const OWN: &[(&str, Own)] = &[
    ("/assets/{file}", Own::Asset),
    ("/sw.js", Own::ServiceWorker),
    ("/manifest.webmanifest", Own::Manifest),
    ("/favicon.ico", Own::Icon),
    ("/robots.txt", Own::Robots),
    ("/health/live", Own::Live),
    ("/health/ready", Own::Ready),
    ("/metrics", Own::Metrics),
    ("/version", Own::Version),
    ("/api/openapi.json", Own::OpenApi),
];

/// Where a request leads.
#[derive(Clone)]
pub enum Target {
    Page(&'static Page),
    Door(&'static Door),
    Action(Arc<ActionRoute>),
    Own(Own),
}

impl Target {
    /// Programs read problem JSON, people read pages.
    pub fn is_for_programs(&self) -> bool {
        !matches!(self, Target::Page(_))
    }
}

/// All ways in at one address.
pub struct Place {
    pub pattern: String,
    ways: Vec<(Method, Target)>,
    pub allow: HeaderValue,
    pub meters: Meters,
}

impl Place {
    pub fn way(&self, method: &Method) -> Option<&Target> {
        let asked = if *method == Method::HEAD { &Method::GET } else { method };
        self.ways.iter().find(|(known, _)| known == asked).map(|(_, target)| target)
    }

    /// The kind of readers that this address has, whatever the method.
    pub fn is_for_programs(&self) -> bool {
        self.ways.iter().all(|(_, target)| target.is_for_programs())
    }
}

pub type Slots = BTreeMap<String, String>;

pub struct Routes {
    router: matchit::Router<usize>,
    places: Vec<Place>,
    pub nowhere: Meters,
}

impl Routes {
    pub fn build(house: &House) -> Result<Routes, Fault> {
        let mut ways: BTreeMap<String, Vec<(Method, Target)>> = BTreeMap::new();
        let mut add = |path: &str, method: Method, target: Target| {
            let here = ways.entry(path.to_owned()).or_default();
            if here.iter().any(|(known, _)| *known == method) {
                return Err(Fault::internal(format!("two ways in at {method} {path}")));
            }
            here.push((method, target));
            Ok(())
        };
        for (path, own) in OWN {
            add(path, Method::GET, Target::Own(*own))?;
        }
        for room in &house.rooms {
            for page in room.pages {
                let method = match page.method {
                    PageMethod::Get => Method::GET,
                    PageMethod::Post => Method::POST,
                };
                add(page.path, method, Target::Page(page))?;
            }
            for door in room.doors {
                add(door.path, door.method.clone(), Target::Door(door))?;
            }
        }
        for action in house.actions() {
            let path = format!("/api/v1/{}/{}", action.room(), action.verb());
            let route = Arc::new(ActionRoute::new(action));
            if !action.writes() {
                add(&path, Method::GET, Target::Action(route.clone()))?;
            }
            add(&path, Method::POST, Target::Action(route))?;
        }
        let mut routes =
            Routes { router: matchit::Router::new(), places: Vec::new(), nowhere: Meters::new("(none)") };
        for (pattern, ways) in ways {
            routes
                .router
                .insert(pattern.clone(), routes.places.len())
                .map_err(|fault| Fault::internal(format!("{pattern}: {fault}")))?;
            let allow = allow(&ways)?;
            routes.places.push(Place { meters: Meters::new(&pattern), pattern, ways, allow });
        }
        Ok(routes)
    }

    /// The place for a path that has passed [`paths::check`].
    pub fn find(&self, path: &str) -> Option<(&Place, Slots)> {
        let found = self.router.at(path).ok()?;
        let slots = found
            .params
            .iter()
            .map(|(name, value)| Some((name.to_owned(), paths::decoded(value)?.into_owned())))
            .collect::<Option<Slots>>()?;
        Some((self.places.get(*found.value)?, slots))
    }

    pub fn leads_somewhere(&self, path: &str) -> bool {
        self.router.at(path).is_ok()
    }
}

fn allow(ways: &[(Method, Target)]) -> Result<HeaderValue, Fault> {
    let mut names: Vec<&str> = ways.iter().map(|(method, _)| method.as_str()).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    names.join(", ").try_into().map_err(Fault::internal)
}
