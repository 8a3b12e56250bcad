//! Routing keys, and the short texts of AMQP.

use crate::bus::word::word;
use crate::store::Outgoing;
use lapin::types::ShortString;

/// `<kind>.<route key>.<transaction>`, lower case.
pub(super) fn outgoing_key(outgoing: &Outgoing) -> String {
    format!("{}.{}.{}", outgoing.kind.as_str(), word(&outgoing.route_key), word(&outgoing.transaction))
}

/// `in.<transaction>`, lower case: how partners publish.
pub fn incoming_key(transaction: &str) -> String {
    format!("in.{}", word(transaction))
}

/// A short text of AMQP: cut at 255 bytes, beyond which lapin would panic.
pub(super) fn short(text: &str) -> ShortString {
    text[..text.floor_char_boundary(255)].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(short(&"ç".repeat(200)).to_string(), "ç".repeat(127));
    }

    #[test]
    fn a_key_is_three_plain_words() {
        assert_eq!(incoming_key("RETAILSALES"), "in.retailsales");
        assert_eq!(incoming_key(" RM/Fin.Data*# "), "in.rm_fin_data__");
        assert_eq!(incoming_key(""), "in.unknown");
        assert!(incoming_key(&"x".repeat(5000)).len() < 255);
    }
}
