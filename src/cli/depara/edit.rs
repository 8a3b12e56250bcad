//! `eaid depara set` and `eaid depara remove`.

use super::warn_of_unknown;
use crate::cli::print::{json, say};
use crate::cli::{Desk, Failure};
use crate::operate;
use crate::operate::depara;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  eaid depara set OMNI SB1 SKU-9 '01||PROD0009'          a product of every branch
  eaid depara set OMNI NNR DEP-CENTRO '01|0101|02'       a warehouse of one branch
  eaid depara set OMNI SX5 PIX '01||24|PX'               a payment form
  eaid depara set OMNI SA1 C-77 '01||000123|01|C'        a customer that is there already

The quotes keep the shell away from the bars.")]
pub struct SetArgs {
    /// Partner: the ProductName of its messages
    reference: String,
    /// Kind: SB1, SA3, …
    alias: String,
    /// The partner's code, as its messages carry it
    external: String,
    /// Ours: company|branch|code; an empty branch is every branch
    internal: String,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eaid depara remove OMNI SB1 SKU-9")]
pub struct RemoveArgs {
    /// Partner
    reference: String,
    /// Kind: SB1, SA3, …
    alias: String,
    /// The partner's code
    external: String,
}

pub async fn set(desk: &Desk, args: &SetArgs) -> Result<(), Failure> {
    let line =
        depara::entry(&args.reference, &args.alias, "", &args.external, &args.internal).map_err(Failure::Usage)?;
    let config = desk.config()?;
    warn_of_unknown(&config, &[&line.reference]);
    let store = operate::store(&config).await?;
    let change = store.set_depara(std::slice::from_ref(&line)).await?;
    if desk.json {
        return json(&change);
    }
    let entry = format!("{} {} {} -> {}", line.reference, line.alias, line.external, line.internal);
    say(&if change.changed > 0 { format!("set  {entry}") } else { format!("it stood so already  {entry}") })?;
    if change.woken > 0 {
        say(&woken(change.woken))?;
    }
    Ok(())
}

/// How many messages were woken.
pub fn woken(count: u64) -> String {
    if count == 1 { "1 waiting message was woken".to_owned() } else { format!("{count} waiting messages were woken") }
}

pub async fn remove(desk: &Desk, args: &RemoveArgs) -> Result<(), Failure> {
    let alias = depara::alias(&args.alias).map_err(Failure::Usage)?;
    let store = operate::store(&desk.config()?).await?;
    let removed = store.remove_depara(&args.reference, alias, &args.external).await?;
    let entry = format!("{} {} {}", args.reference, alias.alias, args.external);
    if desk.json {
        json(&serde_json::json!({ "removed": removed }))?;
    } else if removed {
        say(&format!("removed  {entry}"))?;
    }
    match removed {
        true => Ok(()),
        false => Err(Failure::Failed(format!("there is no entry {entry}"))),
    }
}
