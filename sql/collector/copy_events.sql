-- Events, in the order in which they happened.
copy collector.outbox (message_id, routing_key, payload, traceparent, created_at) from stdin (format binary)
