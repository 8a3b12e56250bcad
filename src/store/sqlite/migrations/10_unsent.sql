-- What is still to be sent, and why the broker returned it, if it did.
create view unsent as
select id, unroutable from sending where sent_at is null and unroutable = ''
union all
select id, unroutable from sending where sent_at is null and unroutable <> '';
