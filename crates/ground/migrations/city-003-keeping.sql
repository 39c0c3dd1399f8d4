-- People chosen for one purpose, by their number in the city; short-lived, and joined to by whoever chose them.
create table ground_selection_head (
    city text not null, id text not null, purpose text not null, recipient text not null, count bigint not null,
    at_ms bigint not null,
    primary key (city, id)
) {clustered};
create index ground_selection_age on ground_selection_head (city, at_ms);
create table ground_selection (
    city text not null, id text not null, person_no bigint not null,
    primary key (city, id, person_no)
) {clustered};

-- When each table was last rid of rows past their time.
create table ground_retention (
    city text not null, name text not null, ran_ms bigint not null, removed bigint not null,
    removed_ever bigint not null,
    primary key (city, name)
) {clustered};

-- Secrets of the city, sealed with the keys of the house.
create table ground_secret (
    city text not null, name text not null, sealed text not null, at_ms bigint not null,
    primary key (city, name)
) {clustered};
