-- $1 slugs
select slug from gateway.card where slug = any($1::text[])
union
select slug from gateway.card_alias where slug = any($1::text[])
