//! Values picked out of a content: objects in objects, of which only what is picked is described.

use super::Definitions;
use super::names::has;
use crate::pick::{Pick, Picks};
use crate::version::Version;
use serde_json::{Map, Value, json};

impl Definitions {
    /// The content of a message; of a delete (`whole` is false) the keys alone.
    pub(super) fn picked(&mut self, picks: &Picks, version: Version, whole: bool) -> Value {
        let picks: Vec<&Pick> = picks.picks().iter().filter(|pick| whole || pick.field.is_key).collect();
        self.object_of(&picks, 0, version)
    }

    /// An object some levels below the content, by the picks that stand in it.
    fn object_of(&mut self, picks: &[&Pick], level: usize, version: Version) -> Value {
        let mut properties = Map::new();
        let mut needed = Vec::new();
        let mut inner: Vec<(&str, Vec<&Pick>)> = Vec::new();
        for pick in picks {
            let Some(name) = pick.above.get(level) else {
                if is_needed(pick) {
                    needed.push(self.has(&pick.field));
                }
                properties.insert(pick.field.tag.to_owned(), self.field(&pick.field, version));
                continue;
            };
            match inner.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
                Some((_, picks)) => picks.push(pick),
                None => inner.push((name, vec![pick])),
            }
        }
        for (name, picks) in inner {
            let object = self.object_of(&picks, level + 1, version);
            let is_needed = picks.iter().any(|pick| is_needed(pick));
            let alone = json!({ "type": "array", "items": object, "maxItems": 1, "minItems": u8::from(is_needed) });
            let mut any = vec![object, alone];
            if is_needed {
                needed.push(has(&[name]));
            } else {
                any.push(self.blank());
            }
            properties.insert(name.to_owned(), json!({ "title": name, "anyOf": any }));
        }
        let mut object = json!({ "type": "object", "properties": properties });
        if !needed.is_empty() {
            object["allOf"] = Value::Array(needed);
        }
        object
    }
}

fn is_needed(pick: &Pick) -> bool {
    pick.field.is_key || pick.field.is_required
}
