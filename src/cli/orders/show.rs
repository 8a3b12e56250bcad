//! `eaid orders show NAME`: the life of a sale on one screen, whichever part of it is named.

use crate::cli::print::{json, say, table, time};
use crate::cli::{Desk, Failure};
use crate::operate;
use crate::operate::orders::{Found, Heard, Life, Order, Way, find};
use crate::store::monitor::SentLine;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::json;
use std::fmt::Write;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The messages of the sale, of its customer, reserves, cancellation and events, with what each waited for and how it
was answered; the rows that stand; payments and titles; children and orders with their timelines; and what was sent,
with the moment when the broker confirmed it.

Examples:
  eaid orders show '01|0101|000123'                 an order, a child or a sale, by its number
  eaid orders show '01|0101|1|000001001|001'        a sale by our id
  eaid orders show PEDIDO-1001                      a sale by the partner's id
  eaid orders show PEDIDO-1001 --json")]
pub struct Args {
    /// company|branch|number, our id of a sale, or the partner's
    name: String,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let config = desk.config()?;
    let store = operate::store(&config).await?;
    let Some(found) = find(store.as_ref(), &args.name).await? else {
        let text = format!(
            "there is no order and no sale {}; `eaid orders list` shows orders, `eaid messages list` messages",
            args.name
        );
        return Err(Failure::Failed(text));
    };
    let life = found.life(store.as_ref()).await?;
    let Found { order, .. } = found;
    if desk.json {
        let mut document = json!(order);
        return match (order, life) {
            (Some(_), life) => {
                document["life"] = json!(life);
                json(&document)
            }
            (None, life) => json(&life),
        };
    }
    match (life, order) {
        (Some(life), _) => say(page(&life, config.identity.timezone).trim_end()),
        (None, Some(order)) => say(of_order(&order, config.identity.timezone).trim_end()),
        (None, None) => Err(Failure::Failed(format!("the sale of {} is gone", args.name))),
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

/// The whole page.
fn page(life: &Life, zone: Tz) -> String {
    let cancelled = match life.storc.as_str() {
        "" => "",
        "E" => "  arrived cancelled",
        _ => "  cancelled",
    };
    let mut page = format!("{}  sale  {}{cancelled}\n", life.sale, life.situa);
    let tries = if life.tries.is_zero() { String::new() } else { life.tries.to_string() };
    let facts = [
        ("id", &life.internal_id),
        ("our id", &life.id),
        ("document", &life.document),
        ("customer", &life.customer),
        ("partner", &life.partner),
        ("issued", &day(life.issued)),
        ("net", &life.net.to_string()),
        ("tries", &tries),
        ("cause", &life.cause),
        ("reason", &life.reason.replace('\n', " ")),
    ];
    for (name, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
        let _ = writeln!(page, "  {name:<10} {fact}");
    }
    page += "Messages\n";
    life.messages.iter().for_each(|heard| page += &message(heard, zone));
    if life.messages.is_empty() {
        page += "  none is kept\n";
    }
    let counts: Vec<String> = life.rows.iter().map(|(table, count)| format!("{table} {count}")).collect();
    let _ = writeln!(page, "Rows\n  {}", counts.join(", "));
    let items = life.items.iter().map(|item| {
        let [quantity, price, value] = [item.quantity, item.price, item.value].map(|number| number.to_string());
        vec![format!(" {}", item.item), item.product.clone(), quantity, price, value, item.warehouse.clone()]
    });
    section(&mut page, "Lines", &[" item", "product", "quantity", "price", "value", "warehouse"], items.collect());
    let payments = life.payments.iter().map(|payment| {
        vec![format!(" {}", payment.form), payment.administrator.clone(), day(payment.due), payment.value.to_string()]
    });
    section(&mut page, "Payments", &[" form", "administrator", "due", "value"], payments.collect());
    let titles = life.titles.iter().map(|title| {
        let [gross, value] = [title.gross, title.value].map(|number| number.to_string());
        vec![format!(" {}", title.title), title.form.clone(), title.customer.clone(), day(title.due), gross, value]
    });
    section(&mut page, "Titles", &[" title", "form", "customer", "due", "gross", "net"], titles.collect());
    let children = life.children.iter().map(|child| {
        let made = child.order.as_ref().filter(|order| **order != child.child);
        let what = match (child.ecflag.as_str(), made) {
            ("", Some(order)) => format!("order {order}"),
            ("", None) => "closed at once".to_owned(),
            _ => "to be fetched".to_owned(),
        };
        vec![format!(" {}", child.child), child.delivery.clone(), child.situa.clone(), child.net.to_string(), what]
    });
    section(&mut page, "Children", &[" child", "delivery", "", "net", ""], children.collect());
    for order in &life.orders {
        page += &of_order(order, zone);
    }
    page += &sent(&life.sent, "Sent of the sale", zone);
    page
}

/// A table under a title, where there is something to show.
fn section(page: &mut String, title: &str, head: &[&str], rows: Vec<Vec<String>>) {
    if !rows.is_empty() {
        let _ = writeln!(page, "{title}\n{}", table(head, rows));
    }
}

/// A message: when it came, what it waited for, and its answers.
fn message(heard: &Heard, zone: Tz) -> String {
    let cause = if heard.cause.is_empty() { String::new() } else { format!(" ({})", heard.cause) };
    let mut text = format!(
        "  {}  {} {}  {}{cause}  {}\n",
        time(heard.received_at, zone),
        heard.transaction,
        heard.internal_id,
        heard.status,
        heard.uuid
    );
    for waited in &heard.waited {
        let long = (waited.until - waited.since).to_std().unwrap_or_default();
        let long = humantime::format_duration(std::time::Duration::from_millis(long.as_millis() as u64));
        let _ = writeln!(text, "  {:19}    waited {long} for {}", time(waited.until, zone), waited.key);
    }
    for waits in &heard.waits {
        let _ = writeln!(text, "  {:19}    still waits for {}", "", waits.key);
    }
    for answer in &heard.answers {
        let fate = confirmed(answer.sent_at, &answer.state, &answer.note, zone);
        let _ = writeln!(text, "  {:19}    {} {fate}", time(answer.created_at, zone), answer.kind);
    }
    text
}

fn confirmed(at: Option<DateTime<Utc>>, state: &str, note: &str, zone: Tz) -> String {
    match (at, note) {
        (Some(at), _) => format!("confirmed {}", time(at, zone)),
        (None, "") => state.to_owned(),
        (None, note) => format!("{state}: {note}"),
    }
}

/// An order: lines, invoices, timeline, and what was sent of it.
fn of_order(order: &Order, zone: Tz) -> String {
    let line = &order.line;
    let way = if line.way == Way::Delivery { "delivery" } else { "pick-up" };
    let mut page = format!("Order {}  {way}  {} {}", line.order, line.status, line.status_text);
    if !line.tracking_code.is_empty() {
        let _ = write!(page, "  tracking {}", line.tracking_code);
    }
    page.push('\n');
    let items = order.items.iter().map(|item| {
        let [quantity, price, value] = [item.quantity, item.price, item.value].map(|number| number.to_string());
        let texts = [quantity, price, value, item.warehouse.clone(), day(item.delivery)];
        [vec![format!(" {}", item.item), item.product.clone()], texts.to_vec()].concat()
    });
    let head = [" item", "product", "quantity", "price", "value", "warehouse", "delivery"];
    section(&mut page, " Lines", &head, items.collect());
    let invoices = order.invoices.iter().map(|invoice| {
        let xml = if invoice.has_xml { "xml" } else { "" };
        let key = if invoice.access_key.is_empty() { "not authorised" } else { &invoice.access_key };
        let texts = [invoice.value.to_string(), day(invoice.issued_on), key.to_owned(), xml.to_owned()];
        [vec![format!(" {}", invoice.number), invoice.serie.clone()], texts.to_vec()].concat()
    });
    section(&mut page, " Invoices", &[" number", "serie", "value", "issued", "key", ""], invoices.collect());
    let steps = order.timeline.iter().map(|step| {
        let texts = [told(&step.at, zone), step.event.clone(), step.status.clone(), step.status_text.clone()];
        [vec![format!(" {}", step.step)], texts.to_vec()].concat()
    });
    section(&mut page, " Timeline", &[" step", "at", "event", "", "status"], steps.collect());
    page += &sent(&order.sent, " Sent", zone);
    if !order.withheld.is_empty() {
        page += " Not sent\n";
    }
    for held in &order.withheld {
        let made = time(held.created_at, zone);
        let _ = writeln!(page, "  {made}  {} for {}, by catalog {}", held.transaction, held.partner, held.catalog);
        let _ = writeln!(page, "      {}", held.reason);
    }
    page
}

fn sent(lines: &[SentLine], title: &str, zone: Tz) -> String {
    let mut page = String::new();
    let rows = lines.iter().map(|sent| {
        let to = format!("{} by {}", sent.route_key, sent.transport);
        let fate = confirmed(sent.sent_at, &sent.state, &sent.note, zone);
        let made = format!(" {}", time(sent.created_at, zone));
        vec![made, format!("{} {}", sent.kind, sent.transaction), to, fate, sent.id.to_string()]
    });
    section(&mut page, title, &[" made", "message", "to", "", "uuid"], rows.collect());
    page
}

#[cfg(test)]
mod tests;
