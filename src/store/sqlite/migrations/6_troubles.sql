-- What does not work in each daemon, one thing a line, as `/readyz` says it there.
alter table processes add column troubles text not null default '';
