//! Tax 1.005: one tax of a sale or of an item.

use crate::field::{Amount, Flag, Moment, Text};
use crate::{choice, record};

choice! {
    /// Why a tax is as it is, by code; what the codes mean is not published.
    pub enum Reason {
        /// Reason 001.
        First = "001" | "1",
        /// Reason 002.
        Second = "002" | "2",
        /// Reason 003.
        Third = "003" | "3",
    }
}

choice! {
    /// How a tax applies to the operation, by letter; what the letters mean is not published.
    pub enum Incidence {
        /// Incidence C.
        C = "C",
        /// Incidence I.
        I = "I",
        /// Incidence O.
        O = "O",
        /// Incidence E.
        E = "E",
        /// Incidence N.
        N = "N",
        /// Incidence U.
        U = "U",
        /// Incidence D.
        D = "D",
        /// Incidence S.
        S = "S",
    }
}

choice! {
    /// Which side of the books a tax is on.
    pub enum TaxSide {
        /// Expense.
        Expense = "D",
        /// Revenue.
        Revenue = "R",
    }
}

record! {
    /// One tax.
    pub struct Tax "Tax" {
        /// Which: ICM, PIS, COFINS, ISS, IPI, ICMS_ST …
        taxe: Text<20> = field("Taxe");
        /// Country.
        country_code: Text<10> = field("CountryCode");
        /// Its id.
        country_internal_id: Text<50> = field("CountryInternalId");
        /// State.
        state_code: Text<10> = field("StateCode");
        /// Its id.
        state_internal_id: Text<50> = field("StateInternalId");
        /// City.
        city_code: Text<10> = field("CityCode");
        /// Its id.
        city_internal_id: Text<50> = field("CityInternalId");
        /// What it is computed on, in reais.
        calculation_basis: Amount<13, 4> = field("CalculationBasis");
        /// Rate in percent.
        percentage: Amount<5, 4> = field("Percentage");
        /// Reduction of the basis in percent.
        reduction_based_percent: Amount<5, 4> = field("ReductionBasedPercent").alias(&["ReductionBasePercent"]);
        /// The tax in reais.
        value: Amount<13, 4> = field("Value");
        /// Reason code.
        reason: Reason = field("Reason");
        /// Deferred, in percent.
        deferral_percentage: Amount<5, 4> = field("DeferralPercentage");
        /// Deferred, in reais.
        deferral_value: Amount<13, 4> = field("DeferralValue");
        /// Presumed credit, in percent.
        presumed_credit_percentage: Amount<5, 4> = field("PresumedCreditPercentage");
        /// Presumed credit, in reais.
        presumed_credit_value: Amount<13, 4> = field("PresumedCreditValue");
        /// Basis by unit.
        especific_calculation_basis: Amount<13, 4> = field("EspecificCalculationBasis");
        /// Rate by unit.
        especific_aliquot: Amount<13, 4> = field("EspecificAliquot");
        /// Added margin in percent.
        increase_percentage: Amount<5, 4> = field("IncreasePercentage");
        /// Added margin in reais.
        increase_value: Amount<13, 4> = field("IncreaseValue");
        /// To be computed anew.
        recalculate: Flag = field("Recalculate");
        /// Tax situation code.
        code_tax_situation: Text<5> = field("CodeTaxSituation");
        /// Withheld at the source.
        with_holding_tax: Flag = field("WithHoldingTax");
        /// Whether there is a tax.
        has_tax: Flag = field("HasTax");
        /// Incidence.
        incidence_type: Incidence = field("IncidenceType");
        /// Value by kind.
        value_type: Amount<13, 4> = field("ValueType");
        /// Its date.
        date: Moment = field("Date");
        /// Expense or revenue.
        kind: TaxSide = field("Kind");
        /// Withheld and due, in reais.
        value_due_with_held: Amount<13, 4> = field("ValueDueWithHeld");
        /// Aggregated, in percent.
        aggregated_percentage: Amount<5, 4> = field("AggregatedPercentage");
    }
}
