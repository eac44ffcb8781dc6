-- Pairs that a person should look at and nobody decided yet, the likeliest first. $1 how many
select shop_a.slug || '/' || a.shop_listing_id as one, a.title as one_title,
    shop_b.slug || '/' || b.shop_listing_id as other, b.title as other_title, doubt.score, doubt.explanation
from gateway.match_doubt as doubt
join gateway.listing as a on a.id = doubt.listing_a and not a.gone
join gateway.listing as b on b.id = doubt.listing_b and not b.gone
join gateway.shop as shop_a on shop_a.id = a.shop_id
join gateway.shop as shop_b on shop_b.id = b.shop_id
where not exists (
    select from gateway.match_decision as decision
    where decision.listing_a = doubt.listing_a and decision.listing_b = doubt.listing_b
)
order by doubt.score desc, doubt.listing_a, doubt.listing_b
limit $1
