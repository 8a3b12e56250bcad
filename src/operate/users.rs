//! Users in the text of a configuration: whatever else stands there, comments too, stays as it is.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

/// A user to enter.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The name.
    pub name: String,
    /// The password's hash.
    pub password: String,
    /// Branches, or `*`.
    pub branches: Vec<String>,
}

/// Why a text was not changed.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum Unchanged {
    /// It is no TOML, or `http.users` is no list of tables.
    #[error("{0}")]
    Unreadable(String),
    /// There is one.
    #[error("user `{0}` is there already; --replace sets password and branches anew")]
    There(String),
    /// There is none.
    #[error("there is no user `{0}`")]
    Absent(String),
}

impl NewUser {
    /// As one line of TOML.
    pub fn line(&self) -> InlineTable {
        let mut table = InlineTable::new();
        let branches: Array = self.branches.iter().map(String::as_str).collect();
        table.insert("name", self.name.as_str().into());
        table.insert("password", self.password.as_str().into());
        table.insert("branches", branches.into());
        table
    }
}

/// The text with a user more, or with the one of that name replaced.
///
/// # Errors
/// [`Unchanged`].
pub fn add(text: &str, user: &NewUser, replace: bool) -> Result<String, Unchanged> {
    let mut document = read(text)?;
    let users = users(&mut document)?;
    if remove_from(users, &user.name)? && !replace {
        return Err(Unchanged::There(user.name.clone()));
    }
    match users {
        Item::ArrayOfTables(tables) => tables.push(user.line().into_table()),
        Item::Value(Value::Array(lines)) => {
            lines.push_formatted(Value::InlineTable(user.line()).decorated("\n    ", ""));
            lines.set_trailing("\n");
            lines.set_trailing_comma(true);
        }
        _ => return Err(unreadable()),
    }
    Ok(document.to_string())
}

/// The text without a user.
///
/// # Errors
/// [`Unchanged`].
pub fn remove(text: &str, name: &str) -> Result<String, Unchanged> {
    let mut document = read(text)?;
    match remove_from(users(&mut document)?, name)? {
        true => Ok(document.to_string()),
        false => Err(Unchanged::Absent(name.to_owned())),
    }
}

fn read(text: &str) -> Result<DocumentMut, Unchanged> {
    text.parse().map_err(|error: toml_edit::TomlError| Unchanged::Unreadable(error.to_string()))
}

fn unreadable() -> Unchanged {
    Unchanged::Unreadable("[http] users is no list of { name, password, branches }".to_owned())
}

/// `http.users`; made where it is absent.
fn users(document: &mut DocumentMut) -> Result<&mut Item, Unchanged> {
    let http = document.entry("http").or_insert_with(|| Item::Table(Table::new()));
    let http = http.as_table_like_mut().ok_or_else(unreadable)?;
    Ok(http.entry("users").or_insert_with(|| value(Array::new())))
}

/// Removes the user of a name, if there is one.
fn remove_from(users: &mut Item, name: &str) -> Result<bool, Unchanged> {
    let is = |table: &dyn TableLike| table.get("name").and_then(Item::as_str) == Some(name);
    match users {
        Item::ArrayOfTables(tables) => {
            let before = tables.len();
            tables.retain(|table| !is(table));
            Ok(tables.len() < before)
        }
        Item::Value(Value::Array(lines)) => {
            let before = lines.len();
            lines.retain(|line| !line.as_inline_table().is_some_and(|table| is(table)));
            if lines.is_empty() {
                lines.set_trailing("");
                lines.set_trailing_comma(false);
            }
            Ok(lines.len() < before)
        }
        _ => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, password: &str) -> NewUser {
        NewUser { name: name.to_owned(), password: password.to_owned(), branches: vec!["1".to_owned(), "2".to_owned()] }
    }

    #[test]
    fn what_else_stands_there_stays() {
        let text = "# mine\n[http] # ours\nlisten = \"0.0.0.0:8085\"   # wide\n# who\nusers = [ ]\n\n[log] # loud\nlevel = \"debug\"\n";
        let one = add(text, &user("loja1", "$a"), false).unwrap();
        let two = add(&one, &user("loja2", "$b"), false).unwrap();
        insta::assert_snapshot!(two, @r##"
        # mine
        [http] # ours
        listen = "0.0.0.0:8085"   # wide
        # who
        users = [
            { name = "loja1", password = "$a", branches = ["1", "2"] },
            { name = "loja2", password = "$b", branches = ["1", "2"] },
        ]

        [log] # loud
        level = "debug"
        "##);
        assert_eq!(remove(&two, "loja2").unwrap(), one);
        assert_eq!(remove(&one, "loja1").unwrap(), text.replace("[ ]", "[]"));
        let replaced = add(&two, &user("loja1", "$c"), true).unwrap();
        assert!(replaced.contains("$c") && !replaced.contains("$a") && replaced.contains("$b"), "{replaced}");
        assert_eq!(add(&two, &user("loja1", "$c"), false), Err(Unchanged::There("loja1".to_owned())));
        assert_eq!(remove(text, "loja1"), Err(Unchanged::Absent("loja1".to_owned())));
    }

    #[test]
    fn every_form_of_a_list_is_kept() {
        let made = add("", &user("loja1", "$a"), false).unwrap();
        insta::assert_snapshot!(made, @r#"
        [http]
        users = [
            { name = "loja1", password = "$a", branches = ["1", "2"] },
        ]
        "#);
        let tables =
            "[[http.users]]\nname = \"old\" # his\npassword = \"$o\"\nbranches = [\"*\"]\n\n[log]\nlevel = \"info\"\n";
        insta::assert_snapshot!(add(tables, &user("loja1", "$a"), false).unwrap(), @r#"
        [[http.users]]
        name = "old" # his
        password = "$o"
        branches = ["*"]

        [[http.users]]
        name = "loja1"
        password = "$a"
        branches = ["1", "2"]

        [log]
        level = "info"
        "#);
        for wrong in ["[http", "http = 1", "[http]\nusers = 1"] {
            assert!(matches!(add(wrong, &user("a", "b"), false), Err(Unchanged::Unreadable(_))), "{wrong}");
        }
    }

    /// The file that `eaid init` writes, with a user, is read as a configuration.
    #[test]
    fn the_shipped_file_takes_a_user() {
        let text = add(crate::config::DEFAULTS, &user("loja \"1\"", "$argon2id$x"), false).unwrap();
        assert_eq!(text.matches('#').count(), crate::config::DEFAULTS.matches('#').count());
        let read: toml::Table = toml::from_str(&text).unwrap();
        assert_eq!(read["http"]["users"][0]["name"].as_str(), Some("loja \"1\""));
    }
}
