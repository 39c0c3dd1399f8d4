-- What the city must protect: systems, data sets, terminals. Data and terminals stand on a system.
create table people_watch_asset (
    city text not null, id text not null, kind text not null, code text not null, name text not null,
    department text not null, system text not null, chief bigint not null, note text not null, closed_on text not null,
    rev bigint not null, saved_ms bigint not null, saved_by text not null,
    primary key (city, id)
) {clustered};
create unique index people_watch_asset_code on people_watch_asset (city, code);
create index people_watch_asset_kind on people_watch_asset (city, kind, code);

-- Who answers for what, from when to when. An empty asset is the whole city: the CISO. An empty end is open.
create table people_watch_post (
    city text not null, id text not null, duty text not null, asset text not null, account text not null,
    starts_on text not null, ends_on text not null, note text not null, saved_ms bigint not null,
    saved_by text not null,
    primary key (city, id)
) {clustered};
create index people_watch_post_asset on people_watch_post (city, asset, duty, starts_on);
create index people_watch_post_account on people_watch_post (city, account);

-- What went wrong, and every step until it was closed.
create table people_watch_incident (
    city text not null, id text not null, no bigint not null, title text not null, what text not null,
    asset text not null, department text not null, severity text not null, stage text not null,
    happened_ms bigint not null, reported_by text not null, reported_ms bigint not null, due_ms bigint not null,
    closed_ms bigint not null, rev bigint not null,
    primary key (city, id)
) {clustered};
create unique index people_watch_incident_no on people_watch_incident (city, no);
create index people_watch_incident_due on people_watch_incident (city, stage, due_ms);
create index people_watch_incident_age on people_watch_incident (city, closed_ms);

create table people_watch_step (
    city text not null, incident text not null, nth bigint not null, kind text not null, stage text not null,
    note text not null, by_account text not null, at_ms bigint not null,
    primary key (city, incident, nth)
) {clustered};

-- Questions of the yearly check, version by version; a check keeps those it asked as they were.
create table people_watch_question (
    city text not null, id text not null, version bigint not null, place bigint not null, body text not null,
    state text not null, saved_ms bigint not null, saved_by text not null,
    primary key (city, id, version)
) {clustered};

create table people_watch_check (
    city text not null, id text not null, title text not null, pass_percent bigint not null, deadline text not null,
    remind_on text not null, questions text not null, state text not null, reminded text not null,
    rev bigint not null, saved_ms bigint not null, saved_by text not null,
    primary key (city, id)
) {clustered};

create table people_watch_result (
    city text not null, check_id text not null, account text not null, department text not null,
    right_count bigint not null, asked bigint not null, passed bigint not null, tries bigint not null,
    answers text not null, at_ms bigint not null,
    primary key (city, check_id, account)
) {clustered};
create index people_watch_result_age on people_watch_result (city, at_ms);
