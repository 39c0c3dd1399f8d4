-- What a resident may tell the city about themselves. Every field may be empty.
alter table people_resident add column postal text not null default '';
alter table people_resident add column address text not null default '';
alter table people_resident add column latitude double precision;
alter table people_resident add column longitude double precision;
alter table people_resident add column phone text not null default '';
alter table people_resident add column interests text not null default '';
alter table people_resident add column wishes text not null default '';

-- Who may act for whom: `person` is acted for, `agent` acts. Scopes are names between spaces. Both sides see it.
create table people_mandate (
    city text not null, id text not null, person text not null, agent text not null, relation text not null,
    scopes text not null, state text not null, starts_on text not null, ends_on text not null, note text not null,
    made_ms bigint not null, made_by text not null, answered_ms bigint not null, ended_ms bigint not null,
    ended_by text not null,
    primary key (city, id)
) {clustered};
create index people_mandate_person on people_mandate (city, person);
create index people_mandate_agent on people_mandate (city, agent);
