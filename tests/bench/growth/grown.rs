//! A database as it is after long work: messages that are through, cloned set-based from two that really are.

use eaid_bench::{Failed, sale};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::{Duration, Instant};

/// Messages cloned in one statement.
const STRIDE: usize = 50_000;
/// The time over which they came, in seconds: sixty days.
const SPAN: f64 = 60.0 * 86_400.0;

/// The messages $1 to $2 of $3, over $4 seconds until $5: when each came, its id and that of its answer (of version 7),
/// the sender's ids, ours of its sale.
const CLONES: &str = "select n, at, md5('uuid' || n)::uuid::text as uuid, md5('digest' || n) as digest,
        (stamp || '7' || substr(own, 1, 3) || '8' || substr(own, 4, 15))::uuid as id,
        (stamp || '7' || substr(own, 18, 3) || '9' || substr(own, 17, 15))::uuid as answer,
        'VELHA-' || n as internal_id, 'v' || n as number, '01|0101|V|' || n || '|001' as sale_id
    from (
        select n, at, md5(n::text) as own, lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') as stamp
        from generate_series($1::bigint, $2) as n,
            lateral (select $5::timestamptz - make_interval(secs => (1 - n / $3) * $4)) as a (at)
    ) as made";

/// A table, the rows of it that are cloned (of a sale 0, of a customer 1), and the columns in which clones `c` differ.
type Cloned = (&'static str, String, &'static [(&'static str, &'static str)]);

/// What is cloned: every second message is a sale.
fn cloned() -> [Cloned; 8] {
    let (sale, customer) = (sale::uuid_of_sale(0), sale::uuid_of_customer(0));
    let of = "select case i.transaction when 'RETAILSALES' then 0 else 1 end as of, t.*";
    let message = |from: &str| format!("{of} from {from} where i.uuid in ('{sale}', '{customer}')");
    let of_sale = |table: &str, on: &str| {
        format!("select 0 as of, t.* from {table} t join t_sl1 s on {on} where s.uuid = '{sale}'")
    };
    [
        (
            "inbox",
            message("inbox t join inbox i on i.id = t.id"),
            &[
                ("id", "c.id"),
                ("uuid", "c.uuid"),
                ("digest", "c.digest"),
                ("internal_id", "c.internal_id"),
                ("answer", "c.answer"),
                ("received_at", "c.at"),
                ("settled_at", "c.at"),
            ],
        ),
        (
            "outbox",
            message("outbox t join inbox i on i.answer = t.id"),
            &[("id", "c.answer"), ("message", "c.id"), ("correlation", "c.uuid"), ("created_at", "c.at")],
        ),
        (
            "sending",
            message("sending t join inbox i on i.answer = t.id"),
            &[("id", "c.answer"), ("due_at", "c.at"), ("sent_at", "c.at")],
        ),
        (
            "t_sl1",
            of_sale("t_sl1", "s.l1_num = t.l1_num"),
            &[
                ("l1_num", "c.number"),
                ("sale_id", "c.sale_id"),
                ("external_id", "c.internal_id"),
                ("uuid", "c.uuid"),
                ("document", "c.sale_id"),
                ("l1_doc", "c.number"),
                ("l1_emissao", "c.at::date"),
            ],
        ),
        ("t_sl2", of_sale("t_sl2", "s.l1_num = t.l2_num"), &[("l2_num", "c.number")]),
        ("t_sl4", of_sale("t_sl4", "s.l1_num = t.l4_num"), &[("l4_num", "c.number")]),
        (
            "t_se1",
            of_sale("t_se1", "s.l1_num = t.l1_num"),
            &[("e1_num", "c.number"), ("l1_num", "c.number"), ("e1_emissao", "c.at::date")],
        ),
        (
            "depara",
            of_sale("depara", "s.sale_id = t.internal"),
            &[("external", "c.internal_id"), ("internal", "c.sale_id")],
        ),
    ]
}

/// The id under which the sender knows one of the sales, from the middle.
pub fn a_sale(messages: usize) -> String {
    format!("VELHA-{}", messages / 4 * 2)
}

/// Waits until GravaBatch has taken every sale.
pub async fn until_batched(url: &str) -> Result<(), Failed> {
    let mut connection = PgConnection::connect(url).await?;
    let deadline = Instant::now() + Duration::from_secs(300);
    while sqlx::query_scalar("select exists (select from t_sl1 where l1_situa = 'RX')")
        .fetch_one(&mut connection)
        .await?
    {
        if Instant::now() > deadline {
            return Err("GravaBatch leaves sales".into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Fills a database in which the first sale and the first customer are through.
pub async fn fill(url: &str, messages: usize) -> Result<(), Failed> {
    let mut connection = PgConnection::connect(url).await?;
    let now = chrono::Utc::now();
    for (table, rows, differs) in cloned() {
        let seeds = format!("create temp table seeds_{table} as {rows}");
        sqlx::query(AssertSqlSafe(seeds)).execute(&mut connection).await?;
        let columns: Vec<String> = sqlx::query_scalar(
            "select attname::text from pg_attribute
             where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum",
        )
        .bind(table)
        .fetch_all(&mut connection)
        .await?;
        let value = |column: &String| {
            let differs = differs.iter().find(|(differing, _)| differing == column);
            differs.map_or_else(|| format!("t.\"{column}\""), |(_, value)| (*value).to_owned())
        };
        let insert = format!(
            "insert into {table} (\"{}\") select {} from ({CLONES}) c join seeds_{table} t on t.of = c.n % 2",
            columns.join("\", \""),
            columns.iter().map(value).collect::<Vec<_>>().join(", "),
        );
        for from in (1..=messages).step_by(STRIDE) {
            sqlx::query(AssertSqlSafe(insert.clone()))
                .bind(i64::try_from(from)?)
                .bind(i64::try_from((from + STRIDE - 1).min(messages))?)
                .bind(messages as f64)
                .bind(SPAN)
                .bind(now)
                .execute(&mut connection)
                .await?;
        }
    }
    Ok(())
}
