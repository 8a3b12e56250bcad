//! A time of the day.

use super::{Value, scalar, time_is_plausible};
use crate::outline::Source;
use crate::read::Reading;
use crate::record::Shape;
use crate::violation::Code;
use crate::write::Writer;

/// A time of the day as written: `HH:MM[:SS]`, with or without fraction and zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock(String);

impl Clock {
    /// The time as it came, without blanks around it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for Clock {
    const SHAPE: Shape = Shape::Clock;

    fn read(source: &mut Source<'_>, cx: &mut Reading) -> Option<Self> {
        let (_, text) = scalar(source, cx, "hora em texto")?;
        if !time_is_plausible(text.trim()) {
            let quoted = cx.quote(text);
            cx.error(Code::NotADate, format!("{quoted} não é uma hora (HH:MM:SS)."));
            return None;
        }
        Some(Clock(text.trim().to_owned()))
    }

    fn write(&self, out: &mut dyn Writer) {
        out.text(&self.0);
    }
}
