-- What a content is called, which record it belongs to, and who may read it. Contents are in the files store.
create table ground_file (
    city text not null, id text not null, class text not null, object text not null, name text not null,
    kind text not null, digest text not null, size bigint not null, width bigint, height bigint, access text not null,
    owner text, department text, guard text not null, at_ms bigint not null,
    primary key (city, id)
) {clustered};
create index ground_file_of on ground_file (city, class, object, id);
create index ground_file_content on ground_file (city, digest);

-- A picture's other widths.
create table ground_file_width (
    city text not null, file text not null, width bigint not null, height bigint not null, size bigint not null,
    digest text not null,
    primary key (city, file, width)
) {clustered};
create index ground_file_width_content on ground_file_width (city, digest);
