-- Messages of ours that the condition of their registration held back.
create table withheld (
    id            uuid primary key,
    message       uuid,                       -- row of the inbox
    partner       text not null,
    "transaction" text not null,
    subject       text not null,
    reason        text not null,
    catalog       text not null,
    created_at    timestamptz not null
);
create index withheld_subject on withheld (subject);
