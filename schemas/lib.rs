//! What a message is: the ground floor of eaid.
//!
//! A message is declared once, field by field, with its name on the wire, its bounds, its Protheus column and
//! its privacy mark ([`record!`]). The declaration drives reading, the finding of violations and writing.
//! Nothing here knows why anybody sends a message, waits, reads a clock or opens a file.
//!
//! | room | subject |
//! |---|---|
//! | [`violation`] | what can be wrong with a message, by stable code |
//! | [`outline`] | what a walk over a text found in it, and the events of its values |
//! | [`read`] | the context in which they are read |
//! | [`field`] | the types of fields: a constraint is part of the type |
//! | [`mod@record`] | the declaration of a record, and the lists of them |
//! | [`place`] | where in a text a path stands |
//! | [`pick`] | values picked out of a content that no record declares |
//! | [`mod@write`] | the way out |
//! | [`version`] | versions of messages |
//! | [`envelope`] | header, business message, Response, Receipt, WhoIs |
//! | [`messages`] | every message with its versions |
//! | [`json_schema`] | the declarations as JSON Schema |
//! | the rest | one file a message |

pub mod envelope;
pub mod field;
pub mod json_schema;
pub mod messages;
pub mod outline;
pub mod pick;
pub mod place;
pub mod read;
pub mod record;
pub mod version;
pub mod violation;
pub mod write;

pub mod customer_vendor;
pub mod document_traceability_order;
pub mod item_reserve;
pub mod pdvsync;
pub mod retail_sales;
pub mod retail_sales_cancellation;
pub mod tax;
