-- The oldest $1 events that are not confirmed.
select id, message_id, routing_key, payload, traceparent, created_at from collector.outbox order by id limit $1
