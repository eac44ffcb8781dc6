-- RabbitMQ has confirmed the events $1.
delete from collector.outbox where id = any($1)
