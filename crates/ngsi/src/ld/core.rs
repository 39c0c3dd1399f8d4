//! The core @context, as one table of its terms: what each stands for, how its value is read, and since when.
//!
//! Whatever version a document names, the newest is meant: the core is implicitly present, protected, and each
//! version holds what the one before it held. The older ones can be written out for who asks for the document.

use std::sync::LazyLock;

use super::{DEFAULT_VOCAB, Map};
use crate::json::write_text;

/// The newest core context.
pub const CORE_URL: &str = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld";

/// Prefixes of the core context.
pub(super) const PREFIXES: [(&str, &str); 2] =
    [("ngsi-ld", "https://uri.etsi.org/ngsi-ld/"), ("geojson", "https://purl.org/geojson/vocab#")];

const NEWEST: u8 = 9;
const OLDEST: u8 = 3;

/// How a term's value is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    /// A value that is expanded like a name.
    Vocab,
    /// A URI.
    Id,
    /// A DateTime.
    Time,
    List,
    Set,
    Language,
    Index,
    /// JSON that nobody expands.
    Literal,
}

/// Terms of one form: since and until which minor version, and the words. `a=b` says that `a` stands for `ngsi-ld:b`;
/// a word with a colon in it is under another prefix or is a whole IRI.
const TERMS: &[(u8, u8, Form, &str)] = &[
    (
        3,
        NEWEST,
        Form::Plain,
        "Attribute AttributeList ContextSourceNotification ContextSourceRegistration Date DateTime EntityType \
         EntityTypeInfo EntityTypeList Feature=geojson:Feature FeatureCollection=geojson:FeatureCollection \
         GeoProperty GeometryCollection=geojson:GeometryCollection LineString=geojson:LineString \
         MultiLineString=geojson:MultiLineString MultiPoint=geojson:MultiPoint MultiPolygon=geojson:MultiPolygon \
         Notification Point=geojson:Point Polygon=geojson:Polygon Property Relationship Subscription \
         TemporalProperty Time accept csf data description=http://purl.org/dc/terms/description detail endpoint \
         entities entityCount error errors format geoQ geometry=geojson:geometry geoproperty georel idPattern \
         information isActive location managementInterval notification observationInterval observationSpace \
         operationSpace properties=geojson:properties q reason registrationName status subscriptionName temporalQ \
         throttling timeInterval timeproperty timerel timesSent title=http://purl.org/dc/terms/title \
         triggerReason unchanged unitCode updated uri value=hasValue",
    ),
    (
        3,
        NEWEST,
        Form::Vocab,
        "attributeList attributeName attributeNames attributeTypes attributes propertyNames relationshipNames \
         typeList typeName typeNames watchedAttributes",
    ),
    (3, NEWEST, Form::Id, "datasetId entityId instanceId object=hasObject subscriptionId success"),
    (
        3,
        NEWEST,
        Form::Time,
        "createdAt endAt endTimeAt expiresAt lastFailure lastNotification lastSuccess modifiedAt notifiedAt \
         observedAt startAt timeAt",
    ),
    (
        3,
        NEWEST,
        Form::List,
        "bbox=geojson:bbox coordinates=geojson:coordinates objects=hasObjects values=hasValues",
    ),
    (3, NEWEST, Form::Set, "features=geojson:features"),
    (4, NEWEST, Form::List, "avg distinctCount max min stddev sum sumsq totalCount"),
    (5, NEWEST, Form::Plain, "LanguageProperty attrs lang scope scopeQ"),
    (5, NEWEST, Form::Language, "languageMap=hasLanguageMap"),
    (5, NEWEST, Form::Id, "tenant"),
    (
        6,
        NEWEST,
        Form::Plain,
        "cacheDuration contextSourceInfo cooldown key=hasKey localOnly management mode notUpdated \
         notificationTrigger notifierInfo operations previousValue=hasPreviousValue receiverInfo refreshRate \
         registrationId showChanges sysAttrs timeout timesFailed",
    ),
    (6, NEWEST, Form::Time, "deletedAt"),
    (6, NEWEST, Form::List, "languageMaps=hasLanguageMaps"),
    (6, NEWEST, Form::Language, "previousLanguageMap=hasPreviousLanguageMap"),
    (6, NEWEST, Form::Id, "previousObject=hasPreviousObject"),
    (7, 7, Form::Plain, "VocabularyProperty"),
    (7, NEWEST, Form::Index, "dataset=hasDataset"),
    (7, NEWEST, Form::Vocab, "previousVocab=hasPreviousVocab vocab=hasVocab"),
    (7, NEWEST, Form::List, "vocabs=hasVocabs"),
    (
        8,
        NEWEST,
        Form::Plain,
        "ContextSourceIdentity JsonProperty ListProperty ListRelationship VocabProperty \
         containedBy=isContainedBy contextSourceAlias contextSourceUptime entity entityMap=hasEntityMap \
         expandValues join joinLevel=hasJoinLevel jsonKeys linkedMaps omit pick",
    ),
    (8, NEWEST, Form::Literal, "contextSourceExtras json=hasJSON previousJson=hasPreviousJson"),
    (8, NEWEST, Form::Time, "contextSourceTimeAt"),
    (
        8,
        NEWEST,
        Form::List,
        "entityList jsons objectList=hasObjectList previousObjectList=hasPreviousObjectList \
         previousValueList=hasPreviousValueList valueList=hasValueList valueLists=hasValueLists",
    ),
    (8, NEWEST, Form::Vocab, "objectType=hasObjectType"),
    (8, 8, Form::Plain, "geometryProperty=geojson:geometryProperty"),
    (8, 8, Form::List, "objectsLists=hasObjectsLists"),
    (
        9,
        NEWEST,
        Form::Plain,
        "ExecutionResultDetails Snapshot SnapshotNotification aggrMethods aggrParams aggrPeriodDuration collation \
         langString=http://www.w3.org/1999/02/22-rdf-syntax-ns#langString ngsildproof ordering resultStatus \
         snapshotId snapshotLifetime snapshotPriority snapshotStatus",
    ),
    (9, NEWEST, Form::Time, "lastUsedAt"),
    (9, NEWEST, Form::Literal, "problemDetails"),
    (9, NEWEST, Form::Vocab, "valueType=hasValueType"),
    (
        9,
        NEWEST,
        Form::List,
        "objectLists=hasObjectLists orderBy snapshotQueries snapshotQueriesDetails snapshotTemporalQueries \
         snapshotTemporalQueriesDetails",
    ),
];

/// Terms that the published contexts define relative to their own `@vocab`.
const RELATIVE: [&str; 2] = ["attributeCount", "attributeDetails"];

struct Entry {
    term: &'static str,
    iri: String,
    form: Form,
    since: u8,
    until: u8,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut entries = Vec::new();
    for (since, until, form, words) in TERMS {
        for word in words.split_whitespace() {
            let (term, short) = word.split_once('=').unwrap_or((word, word));
            let iri = match short.split_once(':') {
                Some(("geojson", rest)) => format!("https://purl.org/geojson/vocab#{rest}"),
                Some(_) => short.to_owned(),
                None => format!("https://uri.etsi.org/ngsi-ld/{short}"),
            };
            entries.push(Entry { term, iri, form: *form, since: *since, until: *until });
        }
    }
    for term in RELATIVE {
        let iri = format!("{DEFAULT_VOCAB}{term}");
        entries.push(Entry { term, iri, form: Form::Plain, since: OLDEST, until: NEWEST });
    }
    entries
});

static INDEX: LazyLock<Map<&'static str, &'static str>> = LazyLock::new(|| {
    let entries: &'static Vec<Entry> = &ENTRIES;
    entries.iter().filter(|one| one.until == NEWEST).map(|one| (one.term, one.iri.as_str())).collect()
});

/// What a term of the core stands for; nothing for its prefixes and keyword aliases.
pub(super) fn iri(term: &str) -> Option<&'static str> {
    INDEX.get(term).copied()
}

static INVERSE: LazyLock<Map<&'static str, &'static str>> =
    LazyLock::new(|| INDEX.iter().map(|(term, iri)| (*iri, *term)).collect());

/// The core's term for an IRI.
pub(super) fn term_of(iri: &str) -> Option<&'static str> {
    // Names are written far more often than read, and most are not the core's.
    const BEGINS: [&str; 4] =
        ["https://uri.etsi.org/ngsi-ld/", "https://purl.org/", "http://purl.org/", "http://www.w3.org/"];
    if !BEGINS.iter().any(|begin| iri.starts_with(begin)) {
        return None;
    }
    INVERSE.get(iri).copied()
}

/// Whether the core defines the term, in whatever way.
pub(super) fn is_term(term: &str) -> bool {
    INDEX.contains_key(term) || is_keyword_alias(term) || PREFIXES.iter().any(|(prefix, _)| *prefix == term)
}

/// `id` and `type`, which stand for `@id` and `@type`.
pub(super) fn is_keyword_alias(term: &str) -> bool {
    matches!(term, "id" | "type")
}

/// Which minor version an address names, when it is one of the core context's; the address without a version is
/// the newest.
#[must_use]
pub fn core_version(url: &str) -> Option<u8> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let name = rest.strip_prefix("uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context")?.strip_suffix(".jsonld")?;
    if name.is_empty() {
        return Some(NEWEST);
    }
    let minor = name.strip_prefix("-v1.")?.parse().ok()?;
    (OLDEST..=NEWEST).contains(&minor).then_some(minor)
}

/// The document of a version of the core context (minor 3 to 9), written from the table.
#[must_use]
pub fn core_document(minor: u8) -> Option<String> {
    if !(OLDEST..=NEWEST).contains(&minor) {
        return None;
    }
    let mut out = String::from("{\"@context\":{");
    if minor >= 8 {
        out.push_str("\"@version\":1.1,\"@protected\":true,");
    }
    for (prefix, iri) in PREFIXES {
        write_text(prefix, &mut out);
        out.push(':');
        write_text(iri, &mut out);
        out.push(',');
    }
    out.push_str("\"id\":\"@id\",\"type\":\"@type\"");
    for one in ENTRIES.iter().filter(|one| (one.since..=one.until).contains(&minor)) {
        out.push(',');
        write_text(one.term, &mut out);
        out.push(':');
        let coercion = match one.form {
            Form::Plain => {
                write_text(&one.iri, &mut out);
                continue;
            }
            Form::Vocab => "\"@type\":\"@vocab\"",
            Form::Id => "\"@type\":\"@id\"",
            Form::Time => "\"@type\":\"DateTime\"",
            Form::List => "\"@container\":\"@list\"",
            Form::Set => "\"@container\":\"@set\"",
            Form::Language => "\"@container\":\"@language\"",
            Form::Index => "\"@container\":\"@index\"",
            Form::Literal => "\"@type\":\"@json\"",
        };
        out.push_str("{\"@id\":");
        write_text(&one.iri, &mut out);
        out.push(',');
        out.push_str(coercion);
        out.push('}');
    }
    out.push_str(",\"@vocab\":");
    write_text(DEFAULT_VOCAB, &mut out);
    out.push_str("}}");
    Some(out)
}
