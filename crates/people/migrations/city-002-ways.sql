-- How sure the city is of who somebody is, since when and by what; and how each session was begun.
alter table people_account add column level text not null default 'declared';
alter table people_account add column level_ms bigint not null default 0;
alter table people_account add column level_how text not null default '';
alter table people_session add column way text not null default '';
alter table people_session add column strong bigint not null default 0;
alter table people_session add column acting text not null default '';

-- The ways into an account: a passkey, a second factor, an account at another provider. The e-mail address is the
-- account's own. What is secret in `body` is sealed.
create table people_way (
    city text not null, id text not null, account text not null, kind text not null, issuer text not null,
    subject text not null, label text not null, body text not null, made_ms bigint not null, used_ms bigint not null,
    primary key (city, id)
) {clustered};
create unique index people_way_subject on people_way (city, kind, issuer, subject);
create index people_way_account on people_way (city, account, id);
