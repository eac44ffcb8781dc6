-- Every write fails as it does where the disk is full, with the same code.
create schema faults;
create function faults.disk_full() returns trigger language plpgsql as $$
begin
    raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
end $$;
create trigger disk_full before insert or update on collector.listing
    for each statement execute function faults.disk_full();
create trigger disk_full before insert or update on collector.shop
    for each statement execute function faults.disk_full();
create trigger disk_full before insert or update on gateway.listing
    for each statement execute function faults.disk_full();
create trigger disk_full before insert or update on gateway.card
    for each statement execute function faults.disk_full();
