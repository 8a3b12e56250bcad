//! One plain word out of any text, for routing keys and file names.

/// The longest word: three of them fit a routing key of 255 bytes.
const LONGEST: usize = 60;

/// Lower case, and nothing that a binding or a file system would read as more than text.
pub(in crate::bus) fn word(text: &str) -> String {
    let word: String = text
        .trim()
        .chars()
        .take(LONGEST)
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' })
        .collect();
    if word.is_empty() { "unknown".to_owned() } else { word }
}
