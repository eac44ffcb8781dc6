-- What people call technologies and shops.
select 'technology' as kind, code as value, name as label from gateway.technology
union all
select 'shop' as kind, slug as value, name as label from gateway.shop
