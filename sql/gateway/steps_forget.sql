-- All but the newest $1.
delete from gateway.step where version <= (select version - $1 from gateway.catalogue)
