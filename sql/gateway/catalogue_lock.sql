-- Whoever holds this row applies; the others wait. Held to the end of the transaction.
select rates from gateway.catalogue for update
