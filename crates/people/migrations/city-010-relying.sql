-- Providers of other organisations through which people sign in. `body` is how the provider was set up, as JSON; its
-- secret and its key stand sealed in ground_secret.
create table people_provider (
    city text not null, id text not null, slug text not null, issuer text not null, body text not null,
    place bigint not null, state text not null, rev bigint not null, saved_ms bigint not null, saved_by text not null,
    primary key (city, id)
) {clustered};
create unique index people_provider_slug on people_provider (city, slug);

-- What a provider publishes about itself, kept for a while: at most one row per provider.
create table people_provider_found (
    city text not null, provider text not null, document text not null, document_ms bigint not null,
    keys text not null, keys_ms bigint not null,
    primary key (city, provider)
) {clustered};
