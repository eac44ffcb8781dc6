-- Of each shop: how many prices, and how many listings whose own change time went back, wait to be believed.
select
    shop.shop,
    count(held_in_crawl) as prices,
    count(*) filter (where older_crawls > 0) as older
from collector.shop
left join collector.listing
    on listing.shop = shop.shop and (presence = 'missing' or held_in_crawl is not null or older_crawls > 0)
group by shop.shop
