//! How much a customer may owe.

use super::Whole;
use crate::field::{Amount, Moment, Text};
use crate::record;

record! {
    /// How much may be owed.
    pub struct Credit "CreditInformation" {
        /// Indicator.
        credit_indicator: Whole = field("CreditIndicator");
        /// Evaluation.
        credit_evaluation: Whole = field("CreditEvaluation");
        /// Evaluation when goods are sent.
        shipment_credit_evaluation: Whole = field("ShipmentCreditEvaluation");
        /// Limit in reais.
        credit_limit: Amount<13, 2> = field("CreditLimit").column("A1_LC");
        /// Its currency.
        credit_limit_currency: Whole = field("CreditLimitCurrency").column("A1_MOEDALC");
        /// Until when, as the published definition names it.
        credit_limit_date: Moment = field("CreditLimitDate").column("A1_VENCLC");
        /// Until when, as it is read.
        maturity_credit_limit: Moment = field("MaturityCreditLimit").unpublished().column("A1_VENCLC");
        /// A second limit, in reais.
        additional_credit_limit: Amount<13, 2> = field("AdditionalCreditLimit").column("A1_LCFIN");
        /// Its currency.
        additional_credit_limit_currency: Text<10> = field("AdditionalCreditLimitCurrency");
        /// Until when.
        additional_credit_limit_date: Moment = field("AdditionalCreditLimitDate");
        /// Periods in arrears.
        late_periods: Whole = field("LatePeriods");
        /// What is left of the limit, in reais.
        balance_of_credit: Amount<13, 2> = field("BalanceOfCredit");
    }
}
