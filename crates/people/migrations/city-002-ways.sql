-- How sure the city is of who somebody is, since when and by what; and how each session was begun.
alter table people_account add column level text not null default 'declared';
alter table people_account add column level_ms bigint not null default 0;
alter table people_account add column level_how text not null default '';
-- 1 when the account asks for a second factor each time; staff need one whatever stands here.
alter table people_account add column second bigint not null default 0;
alter table people_session add column way text not null default '';
alter table people_session add column strong bigint not null default 0;
alter table people_session add column acting text not null default '';

-- The ways into an account: a passkey, a second factor, an account at another provider. The e-mail address is the
-- account's own. What is secret in `body` is sealed.
create table people_way (
    city text not null, id text not null, account text not null, kind text not null, issuer text not null,
    subject text not null, label text not null, body text not null, made_ms bigint not null, used_ms bigint not null,
    locked_ms bigint not null,
    primary key (city, id)
) {clustered};
create unique index people_way_subject on people_way (city, kind, issuer, subject);
create index people_way_account on people_way (city, account, id);

-- What somebody has begun and not finished: a code that was sent, a challenge, a provider that was asked. Kept under the
-- digest of what the browser holds; `body` is sealed. Of one kind and subject there is at most one.
create table people_attempt (
    city text not null, digest text not null, kind text not null, subject text not null, body text not null,
    tries bigint not null, made_ms bigint not null, ends_ms bigint not null, used_ms bigint not null,
    primary key (city, digest)
) {clustered};
create unique index people_attempt_subject on people_attempt (city, kind, subject) where subject <> '';
create index people_attempt_end on people_attempt (city, ends_ms);

-- How often something was done within a window of time. Keys hold signatures, never an address.
create table people_tally (
    city text not null, key text not null, count bigint not null, ends_ms bigint not null,
    primary key (city, key)
) {clustered};
create index people_tally_end on people_tally (city, ends_ms);

-- The history of signing in. Without an account for an address that nobody has. `network` is a signature of where it
-- came from, never the address itself.
create table people_sign_in (
    city text not null, id text not null, account text not null, at_ms bigint not null, way text not null,
    agent text not null, network text not null, outcome text not null, signals text not null,
    primary key (city, id)
) {clustered};
create index people_sign_in_account on people_sign_in (city, account, id);
create index people_sign_in_signal on people_sign_in (city, id) where signals <> '';

-- Codes on paper for the day when the second factor is lost: digests, each good once.
create table people_recovery (
    city text not null, account text not null, digest text not null, made_ms bigint not null, used_ms bigint not null,
    primary key (city, account, digest)
) {clustered};
