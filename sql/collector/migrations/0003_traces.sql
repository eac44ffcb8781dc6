-- The trace that an event is a part of, which goes on where the event is applied.
alter table collector.outbox add column traceparent text;
