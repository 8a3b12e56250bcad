//! Where a customer is: the main address, whose parts are mandatory, and the others.

use crate::field::{Flag, PartnerCode, Text};
use crate::record;

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
        /// Whether it is the main address.
        main_address: Flag = field("MainAddress").since(2, 8);
        /// Whether goods go there.
        is_shipping_address: Flag = field("ShippingAddress").since(2, 8);
        /// Whether bills go there.
        is_billing_address: Flag = field("BillingAddress").since(2, 8);
    }
}

record! {
    /// City of another address, where nothing is mandatory.
    pub struct OtherCity "City" {
        /// IBGE code; the last five digits are stored.
        city_code: Text<10> = field("CityCode");
        /// Id of the city.
        city_internal_id: PartnerCode = field("CityInternalId");
        /// Name.
        city_description: Text<60> = field("CityDescription").alias(&["Description"]);
    }
}

record! {
    /// State of another address.
    pub struct OtherState "State" {
        /// Two letters.
        state_code: Text<2> = field("StateCode").alias(&["StateId", "Code"]);
        /// Id of the state.
        state_internal_id: PartnerCode = field("StateInternalId");
        /// Name.
        state_description: Text<60> = field("StateDescription").alias(&["Description"]);
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
        /// Country.
        country: Country = field("Country");
        /// Region.
        region: Text<20> = field("Region");
        /// Post box.
        po_box: Text<20> = field("POBox").personal();
        /// Whether it is the main address.
        main_address: Flag = field("MainAddress").since(2, 8);
        /// Whether goods go there.
        is_shipping_address: Flag = field("ShippingAddress").since(2, 8);
        /// Whether bills go there.
        is_billing_address: Flag = field("BillingAddress").since(2, 8);
    }
}

record! {
    /// Where bills go.
    pub struct Billing "BillingInformation" {
        /// Code of the customer that pays.
        billing_customer_code: Text<20> = field("BillingCustomerCode");
        /// Its id.
        billing_customer_internal_id: PartnerCode = field("BillingCustomerInternalId");
        /// The address.
        address: OtherAddress = field("Address");
    }
}
