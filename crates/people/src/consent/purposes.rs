//! Purposes: written by one, approved by another, retired by anybody who may.

use std::collections::BTreeMap;

use garde::Validate;
use ground::action::Action;
use ground::cx::Cx;
use ground::db::Tx;
use ground::fault::{Fault, Kind};
use ground::id::Id;
use ground::who::Object;
use ground::words::Lang;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::model::{Basis, DataClass, Sharing, State, VersionState};
use super::rules::{
    CONSENT_DAYS_MAX, KEPT_DAYS_MAX, Words, check_draft, check_facts, check_whole, is_purpose_code,
    takes_no_more, text_of,
};
use super::standing::lock_purpose_alone;
use super::store::{self, PURPOSES_MAX, Purpose, PurposeRow, PurposeVersion, Told};
use super::{ends, said};
use crate::actions::{Nothing, outdated, whole_city};
use crate::attribute::Attribute;
use crate::store::accounts;

/// People who write in one version.
const WRITERS_MAX: usize = 20;

pub const PURPOSES: Action<Nothing, Vec<PurposeRow>> =
    Action::reads("people.purposes", whole_city, |tx, _, _| store::purposes(tx));

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ThisPurpose {
    #[garde(length(min = 1, max = 40))]
    pub code: String,
}

fn this_purpose(_: &mut Tx<'_>, _: &Cx, input: &ThisPurpose) -> Result<Object, Fault> {
    Ok(Object::new("purpose", &input.code))
}

/// A purpose with all its versions, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PurposeView {
    pub purpose: Purpose,
    pub versions: Vec<PurposeVersion>,
    /// The names of who wrote and approved, by what is kept of them.
    pub names: BTreeMap<String, String>,
    /// How many people stand where.
    pub counted: Vec<(State, i64)>,
}

impl PurposeView {
    /// The version that is being written or waits for approval.
    pub fn open_version(&self) -> Option<&PurposeVersion> {
        self.versions.first().filter(|version| version.state != VersionState::Approved)
    }

    pub fn in_force(&self) -> Option<&PurposeVersion> {
        self.versions.iter().find(|version| version.told.version == self.purpose.version)
    }
}

fn view(tx: &mut Tx<'_>, code: &str) -> Result<PurposeView, Fault> {
    let purpose = store::purpose(tx, code)?.ok_or_else(Fault::missing)?;
    let versions = store::versions(tx, code)?;
    let mut names = BTreeMap::new();
    let people = versions.iter().flat_map(|one| one.writers.iter().chain([&one.approved_by]));
    for person in people.chain([&purpose.saved_by]).filter(|person| !person.is_empty()) {
        if !names.contains_key(person) {
            names.insert(person.clone(), accounts::shown_name(tx, person)?);
        }
    }
    let counted = said::counted(tx, code)?;
    Ok(PurposeView { purpose, versions, names, counted })
}

pub const PURPOSE: Action<ThisPurpose, PurposeView> =
    Action::reads("people.purpose", this_purpose, |tx, _, input: &ThisPurpose| view(tx, &input.code));

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AskNotice {
    #[garde(length(min = 1, max = 40))]
    pub code: String,
    #[garde(skip)]
    pub version: i64,
}

/// What anybody may read of a purpose: an approved version, as residents saw it when they decided.
pub const PURPOSE_NOTICE: Action<AskNotice, Told> =
    Action::reads("people.purpose_notice", whole_city, |tx, _, input: &AskNotice| {
        let approved = store::versions(tx, &input.code)?
            .into_iter()
            .find(|one| one.told.version == input.version && one.state == VersionState::Approved);
        approved.map(|one| one.told).ok_or_else(Fault::missing)
    });

/// Every purpose in force, for everybody, whether or not they have an account.
pub const OPEN_PURPOSES: Action<Nothing, Vec<Told>> =
    Action::reads("people.open_purposes", whole_city, |tx, _, _| {
        let rows = store::purposes(tx)?;
        Ok(rows
            .into_iter()
            .filter(|row| row.purpose.open && row.purpose.version > 0)
            .map(|row| row.told)
            .collect())
    });

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub struct SavePurpose {
    #[garde(custom(a_purpose_code))]
    pub code: String,
    pub recipient: Id,
    pub words: BTreeMap<Lang, Words>,
    pub attributes: Vec<Attribute>,
    pub data_class: DataClass,
    pub sharing: Sharing,
    pub legal_basis: Basis,
    /// The provision, where the ground is a law.
    #[serde(default)]
    #[garde(length(chars, max = 200))]
    pub basis_law: String,
    /// How long the recipient keeps it; 0 for no longer than it takes.
    #[serde(default)]
    #[garde(range(min = 0, max = KEPT_DAYS_MAX))]
    pub kept_days: i64,
    /// How long a yes holds; 0 until it is taken back.
    #[serde(default)]
    #[garde(range(min = 0, max = CONSENT_DAYS_MAX))]
    pub consent_days: i64,
    /// Whether those who said yes to the version before are asked again.
    #[serde(default)]
    pub asks_again: bool,
    /// The revision this was edited from; 0 for a new purpose.
    #[serde(default)]
    pub rev: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's custom rules take a reference")]
fn a_purpose_code(text: &str, (): &()) -> garde::Result {
    if is_purpose_code(text) { Ok(()) } else { Err(ground::validate::rule("field-people-slug", &[])) }
}

fn lock(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.lock("people/purposes")
}

/// The purpose at the revision that was read.
fn at_rev(tx: &mut Tx<'_>, code: &str, rev: i64) -> Result<PurposeView, Fault> {
    let stands = view(tx, code)?;
    if stands.purpose.rev == rev { Ok(stands) } else { Err(outdated(&stands)) }
}

/// Writes a version: a new one after an approved one, or the one that is being written. A version that waits for
/// approval goes back to being a draft when somebody writes in it.
pub const SAVE_PURPOSE: Action<SavePurpose, PurposeView> = Action::writes(
    "people.save_purpose",
    |_, _, input: &SavePurpose| Ok(Object::new("purpose", &input.code)),
    |tx, cx, input| {
        lock(tx)?;
        let before = match store::purpose(tx, &input.code)? {
            Some(_) if input.rev == 0 => return Err(Fault::field("code", "field-people-purpose-taken")),
            Some(_) => Some(at_rev(tx, &input.code, input.rev)?),
            None if input.rev != 0 => return Err(Fault::missing()),
            None if store::purposes(tx)?.len() as i64 >= PURPOSES_MAX => {
                return Err(Fault::too_large(PURPOSES_MAX));
            }
            None => None,
        };
        check_draft(&input.words)?;
        check_facts(&input.attributes, input.data_class, input.legal_basis, &input.basis_law)?;
        let recipient = store::recipient(tx, &input.recipient)?
            .filter(|one| one.closed_on.is_empty())
            .ok_or_else(|| Fault::field("recipient", "field-people-recipient-unknown"))?;
        let newest = before.as_ref().and_then(|view| view.versions.first());
        let open = before.as_ref().and_then(PurposeView::open_version);
        let number = match (open, newest) {
            (Some(open), _) => open.told.version,
            (None, Some(newest)) => newest.told.version + 1,
            (None, None) => 1,
        };
        let mut writers = open.map(|open| open.writers.clone()).unwrap_or_default();
        let me = cx.who().written();
        if !writers.contains(&me) {
            writers.push(me.clone());
        }
        if writers.len() > WRITERS_MAX {
            return Err(Fault::too_large(WRITERS_MAX));
        }
        let told = Told {
            code: input.code.clone(),
            version: number,
            name: text_of(&input.words, |words| &words.name, true),
            what_for: text_of(&input.words, |words| &words.what_for, true),
            explained: text_of(&input.words, |words| &words.explained, false),
            attributes: input.attributes.clone(),
            data_class: input.data_class,
            sharing: input.sharing,
            legal_basis: input.legal_basis,
            basis_law: crate::model::tidy(&input.basis_law),
            kept_days: input.kept_days,
            consent_days: if input.legal_basis == Basis::Consent { input.consent_days } else { 0 },
            recipient: recipient.id,
            recipient_code: recipient.code,
            recipient_name: recipient.name,
            recipient_kind: recipient.kind,
            recipient_contact: recipient.contact,
        };
        let in_force = before.as_ref().and_then(PurposeView::in_force);
        check_asks_again(in_force, &told, input.asks_again)?;
        let version = PurposeVersion {
            asks_again: input.asks_again || in_force.is_none(),
            state: VersionState::Draft,
            writers,
            made_ms: cx.now_ms(),
            approved_by: String::new(),
            approved_ms: 0,
            note: open.map(|open| open.note.clone()).unwrap_or_default(),
            told,
        };
        store::put_version(tx, &version)?;
        let stood = before.map(|view| view.purpose);
        // Which recipient has the purpose is said by the version in force.
        let recipient = in_force_recipient(tx, stood.as_ref())?.unwrap_or(version.told.recipient.clone());
        let purpose = Purpose {
            code: input.code.clone(),
            version: stood.as_ref().map_or(0, |stood| stood.version),
            open: stood.as_ref().is_none_or(|stood| stood.open),
            rev: stood.as_ref().map_or(0, |stood| stood.rev) + 1,
            saved_ms: cx.now_ms(),
            saved_by: me,
        };
        store::put_purpose(tx, &purpose, &recipient)?;
        tx.emit(cx, "people.purpose_saved", &purpose.code, json!({"version": number, "rev": purpose.rev}))?;
        view(tx, &input.code)
    },
)
.emits(&["people.purpose_saved"]);

fn in_force_recipient(tx: &mut Tx<'_>, purpose: Option<&Purpose>) -> Result<Option<Id>, Fault> {
    match purpose.filter(|purpose| purpose.version > 0) {
        Some(purpose) => {
            Ok(store::told_version(tx, &purpose.code, purpose.version)?.map(|told| told.recipient))
        }
        None => Ok(None),
    }
}

/// Nobody is spared the question when more is taken.
fn check_asks_again(in_force: Option<&PurposeVersion>, told: &Told, asks_again: bool) -> Result<(), Fault> {
    match in_force {
        Some(old) if !asks_again && !takes_no_more(&old.told, told) => {
            Err(Fault::field("asks_again", "field-people-asks-again"))
        }
        _ => Ok(()),
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PurposeAtRev {
    #[garde(length(min = 1, max = 40))]
    pub code: String,
    #[garde(skip)]
    pub rev: i64,
}

fn purpose_at_rev(_: &mut Tx<'_>, _: &Cx, input: &PurposeAtRev) -> Result<Object, Fault> {
    Ok(Object::new("purpose", &input.code))
}

fn waiting(view: &PurposeView, state: VersionState) -> Result<PurposeVersion, Fault> {
    let open = view.open_version().filter(|version| version.state == state).cloned();
    open.ok_or_else(|| Fault::new(Kind::Conflict, "people-purpose-state"))
}

fn keep(tx: &mut Tx<'_>, cx: &Cx, purpose: &Purpose, recipient: &Id) -> Result<Purpose, Fault> {
    let kept = Purpose {
        rev: purpose.rev + 1,
        saved_ms: cx.now_ms(),
        saved_by: cx.who().written(),
        ..purpose.clone()
    };
    store::put_purpose(tx, &kept, recipient)?;
    Ok(kept)
}

fn recipient_of(view: &PurposeView, version: &PurposeVersion) -> Id {
    view.in_force().unwrap_or(version).told.recipient.clone()
}

/// Hands a draft on to whoever approves. It must be whole in three languages.
pub const PROPOSE_PURPOSE: Action<PurposeAtRev, PurposeView> =
    Action::writes("people.propose_purpose", purpose_at_rev, |tx, cx, input: &PurposeAtRev| {
        lock(tx)?;
        let stands = at_rev(tx, &input.code, input.rev)?;
        let mut version = waiting(&stands, VersionState::Draft)?;
        check_whole(&version.told)?;
        check_asks_again(stands.in_force(), &version.told, version.asks_again)?;
        version.state = VersionState::Proposed;
        version.note.clear();
        store::put_version(tx, &version)?;
        keep(tx, cx, &stands.purpose, &recipient_of(&stands, &version))?;
        tx.emit(cx, "people.purpose_proposed", &input.code, json!({"version": version.told.version}))?;
        view(tx, &input.code)
    })
    .emits(&["people.purpose_proposed"]);

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReturnPurpose {
    #[garde(length(min = 1, max = 40))]
    pub code: String,
    #[garde(skip)]
    pub rev: i64,
    /// What should be changed.
    #[garde(length(chars, max = 500), custom(crate::actions::shown))]
    pub note: String,
}

/// Sends a proposed version back to its writers, with what should be changed.
pub const RETURN_PURPOSE: Action<ReturnPurpose, PurposeView> = Action::writes(
    "people.return_purpose",
    |_, _, input: &ReturnPurpose| Ok(Object::new("purpose", &input.code)),
    |tx, cx, input| {
        lock(tx)?;
        let stands = at_rev(tx, &input.code, input.rev)?;
        let mut version = waiting(&stands, VersionState::Proposed)?;
        version.state = VersionState::Draft;
        version.note = input.note.trim().to_owned();
        store::put_version(tx, &version)?;
        keep(tx, cx, &stands.purpose, &recipient_of(&stands, &version))?;
        tx.emit(cx, "people.purpose_returned", &input.code, json!({"version": version.told.version}))?;
        view(tx, &input.code)
    },
)
.emits(&["people.purpose_returned"]);

/// Puts a proposed version in force. Nobody who wrote in it may. From that moment on the old version is used no more,
/// and whoever must be asked again counts as not having said yes.
pub const APPROVE_PURPOSE: Action<PurposeAtRev, PurposeView> =
    Action::writes("people.approve_purpose", purpose_at_rev, |tx, cx, input: &PurposeAtRev| {
        lock(tx)?;
        lock_purpose_alone(tx, &input.code)?;
        let stands = at_rev(tx, &input.code, input.rev)?;
        let mut version = waiting(&stands, VersionState::Proposed)?;
        let me = cx.who().written();
        if version.writers.contains(&me) {
            return Err(Fault::new(Kind::Refused, "people-own-purpose"));
        }
        check_asks_again(stands.in_force(), &version.told, version.asks_again)?;
        version.state = VersionState::Approved;
        version.approved_by = me;
        version.approved_ms = cx.now_ms();
        store::put_version(tx, &version)?;
        // A purpose that comes back after having been retired asks everybody again.
        if !stands.purpose.open && !version.asks_again {
            return Err(Fault::field("asks_again", "field-people-asks-again"));
        }
        let purpose = Purpose { version: version.told.version, open: true, ..stands.purpose };
        let purpose = keep(tx, cx, &purpose, &version.told.recipient)?;
        tx.emit(cx, "people.purpose_approved", &input.code, json!({"version": purpose.version}))?;
        if version.asks_again && purpose.version > 1 && version.told.legal_basis == Basis::Consent {
            ends::ask_everybody_again(tx, cx, &input.code, purpose.version)?;
        }
        view(tx, &input.code)
    })
    .emits(&["people.purpose_approved"]);

/// Ends a purpose: from now on nothing is used for it. One person is enough to stop.
pub const RETIRE_PURPOSE: Action<PurposeAtRev, PurposeView> =
    Action::writes("people.retire_purpose", purpose_at_rev, |tx, cx, input: &PurposeAtRev| {
        lock(tx)?;
        lock_purpose_alone(tx, &input.code)?;
        let stands = at_rev(tx, &input.code, input.rev)?;
        if !stands.purpose.open {
            return Err(Fault::new(Kind::Conflict, "people-purpose-retired"));
        }
        let first = stands.versions.first().ok_or_else(Fault::missing)?;
        let recipient = recipient_of(&stands, first);
        let purpose = Purpose { open: false, ..stands.purpose };
        keep(tx, cx, &purpose, &recipient)?;
        tx.emit(cx, "people.purpose_retired", &input.code, json!({"version": purpose.version}))?;
        view(tx, &input.code)
    })
    .emits(&["people.purpose_retired"]);
