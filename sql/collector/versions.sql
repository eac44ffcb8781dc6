-- The digest of the versions of all listings of the shop $1, as the contract of events has it: for each of the 256
-- buckets by the first byte of MD5 of the identifier, the sum modulo 2^64 of the first eight bytes of MD5 of
-- `listing_id:version`, in hexadecimal digits.
with listing as (
    select
        left(md5(listing_id), 2) as bucket,
        ('x' || left(md5(listing_id || ':' || version), 16))::bit(64)::bigint as digest
    from collector.listing
    where shop = $1
),
bucket as (
    -- Signed numbers that are the same modulo 2^64, of which eight bytes are the same digits.
    select bucket, mod(sum(digest), 18446744073709551616) as digest
    from listing
    group by bucket
),
digits as (
    select
        bucket,
        to_hex((digest - case
            when digest >= 9223372036854775808 then 18446744073709551616
            when digest < -9223372036854775808 then -18446744073709551616
            else 0
        end)::bigint) as digits
    from bucket
)
select string_agg(lpad(coalesce(digits.digits, ''), 16, '0'), '' order by number)
from generate_series(0, 255) as number
left join digits on digits.bucket = lpad(to_hex(number), 2, '0')
