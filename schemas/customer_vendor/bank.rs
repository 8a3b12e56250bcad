//! The bank accounts of a party.

use crate::field::Text;
use crate::{choice, record};

choice! {
    /// The kind of an account.
    pub enum AccountType {
        /// Current account.
        Current = "1",
        /// Savings account.
        Savings = "2",
    }
}

choice! {
    /// Whether it is the main account.
    pub enum AccountRank {
        /// The main one.
        Main = "1",
        /// Another.
        Other = "2",
    }
}

record! {
    /// A bank account.
    pub struct Banking "BankingInformation" {
        /// Number of the bank.
        bank_code: Text<10> = field("BankCode").column("FIL_BANCO");
        /// Its id.
        bank_internal_id: Text<50> = field("BankInternalId");
        /// Its name.
        bank_name: Text<30> = field("BankName");
        /// Agency.
        branch_code: Text<8> = field("BranchCode").personal().column("FIL_AGENCI");
        /// Check digit of the agency.
        branch_key: Text<10> = field("BranchKey").personal().column("FIL_DVAGE");
        /// Account.
        checking_account_number: Text<20> = field("CheckingAccountNumber").personal().column("FIL_CONTA");
        /// Check digit of the account.
        checking_account_number_key: Text<2> = field("CheckingAccountNumberKey").personal().column("FIL_DVCTA");
        /// Kind of account.
        checking_account_type: AccountType = field("CheckingAccountType").since(2, 5).column("FIL_TIPCTA");
        /// Whether it is the main one.
        main_account: AccountRank = field("MainAccount").since(2, 5).column("FIL_TIPO");
        /// Its currency.
        currency_account: Text<2> = field("CurrencyAccount").since(2, 5).column("FIL_MOEDA");
    }
}
