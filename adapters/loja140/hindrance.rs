//! Why a sale can no longer be cancelled: its state, an invoice of one of its orders, the deadline of its fiscal
//! document (`domain/cancel.md` 3, steps 4, 5 and 8).

use super::sold::Sold;
use crate::books::Retail;
use crate::loja701::tables::Sl1;
use chrono::{Datelike, NaiveDateTime, NaiveTime, TimeDelta};
use eaid_schemas::field::Moment;

/// That GravaBatch has not taken the sale yet.
pub(crate) fn staged(sale: &Sl1) -> String {
    let (number, branch, state) = (&sale.l1_num, &sale.l1_filial, &sale.l1_situa);
    format!("A venda {number} da filial {branch} ainda não foi processada pelo GravaBatch ({state}).")
}

/// Why a sale that GravaBatch is done with cannot be cancelled at a moment; `None` where it can.
pub(crate) fn of(sold: &Sold, at: Option<NaiveDateTime>, retail: &Retail) -> Option<String> {
    let (id, state) = (&sold.sale.sale_id, &sold.sale.l1_situa);
    if !matches!(state.as_str(), "OK" | "FR" | "ER") {
        return Some(format!("A situação da venda {id} não permite o cancelamento: {state}."));
    }
    if let Some(child) = sold.invoiced() {
        let (number, branch) = (&child.row.l1_num, &child.row.l1_filial);
        return Some(format!(
            "A venda {id} não pode ser cancelada: o pedido {number} da filial {branch} já foi faturado. Trate a devolução no ERP."
        ));
    }
    late(&sold.sale, at?, retail)
}

/// The moment of a tag; a zone is left out of account, as all stamps of a sender have the same.
pub(crate) fn moment(of: &Moment) -> Option<NaiveDateTime> {
    Some(of.date.and_time(time(of.time.as_deref().unwrap_or_default())))
}

/// The time of the day that a text begins with; midnight where there is none.
fn time(text: &str) -> NaiveTime {
    let read = |length: usize, form: &str| NaiveTime::parse_from_str(text.get(..length)?, form).ok();
    read(8, "%H:%M:%S").or_else(|| read(5, "%H:%M")).unwrap_or_default()
}

/// The deadlines of fiscal documents: an NF-e by the hours since its authorisation, without a key within the month
/// of its issue; a service invoice by days.
fn late(sale: &Sl1, at: NaiveDateTime, retail: &Retail) -> Option<String> {
    let issued = sale.l1_emisnf.filter(|_| !sale.l1_doc.is_empty())?;
    let (id, on) = (&sale.sale_id, issued.format("%d/%m/%Y"));
    match sale.l1_especie.as_str() {
        "SPED" if sale.l1_keynfce.is_empty() => {
            let is_late = (issued.year(), issued.month()) != (at.year(), at.month());
            (is_late && retail.nfe_cancel_hours > 0).then(|| {
                format!("A venda {id} não pode ser cancelada: a NF-e, sem chave conhecida, é de {on}, de outro mês.")
            })
        }
        "SPED" => {
            let hours = retail.nfe_cancel_hours;
            let passed = at - issued.and_time(time(&sale.l1_hora));
            (hours > 0 && passed > TimeDelta::hours(i64::from(hours))).then(|| {
                let passed = passed.num_hours();
                format!("A venda {id} não pode ser cancelada: a NF-e de {on} tem {passed} horas, o prazo é de {hours}.")
            })
        }
        "RPS" => {
            let days = retail.rps_cancel_days;
            let passed = (at.date() - issued).num_days();
            (days > 0 && passed > i64::from(days)).then(|| {
                format!("A venda {id} não pode ser cancelada: o RPS de {on} tem {passed} dias, o prazo é de {days}.")
            })
        }
        _ => None,
    }
}
