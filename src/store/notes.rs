//! Violations and ids as the inbox holds them: JSON text, an empty list as empty text.

use super::trouble::unfit;
use eaid_schemas::envelope::response::InternalId;
use eaid_schemas::violation::{Code, Level, Violation};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Finding<'a> {
    #[serde(borrow)]
    level: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    code: std::borrow::Cow<'a, str>,
    path: std::borrow::Cow<'a, str>,
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct Named<'a> {
    name: std::borrow::Cow<'a, str>,
    origin: std::borrow::Cow<'a, str>,
    destination: std::borrow::Cow<'a, str>,
}

/// Writes violations.
pub(super) fn violations(violations: &[Violation]) -> String {
    let found = violations.iter().map(|violation| Finding {
        level: violation.level.as_str().into(),
        code: violation.code.as_str().into(),
        path: (&violation.path).into(),
        text: (&violation.text).into(),
    });
    write(&found.collect::<Vec<_>>())
}

/// Writes the ids of an answer.
pub(super) fn ids(ids: &[InternalId]) -> String {
    let named = ids.iter().map(|id| Named {
        name: (&id.name).into(),
        origin: (&id.origin).into(),
        destination: (&id.destination).into(),
    });
    write(&named.collect::<Vec<_>>())
}

/// Reads violations. A code that this version does not know reads as `internal`.
pub(super) fn read_violations(text: &str) -> sqlx::Result<Vec<Violation>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Finding<'_>> = serde_json::from_str(text).map_err(unfit)?;
    let violation = |finding: Finding<'_>| Violation {
        level: if finding.level == Level::Warning.as_str() { Level::Warning } else { Level::Error },
        code: Code::parse(&finding.code).unwrap_or(Code::Internal),
        path: finding.path.into_owned(),
        text: finding.text.into_owned(),
    };
    Ok(found.into_iter().map(violation).collect())
}

/// Reads the ids of an answer.
pub(super) fn read_ids(text: &str) -> sqlx::Result<Vec<InternalId>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let named: Vec<Named<'_>> = serde_json::from_str(text).map_err(unfit)?;
    let id = |named: Named<'_>| InternalId {
        name: named.name.into_owned(),
        origin: named.origin.into_owned(),
        destination: named.destination.into_owned(),
    };
    Ok(named.into_iter().map(id).collect())
}

fn write<T: Serialize>(list: &[T]) -> String {
    // Texts alone: serde_json cannot fail on them.
    if list.is_empty() { String::new() } else { serde_json::to_string(list).unwrap_or_default() }
}
