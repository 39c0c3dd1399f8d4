-- Contents by their SHA-256, in pieces. A blob that is not whole is an upload under way, or one that was given up.
create table ground_blob (
    city text not null, digest text not null, size bigint not null, whole bigint not null, at_ms bigint not null,
    primary key (city, digest)
) {clustered};
create table ground_chunk (
    city text not null, digest text not null, nth bigint not null, bytes bytea not null,
    primary key (city, digest, nth)
) {strict};
