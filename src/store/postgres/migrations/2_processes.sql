-- What each daemon says of itself: which catalog is in force there, and why the files as they stand are not.
create table processes (
    id      uuid primary key,                 -- the holder of its leases
    name    text not null,
    catalog text not null,
    since   timestamptz not null,
    refused text not null,                    -- one reason a line
    seen_at timestamptz not null
);
