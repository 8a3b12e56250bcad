//! How to reach a customer, and whom.

use super::OtherAddress;
use crate::field::{PartnerCode, Text};
use crate::{choice, record};

choice! {
    /// The kind of a way to reach somebody, by its published number; what the numbers mean is not published.
    pub enum CommunicationKind {
        /// The first kind.
        One = "1",
        /// The second.
        Two = "2",
        /// The third.
        Three = "3",
        /// The fourth.
        Four = "4",
        /// The fifth.
        Five = "5",
    }
}

record! {
    /// A way to reach the customer.
    pub struct Communication "CommunicationInformation" {
        /// Of which kind the way is.
        kind: CommunicationKind = field("Type").since(2, 8);
        /// Telephone, with or without area code.
        phone_number: Text<30> = field("PhoneNumber").personal().column("A1_TEL");
        /// Extension.
        phone_extension: Text<10> = field("PhoneExtension").personal();
        /// Area code.
        dialling_code: Text<5> = field("DiallingCode").alias(&["PhoneDDD"]).since(2, 8).column("A1_DDD");
        /// Country code.
        international_dialling_code: Text<5> = field("InternationalDiallingCode").since(2, 8).column("A1_DDI");
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
    /// Somebody to speak with.
    pub struct Contact "Contact" {
        /// Code.
        code: Text<20> = field("ContactInformationCode");
        /// Id.
        internal_id: PartnerCode = field("ContactInformationInternalId");
        /// Mr, Mrs, Dr.
        title: Text<40> = field("ContactInformationTitle");
        /// Name.
        name: Text<80> = field("ContactInformationName").personal().column("A1_CONTATO");
        /// Department.
        department: Text<60> = field("ContactInformationDepartment");
        /// How to reach them.
        communication: Communication = field("CommunicationInformation");
        /// Where they are.
        address: OtherAddress = field("ContactInformationAddress").personal();
    }
}
