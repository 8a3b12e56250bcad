-- A message knows its answer, and an answer the business key of its message: only what else is sent is found by them.
drop index outbox_message;
drop index outbox_subject;
create index outbox_message on outbox (message) where kind <> 'response';
create index outbox_subject on outbox (subject) where kind <> 'response' and subject <> '';
