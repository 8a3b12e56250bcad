//! A fault is ours, never a message's: the store or the bus is down, the disk is full. Nothing is settled; the
//! loop stops taking, backs off and tries again. Kept apart from refusals by the compiler.

/// Something outside is not at work.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error("banco de dados: {0}")]
    Store(String),
    /// The broker.
    #[error("RabbitMQ: {0}")]
    Bus(String),
    /// The spool folder.
    #[error("pasta {path}: {reason}")]
    Spool {
        /// The folder or file.
        path: String,
        /// What the system said.
        reason: String,
    },
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Fault::Store(error.to_string())
    }
}
