//! `eaid reconcile`: what was received, staged, turned into titles and answered, and where these disagree.

use super::print::{json, say};
use super::{Desk, Failure};
use crate::operate;
use crate::operate::reconcile::{Difference, Figure, Figures, Line, Period, Reconciliation, reais, reconcile};
use chrono::NaiveDate;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};
use std::fmt::Write;
use std::io::IsTerminal;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
The day is the day of issue of the sale, as on the shop's own closing. A sale counts once in each form that it was
paid with; a sale that was sent several times counts once. Titles are gross: without the fee of the administrator.

Examples:
  eaid reconcile --from 2026-11-20                            one day, every branch
  eaid reconcile --from 2026-11-01 --to 2026-11-30            a month
  eaid reconcile --from 2026-11-20 --branch 0101              one branch ('01|0101' where branches repeat)
  eaid reconcile --from 2026-11-20 --json | jq '.differences[].internal_id'
  eaid reconcile --from 2026-11-20 || mail -s 'fechamento' loja@example.com

Each difference names the command that shows or mends the sale behind it.
Exit code 0: nothing differs. 1: something does.")]
pub struct Args {
    /// First day of issue
    #[arg(long, value_name = "DAY")]
    from: NaiveDate,
    /// Last day of issue [default: the first]
    #[arg(long, value_name = "DAY")]
    to: Option<NaiveDate>,
    /// One branch alone: branch, or 'company|branch'
    #[arg(long)]
    branch: Option<String>,
}

pub async fn run(desk: &Desk, args: &Args) -> Result<(), Failure> {
    let to = args.to.unwrap_or(args.from);
    if to < args.from {
        return Err(Failure::Usage(format!("--to {to} is before --from {}", args.from)));
    }
    let config = desk.config()?;
    let catalog = operate::read_catalog(&config)?;
    let store = operate::store(&config).await?;
    let period = Period { days: args.from..=to, branch: args.branch.clone() };
    let found = reconcile(store.as_ref(), &catalog, &config, &period).await?;
    if desk.json {
        json(&found)?;
    } else {
        say(page(&found, &period, std::io::stdout().is_terminal()).trim_end())?;
    }
    if found.differences.is_empty() { Ok(()) } else { Err(Failure::Said) }
}

/// The page that a shop owner reads.
fn page(found: &Reconciliation, period: &Period, is_terminal: bool) -> String {
    let (from, to) = (period.days.start(), period.days.end());
    let days = if from == to { day(*from) } else { format!("{} a {}", day(*from), day(*to)) };
    let branch = period.branch.as_ref().map_or_else(String::new, |branch| format!(", filial {branch}"));
    let mut page = format!("Reconciliação das vendas de {days}{branch}\n\n");
    if found.lines.is_empty() {
        page += "Nenhuma venda recebida, gravada ou com títulos neste período.\n";
    } else {
        page += &table(found, is_terminal);
        page += "\n\n";
    }
    let count = found.differences.len();
    match count {
        0 => page += "Nenhuma diferença.\n",
        1 => page += "1 diferença:\n",
        _ => {
            let _ = writeln!(page, "{count} diferenças:");
        }
    }
    for (number, difference) in (1..).zip(&found.differences) {
        page += &paragraph(number, difference);
    }
    page
}

fn day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

fn table(found: &Reconciliation, is_terminal: bool) -> String {
    let mut table = Table::new();
    // A sum that is broken over two lines misleads; a pager scrolls.
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let mut head = vec![Cell::new("filial"), Cell::new("dia"), Cell::new("forma")];
    for column in ["recebidas", "gravadas", "em títulos", "canceladas", "respondidas"] {
        head.extend([Cell::new("").set_alignment(CellAlignment::Right), right(column.to_owned())]);
    }
    table.set_header(head);
    for line in &found.lines {
        let Line { place, day: of, form, figures } = line;
        let first = [format!("{}|{}", place.company, place.branch), day(*of), form.clone()];
        table.add_row(first.into_iter().map(Cell::new).chain(cells(figures)));
    }
    let sum = ["total", "", ""].into_iter().map(Cell::new).chain(cells(&found.total));
    table.add_row(sum.map(|cell| if is_terminal { cell.add_attribute(Attribute::Bold) } else { cell }));
    let lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

/// Count and sum of each column.
fn cells(figures: &Figures) -> impl Iterator<Item = Cell> {
    let Figures { received, staged, titles, cancelled, answered } = figures;
    [*received, *staged, *titles, *cancelled, *answered].into_iter().flat_map(|Figure { sales, value }| match sales {
        0 => [right(String::new()), right("-".to_owned())],
        _ => [right(sales.to_string()), right(reais(value))],
    })
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn paragraph(number: usize, difference: &Difference) -> String {
    let Difference { place, internal_id, sale, document, text, command, .. } = difference;
    let name = match (internal_id.as_str(), sale.as_str()) {
        ("", "") => String::new(),
        ("", sale) => format!("  venda {sale}"),
        (id, "") => format!("  {id}"),
        (id, sale) => format!("  {id}, venda {sale}"),
    };
    let document = if document.is_empty() { String::new() } else { format!(", documento {document}") };
    let mut paragraph = format!(
        "\n{number:>3}. {}|{}  {}{name}{document}\n     {text}\n",
        place.company,
        place.branch,
        day(difference.day)
    );
    if !command.is_empty() {
        let _ = writeln!(paragraph, "     {command}");
    }
    paragraph
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::reconcile::{Forms, Kind, Place};

    fn figure(sales: u64, value: &str) -> Figure {
        Figure { sales, value: value.parse().unwrap() }
    }

    fn place() -> Place {
        Place { company: "01".into(), branch: "0101".into() }
    }

    fn figures(value: &str, titles: &str) -> Figures {
        let all = figure(2, value);
        Figures { received: all, staged: all, titles: figure(1, titles), cancelled: Figure::default(), answered: all }
    }

    /// What the owner of the shop reads.
    #[test]
    fn the_page() {
        let day = "2026-11-20".parse().unwrap();
        let line = |form: &str, figures| Line { place: place(), day, form: form.into(), figures };
        let forms: Forms = [("CC".to_owned(), "1234.5".parse().unwrap())].into();
        let found = Reconciliation {
            lines: vec![line("CC", figures("1234567.80", "1234.50")), line("R$", figures("20.00", "10.00"))],
            total: figures("1234587.80", "1244.50"),
            differences: vec![Difference {
                kind: Kind::TitlesDiffer,
                place: place(),
                day,
                internal_id: "PEDIDO-1".into(),
                sale: "01|0101|000007".into(),
                document: "1/000001001".into(),
                uuid: "u1".into(),
                received: Some(forms.clone()),
                staged: Some(forms),
                titles: None,
                text: "Gravada com CC 1.234,50 e com títulos de nada.".into(),
                command: "eaid orders show '01|0101|000007'".into(),
            }],
        };
        let period = Period { days: day..=day, branch: None };
        insta::assert_snapshot!(page(&found, &period, false));
        let nothing = Period { days: day..="2026-11-30".parse().unwrap(), branch: Some("0101".into()) };
        insta::assert_snapshot!(page(&Reconciliation::default(), &nothing, false));
    }
}
