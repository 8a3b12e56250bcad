//! XPaths of places in a text.

use super::tag::Tag;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::HashMap;
use std::ops::Range;

/// An open element: its name as written, and how many of that name stand before it.
#[derive(Clone)]
struct Step<'x> {
    name: &'x str,
    ordinal: usize,
    /// The place of the count of all of that name.
    count: usize,
}

struct Level<'x> {
    step: Step<'x>,
    counts: HashMap<&'x str, usize>,
}

/// The XPaths of the elements and attributes that stand at some offsets of a well-formed text. An element is
/// counted only where several of its name stand together.
pub(super) fn at(text: &str, offsets: &[usize]) -> Vec<String> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|place| offsets[*place]);
    let mut left = order.into_iter().peekable();
    let mut counts: Vec<usize> = Vec::new();
    let mut open: Vec<Level<'_>> = Vec::new();
    let mut found: Vec<(Vec<Step<'_>>, Option<&str>)> = vec![(Vec::new(), None); offsets.len()];
    let mut reader = Reader::from_str(text);
    let position = |reader: &Reader<&[u8]>| usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    loop {
        let start = position(&reader);
        let Ok(event) = reader.read_event() else { break };
        let span = start..position(&reader);
        let is_tag = matches!(event, Event::Start(_) | Event::Empty(_));
        if is_tag {
            let name = name(&text[span.clone()]);
            let fresh = counts.len();
            let count = open.last_mut().map_or(fresh, |level| *level.counts.entry(name).or_insert(fresh));
            if count == fresh {
                counts.push(0);
            }
            counts[count] += 1;
            open.push(Level { step: Step { name, ordinal: counts[count], count }, counts: HashMap::new() });
        }
        while let Some(place) = left.next_if(|place| offsets[*place] < span.end) {
            let steps = open.iter().map(|level| level.step.clone()).collect();
            found[place] = (steps, is_tag.then(|| attribute(text, &span, offsets[place])).flatten());
        }
        match event {
            Event::End(_) | Event::Empty(_) => drop(open.pop()),
            Event::Eof => break,
            _ => {}
        }
    }
    found.into_iter().map(|(steps, attribute)| render(&steps, attribute, &counts)).collect()
}

/// The name of a tag, as it is written.
fn name(tag: &str) -> &str {
    tag[1..].split([' ', '\t', '\r', '\n', '/', '>']).next().unwrap_or("")
}

/// The attribute whose value stands at an offset.
fn attribute<'x>(text: &'x str, tag: &Range<usize>, at: usize) -> Option<&'x str> {
    let raw = text.get(tag.clone())?;
    let mut attributes = Tag::of(raw, raw.ends_with("/>")).attributes();
    attributes.find_map(|attribute| {
        let (name, _, value) = attribute.ok()?;
        let start = (value.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
        (start..=start + value.len()).contains(&at).then_some(name)
    })
}

fn render(steps: &[Step<'_>], attribute: Option<&str>, counts: &[usize]) -> String {
    let mut path = String::new();
    for step in steps {
        path.push('/');
        path.push_str(step.name);
        if counts[step.count] > 1 {
            path.push_str(&format!("[{}]", step.ordinal));
        }
    }
    if let Some(name) = attribute {
        path.push_str("/@");
        path.push_str(name);
    }
    path
}
