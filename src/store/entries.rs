//! De/Para entries as people see them: what both engines read alike.

use super::monitor::{DeParaLine, Side};
use eaid_adapters::effect::Alias;

/// The columns of an entry.
pub(super) const COLUMNS: &str = "partner, alias, field, external, internal";

/// Their values.
pub(super) type Columns = (String, String, String, String, String);

/// Reads entries.
pub(super) fn lines(rows: Vec<Columns>) -> Vec<DeParaLine> {
    let line =
        |(reference, alias, field, external, internal)| DeParaLine { reference, alias, field, external, internal };
    rows.into_iter().map(line).collect()
}

/// The statement that finds entries of a kind with exactly the value `$1`, and that value. The kind stands in the
/// statement: ours of all but sales are indexed.
pub(super) fn exact(alias: Alias, side: Side<'_>) -> (String, &str) {
    let (condition, value) = match side {
        Side::External(value) => ("external = $1", value),
        Side::Internal(value) => ("internal = $1 and alias <> 'SL1'", value),
    };
    let sql = format!(
        "select {COLUMNS} from depara where alias = '{}' and {condition} order by partner, external",
        alias.alias
    );
    (sql, value)
}
