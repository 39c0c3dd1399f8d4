-- Services that use the city as their identity provider. What stands in `proposed` is what somebody wants to stand, and
-- a second person has not yet approved. Of secrets there are digests only; lists stand one to a line.
create table people_client (
    city text not null, id text not null, name text not null, recipient text not null, state text not null,
    proof text not null, alg text not null, uses text not null, level text not null, redirects text not null,
    logouts text not null, sector text not null, keys text not null, secret_digest text not null,
    secret_ms bigint not null, secret_before text not null, secret_before_ends_ms bigint not null,
    proposed text not null, proposed_by text not null, proposed_ms bigint not null, approved_by text not null,
    approved_ms bigint not null, used_ms bigint not null, rev bigint not null, saved_ms bigint not null,
    saved_by text not null,
    primary key (city, id)
) {clustered};

-- What a service may ask people for.
create table people_client_purpose (
    city text not null, client text not null, purpose text not null,
    primary key (city, client, purpose)
) {clustered};
create index people_client_purpose_of on people_client_purpose (city, purpose);

-- How often a service was used: one row per day and kind of use, never per person.
create table people_client_use (
    city text not null, client text not null, day text not null, kind text not null, count bigint not null,
    at_ms bigint not null,
    primary key (city, client, day, kind)
) {clustered};
create index people_client_use_age on people_client_use (city, at_ms);

-- Under which name a sector of services knows a person: drawn once, the same for good, and of no use to other sectors.
create table people_pairwise (
    city text not null, sector text not null, account text not null, subject text not null,
    primary key (city, sector, account)
) {clustered};
create unique index people_pairwise_subject on people_pairwise (city, sector, subject);
create index people_pairwise_account on people_pairwise (city, account);

-- Which services a person is connected with, and what they were asked for: scopes as words between spaces, purposes as
-- `code:version`.
create table people_connection (
    city text not null, client text not null, account text not null, scopes text not null, asked text not null,
    made_ms bigint not null, used_ms bigint not null,
    primary key (city, client, account)
) {clustered};
create index people_connection_account on people_connection (city, account);

-- One sign-in at a service: every token that came of it falls with it.
create table people_family (
    city text not null, id text not null, client text not null, account text not null, session text not null,
    scopes text not null, auth_ms bigint not null, level text not null, amr text not null, nonce text not null,
    made_ms bigint not null, ends_ms bigint not null,
    primary key (city, id)
) {clustered};
create index people_family_pair on people_family (city, client, account);
create index people_family_account on people_family (city, account);
create index people_family_session on people_family (city, session);
create index people_family_end on people_family (city, ends_ms);

create table people_code (
    city text not null, digest text not null, family text not null, client text not null, redirect text not null,
    challenge text not null, made_ms bigint not null, ends_ms bigint not null, used_ms bigint not null,
    primary key (city, digest)
) {clustered};
create index people_code_family on people_code (city, family);
create index people_code_end on people_code (city, ends_ms);

create table people_token (
    city text not null, digest text not null, id text not null, kind text not null, family text not null,
    client text not null, account text not null, scopes text not null, made_ms bigint not null,
    ends_ms bigint not null, used_ms bigint not null,
    primary key (city, digest)
) {clustered};
create index people_token_family on people_token (city, family);
create index people_token_client on people_token (city, client, account);
create index people_token_account on people_token (city, account);
create index people_token_end on people_token (city, ends_ms);

-- Proofs that services signed themselves (private_key_jwt) and that have been shown: each counts once.
create table people_assertion (
    city text not null, client text not null, digest text not null, ends_ms bigint not null,
    primary key (city, client, digest)
) {clustered};
create index people_assertion_end on people_assertion (city, ends_ms);

-- The keys that sign: shown to others before they are used and for a while after. Their private halves are secrets of
-- the city.
create table people_key (
    city text not null, kid text not null, alg text not null, jwk text not null, made_ms bigint not null,
    starts_ms bigint not null, stops_ms bigint not null, gone_ms bigint not null,
    primary key (city, kid)
) {clustered};
create index people_key_gone on people_key (city, gone_ms);
