//! Names and words in any case. A schema compares property names letter by letter, and eaid does not.

use serde_json::{Value, json};

/// A pattern for any of the words, whatever their case, blanks around them ignored.
pub(super) fn any_case(words: &[&str]) -> String {
    let each: Vec<String> = words.iter().map(|word| word.chars().map(letter).collect()).collect();
    format!("^ *(?:{}) *$", each.join("|"))
}

fn letter(letter: char) -> String {
    let (lower, upper) = (letter.to_lowercase().to_string(), letter.to_uppercase().to_string());
    match letter {
        _ if lower != upper => format!("[{upper}{lower}]"),
        '.' | '|' | '$' | '+' | '*' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '\\' | '/' => {
            format!("\\{letter}")
        }
        _ => letter.to_string(),
    }
}

/// An object that has a property of one of these names, in any case.
pub(super) fn has(names: &[&str]) -> Value {
    let first = names.first().copied().unwrap_or_default();
    json!({
        "title": format!("has {first}"),
        "anyOf": [
            { "required": [first] },
            { "not": { "propertyNames": { "not": { "pattern": any_case(names) } } } },
        ],
    })
}

/// An object that has a property of one of these names, in any case, that fits a schema.
pub(super) fn named(names: &[&str], schema: Value) -> Value {
    let pattern = any_case(names);
    json!({
        "type": "object",
        "patternProperties": { pattern.clone(): schema },
        "not": { "propertyNames": { "not": { "pattern": pattern } } },
    })
}
