//! What is asked on the command line: numbers, each behind its word.

use crate::Failed;

/// Reads the numbers, in the order in which they are known; what is not given is as it was known.
///
/// # Errors
/// A word that is not known, or a number that is none.
pub fn read<const N: usize>(known: [(&str, usize); N]) -> Result<[usize; N], Failed> {
    let mut numbers = known.map(|(_, number)| number);
    // Cargo says `--bench` to every benchmark.
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let Some(at) = known.iter().position(|(name, _)| *name == word) else {
            let names: Vec<String> = known.iter().map(|(name, number)| format!("{name} N ({number})")).collect();
            return Err(format!("{word}: expected {}", names.join(", ")).into());
        };
        let text = words.next().ok_or_else(|| format!("{word} needs a number"))?;
        numbers[at] = text.parse().map_err(|_| format!("{word} {text}: not a number"))?;
    }
    Ok(numbers)
}

/// What stands behind the word by which a benchmark starts itself again in another part, if it is that.
pub fn part(word: &str) -> Option<String> {
    let mut words = std::env::args().skip(1);
    (words.next().as_deref() == Some(word)).then(|| words.next().unwrap_or_default())
}
