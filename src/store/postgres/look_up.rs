//! Everything that a batch asks, in one round trip: a branch of one statement for each kind of question, every
//! row as an array of texts, so that amounts come exactly as they stand.

use super::clock::Clock;
use super::effects::physical;
use super::inbox;
use super::memory::{self, Memory, Recalled};
use crate::store::cells::{read_part, read_row};
use crate::store::questions::{self, Questions};
use crate::store::trouble::unfit;
use crate::store::{Ask, Fingerprint, Found, Known, Predecessor, State};
use chrono::{DateTime, Utc};
use eaid_adapters::effect::Alias;
use eaid_adapters::table::{Column, Kind, Row, Table, Word};
use eaid_adapters::world::DePara;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgHasArrayType, PgTypeInfo, PgValueRef};
use sqlx::{AssertSqlSafe, Decode, PgConnection, Postgres};
use std::time::Instant;
use uuid::Uuid;

/// The texts of a De/Para entry.
const ENTRY: &str = "d.partner, d.alias, d.external, d.internal, d.stamp";
/// How many they are.
const ENTRY_TEXTS: usize = 5;

/// How the rows of a branch are read.
enum Branch {
    DePara,
    Linked(Part),
    Rows(Part),
    Known,
    Waiting,
    Changes,
    Time,
}

/// What is fetched of the rows of a table.
struct Part {
    table: &'static Table,
    /// None: all.
    columns: Option<Vec<usize>>,
}

impl Part {
    /// The columns of `t` that are fetched.
    fn columns(&self) -> Vec<&'static Column> {
        match &self.columns {
            Some(columns) => columns.iter().map(|column| &self.table.columns[*column]).collect(),
            None => self.table.columns.iter().collect(),
        }
    }

    /// Their names, for [`each`].
    fn names(&self) -> String {
        let names: Vec<String> = self.columns().iter().map(|column| format!("t.{}", column.name)).collect();
        names.join(", ")
    }

    fn texts(&self) -> String {
        texts_of(self.columns().into_iter())
    }

    fn read(&self, texts: Vec<Option<Short>>) -> sqlx::Result<Row> {
        match &self.columns {
            Some(columns) => read_part(self.table, columns, words(texts)),
            None => read_row(self.table, words(texts)),
        }
    }
}

/// Looks up. The clock is set by the answer.
pub(super) async fn look_up(
    connection: &mut PgConnection,
    memory: &Memory,
    clock: &Clock,
    ask: &Ask<'_>,
) -> sqlx::Result<Found> {
    let mut questions = questions::sort(ask);
    let mut statement = Statement::default();
    let recalled = (!questions.depara.is_empty()).then(|| memory.recall(&mut questions.depara));
    if recalled.is_some() {
        statement.changes();
    }
    if !questions.depara.is_empty() {
        statement.depara(&questions.depara);
    }
    for linked in &questions.linked {
        statement.linked(linked);
    }
    for rows in &questions.rows {
        statement.rows(rows);
    }
    statement.known(&questions);
    statement.waiting(&questions);
    if statement.branches.is_empty() {
        return Ok(Found::default());
    }
    statement.time();
    let asked = Instant::now();
    let Answers { mut found, waiting, changes, time } = statement.run(connection).await?;
    if let Some(time) = time {
        clock.set(time, asked);
    }
    if let (Some(changes), Some(recalled)) = (changes, recalled) {
        let forgotten = memory.learn(changes, &mut found.depara, recalled);
        if !forgotten.is_empty() {
            found.depara.extend(asked_again(connection, memory, &forgotten).await?);
        }
    }
    if !waiting.is_empty() {
        let stored = inbox::stored(connection, &waiting).await?;
        found.waiting =
            stored.into_iter().map(|stored| Predecessor { key: stored.entry.business.clone(), stored }).collect();
    }
    questions.restore(&mut found);
    Ok(found)
}

/// De/Para that had changed since it was remembered.
async fn asked_again(
    connection: &mut PgConnection,
    memory: &Memory,
    entries: &[questions::Entry<'_>],
) -> sqlx::Result<Vec<memory::Found>> {
    let mut statement = Statement::default();
    statement.changes();
    statement.depara(entries);
    let Answers { mut found, changes, .. } = statement.run(connection).await?;
    if let Some(changes) = changes {
        memory.learn(changes, &mut found.depara, Recalled::default());
    }
    Ok(found.depara)
}

/// What a statement found.
#[derive(Default)]
struct Answers {
    found: Found,
    /// Messages that wait, still to be read.
    waiting: Vec<Uuid>,
    /// How often remembered De/Para has changed, where that was asked.
    changes: Option<i64>,
    /// The time there, where that was asked.
    time: Option<DateTime<Utc>>,
}

#[derive(Default)]
struct Statement<'a> {
    branches: Vec<Branch>,
    parts: Vec<String>,
    arrays: Vec<Vec<&'a str>>,
}

/// The key of a De/Para entry `d`.
const BY_KEY: &str = "d.external = w.v2 and d.partner = w.v0 and d.alias = w.v1";

/// The rows `alias` of a table that meet a condition, for each row before. `offset 0` keeps the planner from turning
/// the join round: one that takes a growing table for empty would read all of it and compare. Columns that are not
/// named cost, though nobody reads them: the server makes a null of each.
fn each(table: &str, alias: &str, columns: &str, condition: &str) -> String {
    format!("cross join lateral (select {columns} from {table} {alias} where {condition} offset 0) {alias}")
}

impl<'a> Statement<'a> {
    /// Adds a branch: `select <its number>, array[<texts>] from <source>`.
    fn branch(&mut self, branch: Branch, texts: &str, source: String) {
        self.parts.push(format!("select {}, array[{texts}]::text[] from {source}", self.branches.len()));
        self.branches.push(branch);
    }

    /// Adds arrays of asked values, as a source of rows `w (v0, v1, …)`.
    fn asked<const N: usize>(&mut self, rows: impl Iterator<Item = [&'a str; N]>) -> String {
        let mut columns: [Vec<&'a str>; N] = std::array::from_fn(|_| Vec::new());
        for row in rows {
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        self.unnest(columns.into_iter().collect())
    }

    fn unnest(&mut self, columns: Vec<Vec<&'a str>>) -> String {
        let first = self.arrays.len() + 1;
        let arrays: Vec<String> = (0..columns.len()).map(|at| format!("${}::text[]", first + at)).collect();
        let names: Vec<String> = (0..columns.len()).map(|at| format!("v{at}")).collect();
        self.arrays.extend(columns);
        format!("unnest({}) as w ({})", arrays.join(", "), names.join(", "))
    }

    /// Asks, in one round trip.
    async fn run(self, connection: &mut PgConnection) -> sqlx::Result<Answers> {
        let sql = AssertSqlSafe(self.parts.join(" union all "));
        let query = sqlx::query_as::<_, (i32, Vec<Option<Short>>)>(sql);
        let query = self.arrays.into_iter().fold(query, |query, array| query.bind(array));
        let mut answers = Answers::default();
        let found = &mut answers.found;
        for (branch, texts) in query.fetch_all(connection).await? {
            let branch = usize::try_from(branch).ok().and_then(|branch| self.branches.get(branch));
            match branch.ok_or_else(|| unfit("a branch"))? {
                Branch::DePara => found.depara.extend(read_depara(texts)?),
                Branch::Linked(part) => {
                    let mut texts = texts;
                    let row = texts.split_off(texts.len().min(ENTRY_TEXTS));
                    found.depara.extend(read_depara(texts)?);
                    if !row.is_empty() {
                        found.rows.push(part.read(row)?);
                    }
                }
                Branch::Rows(part) => found.rows.push(part.read(texts)?),
                Branch::Known => found.known.push(read_known(texts)?),
                Branch::Waiting => answers.waiting.push(read_id(texts)?),
                Branch::Changes => answers.changes = Some(read_number(texts)?),
                Branch::Time => answers.time = DateTime::from_timestamp_micros(read_number(texts)?),
            }
        }
        Ok(answers)
    }

    /// How often remembered De/Para has changed.
    fn changes(&mut self) {
        self.branch(Branch::Changes, "sum(s.changes)::text", "depara_steady s".to_owned());
    }

    /// The time there, in microseconds.
    fn time(&mut self) {
        let texts = "(extract(epoch from w.time) * 1000000)::bigint::text";
        self.branch(Branch::Time, texts, "(select now() as time) as w".to_owned());
    }

    /// De/Para entries.
    fn depara(&mut self, entries: &[questions::Entry<'a>]) {
        let asked = self.asked(entries.iter().map(|entry| entry.texts()));
        let source = format!("{asked} {}", each("depara", "d", ENTRY, BY_KEY));
        self.branch(Branch::DePara, ENTRY, source);
    }

    /// De/Para entries with the rows they link to: an entry comes once a row, and once where it has none.
    fn linked(&mut self, linked: &questions::Linked<'a>) {
        let (table, entries) = (linked.table, &linked.entries);
        let Some(link) = table.link else { return self.depara(entries) };
        let link = table.columns[link].name;
        let asked = self.asked(entries.iter().map(|entry| entry.texts()));
        let part = Part { table, columns: linked.columns.clone() };
        let source = format!(
            "{asked} {} left join lateral (
                 select {}, true as is_there from {} t
                 where t.{link} = d.internal and t.{link} <> '' offset 0) t on true",
            each("depara", "d", ENTRY, BY_KEY),
            part.names(),
            physical(table)
        );
        let row = format!("case when t.is_there then array[{}]::text[] end", part.texts());
        self.parts.push(format!("select {}, array[{ENTRY}]::text[] || {row} from {source}", self.branches.len()));
        self.branches.push(Branch::Linked(part));
    }

    /// Rows by the values of an index.
    fn rows(&mut self, rows: &questions::Rows<'a>) {
        let (table, index) = (rows.table, rows.index);
        let column = |at: usize| rows.values.iter().map(|row| row.get(at).map_or("", Word::as_str)).collect();
        let asked = self.unnest((0..index.columns.len()).map(column).collect());
        let equal = |(column, at): (&usize, usize)| format!("t.{} = w.v{at}", table.columns[*column].name);
        let mut conditions: Vec<String> = index.columns.iter().zip(0..).map(equal).collect();
        conditions.extend(super::migrate::condition(table, index).map(|column| format!("t.{column} <> ''")));
        let part = Part { table, columns: rows.columns.clone() };
        let source = format!("{asked} {}", each(&physical(table), "t", &part.names(), &conditions.join(" and ")));
        let texts = part.texts();
        self.branch(Branch::Rows(part), &texts, source);
    }

    /// Messages that are known: by fingerprint, and those without UUID by digest, the newest of them.
    fn known(&mut self, questions: &'a Questions<'_>) {
        const TEXTS: &str = "i.partner, i.uuid, i.digest, i.id::text, i.state";
        const COLUMNS: &str = "i.partner, i.uuid, i.digest, i.id, i.state";
        if !questions.named.is_empty() {
            let asked = self.asked(questions.named.iter().map(|print| print.texts()));
            let same = "i.uuid = w.v0 and i.partner = w.v1 and i.digest = w.v2 and i.uuid <> ''";
            let source = format!("{asked} {}", each("inbox", "i", COLUMNS, same));
            self.branch(Branch::Known, TEXTS, source);
        }
        if !questions.bare.is_empty() {
            let asked = self.asked(questions.bare.iter().map(|print| print.texts()));
            let source = format!(
                "{asked} cross join lateral (
                     select {COLUMNS} from inbox i where i.digest = w.v2 and i.partner = w.v1 and i.uuid = w.v0 and i.uuid = ''
                     order by i.id desc limit 1) as i"
            );
            self.branch(Branch::Known, TEXTS, source);
        }
    }

    /// Messages that wait under a business key.
    fn waiting(&mut self, questions: &'a Questions<'_>) {
        if !questions.keys.is_empty() {
            let asked = self.asked(questions.keys.iter().map(|key| key.texts()));
            let same = "i.internal_id = w.v0 and i.partner = w.v1 and i.transaction = w.v2 and i.state = 'waiting'";
            // Where nobody waits, which is the rule, no key is looked for.
            let any = "where exists (select from inbox where state = 'waiting')";
            let source = format!("{asked} {} {any}", each("inbox", "i", "i.id", same));
            self.branch(Branch::Waiting, "i.id::text", source);
        }
    }
}

/// The columns of a table as texts.
pub(super) fn texts(table: &Table) -> String {
    texts_of(table.columns.iter())
}

fn texts_of<'c>(columns: impl Iterator<Item = &'c Column>) -> String {
    let text = |column: &Column| match column.kind {
        Kind::Text => format!("t.{}", column.name),
        Kind::Amount(_) | Kind::Date => format!("t.{}::text", column.name),
    };
    columns.map(text).collect::<Vec<_>>().join(", ")
}

/// A text as it comes: most need no memory of their own.
pub(super) struct Short(Word);

impl sqlx::Type<Postgres> for Short {
    fn type_info() -> PgTypeInfo {
        <&str as sqlx::Type<Postgres>>::type_info()
    }
    fn compatible(info: &PgTypeInfo) -> bool {
        <&str as sqlx::Type<Postgres>>::compatible(info)
    }
}

impl PgHasArrayType for Short {
    fn array_type_info() -> PgTypeInfo {
        <&str as PgHasArrayType>::array_type_info()
    }
}

impl<'r> Decode<'r, Postgres> for Short {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Short(value.as_str()?.into()))
    }
}

/// The words of a row.
pub(super) fn words(texts: Vec<Option<Short>>) -> Vec<Option<Word>> {
    texts.into_iter().map(|text| text.map(|Short(word)| word)).collect()
}

fn read_depara(texts: Vec<Option<Short>>) -> sqlx::Result<Option<(Word, Alias, Word, DePara)>> {
    let [partner, alias, external, internal, stamp] = all(texts)?;
    // Of an alias that this version does not know, nobody asked.
    let entry = Alias::find(&alias).map(|alias| (partner, alias, external, DePara { internal, stamp }));
    Ok(entry)
}

fn read_known(texts: Vec<Option<Short>>) -> sqlx::Result<Known> {
    let [partner, uuid, digest, id, state] = all(texts)?;
    Ok(Known {
        fingerprint: Fingerprint { partner, uuid, digest },
        id: id.parse().map_err(unfit)?,
        state: State::parse(&state).ok_or_else(|| unfit(format!("state {state}")))?,
    })
}

fn read_number(texts: Vec<Option<Short>>) -> sqlx::Result<i64> {
    let [number] = all(texts)?;
    number.parse().map_err(unfit)
}

fn read_id(texts: Vec<Option<Short>>) -> sqlx::Result<Uuid> {
    let [id] = all(texts)?;
    id.parse().map_err(unfit)
}

fn all<const N: usize>(texts: Vec<Option<Short>>) -> sqlx::Result<[Word; N]> {
    let texts: Vec<Word> = words(texts).into_iter().map(Option::unwrap_or_default).collect();
    texts.try_into().map_err(|_| unfit("a row of another width"))
}
