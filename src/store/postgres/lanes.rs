//! Claims on lanes of queues and on the ready rows in them, for a time by the clock of the database.
//!
//! Rows are found in the index of the queue alone, from a place on: the order names all its columns, and nothing says
//! that the first is one value. Where it does, the planner takes the key of the table for as good, if most rows were
//! ready when it last counted, and passes all that were taken since.

#[cfg(test)]
mod tests;

use super::effects::physical;
use super::{look_up, migrate};
use crate::store::cells::read_row;
use crate::store::{Claim, Queue};
use eaid_adapters::table::Row;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

/// Claims ready rows whose lanes nobody else holds, in the order of the index, behind a row of it.
pub(super) async fn claim(pool: &PgPool, claim: &Claim<'_>) -> sqlx::Result<Vec<Row>> {
    let limit = i64::try_from(claim.limit).unwrap_or(i64::MAX);
    let mut transaction = pool.begin_with("begin; set local synchronous_commit = off").await?;
    let firsts = claim_lanes(&mut transaction, claim, limit).await?;
    // By a statement of its own: what another holder of a lane did meanwhile is seen.
    let rows =
        if firsts.is_empty() { Vec::new() } else { ready(&mut transaction, claim.queue, &firsts, limit).await? };
    transaction.commit().await?;
    Ok(rows)
}

/// Claims lanes, as many as fill the limit; gives the place of the first row in each.
async fn claim_lanes(connection: &mut PgConnection, claim: &Claim<'_>, limit: i64) -> sqlx::Result<Vec<Vec<String>>> {
    let query = sqlx::query_scalar(AssertSqlSafe(Sql::of(claim.queue).claim()))
        .bind(claim.queue.ready)
        .bind(claim.holder)
        .bind(limit)
        .bind(claim.lease.as_secs_f64());
    claim.queue.place(claim.behind).into_iter().fold(query, |query, text| query.bind(text)).fetch_all(connection).await
}

/// Reads the ready rows of lanes from their first ones on, in the order of the index.
async fn ready(
    connection: &mut PgConnection,
    queue: &Queue,
    firsts: &[Vec<String>],
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let query = sqlx::query_scalar(AssertSqlSafe(Sql::of(queue).ready())).bind(queue.ready).bind(limit);
    let columns = (0..queue.place(None).len()).map(|at| firsts.iter().map(|first| first[at].as_str()).collect());
    let query = columns.fold(query, |query, column: Vec<&str>| query.bind(column));
    let rows: Vec<Vec<Option<look_up::Short>>> = query.fetch_all(connection).await?;
    rows.into_iter().map(|texts| read_row(queue.table, look_up::words(texts))).collect()
}

/// The statements of a queue: rows are `t`, lanes with the place of their first row `n`.
struct Sql<'a> {
    queue: &'a Queue,
    table: String,
    columns: Vec<&'static str>,
}

impl<'a> Sql<'a> {
    fn of(queue: &'a Queue) -> Sql<'a> {
        Sql { queue, table: physical(queue.table), columns: queue.columns() }
    }

    /// Steps from lane to lane until there is enough, whatever waits behind that; no more of a lane is counted than
    /// can be taken. Of lanes that others hold nothing is. What was claimed is compared by hash (`is true`): as a join,
    /// which may be by loops only, each lane would be compared with each. $1 ready, $2 holder, $3 limit, $4 seconds, $5… the place.
    fn claim(&self) -> String {
        let places: Vec<String> = (0..self.columns.len() - 1).map(|at| format!("${}", at + 5)).collect();
        let state = self.columns[0];
        let next = |cells: &str, place: &str| {
            format!(
                "select {key} from {table} t where ({cells}) > ($1, {place}) and t.{state} <= $1 order by {order} limit 1",
                key = self.key("t"),
                table = self.table,
                order = self.order(),
            )
        };
        let counted = format!(
            "select count(*) as ready from (
                 select from {table} t where {ready}
                     and not exists (select from claims c where c.lane = {lane} and c.holder <> $2 and c.until >= now())
                 order by {order} limit $3
             ) as some_rows",
            table = self.table,
            ready = self.is_ready(),
            lane = self.name(),
            order = self.order(),
        );
        format!(
            "with recursive lanes as (
                 select n.*, {lane} as lane, r.ready, r.ready as total
                 from ({first}) as n cross join lateral ({counted}) as r
                 union all
                 select n.*, {lane} as lane, r.ready, l.total + r.ready
                 from lanes l cross join lateral ({following}) as n cross join lateral ({counted}) as r
                 where l.total < $3
             ), claimed as (
                 insert into claims as c (lane, holder, until)
                 select lane, $2, now() + make_interval(secs => $4) from lanes where ready > 0 order by lane
                 on conflict (lane) do update set holder = excluded.holder, until = excluded.until
                     where c.holder = excluded.holder or c.until < now()
                 returning c.lane
             )
             select array[{key}] from lanes n where n.ready > 0 and (n.lane in (select lane from claimed)) is true",
            lane = self.name(),
            first = next(&self.order(), &places.join(", ")),
            following = next(&self.state_and_lane(), &of("l", self.lane_columns())),
            key = self.key("n"),
        )
    }

    /// $1 ready, $2 limit, $3… a list for each column of the places.
    fn ready(&self) -> String {
        let lists: Vec<String> = (0..self.columns.len() - 1).map(|at| format!("${}::text[]", at + 3)).collect();
        format!(
            "select array[{texts}]::text[] from unnest({lists}) as n ({names}) cross join lateral (
                 select t.* from {table} t where {ready} order by {order} limit $2
             ) as t
             order by {order} limit $2",
            texts = look_up::texts(self.queue.table),
            lists = lists.join(", "),
            names = self.columns[1..].join(", "),
            table = self.table,
            ready = self.is_ready(),
            order = self.order(),
        )
    }

    /// Holds of a ready row of the lane `n`, from its first one on. The list of one state keeps it part of the order; the
    /// end of the lane ends the search.
    fn is_ready(&self) -> String {
        let (state, last) = (self.columns[0], self.columns[self.columns.len() - 1]);
        let lane: String = self.lane_columns().iter().map(|column| format!("t.{column} = n.{column} and ")).collect();
        let rest = migrate::whole(self.queue.table, self.queue.rest);
        format!("t.{state} = any(array[$1]) and {lane}t.{last} >= n.{last} and {rest} <= extract(epoch from now())")
    }

    /// The name of the lane `n`: the queue, and the values of its columns.
    fn name(&self) -> String {
        let values: String = self.lane_columns().iter().map(|column| format!(" || '|' || n.{column}")).collect();
        format!("('{}'{values})", self.queue.name)
    }

    fn lane_columns(&self) -> &[&'static str] {
        &self.columns[1..self.columns.len() - 1]
    }

    /// The whole index, of rows.
    fn order(&self) -> String {
        of("t", &self.columns)
    }

    fn state_and_lane(&self) -> String {
        of("t", &self.columns[..self.columns.len() - 1])
    }

    /// The lane, and the place there.
    fn key(&self, of_what: &str) -> String {
        of(of_what, &self.columns[1..])
    }
}

/// Columns of what is called so.
fn of(name: &str, columns: &[&str]) -> String {
    columns.iter().map(|column| format!("{name}.{column}")).collect::<Vec<_>>().join(", ")
}
