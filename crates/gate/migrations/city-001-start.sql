-- Letters to be sent, sent, and not sent. `sealed` holds whom it is for and what it says, sealed with the house's key;
-- it is empty once nobody needs it any more. `host` is the part of the address after the @.
create table gate_mail (
    city text not null, id text not null, kind text not null, urgent bigint not null, secret bigint not null,
    state text not null, sealed text not null, host text not null, message_id text not null, tries bigint not null,
    cause text not null, said text not null, made_ms bigint not null, until_ms bigint not null,
    next_ms bigint not null, done_ms bigint not null,
    primary key (city, id)
) {strict};
create index gate_mail_state on gate_mail (city, state, id);
create index gate_mail_age on gate_mail (city, made_ms);

-- When the mail server last answered this city, and since when it does not.
create table gate_mail_server (
    city text not null, answered_ms bigint not null, failed_ms bigint not null, cause text not null,
    primary key (city)
) {clustered};
