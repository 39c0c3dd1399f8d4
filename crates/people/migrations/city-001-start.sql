-- Accounts and the ways into them.
create table people_account (
    city text not null, id text not null, person_no bigint not null, kind text not null, name text not null,
    kana text not null, mail text not null, lang text not null, state text not null, rev bigint not null,
    created_ms bigint not null, saved_ms bigint not null, saved_by text not null,
    primary key (city, id)
) {clustered};
create unique index people_account_person on people_account (city, person_no);
create unique index people_account_mail on people_account (city, mail) where mail <> '';

create table people_session (
    city text not null, digest text not null, id text not null, account text not null, agent text not null,
    created_ms bigint not null, seen_ms bigint not null, ends_ms bigint not null,
    primary key (city, digest)
) {clustered};
create unique index people_session_id on people_session (city, id);
create index people_session_account on people_session (city, account, created_ms);
create index people_session_end on people_session (city, ends_ms);

create table people_link (
    city text not null, digest text not null, purpose text not null, account text not null, made_by text not null,
    made_ms bigint not null, ends_ms bigint not null, used_ms bigint not null,
    primary key (city, digest)
) {clustered};
create index people_link_account on people_link (city, account);
create index people_link_end on people_link (city, ends_ms);

-- The city's own organisation. An empty parent is the top; an empty closing date is open.
create table people_department (
    city text not null, id text not null, code text not null, name text not null, parent text not null,
    place bigint not null, closed_on text not null, rev bigint not null, saved_ms bigint not null,
    saved_by text not null,
    primary key (city, id)
) {clustered};
create unique index people_department_code on people_department (city, code);

create table people_staff (
    city text not null, account text not null, department text not null, roles text not null, title text not null,
    primary key (city, account)
) {clustered};
create index people_staff_department on people_staff (city, department);
create index people_account_order on people_account (city, kind, kana, id);

-- Districts, and which block of the town belongs to which.
create table people_district (
    city text not null, id text not null, slug text not null, name text not null, place bigint not null,
    rev bigint not null, saved_ms bigint not null, saved_by text not null,
    primary key (city, id)
) {clustered};
create unique index people_district_slug on people_district (city, slug);

create table people_block (
    city text not null, key text not null, name text not null, district text not null, postal text not null,
    primary key (city, key)
) {clustered};
create index people_block_district on people_block (city, district, key);

-- What a resident's page and rights need. Without a name of its own: that is the account's.
create table people_resident (
    city text not null, account text not null, household text not null, birth text not null, block text not null,
    district text not null, langs text not null,
    primary key (city, account)
) {clustered};
create index people_resident_household on people_resident (city, household);
create index people_resident_district on people_resident (city, district);

-- Lists that were read in and wait for somebody to take them over, in parts that one transaction can hold.
create table people_import (
    city text not null, id text not null, kind text not null, source text not null, state text not null,
    parts bigint not null, parts_done bigint not null, rows_all bigint not null, added bigint not null,
    changed bigint not null, same bigint not null, wrong bigint not null, unknown_columns text not null,
    made_by text not null, made_ms bigint not null, ended_ms bigint not null,
    primary key (city, id)
) {clustered};
create index people_import_age on people_import (city, made_ms);

create table people_import_part (
    city text not null, import text not null, part bigint not null, rows text not null, made_ms bigint not null,
    primary key (city, import, part)
) {clustered};
create index people_import_part_age on people_import_part (city, made_ms);
