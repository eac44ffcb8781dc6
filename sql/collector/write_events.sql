-- Events that happened at $1, in their order; $5 is the trace that they are a part of.
insert into collector.outbox (message_id, routing_key, payload, traceparent, created_at)
select event.message_id, event.routing_key, event.payload, $5, $1
from unnest($2::text[], $3::text[], $4::bytea[]) with ordinality
    as event (message_id, routing_key, payload, place)
order by event.place
