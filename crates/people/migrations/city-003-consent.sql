-- Who may be given data, and what for. Each version of a purpose is a row that never changes once two have approved it.
create table people_recipient (
    city text not null, id text not null, code text not null, name text not null, kind text not null,
    address text not null, contact text not null, closed_on text not null, rev bigint not null,
    saved_ms bigint not null, saved_by text not null,
    primary key (city, id)
) {clustered};
create unique index people_recipient_code on people_recipient (city, code);

-- `version` is the one in force, 0 while there is none. Texts are JSON by language.
create table people_purpose (
    city text not null, code text not null, recipient text not null, version bigint not null, state text not null,
    rev bigint not null, saved_ms bigint not null, saved_by text not null,
    primary key (city, code)
) {clustered};
create index people_purpose_recipient on people_purpose (city, recipient);

create table people_purpose_version (
    city text not null, purpose text not null, version bigint not null, state text not null, name text not null,
    what_for text not null, explained text not null, attributes text not null, recipient text not null,
    data_class text not null, sharing text not null, legal_basis text not null, basis_law text not null,
    kept_days bigint not null, consent_days bigint not null, asks_again bigint not null, made_by text not null,
    made_ms bigint not null, approved_by text not null, approved_ms bigint not null,
    note text not null default '',
    primary key (city, purpose, version)
) {clustered};

-- What stands now, one row per person and purpose; and how it came to be, never changed.
create table people_consent (
    city text not null, purpose text not null, person_no bigint not null, state text not null, version bigint not null,
    at_ms bigint not null, ends_ms bigint not null, reminded_ms bigint not null default 0,
    primary key (city, purpose, person_no)
) {clustered};
create index people_consent_person on people_consent (city, person_no);
-- Most consents stand until somebody turns them off: those are not in it.
create index people_consent_end on people_consent (city, ends_ms) where ends_ms > 0;

create table people_consent_event (
    city text not null, person_no bigint not null, id text not null, purpose text not null, version bigint not null,
    state text not null, at_ms bigint not null, ends_ms bigint not null, actor text not null, acting text not null,
    via text not null, lang text not null,
    primary key (city, person_no, id)
) {clustered};
