-- What can be found, and the words it is found by. The words are derived: they can be made anew from the documents.
-- What a question is filtered by stands before the long texts, so that those are read for finds only.
create table ground_search (
    city text not null, no {growing_key}, kind text not null, id text not null, lang text not null,
    visibility text not null, visible_to text not null, department text, weight bigint not null, at_ms bigint not null,
    href text not null, title text not null, folded_title text not null, folded text not null, body text not null
) {strict};
create unique index ground_search_thing on ground_search (city, kind, id, lang);
{words_table(ground_search_words)};
{words_index(ground_search_words)};
