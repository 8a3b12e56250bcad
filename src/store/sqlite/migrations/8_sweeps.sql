-- What the last sweep of old messages did, a kind.
create table sweeps (
    kind     text primary key,
    swept_at text not null,
    deleted  integer not null,
    held     integer not null
) without rowid;

-- Our values of all but sales, which are found by the partner's.
create index depara_internal on depara (internal) where alias <> 'SL1';
