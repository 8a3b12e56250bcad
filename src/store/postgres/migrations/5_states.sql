-- Messages by state, oldest first. Nearly all are staged: those are found by their ids.
create index inbox_state on inbox (state, id) where state <> 'staged';
