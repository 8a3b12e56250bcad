//! CustomerVendor 1.x and 2.x: a customer (`domain/customervendor.md` 3 and 4). Versions 2.006 and 2.008 are the
//! camelCase family; names are compared without case, so that one declaration serves both.

mod address;
mod bank;
mod contact;
mod credit;
mod fiscal;
mod registration;
mod trade;

use crate::field::{Amount, Anything, Count, Moment, PartnerCode, Text};
use crate::record::{List, Seldom};
use crate::{choice, record};
pub use address::{Address, Billing, City, Country, OtherAddress, OtherCity, OtherState, State};
pub use bank::{AccountRank, AccountType, Banking};
pub use contact::{Communication, CommunicationKind, Contact};
pub use credit::Credit;
pub use fiscal::{Fiscal, Government, Scope, TaxPayer};
pub use registration::ComplementaryFields;
pub use trade::{
    Freight, FreightCode, MarketSegment, Person, Segment, VendorClassification, VendorInformation, VendorType,
};

/// A whole number without a published bound.
pub type Whole = Count<2_147_483_647>;
/// A number without published decimals.
pub type Quantity = Amount<15, 4>;

choice! {
    /// Customer, supplier, or both.
    pub enum PartyType {
        /// Buys from us.
        Customer = "Customer" | "1",
        /// Sells to us.
        Vendor = "Vendor" | "2",
        /// Both.
        Both = "Both" | "3",
    }
}

choice! {
    /// Natural or legal person.
    pub enum EntityType {
        /// A natural person.
        Person = "Person" | "1" | "F",
        /// A legal person.
        Company = "Company" | "2" | "J",
    }
}

choice! {
    /// What kind of buyer, for taxes.
    pub enum StrategicCustomerType {
        /// Final consumer.
        FinalConsumer = "1" | "F",
        /// Rural producer.
        RuralProducer = "2" | "L",
        /// Reseller.
        Reseller = "3" | "R",
        /// Tax substitute.
        Substitute = "4" | "S",
        /// Export.
        Export = "5" | "X",
    }
}

choice! {
    /// Whether the customer pays ICMS.
    pub enum IcmsPayer {
        /// It does.
        Yes = "1",
        /// It does not.
        No = "2",
    }
}

choice! {
    /// Whether the registration is in force. Everything but active is stored blocked.
    pub enum RegisterSituation {
        /// In force.
        Active = "Active" | "1",
        /// Out of force.
        Inactive = "Inactive" | "2",
        /// Cancelled.
        Canceled = "Canceled" | "Cancelled" | "3",
        /// Not yet in force.
        Pending = "Pending" | "4",
        /// Suspended.
        Suspended = "Suspended" | "5",
    }
}

record! {
    /// A customer or supplier.
    pub struct CustomerVendor "CustomerVendor" {
        /// Upsert, request or delete, where the header names none.
        event: Text<20> = field("Event").unpublished();
        /// Id of the record in the sender's database.
        customer_vendor_id: Text<50> = field("CustomerVendorId").since(2, 8);
        /// The sender's company.
        company_id: Text<50> = field("CompanyId");
        /// The sender's branch.
        branch_id: Text<50> = field("BranchId").column("A1_FILIAL");
        /// Both in one.
        company_internal_id: Text<50> = field("CompanyInternalId");
        /// The code in the sender's books; mandatory unless customers are told by their documents (e-commerce).
        code: Text<30> = field("Code").column("A1_COD");
        /// Its store.
        store_id: Text<4> = field("StoreId").since(2, 2).column("A1_LOJA");
        /// The sender's id; the key of its De/Para.
        internal_id: Text<50> = field("InternalId").key();
        /// Short name.
        short_name: Text<40> = field("ShortName").required().personal().column("A1_NREDUZ");
        /// Name.
        name: Text<80> = field("Name").required().personal().column("A1_NOME");
        /// Customer, supplier or both.
        kind: PartyType = field("Type");
        /// Natural or legal person.
        entity_type: EntityType = field("EntityType").required().column("A1_PESSOA");
        /// Market segment.
        market_segment: Seldom<MarketSegment> = field("MarketSegment");
        /// Birth or foundation.
        register_date: Moment = field("RegisterDate").personal().column("A1_DTNASC");
        /// Whether the registration is in force.
        register_situation: RegisterSituation = field("RegisterSituation").column("A1_MSBLQL");
        /// Free text.
        comments: Text<2000> = field("Comments").personal();
        /// Numbers with authorities.
        governmental_information: List<Government> = field("GovernmentalInformation");
        /// Where the customer lives.
        address: Address = field("Address").required();
        /// Where goods go.
        shipping_address: Seldom<OtherAddress> = field("ShippingAddress");
        /// How to reach them.
        communication: List<Communication> = field("ListOfCommunicationInformation");
        /// Who to speak with.
        contacts: List<Contact> = field("ListOfContacts");
        /// Bank accounts.
        banks: List<Banking> = field("ListOfBankingInformation");
        /// Where bills go.
        billing: Seldom<Billing> = field("BillingInformation");
        /// What the party sells to us, and who sells to it.
        vendor: Seldom<VendorInformation> = field("VendorInformation");
        /// What concerns a natural person only.
        person: Seldom<Person> = field("PersonInformation").since(2, 7).until(2, 7);
        /// How it is taxed.
        fiscal: Seldom<Fiscal> = field("FiscalInformation");
        /// How much may be owed.
        credit: Seldom<Credit> = field("CreditInformation");
        /// Payment condition.
        payment_condition_code: Text<3> = field("PaymentConditionCode").column("A1_COND");
        /// Its id.
        payment_condition_internal_id: PartnerCode = field("PaymentConditionInternalId");
        /// Price list.
        price_list_header_item_code: Text<3> = field("PriceListHeaderItemCode").column("A1_TABELA");
        /// Its id.
        price_list_header_item_internal_id: PartnerCode = field("PriceListHeaderItemInternalId");
        /// Carrier.
        carrier_code: Text<15> = field("CarrierCode").alias(&["Carrier"]).since(2, 1).column("A1_TRANSP");
        /// What kind of buyer.
        strategic_customer_type: StrategicCustomerType = field("StrategicCustomerType").since(2, 5).column("A1_TIPO");
        /// Discount granted, in percent.
        rate_discount: Amount<3, 2> = field("RateDiscount").since(2, 7);
        /// Seller of the customer.
        seller_code: PartnerCode = field("SellerCode").since(2, 7);
        /// The partner's id of the seller.
        seller_internal_id: PartnerCode = field("SellerInternalId").since(2, 7);
        /// How goods are sent.
        freight: Freight = field("FreightType").unpublished();
        /// Whether the customer pays ICMS: 1 yes, 2 no.
        taxpayer: IcmsPayer = field("Taxpayer").unpublished().column("A1_CONTRIB");
        /// Segments of the customer.
        segments: List<Segment> = field("Segment").unpublished();
        /// Further columns by name; not read.
        add_fields: Anything = field("AddFields").unpublished();
        /// Classification.
        classification: Text<50> = field("Classification").since(2, 8);
        /// Who made the record.
        rec_created_by: Text<50> = field("RecCreatedBy").since(2, 8);
        /// When it was made.
        rec_created_on: Moment = field("RecCreatedOn").since(2, 8);
        /// Who changed it last.
        rec_modified_by: Text<50> = field("RecModifiedBy").since(2, 8);
        /// When it was changed last.
        rec_modified_on: Moment = field("RecModifiedOn").since(2, 8);
        /// Credit limit in reais, beside that of CreditInformation.
        flat_credit_limit: Amount<13, 2> = field("CreditLimit").since(2, 8);
        /// When the registration was changed last.
        last_change_date: Moment = field("LastChangeDate").since(2, 8);
        /// First free number.
        optional_value1: Quantity = field("OptionalValue1").since(2, 8);
        /// Second free number.
        optional_value2: Quantity = field("OptionalValue2").since(2, 8);
        /// Third free number.
        optional_value3: Quantity = field("OptionalValue3").since(2, 8);
        /// What the party owns, in reais.
        patrimony: Amount<15, 4> = field("Patrimony").since(2, 8).personal();
        /// How many it employs.
        employees_number: Whole = field("EmployeesNumber").since(2, 8);
        /// Company of the classification.
        classification_company_id: Whole = field("ClassificationCompanyId").since(2, 8);
        /// Whether it pays ICMS, by number.
        contributor: Whole = field("Contributor").since(2, 8);
        /// Whether it is blocked, by number.
        blocked: Whole = field("Blocked").since(2, 8);
        /// Freight charged by the supplier, in reais.
        provider_shipping_price: Amount<15, 4> = field("ProviderShippingPrice").since(2, 8);
        /// Kind of service taker, by number.
        taker_type: Whole = field("TakerType").since(2, 8);
        /// Whether it pays ISS, by number.
        iss_contributor: Whole = field("IssContributor").since(2, 8);
        /// How many depend on the person.
        dependents_number: Whole = field("DependentsNumber").since(2, 8).personal();
        /// Kind of public body, by number.
        public_body: Whole = field("PublicBody").since(2, 8);
        /// Category of the self-employed, by number.
        self_employed_category: Whole = field("SelfEmployedCategory").since(2, 8);
        /// Id of the identity.
        customer_vendor_identity_id: Whole = field("CustomerVendorIdentityId").since(2, 8);
        /// Other deductions from IRRF, in reais.
        other_deductions_irrf_calculations: Quantity = field("OtherDeductionsIRRFCalculations").since(2, 8);
        /// Regime of ISS.
        iss_regime: Text<10> = field("IssRegime").since(2, 8);
        /// Who withholds ISS.
        iss_retention_responsible: Text<10> = field("IssRetentionResponsible").since(2, 8);
        /// Kind of fuel operation, by number.
        fuel_operation_type: Whole = field("FuelOperationType").since(2, 8);
        /// Size of the company, by number.
        size: Whole = field("Size").since(2, 8);
        /// Line of business, by number.
        activity_branch: Whole = field("ActivityBranch").since(2, 8);
        /// Kind of INSS contributor, by number.
        type_contributor_inss: Whole = field("TypeContributorINSS").since(2, 8);
        /// Nationality, by number.
        nationality: Whole = field("Nationality").since(2, 8);
        /// Tax code.
        tax_code_colcfo: Whole = field("TaxCodeColcfo").since(2, 8);
        /// Whether present value is adjusted, by number.
        calculates_avp: Whole = field("CalculatesAVP").since(2, 8);
        /// Tax number in another country.
        nif: Text<40> = field("Nif").since(2, 8).personal();
        /// Whether there is one, by number.
        nif_situation: Whole = field("NifSituation").since(2, 8);
        /// Kind of income.
        income_type: Text<10> = field("IncomeType").since(2, 8);
        /// How income is taxed.
        taxation_form: Text<10> = field("TaxationForm").since(2, 8);
        /// Inovar-Auto, by number.
        innovate_auto: Whole = field("innovate_auto").since(2, 8);
        /// Where a formula applies.
        formula_application: Text<50> = field("FormulaApplication").since(2, 8);
        /// Who checks automatic debits.
        automatic_debit_checker_type: Text<10> = field("AutomaticDebitCheckerType").since(2, 8);
        /// Entity that runs the food programme.
        executing_entity_paa: Text<50> = field("ExecutingEntityPaa").since(2, 8);
        /// Whether it is own work, by number.
        own_work: Whole = field("OwnWork").since(2, 8);
        /// Whether the person is retired, by number.
        retired_pensioner: Whole = field("RetiredPensioner").since(2, 8).personal();
        /// Social category.
        social_category_id: Whole = field("SocialCategoryId").since(2, 8);
        /// Whether the person is a member of a cooperative, by number.
        cooperative_partner: Whole = field("CooperativePartner").since(2, 8);
        /// Fields of the sender's own.
        complementary_fields: Seldom<ComplementaryFields> = field("ComplementaryFields").since(2, 8);
    }
}
