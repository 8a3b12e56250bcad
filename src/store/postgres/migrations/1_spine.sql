-- The spine: what every message needs, whatever its routine. Texts that are looked up are compared byte by byte.

create table inbox (
    id             uuid primary key,
    partner        text collate "C" not null,
    uuid           text collate "C" not null,
    digest         text collate "C" not null,
    transaction    text collate "C" not null,
    internal_id    text collate "C" not null,
    product        text not null,
    source         text not null,
    event          text not null,
    version        text not null,
    generated_on   text not null,
    origin         text not null,
    format         text not null,
    content_type   text not null,
    received_at    timestamptz not null,
    catalog        text not null,
    body           bytea not null,
    state          text collate "C" not null,
    cause          text not null default '',
    violations     text not null default '',  -- JSON; no violations: empty
    ids            text not null default '',  -- JSON; no ids: empty
    answer         uuid,                      -- row of the outbox
    patience_until timestamptz,
    attempts       integer not null default 1,
    settled_at     timestamptz,
    claimed_by     uuid,
    claimed_until  timestamptz
);
-- The same message is the same partner and UUID with equal content.
create unique index inbox_fingerprint on inbox (uuid, partner, digest) where uuid <> '';
create index inbox_digest on inbox (digest, partner, id) where uuid = '';
create index inbox_woken on inbox (id) where state = 'woken';
create index inbox_patience on inbox (patience_until) where state = 'waiting';
create index inbox_waiting on inbox (internal_id, partner, transaction) where state = 'waiting';
create index inbox_internal_id on inbox (internal_id) where internal_id <> '';

create table outbox (
    id           uuid primary key,            -- the UUID of its envelope
    message      uuid,                        -- row of the inbox
    kind         text not null,
    partner      text collate "C" not null,
    transaction  text collate "C" not null,
    correlation  text collate "C" not null,
    subject      text collate "C" not null,
    route_key    text not null,
    transport    text not null,
    format       text not null,
    body         text not null,
    created_at   timestamptz not null
);
create index outbox_message on outbox (message);
create index outbox_correlation on outbox (correlation) where kind <> 'response';
create index outbox_subject on outbox (subject) where subject <> '';

-- What became of each row of the outbox, apart from it: marks are frequent, and the outbox is wide.
create table sending (
    id           uuid primary key,            -- row of the outbox
    due_at       timestamptz not null,
    sent_at      timestamptz,
    unroutable   text not null default '',    -- why the broker returned it
    error        text not null default '',    -- why it was not confirmed the last time
    attempts     integer not null default 0,
    leased_by    uuid,
    leased_until timestamptz
);
create index sending_due on sending (id) where sent_at is null and unroutable = '';
create index sending_unroutable on sending (id) where sent_at is null and unroutable <> '';

create table depara (
    partner  text collate "C" not null,
    alias    text collate "C" not null,
    field    text not null,
    external text collate "C" not null,
    internal text collate "C" not null,
    stamp    text not null,                   -- GeneratedOn of the message that wrote it; by hand: empty
    primary key (external, partner, alias)
);

-- What waiting messages wait for.
create table waits (
    key      text collate "C" not null,
    message  uuid not null,
    path     text not null,
    text     text not null,
    area     text collate "C" not null,                   -- the alias, or the table
    partner  text collate "C" not null,                   -- of a row: empty
    external text collate "C" not null,                   -- the partner's code, or the row's key
    is_over  boolean not null default false,  -- it never came and the message was refused
    primary key (message, key)
);
create index waits_key on waits (key);

create table numbers (
    sequence text collate "C" primary key,
    next     bigint not null
);

-- Lanes of queues, worked by one process at a time.
create table claims (
    lane   text collate "C" primary key,
    holder uuid not null,
    until  timestamptz not null
);

-- The declared tables as they were last made: says what is to be done, and whether anything is.
create table declared (
    name       text collate "C" primary key,
    definition text not null
);

-- Bodies are compressed with lz4, which is cheap; where the server lacks it, not at all.
do $$
begin
    execute 'alter table inbox alter column body set compression lz4';
    execute 'alter table outbox alter column body set compression lz4';
exception when others then
    alter table inbox alter column body set storage external;
    alter table outbox alter column body set storage external;
end $$;

create view xxf as
select partner as xxf_refer, alias as xxf_alias, field as xxf_field, external as xxf_extval, internal as xxf_intval
from depara;

create view xx3 as
select
    i.uuid        as xx3_uuid,
    i.product     as xx3_product,
    i.source      as xx3_source,
    i.transaction as xx3_model,
    i.event       as xx3_event,
    i.version     as xx3_versao,
    i.internal_id as xx3_internalid,
    case
        when i.state = 'woken' then 'waiting'
        when i.state = 'staged' and (i.answer is null or s.sent_at is not null) then 'answered'
        else i.state
    end           as xx3_status,
    i.attempts    as xx3_tentat,
    i.received_at as xx3_received,
    i.settled_at  as xx3_settled,
    i.cause       as xx3_cause,
    i.id          as xx3_id,
    i.partner     as xx3_partner,
    i.origin      as xx3_origin
from inbox i
left join sending s on s.id = i.answer;
