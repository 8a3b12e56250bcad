-- With `[gravabatch] enabled = false` somebody else takes the sales in RX and reports each one here, in the
-- transaction of his own work. True: the sale changed; false: the same was reported before. Whoever waits for the
-- sale is woken at once; the rest that follows (a failure is told to the sender) is done by the daemon, which finds
-- the report in t_gravabatch_reported. Who may call it needs no right on any table.
create function eaid_gravabatch_done(branch text, number text, situa text, error text) returns boolean
language plpgsql security definer set search_path from current as $$
#variable_conflict use_column
declare
    ends constant text := upper(btrim(situa));
    reason constant text := btrim(coalesce(error, ''));
    sale record;
    how_many integer;
    wanted text;
begin
    if ends is null or ends not in ('OK', 'FR', 'ER') then
        raise exception 'eaid: situação "%": esperado OK, FR ou ER', situa using errcode = 'invalid_parameter_value';
    end if;
    -- As every transaction that may bring what a message waits for.
    perform pg_advisory_xact_lock_shared(4992370, 1);
    select count(*) into how_many from t_sl1
    where l1_num = rtrim(number) and l1_filial = rtrim(branch) and l1_orcres = '';
    if how_many <> 1 then
        raise exception 'eaid: há % vendas % na filial %', how_many, number, branch using errcode = 'no_data_found';
    end if;
    select company, l1_filial, l1_num, l1_situa into sale from t_sl1
    where l1_num = rtrim(number) and l1_filial = rtrim(branch) and l1_orcres = '' for update;
    if sale.l1_situa = ends then
        return false;
    end if;
    if sale.l1_situa <> 'RX' then
        raise exception 'eaid: a venda % da filial % está em %, não em RX', number, branch, sale.l1_situa
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    update t_sl1 set l1_situa = ends,
        l1_ergrvbt = case when ends = 'ER' then reason else '' end,
        cause = case when ends = 'ER' then 'internal' else '' end
    where company = sale.company and l1_filial = sale.l1_filial and l1_num = sale.l1_num;
    insert into t_gravabatch_reported (company, branch, number, state, situa, error)
    values (sale.company, sale.l1_filial, sale.l1_num, 'new', ends, reason)
    on conflict (company, branch, number) do update
        set state = excluded.state, situa = excluded.situa, error = excluded.error;
    wanted := 'sl1 not RX/' || sale.company || '|' || sale.l1_filial || '|' || sale.l1_num;
    with gone as (
        delete from waits w where w.key = wanted returning w.message
    ), locked as (
        select i.id from inbox i join gone on gone.message = i.id order by i.id for update of i
    )
    update inbox i set state = 'woken' from locked
    where i.id = locked.id and i.state = 'waiting'
        and not exists (select from waits w where w.message = i.id and w.key <> wanted);
    return true;
end $$;
