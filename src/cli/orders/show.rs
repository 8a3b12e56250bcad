//! `eaid orders show ORDER`.

use super::id;
use crate::cli::print::{json, say, table, time};
use crate::cli::{Desk, Failure};
use crate::operate;
use crate::operate::orders::{Found, Order, Way, find};
use chrono_tz::Tz;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  eaid orders show '01|0101|000123'\n  eaid orders show '01|0101|000123' --json")]
pub struct Args {
    /// company|branch|number
    order: String,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let parts = id(&args.order)?;
    let config = desk.config()?;
    let store = operate::store(&config).await?;
    match find(store.as_ref(), parts).await? {
        Found::Order(order) if desk.json => json(&order),
        Found::Order(order) => print(&order, config.identity.timezone),
        Found::Sale(orders) if orders.is_empty() => Err(Failure::Failed(format!(
            "{} is a sale without orders; `eaid messages list` shows its message",
            args.order
        ))),
        Found::Sale(orders) => {
            Err(Failure::Failed(format!("{} is a sale; its orders are {}", args.order, orders.join(", "))))
        }
        Found::Nothing => {
            Err(Failure::Failed(format!("there is no order {}; `eaid orders list` shows them", args.order)))
        }
    }
}

fn day(day: Option<chrono::NaiveDate>) -> String {
    day.map_or_else(String::new, |day| day.to_string())
}

/// A moment as it was told: in the zone of the configuration where it has one, else as it stands.
fn told(stamp: &str, zone: Tz) -> String {
    let read = chrono::DateTime::parse_from_rfc3339(stamp);
    read.map_or_else(|_| stamp.replace('T', " "), |at| time(at.to_utc(), zone))
}

fn print(order: &Order, zone: Tz) -> Result<(), Failure> {
    let line = &order.line;
    let way = if line.way == Way::Delivery { "delivery" } else { "pick-up" };
    say(&format!("{}  {way} order  {} {}", line.order, line.status, line.status_text))?;
    let facts = [
        ("sale", line.sale.clone()),
        ("child", line.child.clone()),
        ("customer", line.customer.clone()),
        ("partner", line.partner.clone()),
        ("issued", day(line.issued)),
        ("tracking", line.tracking_code.clone()),
    ];
    for (name, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
        say(&format!("  {name:<10} {fact}"))?;
    }
    let items = order.items.iter().map(|item| {
        let numbers = [item.quantity, item.price, item.value].map(|number| number.to_string());
        let [quantity, price, value] = numbers;
        vec![
            format!(" {}", item.item),
            item.product.clone(),
            quantity,
            price,
            value,
            item.warehouse.clone(),
            day(item.delivery),
        ]
    });
    say("Lines")?;
    say(&table(&[" item", "product", "quantity", "price", "value", "warehouse", "delivery"], items.collect()))?;
    if !order.invoices.is_empty() {
        let invoices = order.invoices.iter().map(|invoice| {
            let xml = if invoice.has_xml { "xml" } else { "" };
            let key = if invoice.access_key.is_empty() { "not authorised" } else { &invoice.access_key };
            let texts = [invoice.value.to_string(), day(invoice.issued_on), key.to_owned(), xml.to_owned()];
            [vec![format!(" {}", invoice.number), invoice.serie.clone()], texts.to_vec()].concat()
        });
        say("Invoices")?;
        say(&table(&[" number", "serie", "value", "issued", "key", ""], invoices.collect()))?;
    }
    let steps = order.timeline.iter().map(|step| {
        vec![
            format!(" {}", step.step),
            told(&step.at, zone),
            step.event.clone(),
            step.status.clone(),
            step.status_text.clone(),
        ]
    });
    say("Timeline")?;
    say(&table(&[" step", "at", "event", "", "status"], steps.collect()))?;
    if !order.sent.is_empty() {
        let sent = order.sent.iter().map(|sent| {
            let at = sent.sent_at.map_or_else(String::new, |at| time(at, zone));
            let to = format!("{} by {}", sent.route_key, sent.transport);
            vec![
                format!(" {}", time(sent.created_at, zone)),
                sent.transaction.clone(),
                to,
                sent.state.clone(),
                at,
                sent.id.to_string(),
            ]
        });
        say("Sent")?;
        say(&table(&[" made", "message", "to", "state", "confirmed", "uuid"], sent.collect()))?;
    }
    if !order.withheld.is_empty() {
        say("Not sent")?;
    }
    for held in &order.withheld {
        let made = time(held.created_at, zone);
        say(&format!("  {made}  {} for {}, by catalog {}", held.transaction, held.partner, held.catalog))?;
        say(&format!("      {}", held.reason))?;
    }
    Ok(())
}
