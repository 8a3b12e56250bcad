//! Text, numbers, dates and lists of words, as tolerantly as they are read.

use super::Definitions;
use super::names::any_case;
use crate::record::{Shape, Word};
use serde_json::{Value, json};

/// Beyond this length a text is bounded without regard to its trailing blanks, since its pattern would be large.
const LONG: usize = 2000;
const NUMBER: &str = "^ *(?:[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)? *$";
const DATE: &str = "^ *(?:(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8})(?:[T ].*)?)? *$";
const CLOCK: &str = "^ *(?:[0-9]{2}:[0-9]{2}.*)? *$";

impl Definitions {
    /// The absence of a value, however it is spelt.
    pub(super) fn blank(&mut self) -> Value {
        self.refer("blank", |_| {
            json!({
                "title": "Nothing",
                "description": "Null, or blank text: as if the tag were not there.",
                "type": ["null", "string"],
                "pattern": "^\\s*$",
            })
        })
    }

    /// What a field that is no record can hold.
    pub(super) fn scalar(&mut self, shape: Shape) -> Value {
        match shape {
            Shape::Text { max } => self.refer(&format!("text-{max}"), |_| text(max)),
            Shape::Amount { whole, scale } => self.refer(&format!("amount-{whole}-{scale}"), |_| amount(whole, scale)),
            Shape::Count { max } => self.refer(&format!("count-{max}"), |_| count(max)),
            Shape::Moment => self.refer("moment", |_| {
                json!({
                    "title": "Date, with or without time",
                    "description": "YYYY-MM-DD or YYYYMMDD, a time after a T; its zone is kept and not reckoned with.",
                    "type": ["string", "integer", "null"],
                    "pattern": DATE,
                    "examples": ["2026-11-20", "2026-11-20T14:30:00-03:00"],
                })
            }),
            Shape::Clock => self.refer("clock", |_| {
                json!({
                    "title": "Time of the day",
                    "description": "HH:MM or HH:MM:SS, with or without zone.",
                    "type": ["string", "null"],
                    "pattern": CLOCK,
                    "examples": ["14:30:00"],
                })
            }),
            Shape::Flag => self.refer("flag", |_| flag()),
            Shape::Choice(words) => self.choice(words),
            Shape::Anything => json!({}),
            Shape::Record(_) | Shape::List(_) => json!(false),
        }
    }

    fn choice(&mut self, words: &[Word]) -> Value {
        let mut any: Vec<Value> =
            words.iter().map(|word| json!({ "const": word.text, "description": word.doc.trim() })).collect();
        let spellings: Vec<&str> =
            words.iter().flat_map(|word| [word.text].into_iter().chain(word.others.iter().copied())).collect();
        let numbers: Vec<u32> =
            spellings.iter().filter(|text| !text.starts_with('0')).filter_map(|text| text.parse().ok()).collect();
        any.push(json!({ "description": "Spelt otherwise: read with a warning.", "type": "string", "pattern": any_case(&spellings) }));
        if !numbers.is_empty() {
            any.push(json!({ "description": "As a number: read with a warning.", "enum": numbers }));
        }
        any.push(self.blank());
        json!({ "anyOf": any })
    }
}

fn text(max: usize) -> Value {
    let mut text = json!({
        "title": format!("Text of at most {max} characters"),
        "description": "Trailing blanks do not count. A number is read as text.",
        "type": ["string", "number", "null"],
    });
    if max > LONG {
        text["maxLength"] = json!(max);
    } else {
        text["pattern"] = json!(format!("^[\\s\\S]{{0,{max}}} *$"));
    }
    text
}

fn amount(whole: u32, scale: u32) -> Value {
    let bound = 10f64.powi(i32::try_from(whole).unwrap_or(i32::MAX));
    json!({
        "title": format!("Number of {whole} digits and {scale} decimals"),
        "description": "Text with a dot or a comma is read with a warning. More decimals are refused, unless they are \
            the noise of a binary number.",
        "type": ["number", "string", "null"],
        "exclusiveMinimum": -bound,
        "exclusiveMaximum": bound,
        "pattern": NUMBER,
        "x-decimals": scale,
    })
}

fn count(max: u32) -> Value {
    json!({
        "title": format!("Whole number from 0 to {max}"),
        "description": "Text is read with a warning.",
        "type": ["integer", "string", "null"],
        "minimum": 0,
        "maximum": max,
        "pattern": NUMBER,
    })
}

fn flag() -> Value {
    let words = any_case(&[
        "true", "t", "1", "s", "sim", "y", "yes", ".t.", "false", "f", "0", "n", "nao", "não", "no", ".f.", "",
    ]);
    json!({
        "title": "Yes or no",
        "description": "Anything but true and false is read with a warning.",
        "anyOf": [{ "type": ["boolean", "null"] }, { "enum": [0, 1] }, { "type": "string", "pattern": words }],
    })
}
