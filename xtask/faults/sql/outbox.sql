-- How many events wait for RabbitMQ.
select count(*) from collector.outbox;
