-- What messages waited for, and how long: a wait that ends leaves its line here, however it ends.
alter table waits add column since text not null default '';
create trigger waits_begin after insert on waits begin
    update waits set since = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') where message = new.message and "key" = new."key";
end;

create table waited (
    message text not null,
    "key"   text not null,
    path    text not null,
    since   text not null,
    until   text not null
);
create index waited_message on waited (message);

create trigger waits_end after delete on waits begin
    insert into waited (message, "key", path, since, until)
    values (old.message, old."key", old.path, old.since, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
end;
