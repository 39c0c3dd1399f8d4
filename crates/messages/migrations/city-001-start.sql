-- Standing pages: what staff work on, what everybody reads, every saved revision, and what readers thought of them.
create table messages_page (
    city text not null, id text not null, slug text not null, title text not null, body text not null,
    department text, state text not null, publish_ms bigint not null, place bigint not null,
    in_footer bigint not null, rev bigint not null, saved_by text not null, saved_ms bigint not null,
    approved_by text not null, bypass bigint not null, live_rev bigint not null, first_live_ms bigint not null,
    reviewed_ms bigint not null, review_due bigint not null,
    primary key (city, id)
) {strict};
create unique index messages_page_slug on messages_page (city, slug);
create index messages_page_recent on messages_page (city, saved_ms, id);

-- One row per public page, so that a reader costs one lookup and never sees a draft.
create table messages_page_live (
    city text not null, slug text not null, page text not null, rev bigint not null, title text not null,
    body text not null, department text, place bigint not null, in_footer bigint not null,
    live_ms bigint not null,
    primary key (city, slug)
) {strict};
create unique index messages_page_live_page on messages_page_live (city, page);
create index messages_page_live_newest on messages_page_live (city, live_ms, slug);
create index messages_page_live_place on messages_page_live (city, place, slug);

create table messages_page_version (
    city text not null, page text not null, rev bigint not null, slug text not null, title text not null,
    body text not null, department text, place bigint not null, in_footer bigint not null,
    saved_by text not null, saved_ms bigint not null, restored_from bigint not null,
    published_ms bigint not null, published_by text not null, bypass bigint not null,
    primary key (city, page, rev)
) {strict};
create index messages_page_version_age on messages_page_version (city, saved_ms);

create table messages_helpful (
    city text not null, id text not null, page text not null, helpful bigint not null, at_ms bigint not null,
    primary key (city, id)
) {clustered};
create index messages_helpful_page on messages_helpful (city, page, at_ms, helpful);

create table messages_translation_due (
    city text not null, page text not null, lang text not null, since_ms bigint not null,
    primary key (city, page, lang)
) {clustered};

-- For other rooms: what is public, and how readers voted. No personal data.
create view v_messages_page as
    select city, page, slug, rev, department, live_ms from messages_page_live;
create view v_messages_helpful as
    select city, page, count(*) as votes, {sum(helpful)} as helpful from messages_helpful group by city, page;
