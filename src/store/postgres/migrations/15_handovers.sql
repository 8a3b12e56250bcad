-- What a process was given to publish when it kept a batch, a row a batch: what becomes of each is noted when it is
-- known, and so written once. A row ends when that is known of all, or with its lease: what is left is then due.
create table handovers (
    id           uuid primary key,            -- the first of the rows
    ids          uuid[] not null,             -- rows of the outbox
    leased_by    uuid not null,
    leased_until timestamptz not null
);

-- What is still to be sent, and why the broker returned it, if it did.
create view unsent as
select id, unroutable from sending where sent_at is null and unroutable = ''
union all
select id, unroutable from sending where sent_at is null and unroutable <> ''
union all
select u.id, '' from handovers h cross join unnest(h.ids) as u (id)
-- One look each: a join may be turned round, and then reads all that was ever sent.
where (select s.id from sending s where s.id = u.id) is null;
