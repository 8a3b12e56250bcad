//! A time of the day.

use super::{Value, scalar, time_is_plausible};
use crate::read::{Broken, Reading, Source};
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

    fn read<S: Source>(source: &mut S, cx: &mut Reading) -> Result<Option<Self>, Broken> {
        let Some((_, text)) = scalar(source, cx, "hora em texto")? else { return Ok(None) };
        if !time_is_plausible(text.trim()) {
            let quoted = cx.quote(text);
            cx.error(Code::NotADate, format!("{quoted} não é uma hora (HH:MM:SS)."));
            return Ok(None);
        }
        Ok(Some(Clock(text.trim().to_owned())))
    }

    fn write(&self, out: &mut dyn Writer) {
        out.text(&self.0);
    }
}
