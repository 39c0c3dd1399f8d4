-- The city's own policies, in Cedar. A policy is in force in one version at most (0: none); the newest may be another.
create table people_policy (
    city text not null, id text not null, name text not null, state text not null, version bigint not null,
    in_force bigint not null, rev bigint not null, saved_ms bigint not null, saved_by text not null,
    primary key (city, id)
) {clustered};
create unique index people_policy_name on people_policy (city, name);

create table people_policy_version (
    city text not null, policy text not null, version bigint not null, cedar text not null, note text not null,
    state text not null, saved_by text not null, saved_ms bigint not null, proposed_by text not null,
    proposed_ms bigint not null, decided_by text not null, decided_ms bigint not null,
    primary key (city, policy, version)
) {clustered};

-- One row per city: changes whenever something changes by which rights are decided, so that every node notices.
create table people_rights_mark (
    city text not null, mark text not null, at_ms bigint not null,
    primary key (city)
) {clustered};

-- Who stands in for whom, from when until when.
create table people_deputy (
    city text not null, id text not null, account text not null, for_account text not null, from_ms bigint not null,
    until_ms bigint not null, state text not null, note text not null, asked_by text not null, asked_ms bigint not null,
    agreed_by text not null, agreed_ms bigint not null, ended_by text not null, ended_ms bigint not null,
    primary key (city, id)
) {clustered};
create index people_deputy_account on people_deputy (city, account, until_ms);
create index people_deputy_for on people_deputy (city, for_account, until_ms);
create index people_deputy_until on people_deputy (city, until_ms);

-- Somebody is to become administrator, and a second administrator decides.
create table people_admin_request (
    city text not null, id text not null, account text not null, state text not null, asked_by text not null,
    asked_ms bigint not null, decided_by text not null, decided_ms bigint not null,
    primary key (city, id)
) {clustered};
create index people_admin_request_state on people_admin_request (city, state, id);
create index people_admin_request_age on people_admin_request (city, decided_ms);

-- Teams of staff across departments, that policies may name.
create table people_team (
    city text not null, id text not null, slug text not null, name text not null, rev bigint not null,
    saved_ms bigint not null, saved_by text not null,
    primary key (city, id)
) {clustered};
create unique index people_team_slug on people_team (city, slug);

create table people_team_member (
    city text not null, team text not null, account text not null,
    primary key (city, team, account)
) {clustered};
create index people_team_member_account on people_team_member (city, account);
