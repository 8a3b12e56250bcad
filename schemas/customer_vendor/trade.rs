//! How a party trades: its market, its seller, its freight.

use crate::field::{Moment, PartnerCode, Text};
use crate::{choice, record};

choice! {
    /// What a supplier sells.
    pub enum VendorClassification {
        /// Raw material.
        RawMaterial = "Raw Material" | "1",
        /// Services.
        Service = "Service" | "2",
        /// Both.
        Both = "Both" | "3",
        /// Anything.
        Generic = "Generic" | "4",
    }
}

choice! {
    /// Who pays the freight.
    pub enum FreightCode {
        /// The sender.
        Cif = "C",
        /// The receiver.
        Fob = "F",
        /// A third party.
        Third = "T",
        /// The sender, with its own transport.
        OwnSender = "R",
        /// The receiver, with its own transport.
        OwnReceiver = "D",
        /// Nobody: there is none.
        None = "S",
    }
}

record! {
    /// The market that a party belongs to.
    pub struct MarketSegment "MarketSegment" {
        /// Code.
        code: Text<6> = field("MarketSegmentCode").column("A1_CODSEG");
        /// Id.
        internal_id: PartnerCode = field("MarketSegmentInternalId");
        /// Name.
        description: Text<40> = field("MarketSegmentDescription").column("A1_DESSEG");
    }
}

record! {
    /// The seller that serves a customer.
    pub struct VendorType "VendorType" {
        /// Code.
        code: PartnerCode = field("VendorTypeCode").alias(&["Code"]).column("A1_VEND");
        /// The partner's id; goes through De/Para SA3.
        internal_id: PartnerCode = field("VendorTypeInternalId").alias(&["InternalId"]).column("A1_VEND");
        /// Name.
        description: Text<60> = field("VendorTypeDescription").alias(&["Description"]);
    }
}

record! {
    /// What the party sells to us, and who sells to it.
    pub struct VendorInformation "VendorInformation" {
        /// What it sells.
        classification: VendorClassification = field("VendorClassification");
        /// The seller that serves it.
        vendor_type: VendorType = field("VendorType").until(2, 7);
        /// Code of that seller, in the flat form.
        vendor_type_code: PartnerCode = field("VendorTypeCode").since(2, 8).column("A1_VEND");
        /// Its id, in the flat form.
        vendor_type_internal_id: PartnerCode = field("VendorTypeInternalId").since(2, 8).column("A1_VEND");
        /// Its name, in the flat form.
        vendor_type_description: Text<60> = field("VendorTypeDescription").since(2, 8);
    }
}

record! {
    /// What concerns a natural person only.
    pub struct Person "PersonInformation" {
        /// Day of birth.
        birth_date: Moment = field("BirthDate").personal();
    }
}

record! {
    /// How goods are sent.
    pub struct Freight "FreightType" {
        /// Who pays.
        code: FreightCode = field("Code").unpublished().column("A1_TPFRET");
    }
}

record! {
    /// Up to eight segments of a customer.
    pub struct Segment "Segment" {
        /// Segment 1.
        segment_1: Text<6> = field("Segment1").unpublished().column("A1_SATIV1");
        /// Segment 2.
        segment_2: Text<6> = field("Segment2").unpublished().column("A1_SATIV2");
        /// Segment 3.
        segment_3: Text<6> = field("Segment3").unpublished().column("A1_SATIV3");
        /// Segment 4.
        segment_4: Text<6> = field("Segment4").unpublished().column("A1_SATIV4");
        /// Segment 5.
        segment_5: Text<6> = field("Segment5").unpublished().column("A1_SATIV5");
        /// Segment 6.
        segment_6: Text<6> = field("Segment6").unpublished().column("A1_SATIV6");
        /// Segment 7.
        segment_7: Text<6> = field("Segment7").unpublished().column("A1_SATIV7");
        /// Segment 8.
        segment_8: Text<6> = field("Segment8").unpublished().column("A1_SATIV8");
    }
}
