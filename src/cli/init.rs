//! `eaid init DIR`: writes a configuration to start from. What somebody may have edited is never replaced.

use super::print::{json, say};
use super::{Desk, Failure};
use crate::catalog::compiled;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eaid init shop && cd shop && eaid check --offline && eaid run")]
pub struct Args {
    /// The folder; made if it is not there
    dir: PathBuf,
}

const GITIGNORE: &str = "eaid.db*\nspool/\n";

pub fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let files: Vec<(PathBuf, &str)> = compiled::files()
        .into_iter()
        .chain([(".gitignore", GITIGNORE)])
        .map(|(name, text)| (args.dir.join(name), text))
        .collect();
    if let Some((there, _)) = files.iter().find(|(path, _)| path.exists()) {
        let text = format!("{} is there already; nothing was written. Choose another folder.", there.display());
        return Err(Failure::Failed(text));
    }
    for (path, text) in &files {
        let at = |error: std::io::Error| Failure::Failed(format!("{}: {error}", path.display()));
        path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(at)?;
        std::fs::write(path, text).map_err(at)?;
    }
    let written: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
    if desk.json {
        return json(&serde_json::json!({ "written": written }));
    }
    for path in &written {
        say(&format!("written  {path}"))?;
    }
    let dir = args.dir.display();
    say(&format!(
        "\nNext:\n  cd {dir}\n  edit config/eaid.toml (database, broker) and config/reference/*.csv (your branches, products, forms)\n  \
         eaid check\n  eaid depara import config/demo/depara.csv    (the demonstration's codes, to try it)\n  eaid run"
    ))
}
