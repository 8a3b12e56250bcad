//! CustomerVendor 1.x and 2.x: a customer (`domain/customervendor.md` 3 and 4).

use crate::field::{Amount, Moment, PartnerCode, Text};
use crate::record::List;
use crate::{choice, record};

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
    /// Whether the registration is in force. Everything but active is stored blocked.
    pub enum RegisterSituation {
        /// In force.
        Active = "Active",
        /// Out of force.
        Inactive = "Inactive",
        /// Cancelled.
        Canceled = "Canceled" | "Cancelled",
        /// Not yet in force.
        Pending = "Pending",
        /// Suspended.
        Suspended = "Suspended",
    }
}

record! {
    /// City.
    pub struct City "City" {
        /// IBGE code; the last five digits are stored.
        city_code: Text<10> = field("CityCode").column("A1_COD_MUN");
        /// Id of the city.
        city_internal_id: PartnerCode = field("CityInternalId");
        /// Name.
        city_description: Text<60> = field("CityDescription").alias(&["Description"]).required().column("A1_MUN");
    }
}

record! {
    /// State.
    pub struct State "State" {
        /// Two letters.
        state_code: Text<2> = field("StateCode").alias(&["StateId", "Code"]).required().column("A1_EST");
        /// Id of the state.
        state_internal_id: PartnerCode = field("StateInternalId");
        /// Name.
        state_description: Text<60> = field("StateDescription").alias(&["Description"]);
    }
}

record! {
    /// Country.
    pub struct Country "Country" {
        /// Code.
        country_code: Text<5> = field("CountryCode").alias(&["Code"]).column("A1_PAIS");
        /// Id of the country.
        country_internal_id: PartnerCode = field("CountryInternalId");
        /// Name.
        country_description: Text<60> = field("CountryDescription").alias(&["Description"]).column("A1_PAIS");
    }
}

record! {
    /// The main address.
    pub struct Address "Address" {
        /// Street.
        address: Text<80> = field("Address").required().personal().column("A1_END");
        /// House number.
        number: Text<10> = field("Number").personal().column("A1_END");
        /// Flat, block.
        complement: Text<50> = field("Complement").personal().column("A1_COMPLEM");
        /// City.
        city: City = field("City").required();
        /// Quarter.
        district: Text<40> = field("District").personal().column("A1_BAIRRO");
        /// State.
        state: State = field("State").required();
        /// Country.
        country: Country = field("Country");
        /// CEP.
        zip_code: Text<9> = field("ZIPCode").personal().column("A1_CEP");
        /// Region.
        region: Text<20> = field("Region").column("A1_REGIAO");
        /// Post box.
        po_box: Text<20> = field("POBox").personal().column("A1_CXPOSTA");
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
        scope: Text<20> = field("Scope");
        /// When it was issued.
        issue_on: Moment = field("IssueOn");
        /// When it ends.
        expires_on: Moment = field("ExpiresOn");
    }
}

record! {
    /// A way to reach the customer.
    pub struct Communication "CommunicationInformation" {
        /// Telephone, with or without area code.
        phone_number: Text<30> = field("PhoneNumber").personal().column("A1_TEL");
        /// Extension.
        phone_extension: Text<10> = field("PhoneExtension").personal();
        /// Area code.
        dialling_code: Text<5> = field("DiallingCode").alias(&["PhoneDDD"]).column("A1_DDD");
        /// Country code.
        international_dialling_code: Text<5> = field("InternationalDiallingCode").column("A1_DDI");
        /// Fax.
        fax_number: Text<30> = field("FaxNumber").personal().column("A1_FAX");
        /// Its extension.
        fax_number_extension: Text<10> = field("FaxNumberExtension").personal();
        /// Home page.
        home_page: Text<100> = field("HomePage").column("A1_HPAGE");
        /// E-mail.
        email: Text<100> = field("Email").personal().column("A1_EMAIL");
    }
}

record! {
    /// City of another address, where nothing is mandatory.
    pub struct OtherCity "City" {
        /// IBGE code; the last five digits are stored.
        city_code: Text<10> = field("CityCode");
        /// Name.
        city_description: Text<60> = field("CityDescription").alias(&["Description"]);
    }
}

record! {
    /// State of another address.
    pub struct OtherState "State" {
        /// Two letters.
        state_code: Text<2> = field("StateCode").alias(&["StateId", "Code"]);
    }
}

record! {
    /// Another address: of delivery or of billing.
    pub struct OtherAddress "Address" {
        /// Street.
        address: Text<80> = field("Address").personal();
        /// House number.
        number: Text<10> = field("Number").personal();
        /// Flat, block.
        complement: Text<50> = field("Complement").personal();
        /// City.
        city: OtherCity = field("City");
        /// Quarter.
        district: Text<40> = field("District").personal();
        /// State.
        state: OtherState = field("State");
        /// CEP.
        zip_code: Text<9> = field("ZIPCode").personal();
    }
}

record! {
    /// Where bills go.
    pub struct Billing "BillingInformation" {
        /// The address.
        address: OtherAddress = field("Address");
    }
}

record! {
    /// How much may be owed.
    pub struct Credit "CreditInformation" {
        /// Limit in reais.
        credit_limit: Amount<13, 2> = field("CreditLimit").column("A1_LC");
        /// Until when.
        maturity_credit_limit: Moment = field("MaturityCreditLimit").column("A1_VENCLC");
    }
}

record! {
    /// Somebody to speak with.
    pub struct Contact "Contact" {
        /// Name.
        name: Text<80> = field("ContactInformationName").personal().column("A1_CONTATO");
    }
}

record! {
    /// A customer or supplier.
    pub struct CustomerVendor "CustomerVendor" {
        /// The sender's company.
        company_id: Text<50> = field("CompanyId");
        /// The sender's branch.
        branch_id: Text<50> = field("BranchId");
        /// Both in one.
        company_internal_id: Text<50> = field("CompanyInternalId");
        /// The code in the sender's books.
        code: Text<30> = field("Code").required().column("A1_COD");
        /// Its store.
        store_id: Text<4> = field("StoreId").column("A1_LOJA");
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
        /// What kind of buyer.
        strategic_customer_type: StrategicCustomerType = field("StrategicCustomerType").column("A1_TIPO");
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
        /// How to reach them.
        communication: List<Communication> = field("ListOfCommunicationInformation");
        /// Payment condition.
        payment_condition_code: Text<3> = field("PaymentConditionCode").column("A1_COND");
        /// Price list.
        price_list_header_item_code: Text<3> = field("PriceListHeaderItemCode").column("A1_TABELA");
        /// Carrier.
        carrier_code: Text<15> = field("CarrierCode").column("A1_TRANSP");
        /// Where goods go.
        shipping_address: OtherAddress = field("ShippingAddress");
        /// Where bills go.
        billing: Billing = field("BillingInformation");
        /// How much may be owed.
        credit: Credit = field("CreditInformation");
        /// Who to speak with.
        contacts: List<Contact> = field("ListOfContacts");
        /// Discount granted, in percent.
        rate_discount: Amount<3, 2> = field("RateDiscount");
    }
}
