-- When a card is taken over by another one, the listings that went, or are no cards any more, and once belonged to it are
-- told so. There are few of them, and without this index all listings were looked through.
create index listing_by_former_card on gateway.listing (card_id) where gone or apart;
