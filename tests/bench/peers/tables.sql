-- The tables of the peers: what their authors would make of the same sale. Narrower than eaid's, with the same rows:
-- one each in inbox, sl1 and outbox, three in sl2, two in sl4.

create table inbox (
    uuid        uuid primary key,
    product     text not null,
    transaction text not null,
    internal_id text not null,
    received_at timestamptz not null default now(),
    body        bytea compression lz4 not null
);

create table sl1 (
    l1_filial  text not null,
    l1_num     bigint generated always as identity,
    l1_docped  text not null,
    l1_cliente text not null,
    l1_vend    text not null,
    l1_estacao text not null,
    l1_operado text not null,
    l1_emissao timestamp not null,
    l1_vlrtot  numeric(16, 2) not null,
    l1_vlrliq  numeric(16, 2) not null,
    l1_descont numeric(16, 2) not null,
    l1_situa   text not null default 'RX',
    primary key (l1_filial, l1_num)
);
create index on sl1 (l1_docped);
create index on sl1 (l1_num) where l1_situa = 'RX';

create table sl2 (
    l2_filial  text not null,
    l2_num     bigint not null,
    l2_item    text not null,
    l2_produto text not null,
    l2_descri  text not null,
    l2_um      text not null,
    l2_local   text not null,
    l2_quant   numeric(16, 4) not null,
    l2_vrunit  numeric(16, 4) not null,
    l2_vlritem numeric(16, 2) not null,
    l2_valdesc numeric(16, 2) not null,
    primary key (l2_filial, l2_num, l2_item)
);

create table sl4 (
    l4_filial  text not null,
    l4_num     bigint not null,
    l4_item    integer not null,
    l4_data    date not null,
    l4_valor   numeric(16, 2) not null,
    l4_forma   text not null,
    l4_adminis text not null,
    l4_parcela integer not null,
    primary key (l4_filial, l4_num, l4_item)
);

create table outbox (
    id         uuid primary key,
    message    uuid not null,
    body       text not null,
    created_at timestamptz not null default now(),
    sent_at    timestamptz
);
create index on outbox (created_at) where sent_at is null;
