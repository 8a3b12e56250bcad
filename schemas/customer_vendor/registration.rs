//! What the camelCase family adds of the sender's own registration; no routine uses it.

use super::Whole;
use crate::field::{Moment, Text};
use crate::record;

record! {
    /// Fields of the sender's own, by the names of its columns.
    pub struct ComplementaryFields "ComplementaryFields" {
        /// Company of the record.
        codcoligada: Whole = field("Codcoligada");
        /// Code of the party.
        cod_cfo: Text<50> = field("CodCfo");
        /// Its seller.
        vendedor: Text<50> = field("Vendedor");
        /// Its buyer.
        comprador: Text<50> = field("Comprador");
        /// Days in arrears.
        dias_atraso: Whole = field("DiasAtraso");
        /// Who made the record.
        rec_created_by: Text<50> = field("RecCreatedBy");
        /// When it was made.
        rec_created_on: Moment = field("RecCreatedOn");
        /// Who changed it last.
        rec_modified_by: Text<50> = field("RecModifiedBy");
        /// When it was changed last.
        rec_modified_on: Moment = field("RecModifiedOn");
    }
}
