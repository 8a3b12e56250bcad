use super::{Damaged, LARGE, Packed, WORDS, unpacked, unpacked_text};
use proptest::prelude::*;
use serde_json::Value;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128;

/// Messages that nobody looked at when the dictionary was made.
const MESSAGES: [&str; 2] = [
    include_str!("../../../config/demo/04-reserve-retira.json"),
    include_str!("../../../config/demo/05-sale-retira.json"),
];

fn is_restored(body: &[u8]) -> bool {
    let packed = Packed::of(body);
    unpacked(&packed.body, packed.plain).is_ok_and(|restored| restored == body)
}

#[test]
fn a_message_takes_a_third_and_with_blanks_a_half() {
    for message in MESSAGES {
        let written: Value = serde_json::from_str(message).expect("JSON");
        for (message, times) in [(message.to_owned(), 2), (written.to_string(), 3)] {
            let packed = Packed::of(message.as_bytes());
            assert!(is_restored(message.as_bytes()));
            assert_eq!(packed.plain, i32::try_from(message.len()).ok());
            assert!(packed.body.len() * times < message.len(), "{} of {}", packed.body.len(), message.len());
        }
    }
}

/// What is in databases was packed with it.
#[test]
fn the_dictionary_stays_as_it_is() {
    assert_eq!(format!("{:032x}", xxh3_128(WORDS)), "136165779e93238c652ea7596ed40dc5");
}

#[test]
fn what_does_not_become_smaller_stays_as_it_is() {
    let noise: Vec<u8> = (0..100).flat_map(|_| Uuid::new_v4().into_bytes()).collect();
    for body in [&b""[..], b"{}", &[0x28, 0xb5, 0x2f, 0xfd], &[1; 199], &noise] {
        let packed = Packed::of(body);
        assert_eq!((&*packed.body, packed.plain), (body, None));
    }
}

#[test]
fn what_was_not_packed_here_is_told() {
    let packed = Packed::of(MESSAGES[1].as_bytes());
    let mut other = packed.body.to_vec();
    other[0] = 2;
    let told = |body: &[u8], plain| unpacked_text(body, plain).expect_err("refused");
    assert_eq!(told(&other, packed.plain), Damaged);
    assert_eq!(told(&[], packed.plain), Damaged);
    assert_eq!(told(&packed.body, Some(-1)), Damaged);
    assert_eq!(told(&packed.body[..200], packed.plain), Damaged);
    assert_eq!(told(&packed.body, packed.plain.map(|plain| plain - 1)), Damaged);
    assert_eq!(told(&packed.body, packed.plain.map(|plain| plain + 1)), Damaged);
    assert_eq!(told(&[0xff; 8], None), Damaged);
}

proptest! {
    #[test]
    fn any_bytes_come_back(body in proptest::collection::vec(any::<u8>(), 0..3_000)) {
        prop_assert!(is_restored(&body));
    }

    #[test]
    fn repeated_bytes_come_back(piece in proptest::collection::vec(any::<u8>(), 1..100), times in 1..200_usize) {
        prop_assert!(is_restored(&piece.repeat(times)));
        prop_assert!(is_restored(&piece.repeat(LARGE / piece.len() + times)));
    }
}
