//! No bytes stop a decoder, and what it lets through can be read by every declaration.

use crate::anything::read_as_anything;
use crate::messages::LIMITS;
use eaid_schemas::envelope::decode;
use eaid_schemas::violation::Code;
use proptest::prelude::*;

const SALE: &str = include_str!("../../../config/demo/03-sale-entrega.json");
const XML: &str = include_str!("../corpus/customer.xml");

/// A change somewhere in a message: bytes put in the place of others.
fn mutated(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..4),
        "[{}\\[\\]<>/\"'&;:,=!\\-?a-zA-Z0-9. ]{0,12}".prop_map(String::into_bytes),
        Just(b"<![CDATA[".to_vec()),
        Just(b"]]>".to_vec()),
        Just(b"&#x41;".to_vec()),
        Just(b"<SaleItem/>".to_vec()),
        Just(b"\\ud800".to_vec()),
        Just(b"1e9999".to_vec()),
    ];
    proptest::collection::vec((any::<prop::sample::Index>(), 0usize..40, piece), 1..5).prop_map(move |changes| {
        let mut body = text.as_bytes().to_vec();
        for (at, taken, piece) in changes {
            let from = at.index(body.len() + 1);
            let to = (from + taken).min(body.len());
            body.splice(from..to, piece);
        }
        body
    })
}

proptest! {
    #[test]
    fn any_bytes(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_as_anything(&body, None, &LIMITS);
    }

    #[test]
    fn any_bytes_of_xml(body in "<?x?m?l?[<>/!?&;=\"'a-c \\[\\]\\-]{0,60}", label in "(application/xml; charset=[a-z0-9-]{0,12})?") {
        read_as_anything(body.as_bytes(), Some(&label), &LIMITS);
    }

    #[test]
    fn a_damaged_sale(body in mutated(SALE)) {
        read_as_anything(&body, None, &LIMITS);
    }

    #[test]
    fn a_damaged_customer(body in mutated(XML)) {
        read_as_anything(&body, None, &LIMITS);
    }
}

/// Everywhere, not at random: that an XML text may end before its first element was met by chance alone.
#[test]
fn what_is_cut_off() {
    for text in [SALE, XML] {
        for end in 0..text.len() {
            read_as_anything(&text.as_bytes()[..end], None, &LIMITS);
        }
    }
}

#[test]
fn xml_without_an_element() {
    for body in ["<?xml version=\"1.0\"?>", "<?xml version=\"1.0\"?>\n\n", "<!-- nothing -->", "<?target?>"] {
        let unreadable = decode(body.as_bytes(), None, &LIMITS).expect_err(body);
        assert_eq!(unreadable.code, Code::NotXml, "{body}");
        assert!(unreadable.text.contains("o documento não tem nenhum elemento"), "{}", unreadable.text);
    }
}
