//! The bare keeper: the relay, with the rows that eaid left of as many sales, written again by COPY into tables of the
//! same shape, a transaction a batch. It reads no message, looks nothing up, decides nothing, and marks no answer as
//! sent.

use eaid_bench::broker::{Broker, IN};
use eaid_bench::database::Database;
use eaid_bench::figures::Figures;
use eaid_bench::part::{self, Part};
use eaid_bench::relay::{PREFETCH, answer};
use eaid_bench::servers::Servers;
use eaid_bench::{Failed, options};
use futures_util::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Connection, ConnectionProperties};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// The word by which the benchmark starts itself again as the keeper; behind it stand how many messages there are, and
/// the database.
const WORD: &str = "--bare";

/// Messages kept together, at most, as eaid does.
const TOGETHER: usize = 200;
/// Transactions at once, as eaid has them.
const AT_ONCE: usize = 2;

/// The tables of a sale, how many rows it has of each, and which rows are of sales.
const TABLES: [(&str, usize, &str); 7] = [
    ("inbox", 1, "transaction = 'RETAILSALES'"),
    ("outbox", 1, "transaction = 'RETAILSALES'"),
    ("sending", 1, "id in (select id from outbox where transaction = 'RETAILSALES')"),
    ("depara", 1, "alias = 'SL1'"),
    ("t_sl1", 1, "true"),
    ("t_sl2", 3, "true"),
    ("t_sl4", 2, "true"),
];

/// Is the keeper, if this process was started as that, and says whether it was.
pub async fn is_played(servers: &Servers) -> Result<bool, Failed> {
    let Some(messages) = options::part(WORD) else { return Ok(false) };
    let database = std::env::args().nth(3).ok_or("no database")?;
    run(&servers.amqp, &database, messages.parse()?).await?;
    Ok(true)
}

/// One run of it, over the database in which eaid has staged so many sales.
pub async fn measure(
    servers: &Servers,
    broker: &Broker,
    database: &Database,
    messages: usize,
    name: &str,
) -> Result<Figures, Failed> {
    let mut connection = PgConnection::connect(&database.url).await?;
    for (table, ..) in TABLES {
        let sql = format!("create table bare_{table} (like {table} including all)");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await?;
    }
    database.settle().await?;
    let start = || Part::start(&[WORD, &messages.to_string(), &database.url]);
    let figures = part::measure(servers, broker, messages, name, start).await?;
    let kept: Vec<(String, usize)> =
        TABLES.iter().map(|(table, each, _)| (format!("bare_{table}"), each * messages)).collect();
    let kept: Vec<(&str, usize)> = kept.iter().map(|(table, rows)| (table.as_str(), *rows)).collect();
    database.check_rows(&kept).await?;
    Ok(figures)
}

/// The rows of a table, as COPY gives and takes them.
struct Rows {
    table: &'static str,
    /// How many belong to a message.
    each: usize,
    bytes: Vec<u8>,
    /// Where each begins, and where the last ends.
    starts: Vec<usize>,
}

/// What COPY begins with: its signature, no flags, no extension.
const HEAD: [u8; 19] = *b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
const END: [u8; 2] = [0xff; 2];

impl Rows {
    async fn read(
        connection: &mut PgConnection,
        (table, each, condition): (&'static str, usize, &str),
        messages: usize,
    ) -> Result<Rows, Failed> {
        let limit = each * messages;
        let sql = format!("copy (select * from {table} where {condition} limit {limit}) to stdout (format binary)");
        let mut given = connection.copy_out_raw(&sql).await?;
        let mut bytes = Vec::new();
        while let Some(part) = given.next().await {
            bytes.extend_from_slice(&part?);
        }
        let (mut starts, mut at) = (Vec::with_capacity(limit + 1), HEAD.len());
        while starts.len() < limit {
            starts.push(at);
            let fields = i16::from_be_bytes(part(&bytes, at)?);
            at += 2;
            for _ in 0..fields {
                let length = i32::from_be_bytes(part(&bytes, at)?);
                at += 4 + usize::try_from(length).unwrap_or_default();
            }
        }
        starts.push(at);
        Ok(Rows { table, each, bytes, starts })
    }

    /// The rows of some messages.
    fn of(&self, messages: &Range<usize>) -> &[u8] {
        &self.bytes[self.starts[messages.start * self.each]..self.starts[messages.end * self.each]]
    }
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Failed> {
    Ok(bytes.get(at..at + N).ok_or("fewer rows than messages")?.try_into()?)
}

/// Writes the rows of some messages, in a transaction.
async fn keep(
    mut connection: PgConnection,
    all: Arc<Vec<Rows>>,
    messages: Range<usize>,
) -> Result<PgConnection, Failed> {
    let mut transaction = connection.begin().await?;
    for rows in all.iter() {
        let sql = format!("copy bare_{} from stdin (format binary)", rows.table);
        let mut copy = transaction.copy_in_raw(&sql).await?;
        copy.send([HEAD.as_slice(), rows.of(&messages), &END].concat()).await?;
        copy.finish().await?;
    }
    transaction.commit().await?;
    Ok(connection)
}

/// A batch under way.
struct UnderWay {
    deliveries: Vec<Delivery>,
    keeping: JoinHandle<Result<PgConnection, Failed>>,
}

async fn run(broker: &str, database: &str, messages: usize) -> Result<(), Failed> {
    let mut idle = Vec::new();
    for _ in 0..AT_ONCE {
        // By a socket of files: by TCP sqlx's COPY stalls (transact-rs/sqlx#4335).
        idle.push(PgConnection::connect(database).await?);
    }
    let mut all = Vec::new();
    for table in TABLES {
        all.push(Rows::read(&mut idle[0], table, messages).await?);
    }
    let all = Arc::new(all);
    let incoming = Connection::connect(broker, ConnectionProperties::default()).await?;
    let outgoing = Connection::connect(broker, ConnectionProperties::default()).await?;
    let (kept, to_answer) = mpsc::channel(PREFETCH.into());
    let answering = tokio::spawn(async move {
        answer(&outgoing, to_answer).await?;
        Ok::<_, Failed>(outgoing)
    });
    let channel = incoming.create_channel().await?;
    channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
    let consumed =
        channel.basic_consume(IN.into(), "bare".into(), BasicConsumeOptions::default(), FieldTable::default());
    let mut batches = consumed.await?.ready_chunks(TOGETHER);
    let mut under_way: VecDeque<UnderWay> = VecDeque::new();
    let mut taken = 0;
    while taken < messages || !under_way.is_empty() {
        tokio::select! {
            biased;
            connection = first(&mut under_way) => {
                idle.push(connection?);
                let Some(UnderWay { deliveries, .. }) = under_way.pop_front() else { continue };
                if let Some(last) = deliveries.last() {
                    last.acker.ack(BasicAckOptions { multiple: true }).await?;
                }
                for delivery in deliveries {
                    kept.send(delivery.properties.message_id().clone().unwrap_or_default()).await?;
                }
            }
            batch = batches.next(), if taken < messages && !idle.is_empty() => {
                let deliveries = batch.ok_or("the broker ended the consumer")?.into_iter().collect::<Result<Vec<_>, _>>()?;
                let Some(connection) = idle.pop() else { continue };
                let range = taken..taken + deliveries.len();
                taken = range.end;
                under_way.push_back(UnderWay { deliveries, keeping: tokio::spawn(keep(connection, all.clone(), range)) });
            }
        }
    }
    drop(kept);
    let outgoing = answering.await??;
    // The watcher reads what this process used; it ends when its input does.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    incoming.close(200, "done".into()).await?;
    outgoing.close(200, "done".into()).await?;
    Ok(())
}

/// Waits for the oldest under way; where there is none, for ever.
async fn first(under_way: &mut VecDeque<UnderWay>) -> Result<PgConnection, Failed> {
    match under_way.front_mut() {
        Some(first) => (&mut first.keeping).await?,
        None => std::future::pending().await,
    }
}
