-- A message of 5 kB, once compressed, stays in its row: a second table and its index for each would be filled too.
alter table inbox set (toast_tuple_target = 4080);
