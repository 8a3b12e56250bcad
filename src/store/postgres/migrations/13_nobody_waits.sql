-- Asked by a statement that adds few rows and is a transaction of its own, before it adds them: nobody parks until it is
-- over, and nobody waits for the keys that it brings. Each statement of a volatile function sees what was committed
-- before it, so the second sees all who parked before the lock was ours, which the statement around it may not.
create function nobody_waits(keys text[]) returns boolean language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock_shared(4992370, 1);
    if exists (select from waits w where w.key = any (keys)) then
        raise exception 'somebody waits for what is brought' using errcode = 'EA001';
    end if;
    return true;
end $$;
