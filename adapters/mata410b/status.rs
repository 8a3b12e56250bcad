//! The statuses of an order: the code is stored, the text is what goes on the wire (`domain/trace.md` 3).

/// A status. Codes only move forward, compared as text.
#[derive(Debug, PartialEq, Eq)]
pub struct Status {
    /// C5_STATUS, two digits.
    pub code: &'static str,
    /// In the words of the wire.
    pub text: &'static str,
}

macro_rules! statuses {
    ($($(#[$doc:meta])+ $name:ident = $code:literal $text:literal;)+) => {
        $($(#[$doc])+ pub static $name: Status = Status { code: $code, text: $text };)+

        /// Every status, in the order of their codes.
        pub static ALL: &[&Status] = &[$(&$name,)+];
    };
}

statuses! {
    /// It exists.
    GENERATED = "00" "Gerado";
    /// Credit let it pass.
    RELEASED = "01" "Pedido liberado";
    /// Somebody looks at it.
    UNDER_ANALYSIS = "05" "Em análise";
    /// Credit holds it back.
    BLOCKED = "09" "Pedido bloqueado";
    /// The money is there.
    PAID = "10" "Pagamento confirmado";
    /// The outgoing invoice was made.
    INVOICED = "11" "Faturado";
    /// Ready to leave, or to be fetched.
    PACKED = "15" "Empacotado";
    /// A part has left.
    PARTLY_SHIPPED = "21" "Parcialmente enviado";
    /// It has left.
    SHIPPED = "30" "Enviado";
    /// The customer has it.
    DELIVERED = "31" "Entregue";
    /// It is cancelled.
    CANCELLED = "90" "Cancelado";
    /// It came back.
    RETURNED = "91" "Devolvido";
}

/// The status of a code.
pub fn find(code: &str) -> Option<&'static Status> {
    ALL.iter().copied().find(|status| status.code == code)
}

/// The text of a code, for people; any other code is undefined.
pub fn text(code: &str) -> String {
    find(code).map_or_else(|| format!("Status indefinido: {code}"), |status| status.text.to_owned())
}
