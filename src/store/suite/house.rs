//! A database for one test, and the makings of batches.

use crate::store::{
    Ask, Batch, Bounds, BusinessKey, Entry, Fingerprint, Found, Kept, NotKept, Outgoing, Place, SendKind, Settled,
    State, Store, open,
};
use chrono::{NaiveDate, SubsecRound, TimeDelta, Utc};
use eaid_adapters::effect::{Alias, Effect, Key, Update};
use eaid_adapters::table::{Cell, Kind, Row, Table};
use eaid_adapters::verdict::Missing;
use eaid_adapters::world::{DePara, Wants};
use sqlx::{AssertSqlSafe, Connection, Row as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

pub const PARTNER: &str = "OMNI";
pub const MINUTE: Duration = Duration::from_secs(60);

/// So many rows, of whatever size.
pub fn up_to(rows: usize) -> Bounds {
    Bounds { rows, bytes: usize::MAX }
}

/// A store of its own.
pub struct House {
    pub store: Arc<dyn Store>,
    pub url: String,
    _folder: Option<tempfile::TempDir>,
}

impl House {
    /// In PostgreSQL, with every declared table.
    pub async fn postgres(name: &str) -> House {
        let house = House::empty_postgres(name).await;
        house.store.migrate(eaid_adapters::TABLES).await.expect("migrated");
        house
    }

    /// In SQLite, with every declared table.
    pub async fn sqlite() -> House {
        let house = House::empty_sqlite().await;
        house.store.migrate(eaid_adapters::TABLES).await.expect("migrated");
        house
    }

    /// In PostgreSQL, with nothing.
    pub async fn empty_postgres(name: &str) -> House {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let server = std::env::var("EAID_TEST_DATABASE_URL").unwrap_or_else(|_| {
            panic!("EAID_TEST_DATABASE_URL is not set: run tests/run, which starts a PostgreSQL for the tests")
        });
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("store_{name}_{}_{number}", std::process::id());
        let mut connection = sqlx::PgConnection::connect(&server).await.expect("a connection");
        let create = format!("create database {name} template template0");
        sqlx::raw_sql(AssertSqlSafe(create)).execute(&mut connection).await.expect("a database");
        let (place, query) =
            server.split_once('?').map_or((&*server, String::new()), |(place, q)| (place, format!("?{q}")));
        let scheme_end = place.find("://").map_or(0, |at| at + 3);
        let host_end = place[scheme_end..].find('/').map_or(place.len(), |at| scheme_end + at);
        let url = format!("{}/{name}{query}", &place[..host_end]);
        House { store: open(&url).await.expect("PostgreSQL"), url, _folder: None }
    }

    /// In SQLite, with nothing.
    pub async fn empty_sqlite() -> House {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("eaid.db").display());
        House { store: open(&url).await.expect("SQLite"), url, _folder: Some(folder) }
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// Sets the clock of its PostgreSQL, for whoever connects from now on, and from then on at once.
    pub async fn set_clock(&self, hours: i32) {
        let (_, name) = self.url.rsplit_once('/').expect("a database");
        let sql = format!(
            "create or replace function public.now() returns timestamptz language sql stable
                 as 'select pg_catalog.now() + interval ''{hours} hours''';
             alter database {name} set search_path = public, pg_catalog"
        );
        let mut connection = sqlx::PgConnection::connect(&self.url).await.expect("a connection");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.expect("set");
    }

    /// Another process's store on the same database.
    pub async fn other(&self) -> Arc<dyn Store> {
        open(&self.url).await.expect("the same database")
    }

    /// Keeps a batch, which must be kept.
    pub async fn keep(&self, batch: Batch) -> Kept {
        self.store.keep(&batch).await.expect("kept")
    }

    /// Keeps a batch that must turn out stale; gives the text.
    pub async fn stale(&self, batch: Batch) -> String {
        match self.store.keep(&batch).await {
            Err(NotKept::Stale(text)) => text,
            other => panic!("expected stale, got {other:?}"),
        }
    }

    /// Keeps a batch that must be rejected; gives the text.
    pub async fn rejected(&self, batch: Batch) -> String {
        match self.store.keep(&batch).await {
            Err(NotKept::Rejected(text)) => text,
            other => panic!("expected rejected, got {other:?}"),
        }
    }

    /// Looks up what is wanted.
    pub async fn find(&self, want: impl FnOnce(&mut Wants)) -> Found {
        let mut wants = Wants::default();
        want(&mut wants);
        let ask = Ask { wants: &wants, fingerprints: &[], keys: &[] };
        self.store.look_up(&ask).await.expect("looked up")
    }

    /// The internal value of a customer's De/Para entry.
    pub async fn customer(&self, external: &str) -> Option<String> {
        let found = self.find(|wants| wants.depara(PARTNER, Alias::CUSTOMER, external)).await;
        found.depara.first().map(|(.., entry)| entry.internal.to_string())
    }

    /// The rows of a table's view.
    pub async fn rows(&self, table: &'static Table) -> Vec<Row> {
        self.store.view(table, &[], 0).await.expect("rows")
    }

    /// How many messages are in a state.
    pub async fn count(&self, state: State) -> u64 {
        self.store.count(state).await.expect("a count")
    }

    /// The rows of any statement, as texts; NULL is `NULL`. Every column must be text.
    pub async fn sql(&self, sql: &str) -> Vec<Vec<String>> {
        let text = |cell: Option<String>| cell.unwrap_or_else(|| "NULL".to_owned());
        if self.is_postgres() {
            let mut connection = sqlx::PgConnection::connect(&self.url).await.expect("a connection");
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("rows");
            rows.iter().map(|row| (0..row.len()).map(|at| text(row.get(at))).collect()).collect()
        } else {
            let mut connection = sqlx::SqliteConnection::connect(&self.url).await.expect("a connection");
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("rows");
            rows.iter().map(|row| (0..row.len()).map(|at| text(row.get(at))).collect()).collect()
        }
    }

    /// The status of a message in view `xx3`.
    pub async fn status(&self, uuid: &str) -> String {
        let rows = self.sql(&format!("select xx3_status from xx3 where xx3_uuid = '{uuid}'")).await;
        assert_eq!(rows.len(), 1, "one message {uuid}");
        rows[0][0].clone()
    }
}

/// Waits until something holds.
pub async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let end = tokio::time::Instant::now() + MINUTE;
    while !holds().await {
        assert!(tokio::time::Instant::now() < end, "waited for a minute");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A declared table.
pub fn table(name: &str) -> &'static Table {
    eaid_adapters::TABLES.iter().find(|table| table.name == name).expect("a declared table")
}

/// The position of a column.
pub fn column(table: &Table, name: &str) -> usize {
    table.columns.iter().position(|column| column.name == name).expect("a declared column")
}

/// A cell from text.
pub fn cell(table: &Table, name: &str, text: &str) -> Cell {
    match table.columns[column(table, name)].kind {
        Kind::Text => Cell::from(text),
        Kind::Amount(_) => Cell::Amount(text.parse().expect("an amount")),
        Kind::Date => Cell::Date((!text.is_empty()).then(|| text.parse::<NaiveDate>().expect("a date"))),
    }
}

/// A row from texts; other columns are empty.
pub fn row(name: &str, texts: &[(&str, &str)]) -> Row {
    let table = table(name);
    let mut cells: Vec<Cell> = table.columns.iter().map(|column| Cell::empty(column.kind)).collect();
    for (name, text) in texts {
        cells[column(table, name)] = cell(table, name, text);
    }
    Row::of(table, cells)
}

/// A sale.
pub fn sale(number: &str, more: &[(&str, &str)]) -> Row {
    let mut texts = vec![("company", "T1"), ("l1_filial", "D MG 01"), ("l1_num", number)];
    texts.extend(more);
    row("sl1", &texts)
}

/// The key of a sale.
pub fn sale_key(number: &str) -> Vec<Cell> {
    vec!["T1".into(), "D MG 01".into(), number.into()]
}

/// A change of a sale of company 01.
pub fn change_of(branch: &str, number: &str, set: &[(&str, &str)]) -> Effect {
    let table = table("sl1");
    let set = set.iter().map(|(name, text)| (column(table, name), cell(table, name, text))).collect();
    Effect::Update(Update { table, key: vec!["01".into(), branch.into(), number.into()], set, expect: Vec::new() })
}

/// A change of a sale.
pub fn change(number: &str, set: &[(&str, &str)], expect: &[(&str, &str)]) -> Effect {
    let table = table("sl1");
    let pairs = |texts: &[(&str, &str)]| {
        texts.iter().map(|(name, text)| (column(table, name), cell(table, name, text))).collect()
    };
    Effect::Update(Update { table, key: sale_key(number), set: pairs(set), expect: pairs(expect) })
}

/// A sale that goes.
pub fn delete(number: &str) -> Effect {
    Effect::Delete { table: table("sl1"), key: sale_key(number) }
}

/// The stamp of [`link`].
pub const STAMP: &str = "2026-11-21T10:00:00";

/// A customer's De/Para entry.
pub fn link(external: &str, internal: &str, was: Option<&str>) -> Effect {
    Effect::Link {
        partner: PARTNER.into(),
        alias: Alias::CUSTOMER,
        external: external.into(),
        internal: internal.into(),
        stamp: STAMP.into(),
        was: was.map(|internal| DePara { internal: internal.into(), stamp: STAMP.into() }),
    }
}

/// A customer's De/Para entry that goes.
pub fn unlink(external: &str) -> Effect {
    Effect::Unlink { partner: PARTNER.into(), alias: Alias::CUSTOMER, external: external.into() }
}

/// The key of a customer.
pub fn customer_key(external: &str) -> Key {
    Key::DePara { partner: PARTNER.into(), alias: Alias::CUSTOMER, external: external.into() }
}

/// The key of a sale's row.
pub fn row_key(number: &str) -> Key {
    Key::Row { table: "sl1", key: format!("T1|D MG 01|{number}").into() }
}

/// A message as it arrives.
pub fn entry(uuid: &str) -> Entry {
    Entry {
        id: Uuid::now_v7(),
        fingerprint: Fingerprint {
            partner: PARTNER.into(),
            uuid: uuid.into(),
            digest: format!("digest of {uuid}").into(),
        },
        business: BusinessKey {
            partner: PARTNER.into(),
            transaction: "RETAILSALES".into(),
            internal_id: format!("id of {uuid}").into(),
        },
        product: PARTNER.into(),
        source: "OMNI-1".into(),
        event: "upsert".into(),
        version: "2.009".into(),
        generated_on: "2026-11-21T10:00:00".into(),
        origin: "amqp".into(),
        format: "json".into(),
        content_type: "application/json".into(),
        received_at: Utc::now().trunc_subsecs(6),
        catalog: "1".into(),
        body: Arc::from(format!("{{\"uuid\":\"{uuid}\"}}").as_bytes()),
        redelivered: false,
    }
}

/// The entry of a new message, to be changed.
pub fn entry_of(settled: &mut Settled) -> &mut Entry {
    let Place::New(entry) = &mut settled.place else { panic!("a new message") };
    Arc::make_mut(entry)
}

/// A new message that is staged and answered.
pub fn staged(uuid: &str, effects: Vec<Effect>) -> Settled {
    let entry = entry(uuid);
    let answer = outgoing(&entry);
    Settled {
        place: Place::New(Arc::new(entry)),
        state: State::Staged,
        cause: None,
        violations: Vec::new(),
        ids: Vec::new(),
        waits: Vec::new(),
        patience_until: None,
        effects,
        outgoing: vec![answer],
        withheld: Vec::new(),
        is_answered: true,
        settled_at: Utc::now().trunc_subsecs(6),
    }
}

/// A new message that waits for keys.
pub fn parked(uuid: &str, keys: &[Key]) -> Settled {
    let missing = |key: &Key| Missing { key: key.clone(), path: format!("/{uuid}"), text: format!("falta {key}") };
    Settled {
        state: State::Waiting,
        waits: keys.iter().map(missing).collect(),
        patience_until: Some(Utc::now().trunc_subsecs(6) + TimeDelta::minutes(10)),
        outgoing: Vec::new(),
        is_answered: false,
        ..staged(uuid, Vec::new())
    }
}

/// The same decision on a message that was woken.
pub fn again(settled: Settled, id: Uuid) -> Settled {
    let outgoing = settled.outgoing.into_iter().map(|one| Outgoing { message: Some(id), ..one }).collect();
    Settled { place: Place::Woken(id), outgoing, ..settled }
}

/// The answer to a message.
pub fn outgoing(entry: &Entry) -> Outgoing {
    Outgoing {
        id: Uuid::now_v7(),
        message: Some(entry.id),
        kind: SendKind::Response,
        partner: PARTNER.into(),
        transaction: entry.business.transaction.clone(),
        correlation: entry.fingerprint.uuid.clone(),
        subject: format!("sale {}", entry.fingerprint.uuid).into(),
        route_key: "omni".into(),
        transport: "amqp".into(),
        format: "json".into(),
        body: Arc::from("{\"Header\":{}}"),
        created_at: Utc::now().trunc_subsecs(6),
    }
}

/// A batch of messages.
pub fn batch(settled: Vec<Settled>) -> Batch {
    Batch { settled, ..Batch::default() }
}

/// A batch of effects that no message caused.
pub fn effects(effects: Vec<Effect>) -> Batch {
    Batch { effects, ..Batch::default() }
}
