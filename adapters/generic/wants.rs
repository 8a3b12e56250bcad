//! What a message wants looked up: the row under its key, and its De/Para entry.

use super::Message;
use crate::table::KEY;
use crate::world::Wants;

pub(super) fn wants(message: &Message, wants: &mut Wants) {
    if let Some(key) = message.row_key() {
        wants.rows_of(message.declared.table, KEY, &key);
    }
    if let Some((alias, id)) = message.alias() {
        wants.depara(&message.from.partner, alias, id);
    }
}
