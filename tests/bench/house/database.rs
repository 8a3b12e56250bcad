//! The database of one run, and the count of its rows.

use crate::Failed;
use crate::processes::Processes;
use crate::watch::Mark;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::{Duration, Instant};

/// A sale that GravaBatch has not taken: it takes the last of the index last. From its front, all that it has taken
/// would be passed at each look, at the cost of the database that is measured.
const STAGED: &str = "count(*) > 0 from (
    select from t_sl1 where l1_situa = 'RX'
    order by l1_situa desc, company desc, l1_filial desc, l1_num desc limit 1) as last";

/// A database of its own.
pub struct Database {
    /// Its address.
    pub url: String,
    cluster: String,
    name: String,
}

/// What the cluster promises; a benchmark without fsync would be no use.
///
/// # Errors
/// Where it is without.
pub async fn describe(cluster: &str) -> Result<String, Failed> {
    let mut connection = PgConnection::connect(cluster).await?;
    let mut told = Vec::new();
    for setting in ["server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers"] {
        let value: String =
            sqlx::query_scalar(AssertSqlSafe(format!("show {setting}"))).fetch_one(&mut connection).await?;
        if value == "off" {
            return Err(format!("{setting} is off in the cluster").into());
        }
        told.push(format!("{setting} {value}"));
    }
    Ok(format!("PostgreSQL: {}", told.join(", ")))
}

impl Database {
    /// Makes an empty one.
    ///
    /// # Errors
    /// What the cluster says.
    pub async fn create(cluster: &str) -> Result<Database, Failed> {
        let name = format!("eaid_bench_{}", uuid::Uuid::new_v4().simple());
        let mut admin = PgConnection::connect(cluster).await?;
        sqlx::query(AssertSqlSafe(format!("create database {name} template template0"))).execute(&mut admin).await?;
        let (server, _) = cluster.rsplit_once('/').ok_or("the address of the cluster has no path")?;
        Ok(Database { url: format!("{server}/{name}"), cluster: cluster.to_owned(), name })
    }

    /// Lets the cluster write down what earlier runs left, so that this one does not pay for it.
    ///
    /// # Errors
    /// What the cluster says.
    pub async fn settle(&self) -> Result<(), Failed> {
        let mut connection = PgConnection::connect(&self.url).await?;
        sqlx::query("vacuum analyze").execute(&mut connection).await?;
        sqlx::query("checkpoint").execute(&mut connection).await?;
        Ok(())
    }

    /// Waits until every answer is marked as sent.
    ///
    /// # Errors
    /// Where that takes more than a minute.
    pub async fn wait_until_sent(&self) -> Result<(), Failed> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            // Found by what is left: there may be millions of others.
            let left = count(&mut connection, "unsent where unroutable = ''").await?;
            if left == 0 {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("{left} answers are not marked as sent").into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Watches from the first title to the last sale in RX.
    ///
    /// # Errors
    /// Where that takes more than a quarter of an hour.
    pub async fn watch_titles(&self, sales: usize, servers: &Processes) -> Result<(Mark, Mark), Failed> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let mut first = None;
        let deadline = Instant::now() + Duration::from_secs(900);
        loop {
            let at = Instant::now();
            let condition = if first.is_none() { "exists (select from t_se1)" } else { STAGED };
            let holds: bool =
                sqlx::query_scalar(AssertSqlSafe(format!("select {condition}"))).fetch_one(&mut connection).await?;
            match first.take() {
                None if holds => first = Some(Mark { at, used: servers.used()? }),
                Some(begun) if !holds => return Ok((begun, Mark { at, used: servers.used()? })),
                other => first = other,
            }
            if at > deadline {
                let left = count(&mut connection, "sl1 where l1_situa = 'RX'").await?;
                return Err(format!("GravaBatch has left {left} of {sales} sales").into());
            }
            tokio::time::sleep(Duration::from_millis(if first.is_some() { 20 } else { 2 })).await;
        }
    }

    /// Counts what GravaBatch must have made, exactly.
    ///
    /// # Errors
    /// Any other count.
    pub async fn check_titles(&self, sales: usize) -> Result<(), Failed> {
        self.check_rows(&[("sl1 where l1_situa = 'OK'", sales), ("sl1", sales), ("se1", 2 * sales)]).await
    }

    /// Counts what must be there, exactly.
    ///
    /// # Errors
    /// Any other count.
    pub async fn check(&self, sales: usize, customers: usize) -> Result<(), Failed> {
        self.check_rows(&[
            ("xx3", sales + customers),
            ("xx3 where xx3_status = 'answered' and xx3_model = 'RETAILSALES'", sales),
            ("sl1 where l1_situa = 'RX'", sales),
            ("sl2", 3 * sales),
            ("sl4", 2 * sales),
            ("sa1", customers),
        ])
        .await
    }

    /// Counts rows, which must be exactly so many.
    ///
    /// # Errors
    /// Any other count.
    pub async fn check_rows(&self, counts: &[(&str, usize)]) -> Result<(), Failed> {
        let mut connection = PgConnection::connect(&self.url).await?;
        for (what, expected) in counts {
            let found = count(&mut connection, what).await?;
            if found != *expected {
                return Err(format!("{found} rows in {what} instead of {expected}").into());
            }
        }
        Ok(())
    }

    /// What it takes on disk, in gigabytes.
    ///
    /// # Errors
    /// What the cluster says.
    pub async fn gigabytes(&self) -> Result<f64, Failed> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let bytes: i64 =
            sqlx::query_scalar("select pg_database_size(current_database())").fetch_one(&mut connection).await?;
        Ok(bytes as f64 / 1e9)
    }

    /// Drops it.
    ///
    /// # Errors
    /// What the cluster says.
    pub async fn drop(self) -> Result<(), Failed> {
        let mut admin = PgConnection::connect(&self.cluster).await?;
        sqlx::query(AssertSqlSafe(format!("drop database {} with (force)", self.name))).execute(&mut admin).await?;
        Ok(())
    }
}

/// Counts the rows of a table, or of what else may stand behind `from`.
///
/// # Errors
/// What the database says.
pub async fn count(connection: &mut PgConnection, what: &str) -> Result<usize, Failed> {
    let found: i64 =
        sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {what}"))).fetch_one(connection).await?;
    Ok(usize::try_from(found)?)
}
