-- What messages waited for, and how long: a wait that ends leaves its line here, however it ends.
alter table waits add column since timestamptz not null default now();

create table waited (
    message uuid not null,
    key     text collate "C" not null,
    path    text not null,
    since   timestamptz not null,
    until   timestamptz not null
);
create index waited_message on waited (message);

create function waits_end() returns trigger language plpgsql as $$
begin
    insert into waited (message, key, path, since, until) values (old.message, old.key, old.path, old.since, now());
    return null;
end $$;
create trigger waits_end after delete on waits for each row execute function waits_end();
