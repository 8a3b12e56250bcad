//! `eaid users`: who may log in, for PDVSync.

use super::print::{json, say, table};
use super::{Desk, Failure};
use crate::bus::http::login::hash;
use crate::config::USUAL_FILE;
use crate::operate::users::{self, NewUser, Unchanged};
use clap::Subcommand;
use std::io::{BufRead, IsTerminal};
use std::path::Path;

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Enter a user; the password is asked for, or read from standard input
    Add(AddArgs),
    /// Who may log in, and for which branches
    List,
    /// Remove a user; its logins end with the next start of eaid
    Remove(RemoveArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eaid users add loja1 --branch 1 --branch 2
  eaid users add hub --branch '*'                          every branch
  eaid users add loja1 --branch 1 --replace                a new password
  pass show eaid/loja1 | eaid users add loja1 --branch 1   from another program
  eaid users add loja1 --branch 1 --print                  for a configuration that is written elsewhere

The entry goes into the file of --config, or config/eaid.toml; comments stay. `eaid run` takes it at its next start.")]
pub struct AddArgs {
    /// The name to log in with
    name: String,
    /// A branch that it may work for; * is every one
    #[arg(long = "branch", required = true, value_name = "BRANCH")]
    branches: Vec<String>,
    /// Set password and branches of a user that is there
    #[arg(long)]
    replace: bool,
    /// Print the entry and write nothing
    #[arg(long)]
    print: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eaid users remove loja1")]
pub struct RemoveArgs {
    /// The name
    name: String,
}

pub fn run(desk: &Desk, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Add(args) => add(desk, args),
        Verb::List => list(desk),
        Verb::Remove(args) => remove(desk, &args),
    }
}

fn add(desk: &Desk, args: AddArgs) -> Result<(), Failure> {
    if args.name.trim().is_empty() || args.name.trim() != args.name {
        return Err(Failure::Usage(format!("`{}` is not a name", args.name)));
    }
    let password = hash(&password(&args.name)?).map_err(Failure::Failed)?;
    let user = NewUser { name: args.name, password, branches: args.branches };
    if args.print {
        let NewUser { name, password, branches } = &user;
        return match desk.json {
            true => json(&serde_json::json!({ "name": name, "password": password, "branches": branches })),
            false => say(&user.line().to_string()),
        };
    }
    change(desk, "written", &user.name, |text| users::add(text, &user, args.replace))
}

fn remove(desk: &Desk, args: &RemoveArgs) -> Result<(), Failure> {
    change(desk, "removed", &args.name, |text| users::remove(text, &args.name))
}

fn list(desk: &Desk) -> Result<(), Failure> {
    let users = desk.config()?.http.users;
    if desk.json {
        let all = users.iter().map(|user| serde_json::json!({ "name": user.name, "branches": user.branches }));
        return json(&all.collect::<Vec<_>>());
    }
    if users.is_empty() {
        return say("Nobody may log in; `eaid users add NAME --branch BRANCH` enters a user.");
    }
    say(&table(
        &["USER", "BRANCHES"],
        users.into_iter().map(|user| vec![user.name, user.branches.join(", ")]).collect(),
    ))
}

/// Rewrites the configuration's file in place: it keeps its owner and who may read it.
fn change(
    desk: &Desk,
    done: &str,
    name: &str,
    edit: impl FnOnce(&str) -> Result<String, Unchanged>,
) -> Result<(), Failure> {
    let file = desk.config.as_deref().unwrap_or(Path::new(USUAL_FILE));
    let at = |error: std::io::Error| {
        let advice = "`eaid init` writes one, --config names another, --print writes none";
        Failure::Usage(format!("{}: {error} ({advice})", file.display()))
    };
    let text = std::fs::read_to_string(file).map_err(at)?;
    let changed = edit(&text).map_err(|unchanged| match unchanged {
        Unchanged::Unreadable(text) => Failure::Usage(format!("{}: {text}", file.display())),
        other => Failure::Failed(other.to_string()),
    })?;
    std::fs::write(file, changed).map_err(at)?;
    match desk.json {
        true => json(&serde_json::json!({ "user": name, "outcome": done, "file": file })),
        false => say(&format!("{done}  {name} in {}; a running eaid takes it at its next start", file.display())),
    }
}

/// Asks for a password, twice, where somebody sits there; else its first line is the password.
fn password(name: &str) -> Result<String, Failure> {
    let stdin = std::io::stdin();
    let password = if stdin.is_terminal() {
        let first = rpassword::prompt_password(format!("Password of {name}: "))?;
        if first != rpassword::prompt_password("The same again: ")? {
            return Err(Failure::Failed("the two differ; nothing was changed".to_owned()));
        }
        first
    } else {
        let mut line = String::new();
        stdin.lock().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    match password.is_empty() {
        true => Err(Failure::Usage("a password is needed: type it, or give it on standard input".to_owned())),
        false => Ok(password),
    }
}
