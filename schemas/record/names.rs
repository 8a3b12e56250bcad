//! Names of a record's fields, found in one step: a sale has two hundred of them.

use super::FieldSpec;
use std::sync::OnceLock;

/// An index of names and aliases, case ignored. Made at the first look.
#[derive(Debug, Default)]
pub struct Names(OnceLock<Slots>);

/// Places of fields by the hash of their names, in a table at most half full; a place is counted from 1.
#[derive(Debug)]
struct Slots {
    places: Box<[u16]>,
    mask: usize,
}

impl Names {
    /// An index that is not made yet.
    pub const fn new() -> Names {
        Names(OnceLock::new())
    }

    /// Finds the field that a name of the document calls.
    pub(super) fn find(&self, fields: &[FieldSpec], name: &str) -> Option<usize> {
        let slots = self.0.get_or_init(|| Slots::of(fields));
        let mut slot = hash(name) & slots.mask;
        while let Some(place) = usize::from(slots.places[slot]).checked_sub(1) {
            if fields[place].is_called(name) {
                return Some(place);
            }
            slot = (slot + 1) & slots.mask;
        }
        None
    }
}

impl Slots {
    fn of(fields: &[FieldSpec]) -> Slots {
        let names = fields.iter().map(|field| 1 + field.aliases.len()).sum::<usize>();
        let size = (2 * names).next_power_of_two();
        let mut slots = Slots { places: vec![0; size].into_boxed_slice(), mask: size - 1 };
        // Tags before aliases: where both call the same name, the tag is meant.
        for (place, field) in (1..).zip(fields) {
            slots.add(field.tag, place);
        }
        for (place, field) in (1..).zip(fields) {
            field.aliases.iter().for_each(|alias| slots.add(alias, place));
        }
        slots
    }

    fn add(&mut self, name: &str, place: u16) {
        let mut slot = hash(name) & self.mask;
        while self.places[slot] != 0 {
            slot = (slot + 1) & self.mask;
        }
        self.places[slot] = place;
    }
}

/// A hash that ignores the case of letters (and of a few other characters, which does no harm).
fn hash(name: &str) -> usize {
    let fold = |hash: u32, byte: &u8| (hash ^ u32::from(byte | 0x20)).wrapping_mul(0x0100_0193);
    let hash = name.as_bytes().iter().fold(0x811c_9dc5, fold);
    (hash ^ (hash >> 15)) as usize
}
