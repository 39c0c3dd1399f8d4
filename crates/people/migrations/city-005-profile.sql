-- What a resident may tell the city about themselves. Every field may be empty.
alter table people_resident add column postal text not null default '';
alter table people_resident add column address text not null default '';
alter table people_resident add column latitude double precision;
alter table people_resident add column longitude double precision;
alter table people_resident add column phone text not null default '';
alter table people_resident add column interests text not null default '';
alter table people_resident add column wishes text not null default '';
-- The names of fields that staff or the national identity has checked, between spaces; and by which level.
alter table people_resident add column verified text not null default '';
alter table people_resident add column verified_level text not null default '';
alter table people_resident add column verified_ms bigint not null default 0;

-- Where a block of the town is, for those that the city has points of.
alter table people_block add column latitude double precision;
alter table people_block add column longitude double precision;

-- Who may act for whom: `person` is acted for, `agent` acts. Scopes are names between spaces. Both sides see it.
-- `starts_ms` and `ends_ms` are the dates on the city's own clock; 0 without an end. `document` is what was shown at
-- the counter.
create table people_mandate (
    city text not null, id text not null, person text not null, agent text not null, relation text not null,
    scopes text not null, state text not null, starts_on text not null, ends_on text not null,
    starts_ms bigint not null, ends_ms bigint not null, note text not null, document text not null,
    made_ms bigint not null, made_by text not null, answered_ms bigint not null, ended_ms bigint not null,
    ended_by text not null, used_ms bigint not null, reminded_ms bigint not null,
    primary key (city, id)
) {clustered};
create index people_mandate_person on people_mandate (city, person, id);
create index people_mandate_agent on people_mandate (city, agent, id);
create index people_mandate_end on people_mandate (city, state, ends_ms);

-- Households that people made or named themselves. Who lives in one stands with each resident.
create table people_household (
    city text not null, id text not null, name text not null, made_ms bigint not null, made_by text not null,
    primary key (city, id)
) {clustered};

-- Somebody is asked to join a household, or to act for somebody. Whoever holds the code may accept it, once.
create table people_invitation (
    city text not null, digest text not null, id text not null, kind text not null, made_by text not null,
    person text not null, scopes text not null, starts_on text not null, ends_on text not null, note text not null,
    made_ms bigint not null, ends_ms bigint not null, used_ms bigint not null, used_by text not null,
    primary key (city, digest)
) {clustered};
create unique index people_invitation_id on people_invitation (city, id);
create index people_invitation_by on people_invitation (city, made_by, id);
create index people_invitation_age on people_invitation (city, ends_ms);

-- Children without a way in of their own: whoever is their parent acts for them. `handed_ms` once it is their own.
create table people_child (
    city text not null, account text not null, made_by text not null, made_ms bigint not null,
    handed_ms bigint not null,
    primary key (city, account)
) {clustered};

-- What the city decides about ages, waiting times and keeping, from a day on. `basis` names the law or the rule.
create table people_rule (
    city text not null, code text not null, valid_from text not null, value bigint not null, basis text not null,
    saved_ms bigint not null, saved_by text not null,
    primary key (city, code, valid_from)
) {clustered};

-- Somebody takes their data with them: made by a job, kept as a file of theirs for some days.
create table people_takeout (
    city text not null, id text not null, account text not null, state text not null, lang text not null,
    file text not null, size bigint not null, made_ms bigint not null, ready_ms bigint not null,
    ends_ms bigint not null,
    primary key (city, id)
) {clustered};
create index people_takeout_account on people_takeout (city, account, id);
create index people_takeout_end on people_takeout (city, ends_ms);

-- Somebody leaves: asked for, waited for, done. What stays is the number of the person and the days.
create table people_leaving (
    city text not null, account text not null, person_no bigint not null, state text not null, why text not null,
    asked_ms bigint not null, due_ms bigint not null, done_ms bigint not null,
    primary key (city, account)
) {clustered};
create index people_leaving_due on people_leaving (city, state, due_ms);
create index people_leaving_done on people_leaving (city, done_ms);
