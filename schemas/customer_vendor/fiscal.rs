//! What authorities know a customer by, and which taxes it pays.

use crate::field::{Flag, Moment, Text};
use crate::record::List;
use crate::{choice, record};

choice! {
    /// The level of an authority.
    pub enum Scope {
        /// The federation.
        Federal = "Federal",
        /// A state.
        State = "State" | "Estadual",
        /// A municipality.
        Municipal = "Municipal",
    }
}

record! {
    /// A registration number with an authority.
    pub struct Government "GovernmentalInformation" {
        /// The number.
        id: Text<30> = field("Id").personal().column("A1_CGC");
        /// Which number: CPF, CNPJ, RG, INSCRICAO ESTADUAL …
        name: Text<40> = field("Name");
        /// Federal, state or municipal.
        scope: Scope = field("Scope");
        /// When it was issued.
        issue_on: Moment = field("IssueOn");
        /// When it ends.
        expires_on: Moment = field("ExpiresOn");
    }
}

record! {
    /// A tax and whether the party pays it.
    pub struct TaxPayer "TaxPayer" {
        /// Which tax.
        tax_name: Text<20> = field("TaxName");
        /// Whether it is paid.
        is_payer: Flag = field("IsPayer");
        /// How.
        mode: Text<20> = field("Mode");
    }
}

record! {
    /// How the party is taxed.
    pub struct Fiscal "FiscalInformation" {
        /// Category.
        category: Text<3> = field("Category");
        /// Whether it withholds taxes.
        is_retention_agent: Flag = field("IsRetentionAgent");
        /// Whether it chose the Simples regime.
        is_simples_adopter: Flag = field("IsSimplesAdopter").since(2, 7).until(2, 7);
        /// Which taxes it pays.
        tax_payer: List<TaxPayer> = field("TaxPayer");
    }
}
