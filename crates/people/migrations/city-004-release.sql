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

-- The last link of the chain at the end of each day, signed when it was published.
create table people_access_head (
    city text not null, day text not null, place bigint not null, chain text not null, at_ms bigint not null,
    signed text not null,
    primary key (city, day)
) {clustered};

-- How many people's data an actor used in each hour: `kind` is staff or service. In several slots, so that uses at the
-- same time do not wait for one another at one row.
create table people_access_tally (
    city text not null, actor text not null, hour_ms bigint not null, slot bigint not null, kind text not null,
    people bigint not null,
    primary key (city, actor, hour_ms, slot)
) {clustered};
create index people_access_tally_age on people_access_tally (city, hour_ms);

-- How many are usual. The newest day that has come holds.
create table people_access_limit (
    city text not null, kind text not null, span text not null, from_on text not null, people bigint not null,
    saved_ms bigint not null, saved_by text not null,
    primary key (city, kind, span, from_on)
) {clustered};

-- Who used more, and waits until somebody else has looked at it.
create table people_access_block (
    city text not null, id text not null, actor text not null, kind text not null, department text not null,
    span text not null, people bigint not null, usual bigint not null, at_ms bigint not null, lifted_ms bigint not null,
    lifted_by text not null, note text not null,
    primary key (city, id)
) {clustered};
create index people_access_block_actor on people_access_block (city, actor, lifted_ms);

-- A person asks about a use of their data, and somebody answers.
create table people_access_question (
    city text not null, id text not null, access text not null, person text not null, asked_by text not null,
    department text not null, question text not null, state text not null, asked_ms bigint not null,
    answer text not null, answered_by text not null, answered_ms bigint not null, rev bigint not null,
    primary key (city, id)
) {clustered};
create index people_access_question_person on people_access_question (city, person, id);
create index people_access_question_open on people_access_question (city, state, department, id);
