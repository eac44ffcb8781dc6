-- The digest of the versions of the shop $1 may be wrong: it is worked out of all listings when it is told next.
update collector.versions set digest = null where shop = $1
