//! Names of a record's fields, found in one step: a sale has two hundred of them.

use super::FieldSpec;
use crate::outline::Name;
use std::sync::OnceLock;

/// An index of names and aliases, case ignored. Made at the first look.
#[derive(Debug, Default)]
pub struct Names(OnceLock<Slots>);

/// Places of fields by the hash of their names, in a table at most half full.
#[derive(Debug)]
struct Slots {
    slots: Box<[Slot]>,
    mask: usize,
}

/// A name's hash, and the place of the field that it calls, counted from 1.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u16,
    place: u16,
}

impl Names {
    /// An index that is not made yet.
    pub const fn new() -> Names {
        Names(OnceLock::new())
    }

    /// Finds the field that a name of the document calls.
    #[inline]
    pub(super) fn find(&self, fields: &[FieldSpec], name: Name<'_>) -> Option<usize> {
        let Slots { slots, mask } = self.0.get_or_init(|| Slots::of(fields));
        let hash = name.hash();
        let mut at = usize::from(hash) & mask;
        while let Some(place) = usize::from(slots[at].place).checked_sub(1) {
            if slots[at].hash == hash && (fields[place].tag == name.text || fields[place].is_called(name.text)) {
                return Some(place);
            }
            at = (at + 1) & mask;
        }
        None
    }
}

impl Slots {
    fn of(fields: &[FieldSpec]) -> Slots {
        let names = fields.iter().map(|field| 1 + field.aliases.len()).sum::<usize>();
        let size = (2 * names).next_power_of_two();
        let mut slots = Slots { slots: vec![Slot::default(); size].into_boxed_slice(), mask: size - 1 };
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
        let hash = Name::of(name).hash();
        let mut at = usize::from(hash) & self.mask;
        while self.slots[at].place != 0 {
            at = (at + 1) & self.mask;
        }
        self.slots[at] = Slot { hash, place };
    }
}
