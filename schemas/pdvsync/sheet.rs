//! A body without an envelope that came by PDVSync's door, or looks as if it had.

use super::{Customer, PreSale};
use crate::envelope::json;
use crate::outline::Outline;
use crate::place::{Place, Sought};
use crate::read::Reading;
use crate::record::Record;

/// What is asked for by the way on which a body came (`domain/pdvsync.md` 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// An order: what is asked for is in the body.
    Order,
    /// The cancellation of an order, whatever the body says of it.
    Cancel,
    /// A customer alone.
    Customer,
    /// An order that the back office offers: it waits for its payment.
    Offer,
}

impl Call {
    const ALL: [Call; 4] = [Call::Order, Call::Cancel, Call::Customer, Call::Offer];

    /// The content type under which the body is handed over and kept: it tells what is asked for.
    pub const fn content_type(self) -> &'static str {
        match self {
            Call::Order => "application/vnd.pdvsync.order+json",
            Call::Cancel => "application/vnd.pdvsync.cancellation+json",
            Call::Customer => "application/vnd.pdvsync.customer+json",
            Call::Offer => "application/vnd.pdvsync.offer+json",
        }
    }

    /// What a content type asks for.
    pub fn of(content_type: &str) -> Option<Call> {
        let bare = content_type.strip_suffix(UNKNOWN_POSTAL_CODE).unwrap_or(content_type);
        Call::ALL.into_iter().find(|call| call.content_type() == bare)
    }
}

/// What the door adds to the content type where somebody who knows says that the customer's postal code does not
/// exist. So it is kept with the call, which is decided in the same way again.
pub const UNKNOWN_POSTAL_CODE: &str = "; cep=unknown";

/// The properties by which a body that nobody labelled is told.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signs {
    situation: bool,
    document: bool,
}

impl Signs {
    /// Takes note of a property of the body.
    pub(crate) fn note(&mut self, name: &str) {
        self.situation |= name.eq_ignore_ascii_case("situacaoPreVenda");
        self.document |= name.eq_ignore_ascii_case("cpfCnpj");
    }

    /// What the body seems to ask for.
    pub(crate) fn call(self) -> Option<Call> {
        match (self.situation, self.document) {
            (true, _) => Some(Call::Order),
            (false, true) => Some(Call::Customer),
            (false, false) => None,
        }
    }
}

/// A body that was walked over: an object, still text.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// What is asked for.
    pub call: Call,
    /// A digest of it as values: order, case of names and spelling of numbers do not matter.
    pub digest: u128,
    /// The customer's postal code is known not to exist ([`UNKNOWN_POSTAL_CODE`]).
    pub has_unknown_postal_code: bool,
    text: String,
    outline: Outline,
}

impl Sheet {
    pub(crate) fn new(call: Call, digest: u128, text: String, outline: Outline) -> Sheet {
        Sheet { call, digest, has_unknown_postal_code: false, text, outline }
    }

    /// The content type under which it is kept.
    pub fn content_type(&self) -> String {
        let known = if self.has_unknown_postal_code { UNKNOWN_POSTAL_CODE } else { "" };
        format!("{}{known}", self.call.content_type())
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads it by a declaration. Violations go to `cx`.
    pub fn read<R: Record>(&self, cx: &mut Reading) -> R {
        json::read_outlined(&self.text, &self.outline, cx)
    }

    /// Where paths stand in the text.
    pub fn locate(&self, paths: &[&str]) -> Vec<Place> {
        let mut cx = Reading::new(true, usize::MAX).seeking(Sought::of(paths.iter().copied()));
        match self.call {
            Call::Customer => drop(self.read::<Customer>(&mut cx)),
            Call::Order | Call::Cancel | Call::Offer => drop(self.read::<PreSale>(&mut cx)),
        }
        let sought = cx.sought();
        paths.iter().map(|path| Place { at: sought.find(path).map_or(0, |(at, _)| at), xpath: None }).collect()
    }
}

/// The text with blanks in the place of the hard ones (U+00A0) that its layout has: the published samples are pasted
/// from a page (`domain/pdvsync.md` 15). Nothing moves. `None` where there are none.
pub(crate) fn without_hard_blanks(text: &str) -> Option<String> {
    const HARD: char = '\u{a0}';
    if !text.contains(HARD) {
        return None;
    }
    let (mut in_quotes, mut is_escaped) = (false, false);
    let mut blank = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter == HARD && !in_quotes {
            blank.push_str("  ");
            continue;
        }
        in_quotes ^= letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && in_quotes && !is_escaped;
        blank.push(letter);
    }
    (blank != text).then_some(blank)
}

#[cfg(test)]
mod tests {
    use super::without_hard_blanks;

    #[test]
    fn hard_blanks_go_from_the_layout_and_stay_in_texts() {
        let pasted = "{\u{a0}\u{a0}\"a\u{a0}\\\"\u{a0}b\":\u{a0}\"\\\\\"\u{a0}}";
        let read = without_hard_blanks(pasted).unwrap();
        assert_eq!(read, "{    \"a\u{a0}\\\"\u{a0}b\":  \"\\\\\"  }");
        assert_eq!(read.len(), pasted.len());
        assert_eq!(without_hard_blanks("{\"a\": \"\u{a0}\"}"), None);
        assert_eq!(without_hard_blanks("{}"), None);
    }
}
