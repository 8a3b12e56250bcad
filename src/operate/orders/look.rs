//! Looking orders up.

use super::{Found, Invoice, Item, Narrow, Order, OrderLine, Step, Way, delivery, is_pick_up, parts, pick_up};
use crate::fault::Fault;
use crate::store::Store;
use crate::store::monitor::{Page, Side};
use eaid_adapters::effect::Alias;
use eaid_adapters::ljgrvbatch::tables::{Sc5, Sc6};
use eaid_adapters::loja701::tables::{Sl1, Sl2};
use eaid_adapters::mata410b::tables::{OrderTrace, Sf2};
use eaid_adapters::table::Declared;

/// As many as there are: the lines of one order.
const ALL: usize = 0;
/// Rows looked at together.
const STRIDE: usize = 200;

pub(super) async fn rows<T: Declared>(store: &dyn Store, exact: &[(&str, &str)]) -> Result<Vec<T>, Fault> {
    Ok(store.view(T::TABLE, exact, ALL).await?.iter().map(T::from_row).collect())
}

async fn steps(store: &dyn Store, [company, branch, number]: [&str; 3]) -> Result<Vec<OrderTrace>, Fault> {
    rows(store, &[("company", company), ("branch", branch), ("order_number", number)]).await
}

/// Orders, newest first.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn list(store: &dyn Store, narrow: &Narrow, limit: usize) -> Result<Vec<OrderLine>, Fault> {
    let mut lines = Vec::new();
    if narrow.way != Some(Way::Pickup) {
        let given = [("c5_filial", &narrow.branch), ("c5_status", &narrow.status), ("c5_cliente", &narrow.customer)];
        let newest = store.newest(Sc5::TABLE, &exact(&given), Sc5::c5_emissao, Page { skip: 0, limit }).await?;
        lines.extend(newest.iter().map(|row| delivery(&Sc5::from_row(row))));
    }
    if narrow.way != Some(Way::Delivery) {
        for flag in ["P", "O"] {
            lines.extend(pick_ups(store, narrow, flag, limit).await?);
        }
    }
    newest_first(&mut lines, |line| (line.issued, line.order.clone()));
    lines.truncate(limit);
    Ok(lines)
}

/// Pick-up orders with a flag, newest first. Their status is in their timelines: they are gone through until enough
/// are found.
async fn pick_ups(store: &dyn Store, narrow: &Narrow, flag: &str, limit: usize) -> Result<Vec<OrderLine>, Fault> {
    let given = [("l1_filial", &narrow.branch), ("l1_cliente", &narrow.customer)];
    let mut exact = exact(&given);
    exact.push(("l1_ecflag", flag));
    let (mut lines, mut skip) = (Vec::new(), 0);
    loop {
        let page = store.newest(Sl1::TABLE, &exact, Sl1::l1_emissao, Page { skip, limit: STRIDE }).await?;
        for child in page.iter().map(Sl1::from_row).filter(is_pick_up) {
            let line = pick_up(&child, &steps(store, [&child.company, &child.l1_filial, &child.l1_num]).await?);
            if narrow.status.as_ref().is_none_or(|status| *status == line.status) {
                lines.push(line);
            }
            if lines.len() == limit {
                return Ok(lines);
            }
        }
        if page.len() < STRIDE {
            return Ok(lines);
        }
        skip += STRIDE;
    }
}

fn exact<'a>(given: &[(&'a str, &'a Option<String>)]) -> Vec<(&'a str, &'a str)> {
    given.iter().filter_map(|(column, value)| Some((*column, value.as_deref()?))).collect()
}

fn newest_first<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> K) {
    list.sort_by_cached_key(|member| std::cmp::Reverse(key(member)));
}

/// Finds what stands under a name: the id of an order, of a child or of a sale (`company|branch|number`), our id of a
/// sale (`company|branch|series|document|pdv`), or the partner's.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn find(store: &dyn Store, name: &str) -> Result<Option<Found>, Fault> {
    let parts: Vec<&str> = name.trim().split('|').map(str::trim_end).collect();
    if let [company, branch, number] = parts[..] {
        let key = [("company", company), ("c5_filial", branch), ("c5_num", number)];
        if let Some(order) = rows::<Sc5>(store, &key).await?.pop() {
            let key = [("company", company), ("l1_filial", branch), ("l1_num", order.c5_orcres.as_str())];
            let child = rows::<Sl1>(store, &key).await?.pop();
            return Ok(Some(Found {
                order: Some(sales_order(store, &order).await?),
                sale: parent(store, child).await?,
            }));
        }
        let key = [("company", company), ("l1_filial", branch), ("l1_num", number)];
        let Some(sale) = rows::<Sl1>(store, &key).await?.pop() else { return Ok(None) };
        let order = if is_pick_up(&sale) { Some(pick_up_order(store, &sale).await?) } else { None };
        return Ok(Some(Found { order, sale: parent(store, Some(sale)).await? }));
    }
    let mut sales = by_sale_id(store, name.trim()).await?;
    for entry in store.exact_depara(Alias::SALE, Side::External(name.trim())).await? {
        sales.extend(by_sale_id(store, &entry.internal).await?);
    }
    if sales.is_empty() {
        // One that is cancelled has given its id back: only its row names it.
        let newest = Page { skip: 0, limit: 1 };
        let exact = [("external_id", name.trim()), ("l1_orcres", "")];
        let named = store.newest(Sl1::TABLE, &exact, Sl1::l1_emissao, newest).await?;
        sales.extend(named.iter().map(Sl1::from_row));
    }
    newest_first(&mut sales, |sale| sale.l1_emissao);
    let sale = sales.into_iter().next();
    Ok(sale.map(|sale| Found { order: None, sale: Some(sale) }))
}

async fn by_sale_id(store: &dyn Store, id: &str) -> Result<Vec<Sl1>, Fault> {
    if id.is_empty() { Ok(Vec::new()) } else { rows(store, &[("sale_id", id)]).await }
}

/// The sale that a child was made of; a sale is its own.
async fn parent(store: &dyn Store, sale: Option<Sl1>) -> Result<Option<Sl1>, Fault> {
    let Some(child) = sale.as_ref().filter(|sale| !sale.l1_orcres.is_empty()) else { return Ok(sale) };
    let key = [("company", child.company.as_str()), ("l1_filial", &child.l1_filres), ("l1_num", &child.l1_orcres)];
    Ok(rows::<Sl1>(store, &key).await?.pop())
}

async fn sales_order(store: &dyn Store, order: &Sc5) -> Result<Order, Fault> {
    let key = [order.company.as_str(), &order.c5_filial, &order.c5_num];
    let exact = [("company", key[0]), ("c6_filial", key[1]), ("c6_num", key[2])];
    let items = rows::<Sc6>(store, &exact).await?.into_iter().map(|line| Item {
        item: line.c6_item.into(),
        product: line.c6_produto.into(),
        quantity: line.c6_qtdven,
        price: line.c6_prcven,
        value: line.c6_valor,
        warehouse: line.c6_local.into(),
        delivery: line.c6_entreg,
    });
    let steps = steps(store, key).await?;
    whole(store, delivery(order), items.collect(), steps).await
}

async fn pick_up_order(store: &dyn Store, child: &Sl1) -> Result<Order, Fault> {
    let key = [child.company.as_str(), &child.l1_filial, &child.l1_num];
    let exact = [("company", key[0]), ("l2_filial", key[1]), ("l2_num", key[2])];
    let items = rows::<Sl2>(store, &exact).await?.iter().map(Item::of_line).collect();
    let steps = steps(store, key).await?;
    whole(store, pick_up(child, &steps), items, steps).await
}

/// The children of a sale.
pub(super) async fn children_of(store: &dyn Store, sale: &Sl1) -> Result<Vec<Sl1>, Fault> {
    let own = [("company", sale.company.as_str()), ("l1_filres", &sale.l1_filial), ("l1_orcres", &sale.l1_num)];
    rows(store, &own).await
}

/// The order that came of a child, if one did.
pub(super) async fn order_of(store: &dyn Store, child: &Sl1) -> Result<Option<Order>, Fault> {
    if is_pick_up(child) {
        return pick_up_order(store, child).await.map(Some);
    }
    let made = [("company", child.company.as_str()), ("c5_filial", &child.l1_filial), ("c5_orcres", &child.l1_num)];
    match rows::<Sc5>(store, &made).await?.pop() {
        Some(order) => sales_order(store, &order).await.map(Some),
        None => Ok(None),
    }
}

async fn whole(store: &dyn Store, line: OrderLine, items: Vec<Item>, steps: Vec<OrderTrace>) -> Result<Order, Fault> {
    let [company, branch, number] = parts(&line.order).unwrap_or_default();
    let exact = [("company", company), ("f2_filial", branch), ("order_number", number)];
    let invoices = rows::<Sf2>(store, &exact).await?.into_iter().map(|invoice| Invoice {
        number: invoice.f2_doc.into(),
        serie: invoice.f2_serie.into(),
        issued_on: invoice.f2_emissao,
        value: invoice.f2_valbrut,
        access_key: invoice.f2_chvnfe.into(),
        has_xml: !invoice.xml.is_empty(),
    });
    let timeline = steps.into_iter().map(|step| Step {
        step: step.step.into(),
        event: step.event.into(),
        status: step.status.into(),
        status_text: step.status_text.into(),
        at: step.at.into(),
        recorded_at: step.recorded_at.into(),
    });
    let (invoices, timeline) = (invoices.collect(), timeline.collect());
    let sent = store.sent_of(&line.order).await?;
    let withheld = store.withheld_of(&line.order).await?;
    Ok(Order { line, items, invoices, timeline, sent, withheld })
}
