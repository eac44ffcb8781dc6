-- Which cards changed with each version after $1, up to $2; null: any may have.
select card_ids
from gateway.step
where version > $1 and version <= $2
