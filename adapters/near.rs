//! The name that was probably meant.

/// The known name that is nearest to a wrong one, case ignored, if it is near at all.
pub fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let scored = known.iter().map(|name| (strsim::jaro_winkler(&wrong, &name.to_lowercase()), *name));
    scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

/// `; did you mean …?`, or nothing.
pub fn hint(wrong: &str, known: &[&str]) -> String {
    nearest(wrong, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// `; did you mean …?`, or where nothing is near all that there is.
pub fn hint_or_all(wrong: &str, known: &[&str]) -> String {
    match (nearest(wrong, known), known) {
        (Some(near), _) => format!("; did you mean `{near}`?"),
        (None, []) => "; there is none".to_owned(),
        (None, known) => format!("; there are {}", known.join(", ")),
    }
}
