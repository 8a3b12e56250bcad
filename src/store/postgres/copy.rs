//! Binary COPY: the cheapest way in for many rows, whatever columns they fill. It is no prepared statement, so
//! the columns may differ from batch to batch.

use sqlx::PgConnection;
use sqlx::Postgres;
use sqlx::encode::{Encode, IsNull};
use sqlx::postgres::PgArgumentBuffer;

const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Rows on their way into a table.
pub(super) struct Copy {
    statement: String,
    width: i16,
    rows: u64,
    buffer: PgArgumentBuffer,
}

impl Copy {
    /// Begins with the table and the columns that each row fills.
    pub fn into(table: &str, columns: &[&str]) -> Copy {
        let mut buffer = PgArgumentBuffer::default();
        buffer.extend_from_slice(HEADER);
        let statement = format!("copy {table} ({}) from stdin (format binary)", columns.join(", "));
        // PostgreSQL ends at 1,600 columns.
        Copy { statement, width: i16::try_from(columns.len()).unwrap_or(i16::MAX), rows: 0, buffer }
    }

    /// Begins a row. As many values follow as there are columns.
    pub fn row(&mut self) -> &mut Copy {
        self.buffer.extend_from_slice(&self.width.to_be_bytes());
        self.rows += 1;
        self
    }

    /// Adds a value.
    pub fn put<'v>(&mut self, value: impl Encode<'v, Postgres>) -> sqlx::Result<&mut Copy> {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&(-1i32).to_be_bytes());
        if let IsNull::No = value.encode(&mut self.buffer).map_err(sqlx::Error::Encode)? {
            let length = i32::try_from(self.buffer.len() - start - 4)
                .map_err(|_| sqlx::Error::Protocol("a value of more than 2 GB".to_owned()))?;
            self.buffer[start..start + 4].copy_from_slice(&length.to_be_bytes());
        }
        Ok(self)
    }

    /// Sends the rows; nothing where there are none.
    pub async fn send(mut self, connection: &mut PgConnection) -> sqlx::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        self.buffer.extend_from_slice(&(-1i16).to_be_bytes());
        let mut copy = connection.copy_in_raw(&self.statement).await?;
        copy.send(self.buffer.as_slice()).await?;
        copy.finish().await?;
        Ok(())
    }
}
