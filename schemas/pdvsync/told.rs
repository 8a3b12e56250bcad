//! What a call is answered (`domain/pdvsync.md` 10): one form, also for what is refused.

use crate::envelope::json::JsonWriter;
use crate::violation::Violation;
use crate::write::{Writer, texts};

/// The answer to a call that writes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    /// It was done.
    pub success: bool,
    /// What is to be read by a person; empty where it was done.
    pub message: &'a str,
    /// The number of the order; empty where there is none.
    pub order: &'a str,
    /// The code of the customer; likewise.
    pub customer: &'a str,
    /// Every reason why it was not done.
    pub errors: &'a [Reason<'a>],
}

/// A reason why a call was not done.
#[derive(Clone, Copy, Debug)]
pub struct Reason<'a> {
    /// JSON pointer into what was sent; empty where it is about the whole.
    pub path: &'a str,
    /// Its stable code.
    pub code: &'a str,
    /// For a person, in Portuguese.
    pub message: &'a str,
}

impl<'a> Reason<'a> {
    /// A finding as a reason.
    pub fn of(found: &'a Violation) -> Reason<'a> {
        Reason { path: &found.path, code: found.code.as_str(), message: &found.text }
    }
}

impl Told<'_> {
    /// As JSON.
    pub fn to_json(&self) -> String {
        let mut out = JsonWriter::default();
        out.begin_object();
        out.property("success");
        out.flag(self.success);
        out.property("hasNext");
        out.flag(false);
        texts(&mut out, &[("message", self.message)]);
        out.property("data");
        out.begin_object();
        texts(&mut out, &[("idRetaguardaPedido", self.order)]);
        out.property("cliente");
        out.begin_object();
        texts(&mut out, &[("idRetaguardaCliente", self.customer)]);
        out.end_object();
        texts(&mut out, &[("message", self.message)]);
        out.property("success");
        out.flag(self.success);
        if !self.success {
            out.property("errors");
            out.begin_array("error");
            for error in self.errors {
                out.begin_object();
                texts(&mut out, &[("path", error.path), ("code", error.code), ("message", error.message)]);
                out.end_object();
            }
            out.end_list();
        }
        out.end_object();
        out.end_object();
        out.finish()
    }
}
