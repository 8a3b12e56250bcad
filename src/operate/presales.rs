//! Pre-sales of PDVSync as a point of sale reads them (`domain/pdvsync.md` 11 and 12), and those that the back office
//! offers.

use super::by_hand::take;
use crate::bus::http::{Found, Sought, States};
use crate::decide::Outcome;
use crate::fault::Fault;
use crate::office::Office;
use crate::store::monitor::Page;
use crate::store::{NotKept, State};
use eaid_adapters::pdvsync::ORDER;
use eaid_adapters::pdvsync::shown::{fold, made_at, shown};
use eaid_adapters::pdvsync::tables::{Pcclient, Pclogpedidoapi, Pcpedc, Pcpedi};
use eaid_adapters::table::{Declared, KEY};
use eaid_adapters::world::{Wants, World};
use eaid_schemas::pdvsync::{Call, Shown, Standing};
use eaid_schemas::violation::Violation;
use std::collections::HashSet;

/// Rows looked at together.
const STRIDE: usize = 200;

/// Orders that wait for their payment, newest first.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn list(office: &Office, sought: &Sought, page: Page) -> Result<Found<Shown>, Fault> {
    let mut exact = vec![("codfilial", sought.branch.as_str()), ("condvenda", "7"), ("posicao", "L")];
    exact.push(("situacao", "DISPONIVEL"));
    let narrow = [("numped", &sought.number), ("codusur", &sought.operator), ("codcli", &sought.customer)];
    exact.extend(narrow.into_iter().filter_map(|(column, value)| Some((column, value.as_deref()?))));
    let looks_at_customers = sought.document.is_some() || sought.name.is_some();
    let wanted_name = sought.name.as_deref().map(fold);
    let (mut members, mut passed, mut skip) = (Vec::new(), 0, 0);
    loop {
        let here = Page { skip, limit: STRIDE };
        let rows = office.store.newest(Pcpedc::TABLE, &exact, Pcpedc::data, here).await?;
        let orders: Vec<Pcpedc> = rows.iter().map(Pcpedc::from_row).collect();
        let is_last = orders.len() < STRIDE;
        let in_time = |order: &Pcpedc| {
            let at = made_at(order);
            sought.from.is_none_or(|from| from <= at) && sought.until.is_none_or(|until| at <= until)
        };
        let is_over = orders.last().is_some_and(|last| sought.from.is_some_and(|from| last.data < Some(from.date())));
        let mut orders: Vec<Pcpedc> = orders.into_iter().filter(in_time).collect();
        if looks_at_customers {
            let seen = whole(office, &orders).await?;
            orders = seen
                .into_iter()
                .filter(|(_, shown)| {
                    let customer = &shown.customer;
                    sought.document.as_ref().is_none_or(|document| *document == customer.cpf_cnpj)
                        && wanted_name.as_ref().is_none_or(|name| fold(&customer.nome).contains(name.as_str()))
                })
                .map(|(order, _)| order)
                .collect();
        }
        for order in orders {
            if passed < page.skip {
                passed += 1;
            } else {
                members.push(order);
            }
        }
        if members.len() > page.limit || is_last || is_over {
            break;
        }
        skip += STRIDE;
    }
    let has_next = members.len() > page.limit;
    members.truncate(page.limit);
    let members = whole(office, &members).await?.into_iter().map(|(_, shown)| shown).collect();
    Ok(Found { members, has_next })
}

/// One order (a TV7), in whatever state.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn detail(office: &Office, number: &str) -> Result<Option<Shown>, Fault> {
    let mut wants = Wants::default();
    wants.rows::<Pcpedc>(KEY, &[number]);
    let world = office.world_of(wants).await?;
    let order = read::<Pcpedc>(&world, KEY, number)?.into_iter().find(|order| order.condvenda == "7");
    let Some(order) = order else { return Ok(None) };
    Ok(whole(office, &[order]).await?.pop().map(|(_, shown)| shown))
}

/// Where orders (TV7) stand, newest first.
///
/// # Errors
/// [`Fault`] of the store.
pub async fn standings(office: &Office, sought: &States, page: Page) -> Result<Found<Standing>, Fault> {
    let until = page.skip + page.limit + 1;
    let mut orders: Vec<Pcpedc> = Vec::new();
    for state in &sought.states {
        let mut exact = vec![("condvenda", "7"), ("posicao", state.as_str())];
        exact.extend(sought.branch.as_deref().map(|branch| ("codfilial", branch)));
        let newest = Page { skip: 0, limit: until };
        let rows = office.store.newest(Pcpedc::TABLE, &exact, Pcpedc::data, newest).await?;
        orders.extend(rows.iter().map(Pcpedc::from_row));
    }
    orders.retain(|order| order.data >= Some(sought.from));
    orders.sort_by_cached_key(|order| std::cmp::Reverse((made_at(order), order.numped.to_string())));
    let has_next = orders.len() > page.skip + page.limit;
    let standing = |order: Pcpedc| Standing {
        at: made_at(&order),
        number: order.numped.into(),
        hub_number: order.numpedhube.into(),
        branch: order.codfilial.into(),
        state: order.posicao.into(),
        customer: order.codcli.into(),
        total: order.vltotal,
    };
    let members = orders.into_iter().skip(page.skip).take(page.limit).map(standing).collect();
    Ok(Found { members, has_next })
}

/// Orders with all that is known of them: one round trip.
async fn whole(office: &Office, orders: &[Pcpedc]) -> Result<Vec<(Pcpedc, Shown)>, Fault> {
    let mut wants = Wants::default();
    let customers: HashSet<&str> = orders.iter().map(|order| order.codcli.as_str()).collect();
    for order in orders {
        wants.rows::<Pcpedi>(Pcpedi::by_order, &[&order.numped]);
        wants.rows::<Pclogpedidoapi>(Pclogpedidoapi::by_order, &[&order.numped]);
    }
    for customer in customers {
        wants.rows::<Pcclient>(KEY, &[customer]);
    }
    let world = office.world_of(wants).await?;
    let limits = office.config.envelope_limits();
    orders
        .iter()
        .map(|order| {
            let items = read::<Pcpedi>(&world, Pcpedi::by_order, &order.numped)?;
            let calls = read::<Pclogpedidoapi>(&world, Pclogpedidoapi::by_order, &order.numped)?;
            let customer = read::<Pcclient>(&world, KEY, &order.codcli)?.pop();
            Ok((order.clone(), shown(order, &items, &calls, customer.as_ref(), &limits)))
        })
        .collect()
}

fn read<T: Declared>(world: &World, index: usize, value: &str) -> Result<Vec<T>, Fault> {
    world.rows::<T>(index, &[value]).map_err(|flaw| Fault::Store(flaw.0))
}

/// What became of an offer.
#[derive(Debug)]
pub enum Offered {
    /// It waits for its payment under a number.
    Waits(String),
    /// It was offered before, as it is.
    Before,
    /// It was refused; every reason.
    Refused(Vec<Violation>),
}

/// Offers an order to the points of sale.
///
/// # Errors
/// [`NotKept`] where the store is not at work, or others are faster for too long.
pub async fn offer(office: &Office, body: Vec<u8>) -> Result<Offered, NotKept> {
    let part = take(office, body, Call::Offer.content_type()).await?;
    let Some(Outcome::Settled(place)) = part.decided.outcomes.first() else { return Ok(Offered::Before) };
    let settled = &part.decided.batch.settled[*place];
    Ok(match settled.state {
        State::Noted | State::Staged => {
            let number = settled.ids.iter().find(|id| id.name == ORDER);
            Offered::Waits(number.map(|id| id.destination.clone()).unwrap_or_default())
        }
        _ => Offered::Refused(settled.violations.clone()),
    })
}
