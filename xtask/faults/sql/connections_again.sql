alter role collector connection limit -1;
alter role gateway connection limit -1;
