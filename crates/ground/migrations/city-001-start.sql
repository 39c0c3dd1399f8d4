-- The floor's own tables in the city store.
create table ground_city (
    city text not null, facts text not null, rev bigint not null, at_ms bigint not null,
    primary key (city)
) {clustered};

create table ground_event (
    city text not null, seq {growing_key}, writer bigint not null, id text not null, at_ms bigint not null,
    name text not null, version bigint not null, object text not null, body text not null, actor text not null,
    request text not null
) {strict};
create unique index ground_event_order on ground_event (city, writer, seq);
create index ground_event_age on ground_event (city, at_ms);

create table ground_cursor (
    city text not null, reader text not null, writer bigint not null, seq bigint not null, at_ms bigint not null,
    primary key (city, reader)
) {clustered};

create table ground_job (
    city text not null, id text not null, lane bigint not null, kind text not null, key text not null,
    body text not null, state text not null, due_ms bigint not null, lease_until_ms bigint not null,
    lease_by text not null, tries bigint not null, tries_max bigint not null, last_fault text not null,
    created_ms bigint not null,
    primary key (city, id)
) {clustered};
create unique index ground_job_once on ground_job (city, kind, key);
create index ground_job_next on ground_job (city, state, lane, due_ms, id);

create table ground_schedule (
    city text not null, name text not null, next_ms bigint not null,
    primary key (city, name)
) {clustered};

create table ground_audit (
    city text not null, id text not null, at_ms bigint not null, actor text not null, action text not null,
    class text not null, object text not null, outcome text not null, via text not null, request text not null,
    primary key (city, id)
) {clustered};

create table ground_once (
    city text not null, who text not null, key text not null, action text not null, digest text not null,
    answer text not null, at_ms bigint not null,
    primary key (city, who, key)
) {clustered};
create index ground_once_age on ground_once (city, at_ms);
