//! Records and receipts of consent as ISO/IEC TS 27560 lays them out, in JSON-LD. The names of the fields are the
//! standard's; the context says what each is in the Data Privacy Vocabulary. Everything is rendered from columns.

use ground::cx::Cx;
use ground::id::Id;
use ground::seal::token_digest;
use ground::words::Lang;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::decide::Happened;
use super::model::{Basis, DataClass, State};
use super::store::{Recipient, Told};
use crate::attribute::Attribute;

/// The profiles of the standard that these follow.
const RECORD_SCHEMA: &str = "https://w3id.org/dpv/schema/dpv-27560#record";
const RECEIPT_SCHEMA: &str = "https://w3id.org/dpv/schema/dpv-27560#receipt";

/// What a field of the standard is in the vocabularies.
fn context() -> Value {
    serde_json::from_str(include_str!("context.json")).unwrap_or_default()
}

/// A receipt of all that happened, with one record for each purpose in it. `events` are in the order in which they
/// happened; `versions` are those that they speak of.
pub fn render(
    cx: &Cx,
    person: &Id,
    events: &[Happened],
    versions: &[Told],
    recipients: &[Recipient],
) -> Value {
    let mut purposes: Vec<&str> = Vec::new();
    for event in events {
        if !purposes.contains(&event.purpose.as_str()) {
            purposes.push(&event.purpose);
        }
    }
    let records: Vec<Value> =
        purposes.iter().map(|purpose| record(cx, person, purpose, events, versions, recipients)).collect();
    let last = events.last().map_or("", |event| event.id.as_str());
    json!({
        "@context": context(),
        "@type": "dpv:ConsentReceipt",
        "schema_version": RECEIPT_SCHEMA,
        "receipt_id": urn("receipt", &[person.as_str(), &purposes.join(" "), last]),
        "issued": instant(cx.now_ms()),
        "records": records,
    })
}

fn record(
    cx: &Cx,
    person: &Id,
    purpose: &str,
    events: &[Happened],
    versions: &[Told],
    recipients: &[Recipient],
) -> Value {
    let own: Vec<&Happened> = events.iter().filter(|event| event.purpose == purpose).collect();
    let spoken: Vec<i64> = own.iter().map(|event| event.version).collect();
    let versions: Vec<&Told> =
        versions.iter().filter(|told| told.code == purpose && spoken.contains(&told.version)).collect();
    // Whose receipt it is must not be told from two of them that went to different recipients.
    let recipient = versions.last().map_or("", |told| told.recipient.as_str());
    let principal = urn("principal", &[person.as_str(), recipient]);
    let lang = own.last().and_then(|event| Lang::from_code(&event.lang)).unwrap_or_default();
    let mut parties = vec![json!({
        "@id": "urn:machiya:party:city", "@type": "dpv:DataController", "party_role": "dpv:DataController",
        "party_type": "dpv:DataController", "party_name": cx.city().facts().name.clone(),
        "party_address": cx.city().url("/"), "party_contact": cx.city().url("/my/consents"),
    })];
    for told in &versions {
        let id = party(told);
        if !parties.iter().any(|party| party.get("@id").is_some_and(|known| *known == id.as_str())) {
            parties.push(json!({
                "@id": id, "@type": "dpv:Recipient", "party_role": role_of(told),
                "party_type": "dpv:Recipient", "party_address": address_of(cx, told, recipients),
                "party_name": told.recipient_name.read(lang).0, "party_contact": told.recipient_contact,
            }));
        }
    }
    json!({
        "@type": "dpv:ConsentRecord",
        "schema_version": RECORD_SCHEMA,
        "record_id": urn("record", &[person.as_str(), purpose]),
        "pii_principal_id": principal,
        "pii_processing": versions.iter().map(|told| processing(cx, told, lang)).collect::<Vec<_>>(),
        "party_identification": parties,
        "consent_events": own.iter().map(|event| happened(event, &principal)).collect::<Vec<_>>(),
    })
}

fn processing(cx: &Cx, told: &Told, lang: Lang) -> Value {
    let tongue = cx.house().words.tongue(lang);
    let pii: Vec<Value> = told
        .attributes
        .iter()
        .map(|attribute| json!({"@type": category(*attribute), "pii_type": tongue.t(&attribute.word())}))
        .collect();
    let mut purpose = Map::new();
    let mut say = |name: &str, value: Value| {
        purpose.insert(name.to_owned(), value);
    };
    say("@type", json!("dpv:Purpose"));
    say("purpose", json!(told.name.read(lang).0));
    say("purpose_description", json!(told.what_for.read(lang).0));
    say("lawful_basis", json!(basis(told.legal_basis)));
    if !told.basis_law.is_empty() {
        say("lawful_basis_provision", json!(told.basis_law));
    }
    say("pii_information", json!(pii));
    say("data_class", json!(tongue.t(&told.data_class.word())));
    say("pii_controllers", json!(["urn:machiya:party:city"]));
    say("recipient_third_parties", json!([party(told)]));
    say("sharing", json!(tongue.t(&told.sharing.word())));
    say("collection_method", json!(tongue.t("people-receipt-collected")));
    let mut methods = vec!["dpv:Collect", "dpv:Store", "dpv:Share"];
    match told.data_class {
        DataClass::Pseudonymous => methods.push("dpv:Pseudonymise"),
        DataClass::Anonymous => methods.push("dpv:Anonymise"),
        DataClass::Personal | DataClass::Related => {}
    }
    say("processing_methods", json!(methods));
    say("storage_locations", json!(["loc:JP"]));
    say("retention_period", json!(duration(told.kept_days)));
    say("jurisdiction", json!("loc:JP"));
    say("withdrawal_method", json!(cx.city().url("/my/consents")));
    say("privacy_rights", json!([cx.city().url("/my/consents"), cx.city().url("/my")]));
    json!({
        "@type": "dpv:Process",
        "privacy_notice": cx.city().url(&format!("/purposes/{}/{}", told.code, told.version)),
        "notice_version": told.version.to_string(),
        "language": lang.code(),
        "purposes": [Value::Object(purpose)],
    })
}

fn happened(event: &Happened, principal: &str) -> Value {
    let entity = match event.actor.as_str() {
        "" => principal.to_owned(),
        "system" | "operator" => "urn:machiya:party:city".to_owned(),
        actor => urn("agent", &[actor, principal]),
    };
    let mut out = json!({
        "event_id": event.id,
        "event_time": instant(event.at_ms),
        "entity_id": entity,
        "event_type": match event.state {
            State::Given => "dpv:ExplicitlyExpressedConsent",
            State::Requested | State::Refused | State::Withdrawn | State::Expired => "dpv:Consent",
        },
        "event_state": status(event.state),
        "notice_version": event.version.to_string(),
        "language": event.lang,
    });
    if event.state == State::Given
        && let Some(map) = out.as_object_mut()
    {
        let validity = match event.ends_ms {
            0 => json!("until-withdrawn"),
            ends_ms => json!(format!("PT{}S", (ends_ms - event.at_ms) / 1_000)),
        };
        map.insert("validity_duration".to_owned(), validity);
    }
    out
}

/// An id of its own for whoever reads it: an account's id is no one else's business, and is never guessed from this.
fn urn(kind: &str, parts: &[&str]) -> String {
    let digest = token_digest(&format!("consent {kind} {}", parts.join("/")));
    format!("urn:machiya:{kind}:{}", digest.get(..32).unwrap_or_default())
}

fn party(told: &Told) -> String {
    format!("urn:machiya:party:{}", told.recipient_code)
}

/// Where a recipient is; of one that gave no address, and of the city's own, where the city is found.
fn address_of(cx: &Cx, told: &Told, recipients: &[Recipient]) -> String {
    let known = recipients.iter().find(|one| one.id == told.recipient).map(|one| one.address.clone());
    known.filter(|address| !address.is_empty()).unwrap_or_else(|| cx.city().url("/"))
}

fn role_of(told: &Told) -> &'static str {
    use super::model::Sharing;
    match told.sharing {
        Sharing::ThirdParty => "dpv:ThirdParty",
        Sharing::Entrusted => "dpv:DataProcessor",
        Sharing::Joint => "dpv:JointDataControllers",
        Sharing::Inside => "dpv:Recipient",
    }
}

fn instant(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).map(|at| at.to_string()).unwrap_or_default()
}

fn duration(days: i64) -> String {
    format!("P{days}D")
}

fn status(state: State) -> &'static str {
    match state {
        State::Requested => "dpv:ConsentRequested",
        State::Given => "dpv:ConsentGiven",
        State::Refused => "dpv:ConsentRefused",
        State::Withdrawn => "dpv:ConsentWithdrawn",
        State::Expired => "dpv:ConsentExpired",
    }
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Consent => "dpv:ExplicitlyExpressedConsent",
        Basis::Law => "dpv:LegalObligation",
        Basis::Contract => "dpv:ContractPerformance",
        Basis::Vital => "dpv:VitalInterest",
    }
}

/// The category of personal data; the exact words stand beside it.
fn category(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::Name | Attribute::Kana => "pd:Name",
        Attribute::Birth => "pd:BirthDate",
        Attribute::AgeBand => "pd:AgeRange",
        Attribute::Postal | Attribute::Address | Attribute::Block | Attribute::District => {
            "pd:PhysicalAddress"
        }
        Attribute::Place => "pd:Location",
        Attribute::Household => "pd:FamilyStructure",
        Attribute::Mail => "pd:EmailAddress",
        Attribute::Phone => "pd:TelephoneNumber",
        Attribute::Languages => "pd:Language",
        Attribute::Interests => "pd:Interest",
        Attribute::Wishes => "pd:Preference",
        Attribute::Level => "pd:OfficialID",
    }
}
