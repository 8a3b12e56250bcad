-- Bodies come packed by eaid: what is kept as it came has no `plain`, which else says how many bytes were packed.
alter table inbox add column plain integer;
alter table outbox add column plain integer;
