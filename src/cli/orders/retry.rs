//! `eaid orders retry`: puts sales that GravaBatch gave up back to be taken.

use super::id;
use crate::cli::print::{json, say};
use crate::cli::{Desk, Failure};
use crate::operate;
use crate::operate::orders::{Given, retry_all, retry_one};
use crate::store::NotKept;
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("which").required(true).args(["sales", "cause", "all"]),
    after_help = "\
`eaid status` names the newest sales in ER with their reasons; `eaid status --json` their causes, too. Mend what the
reason says first (an administrator that is missing, a document that is there twice): the same sale in the same
house fails again, and its sender is told again.

Examples:
  eaid orders retry '01|0101|000123'                 one sale
  eaid orders retry --cause document_used            all that failed for this reason
  eaid orders retry --cause internal --branch 0101
  eaid orders retry --all"
)]
pub struct Args {
    /// Sales: company|branch|number
    sales: Vec<String>,
    /// Every sale in ER with this cause
    #[arg(long, value_name = "CODE")]
    cause: Option<String>,
    /// Every sale in ER
    #[arg(long)]
    all: bool,
    /// Of this branch alone
    #[arg(long, conflicts_with = "sales")]
    branch: Option<String>,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let named = args.sales.iter().map(|sale| id(sale)).collect::<Result<Vec<_>, _>>()?;
    let store = operate::store(&desk.config()?).await?;
    let mut count = 0;
    let mut left = Vec::new();
    if named.is_empty() {
        let given = Given { cause: args.cause.clone(), branch: args.branch.clone() };
        count = retry_all(store.as_ref(), &given).await.map_err(failure)?;
    }
    for (sale, parts) in args.sales.iter().zip(named) {
        match retry_one(store.as_ref(), parts).await.map_err(failure)? {
            true => count += 1,
            false => left.push(sale.as_str()),
        }
    }
    if desk.json {
        json(&json!({ "retried": count, "not_in_er": left }))?;
    } else {
        say(&format!("{count} put back; GravaBatch takes them in a moment."))?;
        left.iter().try_for_each(|sale| say(&format!("{sale} is not in ER, or cancelled: left as it is")))?;
    }
    if left.is_empty() { Ok(()) } else { Err(Failure::Said) }
}

fn failure(error: NotKept) -> Failure {
    Failure::Failed(error.to_string())
}
