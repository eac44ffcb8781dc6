-- Cards that others took over after a version. $1 the version
select id from gateway.card_alias where changed_version > $1
