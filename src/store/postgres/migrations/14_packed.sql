-- Bodies come packed by eaid: what is kept as it came has no `plain`, which else says how many bytes were packed.
alter table inbox alter column body set storage external, add column plain integer;
alter table outbox alter column body type bytea using convert_to(body, 'UTF8'), add column plain integer;
alter table outbox alter column body set storage external;
