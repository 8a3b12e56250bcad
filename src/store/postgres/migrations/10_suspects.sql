-- Messages that came back again and again, each noted before it is tried alone, and struck when the process has
-- survived it.
create table suspects (
    digest text primary key,                  -- of the bytes
    tried  integer not null,
    at     timestamptz not null
);
