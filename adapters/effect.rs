//! What a routine may cause: rows, De/Para entries, messages to send. Nothing happens until the store keeps
//! them, all in one transaction with the message that caused them.

use crate::table::{Cell, Declared, Row, Table, Word};
use crate::world::DePara;
use eaid_schemas::envelope::Format;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::Violation;
use eaid_schemas::write::Content;
use std::fmt;
use std::sync::Arc;

/// A kind of De/Para entry: the table and field whose code it translates (`contract.md`, Configuration).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// XXF_ALIAS.
    pub alias: &'static str,
    /// XXF_FIELD.
    pub field: &'static str,
    /// What it names, in Portuguese, with its article.
    pub what: &'static str,
}

impl std::hash::Hash for Alias {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.alias.hash(state);
    }
}

macro_rules! aliases {
    ($($(#[$doc:meta])* $name:ident = $alias:literal $field:literal $what:literal;)+) => {
        impl Alias {
            $($(#[$doc])* pub const $name: Alias = Alias { alias: $alias, field: $field, what: $what };)+
            /// Every kind.
            pub const ALL: &'static [Alias] = &[$(Alias::$name,)+];
        }
    };
}

aliases! {
    /// Product.
    PRODUCT = "SB1" "B1_COD" "o produto";
    /// Warehouse.
    WAREHOUSE = "NNR" "NNR_CODIGO" "o armazém";
    /// Seller.
    SELLER = "SA3" "A3_COD" "o vendedor";
    /// Operator (cashier).
    OPERATOR = "SLF" "LF_COD" "o operador";
    /// Station.
    STATION = "SLG" "LG_CODIGO" "a estação";
    /// Carrier.
    CARRIER = "SA4" "A4_COD" "a transportadora";
    /// Card administrator.
    ADMINISTRATOR = "SAE" "AE_COD" "a administradora";
    /// TES.
    TES = "SF4" "F4_CODIGO" "a TES";
    /// Store.
    STORE = "SLJ" "LJ_CODIGO" "a loja";
    /// Payment term.
    PAYMENT_TERM = "SE4" "E4_CODIGO" "a condição de pagamento";
    /// Payment form (table 24) and cheque bank (table K6).
    GENERIC = "SX5" "X5_CHAVE" "a forma de pagamento ou o banco";
    /// Customer.
    CUSTOMER = "SA1" "A1_COD" "o cliente";
    /// Supplier, for sales of the types B and D.
    SUPPLIER = "SA2" "A2_COD" "o fornecedor";
    /// Reserve.
    RESERVE = "SC0" "C0_DOCRES" "a reserva";
    /// Sale.
    SALE = "SL1" "L1_DOC" "a venda";
    /// Cancellation.
    CANCELLATION = "SLX" "LX_CUPOM" "o cancelamento";
}

impl Alias {
    /// Finds a kind by its alias.
    pub fn find(alias: &str) -> Option<Alias> {
        Alias::ALL.iter().copied().find(|known| known.alias.eq_ignore_ascii_case(alias))
    }
}

/// What a message may wait for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A De/Para entry of a partner.
    DePara {
        /// The partner.
        partner: Word,
        /// The kind.
        alias: Alias,
        /// The partner's code.
        external: Word,
    },
    /// A row of an awaited table, by its key.
    Row {
        /// The table.
        table: &'static str,
        /// The values of its key, joined by `|`.
        key: Word,
    },
    /// A row of an awaited table that has left a state: one of its columns no longer holds a value.
    Left {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What it holds until then.
        value: Word,
        /// The values of the row's key, joined by `|`.
        key: Word,
    },
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::DePara { partner, alias, external } => write!(f, "{}/{partner}/{external}", alias.alias),
            Key::Row { table, key } => write!(f, "{table}/{key}"),
            Key::Left { table, value, key, .. } => write!(f, "{table} not {value}/{key}"),
        }
    }
}

impl Key {
    /// The key of a row, as messages wait for it.
    pub fn of_row(row: &Row) -> Key {
        Key::Row { table: row.table.name, key: joined(&row.values(crate::table::KEY)) }
    }

    /// The key that tells that a row has left a state.
    pub fn left<T: Declared>(row: &T, column: usize) -> Key {
        let row = row.to_row();
        Key::Left {
            table: row.table.name,
            column: row.table.columns[column].name,
            value: row[column].as_text().into(),
            key: joined(&row.values(crate::table::KEY)),
        }
    }
}

/// The values of a key as one text.
pub fn joined(values: &[Cell]) -> Word {
    let mut joined = Word::default();
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            joined.push('|');
        }
        joined.push_str(value.as_text());
    }
    joined
}

/// A change of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The table.
    pub table: &'static Table,
    /// The values of the row's key.
    pub key: Vec<Cell>,
    /// Columns and their new values.
    pub set: Vec<(usize, Cell)>,
    /// Columns and the values they must still have, else another process was faster and the batch is decided
    /// again.
    pub expect: Vec<(usize, Cell)>,
}

impl Update {
    /// Begins a change of a row.
    pub fn of<T: Declared>(row: &T) -> Update {
        let row = row.to_row();
        Update { table: row.table, key: row.values(crate::table::KEY), set: Vec::new(), expect: Vec::new() }
    }

    /// Gives a column a new value.
    pub fn set(mut self, column: usize, value: impl Into<Cell>) -> Self {
        self.set.push((column, value.into()));
        self
    }

    /// The state that it makes a row of an awaited table leave: a column of text that must hold one value and gets
    /// another.
    pub fn leaves(&self) -> Option<Key> {
        let (column, value) = self.expect.iter().filter(|_| self.table.is_awaited).find(|(column, value)| {
            matches!(value, Cell::Text(_)) && self.set.iter().any(|(set, next)| set == column && next != value)
        })?;
        Some(Key::Left {
            table: self.table.name,
            column: self.table.columns[*column].name,
            value: value.as_text().into(),
            key: joined(&self.key),
        })
    }

    /// Demands that a column still has a value.
    pub fn expect(mut self, column: usize, value: impl Into<Cell>) -> Self {
        self.expect.push((column, value.into()));
        self
    }
}

/// The partner of what is told to all who are registered for it.
pub const EVERYBODY: &str = "";

/// A message of ours to a partner.
#[derive(Clone)]
pub struct Sending {
    /// The partner, as in De/Para; its route says where to. Or [`EVERYBODY`].
    pub partner: String,
    /// The transport that the sale came by, for routes to `origin`.
    pub origin: String,
    /// The UUID that it goes back to.
    pub correlation: String,
    /// Our company and branch.
    pub company: String,
    /// Our branch.
    pub branch: String,
    /// What it is of, for the timeline: the order, or the sale.
    pub subject: String,
    /// What it says.
    pub what: What,
}

/// What is sent.
#[derive(Clone)]
pub enum What {
    /// A trace: a business message of ours, if an adapter is registered that sends it.
    Trace {
        /// Its transaction, in upper case.
        transaction: &'static str,
        /// Its content.
        content: Arc<dyn Content>,
        /// The status told, in the words of the wire.
        status: &'static str,
    },
    /// A failure of GravaBatch, shaped as a Response (`domain/README.md` 14).
    Failure {
        /// The transaction that failed.
        transaction: &'static str,
        /// The version of the message.
        version: String,
        /// The format of the message.
        format: Format,
        /// Who sent it.
        sent_by: String,
        /// Why.
        violations: Vec<Violation>,
        /// The ids of the sale.
        ids: Vec<InternalId>,
    },
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match &self.what {
            What::Trace { transaction, status, .. } => format!("{transaction} {status}"),
            What::Failure { transaction, .. } => format!("failure of {transaction}"),
        };
        f.debug_struct("Sending")
            .field("partner", &self.partner)
            .field("subject", &self.subject)
            .field("what", &what)
            .finish()
    }
}

/// One effect.
#[derive(Clone, Debug)]
pub enum Effect {
    /// A new row. Its key must be free, else the batch is decided again.
    Insert(Row),
    /// A changed row. It must be there.
    Update(Update),
    /// A row that goes. It must be there.
    Delete {
        /// The table.
        table: &'static Table,
        /// The values of its key.
        key: Vec<Cell>,
    },
    /// A De/Para entry, new or changed.
    Link {
        /// The partner.
        partner: Word,
        /// The kind.
        alias: Alias,
        /// The partner's code, untouched.
        external: Word,
        /// Our id.
        internal: Word,
        /// `GeneratedOn` of the message that wrote it, so that older never overwrites newer.
        stamp: Word,
        /// The entry that was seen: it must still be so, its stamp too, or of two states of a record that two
        /// processes take the older could come last.
        was: Option<DePara>,
    },
    /// A De/Para entry that goes. It must be there.
    Unlink {
        /// The partner.
        partner: Word,
        /// The kind.
        alias: Alias,
        /// The partner's code.
        external: Word,
    },
    /// A message to send.
    Send(Sending),
}

impl Effect {
    /// A new row.
    pub fn insert<T: Declared>(row: &T) -> Effect {
        Effect::Insert(row.to_row())
    }

    /// A new row that nobody else needs: it is moved, not copied.
    pub fn new_row<T: Declared>(row: T) -> Effect {
        Effect::Insert(row.into_row())
    }

    /// A row that goes.
    pub fn delete<T: Declared>(row: &T) -> Effect {
        let row = row.to_row();
        Effect::Delete { table: row.table, key: row.values(crate::table::KEY) }
    }
}
