-- Messages of ours that the condition of their registration held back.
create table withheld (
    id            text primary key,
    message       text,                       -- row of the inbox
    partner       text not null,
    "transaction" text not null,
    subject       text not null,
    reason        text not null,
    catalog       text not null,
    created_at    text not null
) without rowid;
create index withheld_subject on withheld (subject);
