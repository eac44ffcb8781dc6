-- Whoever holds this row applies; the others wait. Held to the end of the transaction.
select version from gateway.catalogue for update
