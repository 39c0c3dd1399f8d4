//! The operations on an entity (clauses 5.6.2 to 5.6.5 and 5.6.17 to 5.6.21), and what they changed.
//!
//! An operation that ends in an error may have done a part of its work: the entity is then thrown away, not stored.

use super::{ATTRS_MAX, Attrs, Entity, Given, INSTANCES_MAX, Instance, SCOPE, TYPES_MAX, stamp_instance};
use crate::error::Error;
use crate::json::NULL;

/// An instance that an operation touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// IRI of the attribute.
    pub attr: String,
    /// Its `datasetId`; nothing for the default instance.
    pub dataset: Option<String>,
    /// The instance before, in the internal form; nothing when there was none.
    pub previous: Option<String>,
}

/// An attribute that was left as it was, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untouched {
    pub attr: String,
    pub dataset: Option<String>,
    pub reason: String,
}

/// What an operation did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub added: Vec<Touched>,
    pub updated: Vec<Touched>,
    pub deleted: Vec<Touched>,
    pub not_updated: Vec<Untouched>,
    /// Types that the entity did not have before.
    pub types_added: Vec<String>,
    /// The scopes before, when they changed.
    pub scopes_before: Option<Vec<String>>,
    /// The entity's `expiresAt` changed.
    pub expiry_changed: bool,
}

impl Change {
    /// Whether nothing was changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.updated.is_empty()
            && self.deleted.is_empty()
            && self.types_added.is_empty()
            && self.scopes_before.is_none()
            && !self.expiry_changed
    }

    /// IRIs of all attributes that were added, updated or deleted, each once.
    #[must_use]
    pub fn attrs(&self) -> Vec<&str> {
        let mut attrs: Vec<&str> = Vec::new();
        for one in self.added.iter().chain(&self.updated).chain(&self.deleted) {
            if !attrs.contains(&one.attr.as_str()) {
                attrs.push(&one.attr);
            }
        }
        attrs
    }
}

fn touched(attr: &str, one: &Instance, previous: Option<&Instance>) -> Touched {
    Touched { attr: attr.to_owned(), dataset: one.dataset.clone(), previous: previous.map(Instance::body) }
}

fn position(instances: &[Instance], dataset: Option<&str>) -> Option<usize> {
    instances.iter().position(|one| one.dataset.as_deref() == dataset)
}

/// Puts an instance with the others; the default instance stands first.
fn place(instances: &mut Vec<Instance>, one: Instance) {
    if one.dataset.is_none() {
        instances.insert(0, one);
    } else {
        instances.push(one);
    }
}

/// An instance of a fragment as it is stored: stated, without Nulls inside, with its times.
pub(super) fn fresh(mut one: Instance, now_us: i64) -> Instance {
    super::merge::without_nulls(&mut one);
    stamp_instance(&mut one, now_us);
    one
}

impl Entity {
    fn touch(&mut self, change: Change, now_us: i64) -> Change {
        if !change.is_empty() {
            self.modified_us = now_us;
        }
        change
    }

    /// [`Entity::touch`] after something was added: what has grown past the limits is refused.
    fn grown(&mut self, change: Change, now_us: i64) -> Result<Change, Error> {
        if self.attrs.len() > ATTRS_MAX {
            return Err(Error::bad(format!("the entity would have more than {ATTRS_MAX} attributes")));
        }
        if change
            .added
            .iter()
            .any(|one| self.attrs.get(&one.attr).is_some_and(|all| all.len() > INSTANCES_MAX))
        {
            return Err(Error::bad(format!("an attribute would have more than {INSTANCES_MAX} instances")));
        }
        if self.types.len() > TYPES_MAX || self.scopes.len() > TYPES_MAX {
            return Err(Error::bad(format!("the entity would have more than {TYPES_MAX} types or scopes")));
        }
        Ok(self.touch(change, now_us))
    }

    fn check_id(&self, fragment: &Self) -> Result<(), Error> {
        if !fragment.id.is_empty() && fragment.id != self.id {
            return Err(Error::bad(format!("the fragment is of {}, the entity is {}", fragment.id, self.id))
                .under("id"));
        }
        Ok(())
    }

    fn add_types(&mut self, types: Vec<String>, change: &mut Change) {
        for one in types {
            if !self.types.contains(&one) {
                change.types_added.push(one.clone());
                self.types.push(one);
            }
        }
    }

    fn set_scopes(&mut self, scopes: Vec<String>, change: &mut Change) {
        if self.scopes != scopes {
            change.scopes_before = Some(std::mem::replace(&mut self.scopes, scopes));
        }
    }

    fn set_expiry(&mut self, expiry: Option<String>, change: &mut Change) {
        let Some(at) = expiry else { return };
        let at = (at != NULL).then_some(at);
        if self.expires_at != at {
            self.expires_at = at;
            change.expiry_changed = true;
        }
    }

    fn remove(&mut self, attr: &str, at: usize, change: &mut Change) {
        let Some(instances) = self.attrs.get_mut(attr) else { return };
        if at < instances.len() {
            let gone = instances.remove(at);
            change.deleted.push(touched(attr, &gone, Some(&gone)));
        }
        if instances.is_empty() {
            self.attrs.shift_remove(attr);
        }
    }

    /// Puts an instance of a fragment in the place of what stands; when it was created stays as it was.
    fn put(&mut self, attr: &str, one: Instance, now_us: i64, change: &mut Change) {
        let mut one = fresh(one, now_us);
        let instances = self.attrs.entry(attr.to_owned()).or_default();
        match position(instances, one.dataset.as_deref()).and_then(|at| instances.get_mut(at)) {
            Some(stands) => {
                change.updated.push(touched(attr, &one, Some(stands)));
                one.created_us = stands.created_us;
                *stands = one;
            }
            None => {
                change.added.push(touched(attr, &one, None));
                place(instances, one);
            }
        }
    }

    /// Append Attributes (clause 5.6.3). Without `overwrite` what stands is left, and said in `not_updated`.
    pub fn append(&mut self, fragment: Self, overwrite: bool, now_us: i64) -> Result<Change, Error> {
        self.check_id(&fragment)?;
        let mut change = Change::default();
        for (attr, instances) in fragment.attrs {
            for one in instances {
                if !overwrite && self.instance(&attr, one.dataset.as_deref()).is_some() {
                    change.not_updated.push(Untouched {
                        attr: attr.clone(),
                        dataset: one.dataset,
                        reason: "it exists, and overwriting was not allowed".to_owned(),
                    });
                    continue;
                }
                self.put(&attr, one, now_us, &mut change);
            }
        }
        self.add_types(fragment.types, &mut change);
        if !fragment.scopes.is_empty() {
            let scopes = if overwrite { fragment.scopes } else { joined(&self.scopes, fragment.scopes) };
            self.set_scopes(scopes, &mut change);
        }
        self.set_expiry(fragment.expires_at, &mut change);
        self.grown(change, now_us)
    }

    /// Update Attributes (clause 5.6.2): whole instances are replaced, new ones added, Nulls delete.
    pub fn update(&mut self, fragment: Self, now_us: i64) -> Result<Change, Error> {
        self.check_id(&fragment)?;
        let mut change = Change::default();
        for (attr, instances) in fragment.attrs {
            for one in instances {
                if one.given == Given::Null {
                    let found = self.attrs.get(&attr).and_then(|all| position(all, one.dataset.as_deref()));
                    if let Some(at) = found {
                        self.remove(&attr, at, &mut change);
                    }
                    continue;
                }
                self.put(&attr, one, now_us, &mut change);
            }
        }
        self.add_types(fragment.types, &mut change);
        if fragment.scopes_null {
            self.set_scopes(Vec::new(), &mut change);
        } else if !fragment.scopes.is_empty() && !self.scopes.is_empty() {
            self.set_scopes(fragment.scopes, &mut change);
        }
        self.set_expiry(fragment.expires_at, &mut change);
        self.grown(change, now_us)
    }

    /// Partial Attribute update (clauses 5.6.4 and 5.5.8): the members given are overwritten, Nulls delete members and
    /// sub-attributes (as the value of the attribute: the instance), the type stays.
    pub fn partial(&mut self, attr: &str, fragment: Instance, now_us: i64) -> Result<Change, Error> {
        refuse_scope(attr)?;
        let dataset = fragment.dataset.clone();
        let stands = self.find_mut(attr, dataset.as_deref())?;
        stands.check_kind_of(&fragment)?;
        let mut change = Change::default();
        if fragment.given == Given::Null {
            if let Some(at) = self.attrs.get(attr).and_then(|all| position(all, dataset.as_deref())) {
                self.remove(attr, at, &mut change);
            }
            return Ok(self.touch(change, now_us));
        }
        change.updated.push(touched(attr, stands, Some(stands)));
        stands.overlay(fragment, now_us)?;
        Ok(self.touch(change, now_us))
    }

    /// Replace Attribute (clause 5.6.19): the instance is replaced; when it was created stays as it was.
    pub fn replace_attr(&mut self, attr: &str, fragment: Instance, now_us: i64) -> Result<Change, Error> {
        refuse_scope(attr)?;
        self.find_mut(attr, fragment.dataset.as_deref())?;
        let mut change = Change::default();
        self.put(attr, fragment, now_us, &mut change);
        Ok(self.touch(change, now_us))
    }

    fn find_mut(&mut self, attr: &str, dataset: Option<&str>) -> Result<&mut Instance, Error> {
        self.attrs
            .get_mut(attr)
            .and_then(|instances| instances.iter_mut().find(|one| one.dataset.as_deref() == dataset))
            .ok_or_else(|| {
                Error::missing(match dataset {
                    Some(dataset) => format!("the entity has no {attr} with the datasetId {dataset}"),
                    None => format!("the entity has no {attr} without a datasetId"),
                })
            })
    }

    /// Delete Attribute (clause 5.6.5): one instance, or with `all` every one. The scope is deleted like an attribute.
    pub fn delete_attr(
        &mut self,
        attr: &str,
        dataset: Option<&str>,
        all: bool,
        now_us: i64,
    ) -> Result<Change, Error> {
        let mut change = Change::default();
        if attr == SCOPE || attr == "scope" {
            if self.scopes.is_empty() {
                return Err(Error::missing("the entity has no scope"));
            }
            self.set_scopes(Vec::new(), &mut change);
            return Ok(self.touch(change, now_us));
        }
        if all {
            let gone = self
                .attrs
                .shift_remove(attr)
                .ok_or_else(|| Error::missing(format!("the entity has no {attr}")))?;
            change.deleted.extend(gone.iter().map(|one| touched(attr, one, Some(one))));
            return Ok(self.touch(change, now_us));
        }
        let dataset = dataset.filter(|dataset| *dataset != "@none");
        self.find_mut(attr, dataset)?;
        if let Some(at) = self.attrs.get(attr).and_then(|instances| position(instances, dataset)) {
            self.remove(attr, at, &mut change);
        }
        Ok(self.touch(change, now_us))
    }

    /// Replace Entity (clause 5.6.18): everything but the id and when the entity was created.
    pub fn replace(&mut self, other: Self, now_us: i64) -> Result<Change, Error> {
        self.check_id(&other)?;
        let mut change = Change::default();
        let mut other = other;
        other.types = if other.types.is_empty() { self.types.clone() } else { other.types };
        let created = self.created_us;
        for (attr, instances) in &other.attrs {
            for one in instances {
                match self.instance(attr, one.dataset.as_deref()) {
                    Some(stands) => change.updated.push(touched(attr, one, Some(stands))),
                    None => change.added.push(touched(attr, one, None)),
                }
            }
        }
        for (attr, instances) in &self.attrs {
            for one in instances {
                if other.instance(attr, one.dataset.as_deref()).is_none() {
                    change.deleted.push(touched(attr, one, Some(one)));
                }
            }
        }
        change.types_added = other.types.iter().filter(|one| !self.types.contains(one)).cloned().collect();
        if self.scopes != other.scopes {
            change.scopes_before = Some(self.scopes.clone());
        }
        change.expiry_changed = self.expires_at != other.expires_at;
        let mut attrs = Attrs::default();
        for (attr, instances) in other.attrs {
            attrs.insert(attr, instances.into_iter().map(|one| fresh(one, now_us)).collect());
        }
        self.types = other.types;
        self.scopes = other.scopes;
        self.expires_at = other.expires_at;
        self.attrs = attrs;
        self.created_us = created;
        // Replacing is a change even when the same stands there afterwards.
        self.modified_us = now_us;
        Ok(change)
    }

    /// Merge Entity (clauses 5.6.17 and 5.5.12). `observed_at` renews the times of attributes that have one;
    /// `lang` says which text of a LanguageProperty a bare text replaces.
    pub fn merge(
        &mut self,
        fragment: Self,
        now_us: i64,
        observed_at: Option<&str>,
        lang: Option<&str>,
    ) -> Result<Change, Error> {
        self.check_id(&fragment)?;
        let mut change = Change::default();
        for (attr, instances) in fragment.attrs {
            for one in instances {
                let found = self.attrs.get(&attr).and_then(|all| position(all, one.dataset.as_deref()));
                let Some(at) = found else {
                    if one.given != Given::Null {
                        let complete =
                            super::merge::completed(one, lang).map_err(|error| error.under(&attr))?;
                        self.put(&attr, complete, now_us, &mut change);
                    }
                    continue;
                };
                if one.given == Given::Null {
                    self.remove(&attr, at, &mut change);
                    continue;
                }
                if let Some(stands) = self.attrs.get_mut(&attr).and_then(|all| all.get_mut(at)) {
                    let before = touched(&attr, stands, Some(stands));
                    stands.merge(one, now_us, observed_at, lang).map_err(|error| error.under(&attr))?;
                    change.updated.push(before);
                }
            }
        }
        self.add_types(fragment.types, &mut change);
        if fragment.scopes_null {
            self.set_scopes(Vec::new(), &mut change);
        } else if !fragment.scopes.is_empty() {
            self.set_scopes(fragment.scopes, &mut change);
        }
        self.set_expiry(fragment.expires_at, &mut change);
        self.grown(change, now_us)
    }

    /// Takes out the attributes that `gone` names, as purging does (clause 5.6.21). What is left may be nothing but
    /// id and type.
    pub fn purge(&mut self, gone: &dyn Fn(&str) -> bool, now_us: i64) -> Change {
        let mut change = Change::default();
        let names: Vec<String> = self.attrs.keys().filter(|attr| gone(attr)).cloned().collect();
        for attr in names {
            for one in self.attrs.shift_remove(&attr).unwrap_or_default() {
                change.deleted.push(touched(&attr, &one, Some(&one)));
            }
        }
        self.touch(change, now_us)
    }
}

fn refuse_scope(attr: &str) -> Result<(), Error> {
    if attr == SCOPE || attr == "scope" {
        return Err(Error::bad("the scope is not updated as an attribute; update the entity"));
    }
    Ok(())
}

fn joined(stand: &[String], more: Vec<String>) -> Vec<String> {
    let mut all = stand.to_vec();
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}
