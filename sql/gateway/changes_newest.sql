-- The newest change there ever was, also when it is not kept any more.
select greatest(
    catalogue.changes_forgotten_through, (select coalesce(max(change.id), 0) from gateway.change)
)
from gateway.catalogue
