-- A catalogue that is filled for the first time writes every card and each of its technologies. What a card's technologies
-- refer to is written before them in the same transaction, by the one gateway that holds the catalogue's lock, and a card
-- that ends takes them with it.
alter table gateway.card_technology drop constraint card_technology_technology_id_fkey;

-- How many cards support a technology is known by what each gateway has in memory.
drop index gateway.card_technology_by_technology;
