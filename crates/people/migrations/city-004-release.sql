-- Every use of personal data, written with the use. `person_no` is 0 for a use of many people at once, whose members
-- stand beside it. `digest` is over everything the entry says and its salt. `place` and `chain` are given by the sealer,
-- 0 and empty until then; nothing else of an entry ever changes, but that an erased person's part is emptied.
create table people_access (
    city text not null, id text not null, at_ms bigint not null, person_no bigint not null, purpose text not null,
    version bigint not null, recipient text not null, attributes text not null, withheld text not null,
    ground text not null, actor text not null, client text not null, acting text not null, department text not null,
    via text not null, reason text not null, count bigint not null, members text not null, digest text not null,
    salt text not null, place bigint not null, chain text not null,
    primary key (city, id)
) {clustered};
create index people_access_person on people_access (city, person_no, id);
create index people_access_actor on people_access (city, actor, at_ms);
create index people_access_open on people_access (city, id) where place = 0;
create unique index people_access_place on people_access (city, place) where place > 0;

-- Who was in a use of many people: for every 1,024 numbers of people one set of bits.
create table people_access_member (
    city text not null, part bigint not null, access text not null, bits bytea not null,
    primary key (city, part, access)
) {clustered};
create index people_access_member_of on people_access_member (city, access, part);
