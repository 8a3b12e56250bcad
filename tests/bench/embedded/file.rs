//! The file of SQLite that every run begins with, and the folder of one run.

use crate::spool;
use eaid_bench::daemon::Daemon;
use eaid_bench::shop::INBOUND;
use eaid_bench::{Failed, sale};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const NAME: &str = "eaid.db";

/// A folder in which eaid prepared its file: tables, De/Para and customers.
pub struct Prepared(Site);

/// A folder with a file of eaid and its spool.
pub struct Site(TempDir);

impl Prepared {
    /// Makes it. The customers come as they would, by message.
    pub async fn make() -> Result<Prepared, Failed> {
        let site = Site(TempDir::new()?);
        let daemon = site.daemon();
        daemon.prepare().await?;
        spool::drop_in(&site, sale::CUSTOMERS, sale::customer)?;
        let mut child = daemon.start(INBOUND)?;
        child.does(spool::wait_for_answers(&site, sale::CUSTOMERS)).await?;
        child.stop().await?;
        // Who closes the file last moves what is in its journal into it. Dropped, it would do so while we copy.
        site.open().await?.close().await?;
        Ok(Prepared(site))
    }

    /// A copy for one run.
    pub fn copy(&self) -> Result<Site, Failed> {
        let site = Site(TempDir::new()?);
        std::fs::copy(self.0.file(), site.file())?;
        Ok(site)
    }
}

impl Site {
    /// The file.
    pub fn file(&self) -> PathBuf {
        self.0.path().join(NAME)
    }

    /// A folder of the spool.
    pub fn spool(&self, name: &str) -> PathBuf {
        self.0.path().join("spool").join(name)
    }

    /// The daemon on this file and this spool.
    pub fn daemon(&self) -> Daemon {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        Daemon::new(env!("CARGO_BIN_EXE_eaid"))
            .set("EAID_DATABASE__URL", format!("sqlite://{}", text(&self.file())))
            .set("EAID_SPOOL__ENABLED", "true")
            .set("EAID_SPOOL__IN", text(&self.spool("in")))
            .set("EAID_SPOOL__OUT", text(&self.spool("out")))
    }

    /// Opens the file as eaid does.
    pub async fn open(&self) -> Result<SqliteConnection, Failed> {
        let options = SqliteConnectOptions::new().filename(self.file());
        Ok(options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full).connect().await?)
    }

    /// Counts what so many sales must have left, exactly.
    pub async fn check(&self, sales: usize) -> Result<(), Failed> {
        let mut connection = self.open().await?;
        for (what, expected) in [
            ("xx3 where xx3_status = 'answered' and xx3_model = 'RETAILSALES'", sales),
            ("sl1 where l1_situa = 'RX'", sales),
            ("sl2", 3 * sales),
            ("sl4", 2 * sales),
        ] {
            let found = count(&mut connection, what).await?;
            if found != expected {
                return Err(format!("{found} rows in {what} instead of {expected}").into());
            }
        }
        Ok(())
    }
}

/// Counts the rows of a table, or of what else may stand behind `from`.
pub async fn count(connection: &mut SqliteConnection, what: &str) -> Result<usize, Failed> {
    let sql = AssertSqlSafe(format!("select count(*) from {what}"));
    let found: i64 = sqlx::query_scalar(sql).fetch_one(connection).await?;
    Ok(usize::try_from(found)?)
}
