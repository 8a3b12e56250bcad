//! A message that is the one text of another document.

use super::ROOT;
use super::gathered::Gathered;
use super::tag::local;
use quick_xml::Reader;
use quick_xml::events::Event;

/// How many elements may stand around a message.
const AROUND: usize = 16;

/// The only text of a document, where it is a message wrapped once more; nothing where the document is a message
/// itself, or something else.
pub(in crate::envelope) fn only_text(document: &str) -> Option<String> {
    let mut reader = Reader::from_str(document);
    let mut found = None;
    let mut gathered = Gathered::default();
    let mut seen = 0;
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => {
                seen += 1;
                if seen > AROUND || local(tag.name().into_inner()).eq_ignore_ascii_case(ROOT) {
                    return None;
                }
                gathered = Gathered::default();
            }
            Event::Text(text) => gathered.text(text.xml10_content(), 0),
            Event::CData(text) => gathered.push(text.xml10_content(), 0),
            Event::GeneralRef(reference) => {
                gathered.reference(&reference, 0);
            }
            Event::End(_) => {
                if let Some((text, _)) = std::mem::take(&mut gathered).finish() {
                    if found.is_some() {
                        return None;
                    }
                    found = Some(text.into_owned());
                }
            }
            Event::Eof => return found,
            Event::DocType(_) => return None,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}
