//! Everything that a batch asks, in one round trip: a branch of one statement for each kind of question, every
//! row as an array of texts, so that amounts come exactly as they stand.

use super::effects::physical;
use super::inbox;
use crate::store::cells::read_row;
use crate::store::questions::{self, Questions};
use crate::store::trouble::unfit;
use crate::store::{Ask, Fingerprint, Found, Known, Predecessor, State};
use eaid_adapters::effect::Alias;
use eaid_adapters::table::{Kind, Table, Word};
use eaid_adapters::world::DePara;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgHasArrayType, PgTypeInfo, PgValueRef};
use sqlx::{AssertSqlSafe, Decode, PgPool, Postgres};
use uuid::Uuid;

/// The texts of a De/Para entry.
const ENTRY: &str = "d.partner, d.alias, d.external, d.internal, d.stamp";
/// How many they are.
const ENTRY_TEXTS: usize = 5;

/// How the rows of a branch are read.
enum Branch {
    DePara,
    Linked(&'static Table),
    Rows(&'static Table),
    Known,
    Waiting,
}

/// Looks up.
pub(super) async fn look_up(pool: &PgPool, ask: &Ask<'_>) -> sqlx::Result<Found> {
    let questions = questions::sort(ask);
    let mut statement = Statement::default();
    if !questions.depara.is_empty() {
        statement.depara(&questions.depara);
    }
    for (table, entries) in &questions.linked {
        statement.linked(table, entries);
    }
    for rows in &questions.rows {
        statement.rows(rows);
    }
    statement.known(&questions);
    statement.waiting(&questions);
    if statement.branches.is_empty() {
        return Ok(Found::default());
    }
    let mut query = sqlx::query_as::<_, (i32, Vec<Option<Short>>)>(AssertSqlSafe(statement.parts.join(" union all ")));
    for array in statement.arrays {
        query = query.bind(array);
    }
    let mut connection = pool.acquire().await?;
    let rows = query.fetch_all(&mut *connection).await?;
    let mut found = Found::default();
    let mut waiting = Vec::new();
    for (branch, texts) in rows {
        let branch = usize::try_from(branch).ok().and_then(|branch| statement.branches.get(branch));
        match branch.ok_or_else(|| unfit("a branch"))? {
            Branch::DePara => found.depara.extend(read_depara(texts)?),
            Branch::Linked(table) => {
                let mut texts = texts;
                let row = texts.split_off(texts.len().min(ENTRY_TEXTS));
                found.depara.extend(read_depara(texts)?);
                if !row.is_empty() {
                    found.rows.push(read_row(table, words(row))?);
                }
            }
            Branch::Rows(table) => found.rows.push(read_row(table, words(texts))?),
            Branch::Known => found.known.push(read_known(texts)?),
            Branch::Waiting => waiting.push(read_id(texts)?),
        }
    }
    if !waiting.is_empty() {
        let stored = inbox::stored(&mut connection, &waiting).await?;
        found.waiting =
            stored.into_iter().map(|stored| Predecessor { key: stored.entry.business.clone(), stored }).collect();
    }
    questions.restore(&mut found);
    Ok(found)
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
/// the join round: one that takes a growing table for empty would read all of it and compare.
fn each(table: &str, alias: &str, condition: &str) -> String {
    format!("cross join lateral (select * from {table} {alias} where {condition} offset 0) {alias}")
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

    /// De/Para entries.
    fn depara(&mut self, entries: &[questions::Entry<'a>]) {
        let asked = self.asked(entries.iter().map(|entry| entry.texts()));
        let source = format!("{asked} {}", each("depara", "d", BY_KEY));
        self.branch(Branch::DePara, ENTRY, source);
    }

    /// De/Para entries with the rows they link to: an entry comes once a row, and once where it has none.
    fn linked(&mut self, table: &'static Table, entries: &[questions::Entry<'a>]) {
        let (Some(link), Some(key)) = (table.link, table.key().first()) else { return self.depara(entries) };
        let (link, key) = (table.columns[link].name, table.columns[*key].name);
        let asked = self.asked(entries.iter().map(|entry| entry.texts()));
        let source = format!(
            "{asked} {} left join lateral (
                 select * from {} t where t.{link} = d.internal and t.{link} <> '' offset 0) t on true",
            each("depara", "d", BY_KEY),
            physical(table)
        );
        let row = format!("case when t.{key} is not null then array[{}]::text[] end", texts(table));
        self.parts.push(format!("select {}, array[{ENTRY}]::text[] || {row} from {source}", self.branches.len()));
        self.branches.push(Branch::Linked(table));
    }

    /// Rows by the values of an index.
    fn rows(&mut self, rows: &questions::Rows<'a>) {
        let (table, index) = (rows.table, rows.index);
        let column = |at: usize| rows.values.iter().map(|row| row.get(at).map_or("", String::as_str)).collect();
        let asked = self.unnest((0..index.columns.len()).map(column).collect());
        let equal = |(column, at): (&usize, usize)| format!("t.{} = w.v{at}", table.columns[*column].name);
        let mut conditions: Vec<String> = index.columns.iter().zip(0..).map(equal).collect();
        conditions.extend(super::migrate::condition(table, index).map(|column| format!("t.{column} <> ''")));
        let source = format!("{asked} {}", each(&physical(table), "t", &conditions.join(" and ")));
        self.branch(Branch::Rows(table), &texts(table), source);
    }

    /// Messages that are known: by fingerprint, and those without UUID by digest, the newest of them.
    fn known(&mut self, questions: &'a Questions<'_>) {
        const TEXTS: &str = "i.partner, i.uuid, i.digest, i.id::text, i.state";
        if !questions.named.is_empty() {
            let asked = self.asked(questions.named.iter().map(|print| print.texts()));
            let same = "i.uuid = w.v0 and i.partner = w.v1 and i.digest = w.v2 and i.uuid <> ''";
            let source = format!("{asked} {}", each("inbox", "i", same));
            self.branch(Branch::Known, TEXTS, source);
        }
        if !questions.bare.is_empty() {
            let asked = self.asked(questions.bare.iter().map(|print| print.texts()));
            let source = format!(
                "{asked} cross join lateral (
                     select i.* from inbox i where i.digest = w.v2 and i.partner = w.v1 and i.uuid = w.v0 and i.uuid = ''
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
            let source = format!("{asked} {}", each("inbox", "i", same));
            self.branch(Branch::Waiting, "i.id::text", source);
        }
    }
}

/// The columns of a table as texts.
pub(super) fn texts(table: &Table) -> String {
    let text = |column: &eaid_adapters::table::Column| match column.kind {
        Kind::Text => format!("t.{}", column.name),
        Kind::Amount(_) | Kind::Date => format!("t.{}::text", column.name),
    };
    table.columns.iter().map(text).collect::<Vec<_>>().join(", ")
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

fn read_depara(texts: Vec<Option<Short>>) -> sqlx::Result<Option<(String, Alias, String, DePara)>> {
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

fn read_id(texts: Vec<Option<Short>>) -> sqlx::Result<Uuid> {
    let [id] = all(texts)?;
    id.parse().map_err(unfit)
}

fn all<const N: usize>(texts: Vec<Option<Short>>) -> sqlx::Result<[String; N]> {
    let texts: Vec<String> = words(texts).into_iter().map(|text| text.unwrap_or_default().into_string()).collect();
    texts.try_into().map_err(|_| unfit("a row of another width"))
}
