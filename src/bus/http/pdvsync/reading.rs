//! What a point of sale reads: orders that wait for their payment, one order, and where orders stand
//! (`domain/pdvsync.md` 11 and 12).

#[cfg(test)]
mod tests;

use super::super::Reception;
use super::super::caller::Caller;
use super::super::reply::Refused;
use super::{BASES, refused};
use crate::store::monitor::Page;
use axum::extract::{Extension, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{RequestExt, Router};
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use eaid_adapters::pdvsync::shown::local;
use eaid_schemas::envelope::{Document, decode};
use eaid_schemas::field::Moment;
use eaid_schemas::pdvsync::{Call, Question, StateQuestion, detail, list, standings};
use eaid_schemas::read::Reading;
use eaid_schemas::record::Record;
use eaid_schemas::violation::{Code, Violation};
use serde_json::{Map, Value};

/// Members of a page, where nothing is said of it, and at most.
const PAGE: usize = 200;
/// Days that `orders/list` goes back, where nothing is said of it.
const DAYS: u32 = 60;

/// Which orders are sought: those that wait for their payment, narrowed.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    /// Branch that sells.
    pub branch: String,
    /// Number.
    pub number: Option<String>,
    /// Salesman.
    pub operator: Option<String>,
    /// Customer.
    pub customer: Option<String>,
    /// CPF or CNPJ of the customer, without punctuation.
    pub document: Option<String>,
    /// A part of the customer's name.
    pub name: Option<String>,
    /// Not made before, local time.
    pub from: Option<NaiveDateTime>,
    /// Not made after, local time.
    pub until: Option<NaiveDateTime>,
}

/// Which states are sought.
#[derive(Clone, Debug)]
pub struct States {
    /// Branch that sells; none: every one.
    pub branch: Option<String>,
    /// L, C, F.
    pub states: Vec<String>,
    /// Not made before.
    pub from: NaiveDate,
}

/// A page of what was sought.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// The members.
    pub members: Vec<T>,
    /// There are more.
    pub has_next: bool,
}

impl<T> Default for Found<T> {
    fn default() -> Self {
        Found { members: Vec::new(), has_next: false }
    }
}

/// The paths on which it reads.
pub(in crate::bus::http) fn reading() -> Router<Reception> {
    let states = Router::new().route("/api/wholesale/v1/orders/list", get(stand));
    BASES.iter().fold(states, |router, base| {
        router
            .route(&format!("{base}/orders/pdvsync/consulta"), get(look).post(look))
            .route(&format!("{base}/orders/pdvsync/consulta/{{number}}"), get(show).post(show))
    })
}

/// Orders that wait for their payment.
async fn look(
    State(reception): State<Reception>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Refused> {
    let asked: Asked<Question> = match ask(&reception, request).await? {
        Ok(asked) => asked,
        Err(violations) => return Ok(refused(StatusCode::BAD_REQUEST, &violations)),
    };
    let code = |pick: fn(&Question) -> Option<&str>| asked.first(pick).map(ToOwned::to_owned);
    let Some(branch) = code(|question| question.branch.as_ref().map(|branch| branch.as_str())) else {
        let text = "idLojaRetaguarda não informado: é a filial cujas pré-vendas são procuradas.";
        return Ok(refused(StatusCode::BAD_REQUEST, &[Violation::error(Code::Missing, "/idLojaRetaguarda", text)]));
    };
    caller.must_serve(&branch)?;
    let last = NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default();
    let moment = |pick: fn(&Question) -> Option<&Moment>, end| asked.first(pick).map(|moment| local(moment, end));
    let sought = Sought {
        branch,
        number: code(|question| question.order.as_ref().map(|order| order.as_str())),
        operator: code(|question| question.operator.as_ref().map(|operator| operator.as_str())),
        customer: code(|question| question.customer.as_ref().map(|customer| customer.as_str())),
        document: code(|question| question.document.as_ref().map(|document| document.as_str())),
        name: code(|question| question.name.as_ref().map(|name| name.as_str().trim()).filter(|name| !name.is_empty())),
        from: moment(|question| question.from.as_ref(), NaiveTime::MIN),
        until: moment(|question| question.until.as_ref(), last),
    };
    let page =
        page(asked.first(|q| q.page.map(|page| page.get())), asked.first(|q| q.page_size.map(|size| size.get())));
    let found = reception.clerk.pre_sales(&sought, page).await?;
    Ok(json(list(&found.members, found.has_next)))
}

/// One order.
async fn show(
    State(reception): State<Reception>,
    Extension(caller): Extension<Caller>,
    Path(number): Path<String>,
) -> Result<Response, Refused> {
    let order = reception.clerk.pre_sale(number.trim()).await?;
    match order.filter(|order| caller.may_serve(&order.branch)) {
        Some(order) => Ok(json(detail(&order))),
        None => {
            let text = format!("Não há pedido com o número {number}.");
            let unknown = Violation::error(Code::NotFound, "/idRetaguarda", text);
            Ok(refused(StatusCode::NOT_FOUND, &[unknown]))
        }
    }
}

/// Where orders stand.
async fn stand(
    State(reception): State<Reception>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Refused> {
    let asked: Asked<StateQuestion> = match ask(&reception, request).await? {
        Ok(asked) => asked,
        Err(violations) => return Ok(refused(StatusCode::BAD_REQUEST, &violations)),
    };
    let branch = asked.first(|question| question.branch.as_ref().map(|branch| branch.as_str().to_owned()));
    if caller.is_bound() || branch.is_some() {
        caller.must_serve(branch.as_deref().unwrap_or_default())?;
    }
    let states = asked.first(|question| question.states.as_ref().map(|states| states.as_str().to_uppercase()));
    let states = states.unwrap_or_else(|| "L,C,F".to_owned());
    let days = asked.first(|question| question.days.map(|days| days.get())).unwrap_or(DAYS);
    let today = reception.clerk.now().date_naive();
    let sought = States {
        branch,
        states: states.split(',').map(|state| state.trim().to_owned()).filter(|state| !state.is_empty()).collect(),
        from: today.checked_sub_days(Days::new(days.into())).unwrap_or(NaiveDate::MIN),
    };
    let page =
        page(asked.first(|q| q.page.map(|page| page.get())), asked.first(|q| q.page_size.map(|size| size.get())));
    let found = reception.clerk.standings(&sought, page).await?;
    Ok(json(standings(&found.members, found.has_next)))
}

/// What was asked: in the body, and in the address, which counts where the body says nothing.
struct Asked<R>([R; 2]);

impl<R> Asked<R> {
    fn first<'a, T>(&'a self, pick: impl Fn(&'a R) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(pick)
    }
}

async fn ask<R: Record>(
    reception: &Reception,
    mut request: Request,
) -> Result<Result<Asked<R>, Vec<Violation>>, Refused> {
    let query: Query<Vec<(String, String)>> = request.extract_parts().await.unwrap_or_default();
    let query: Map<String, Value> = query.0.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    let received = reception.read(request).await?;
    let mut cx = Reading::of_any_spelling(reception.limits.items);
    let body = if received.body.trim_ascii().is_empty() { &b"{}"[..] } else { &received.body };
    let query = Value::Object(query).to_string();
    let mut read = |text: &[u8]| match decode(text, Some(Call::Order.content_type()), &reception.limits) {
        Ok(Document::PreSale(sheet)) => Ok(sheet.read::<R>(&mut cx)),
        Ok(_) => Err(Refused::bad(Code::WrongType, "O corpo não é um objeto JSON.")),
        Err(error) => Err(Refused::bad(error.code, error.text)),
    };
    let asked = Asked([read(body)?, read(query.as_bytes())?]);
    let violations = cx.finish();
    Ok(if violations.iter().any(Violation::is_error) { Err(violations) } else { Ok(asked) })
}

/// A page, counted from 1. Without a word of it the first, as long as a page may be.
fn page(number: Option<u32>, size: Option<u32>) -> Page {
    let limit = size.map_or(PAGE, |size| size as usize).clamp(1, PAGE);
    Page { skip: (number.unwrap_or(1).max(1) as usize - 1) * limit, limit }
}

fn json(text: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}
