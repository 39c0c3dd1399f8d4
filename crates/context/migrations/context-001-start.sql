-- Sub-spaces of the city (NGSILD-Tenant), made by the first write. The default one is always there and has no row.
create table context_tenant (
    city text not null, tenant text not null, made_us bigint not null,
    primary key (city, tenant)
) {clustered};

-- What entities look like: their types, and their attributes with the kinds of these. Entities that look alike share a
-- row, so that types and attributes are found and counted without a row for each of them. Rows never change.
create table context_shape (
    city text not null, no {growing_key}, tenant text not null, digest text not null, types text not null,
    attrs text not null
) {strict};
create unique index context_shape_digest on context_shape (city, tenant, digest);

-- Entities: `body` in the broker's internal form is the truth, `times` says when its parts were made and changed.
-- `cell` is the place of a point (`location`) on a curve that fills the world; -1 for other geometries, null without one.
-- `expires_us` is 0 for what stays.
create table context_entity (
    city text not null, rid {growing_key}, tenant text not null, id text not null, shape bigint not null,
    body text not null, times text not null, created_us bigint not null, modified_us bigint not null,
    expires_us bigint not null, cell bigint, rev bigint not null
) {strict};
create unique index context_entity_id on context_entity (city, tenant, id);
create index context_entity_shape on context_entity (city, tenant, shape, rid, expires_us);
create index context_entity_cell on context_entity (city, tenant, cell);
create index context_entity_expiry on context_entity (city, expires_us);

-- Each change of an entity, once: what was changed and what stood there before. Who follows changes reads it in the order
-- of `writer` and `seq`, and the history is made from it.
create table context_event (
    city text not null, seq {growing_key}, writer bigint not null, tenant text not null, entity text not null,
    kind text not null, at_us bigint not null, types text not null, changed text not null, body text not null
) {strict};
create index context_event_order on context_event (city, writer, seq);

-- @contexts: hosted for somebody, made by the broker for an answer, or kept from elsewhere. `tenant` is empty for what
-- was kept from elsewhere, which is public.
create table context_ld (
    city text not null, id text not null, tenant text not null, url text not null, kind text not null,
    body text not null, made_us bigint not null, used_us bigint not null, hits bigint not null,
    primary key (city, id)
) {strict};
create unique index context_ld_url on context_ld (city, tenant, url);

-- Who may see entities of a type: everybody (public) or nobody over the API (personal); a type without a row is internal.
create table context_class (
    city text not null, type text not null, class text not null, rev bigint not null, at_us bigint not null,
    primary key (city, type)
) {clustered};
