//! What of a standing table cannot be made as declared: it is told, never guessed at.

use eaid_adapters::table::{Kind, Table};

/// A table as it stands in the database.
pub(super) struct Standing {
    /// Columns with their types, in their order there.
    pub columns: Vec<(String, String)>,
    /// The columns of its primary key, in any order.
    pub key: Vec<String>,
}

impl Standing {
    /// Every change that data would not survive, for a person to make by hand. None where there is no table yet.
    pub(super) fn odds(&self, table: &Table, type_of: fn(Kind) -> String) -> Vec<String> {
        if self.columns.is_empty() {
            return Vec::new();
        }
        let name = table.name;
        let mut found = Vec::new();
        for column in table.columns {
            let standing = self.columns.iter().find(|(known, _)| known == column.name);
            let declared = type_of(column.kind);
            if let Some((column, kind)) = standing.filter(|(_, kind)| *kind != declared) {
                found.push(format!("{name}.{column} é {kind} no banco e {declared} na declaração: migre-a à mão"));
            }
        }
        let mut declared: Vec<&str> = table.key().iter().map(|column| table.columns[*column].name).collect();
        let mut standing: Vec<&str> = self.key.iter().map(String::as_str).collect();
        declared.sort_unstable();
        standing.sort_unstable();
        if declared != standing {
            let [standing, declared] = [standing.join(", "), declared.join(", ")];
            found.push(format!("a chave de {name} é {standing} no banco e {declared} na declaração: migre-a à mão"));
        }
        found
    }
}
