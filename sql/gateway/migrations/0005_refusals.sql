-- Why messages were put aside. They themselves are in the queue of dead letters; a broker keeps no reason.

create table gateway.refusal (
    -- Of the message's bytes.
    fingerprint text primary key,
    reason text not null,
    count bigint not null default 1,
    first_at timestamptz not null,
    last_at timestamptz not null
);

create index refusal_by_time on gateway.refusal (last_at);
