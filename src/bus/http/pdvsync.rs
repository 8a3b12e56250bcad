//! PDVSync's door: what a point of sale writes (`domain/pdvsync.md` 1 and 10). Every answer has one form, also that of
//! a call which somebody before us refused.

mod reading;
mod seen;
#[cfg(test)]
mod tests;

pub(super) use reading::reading;
pub use reading::{Found, Sought, States};

use super::Reception;
use super::caller::Caller;
use super::reply::Refused;
use crate::bus::Fate;
use crate::store::State as Fated;
use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use eaid_adapters::pdvsync::{CUSTOMER, ORDER};
use eaid_schemas::pdvsync::{Call, Reason, Told};
use eaid_schemas::violation::{Code, Violation};
use std::time::Duration;

/// The two families of its paths.
pub(super) const BASES: [&str; 2] = ["/api/wholesale/v1", "/winthor/varejo/matcon/v1"];

/// How long a point of sale waits for its order to be kept. One that takes longer may be kept all the same: the order
/// is sent again, and recognised.
const KEPT: Duration = Duration::from_secs(8);

/// The paths on which it writes.
pub(super) fn writing() -> Router<Reception> {
    BASES.iter().fold(Router::new(), |router, base| {
        router
            .route(&format!("{base}/orders/pdvsync"), post(order).put(order).delete(cancel))
            .route(&format!("{base}/orders/pdvsync/disponivel"), post(offer))
            .route(&format!("{base}/cliente/pdvsync"), post(customer))
    })
}

async fn order(
    State(reception): State<Reception>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Refused> {
    take(&reception, &caller, request, Call::Order).await
}

async fn cancel(
    State(reception): State<Reception>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Refused> {
    take(&reception, &caller, request, Call::Cancel).await
}

async fn customer(
    State(reception): State<Reception>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Refused> {
    take(&reception, &caller, request, Call::Customer).await
}

async fn offer(
    State(reception): State<Reception>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Response, Refused> {
    take(&reception, &caller, request, Call::Offer).await
}

/// Hands a call over as any other message, and tells what became of it.
async fn take(reception: &Reception, caller: &Caller, request: Request, call: Call) -> Result<Response, Refused> {
    let received = reception.read(request).await?;
    let content_type = reception.look_at(caller, &received.body, call).await?;
    let pending = reception.hand_over(received.body.clone(), Some(content_type), false).await?;
    Ok(outcome(&pending.within(KEPT).fate().await?))
}

/// What is told of a call by what became of it.
fn outcome(fate: &Fate) -> Response {
    let id = |name: &str| fate.ids.iter().find(|id| id.name == name).map_or("", |id| id.destination.as_str());
    match fate.state {
        Fated::Noted | Fated::Staged | Fated::Superseded => {
            let told = Told { success: true, order: id(ORDER), customer: id(CUSTOMER), ..Told::default() };
            in_form(StatusCode::OK, &told)
        }
        Fated::Refused => refused(status(&fate.violations), &fate.violations),
        Fated::Unreadable if fate.violations.iter().any(|found| found.code == Code::TooLarge) => {
            refused(StatusCode::PAYLOAD_TOO_LARGE, &fate.violations)
        }
        Fated::Unreadable => refused(StatusCode::BAD_REQUEST, &fate.violations),
        Fated::Waiting | Fated::Woken | Fated::SetAside | Fated::Discarded => {
            refused(StatusCode::INTERNAL_SERVER_ERROR, &fate.violations)
        }
    }
}

/// What is wrong with the call itself comes first, then what it names and is not there, then what stands against it.
fn status(violations: &[Violation]) -> StatusCode {
    let rank = |found: &Violation| match found.code {
        Code::NotFound | Code::NotRegistered => 1,
        Code::NotAllowed | Code::AlreadyIntegrated | Code::CannotCancel => 2,
        _ => 0,
    };
    match violations.iter().filter(|found| found.is_error()).map(rank).min() {
        Some(1) => StatusCode::NOT_FOUND,
        Some(2) => StatusCode::CONFLICT,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn refused(status: StatusCode, violations: &[Violation]) -> Response {
    let reasons: Vec<Reason<'_>> = violations.iter().filter(|found| found.is_error()).map(Reason::of).collect();
    let texts: Vec<&str> = reasons.iter().map(|reason| reason.message).collect();
    in_form(status, &Told { message: &texts.join("\n"), errors: &reasons, ..Told::default() })
}

fn in_form(status: StatusCode, told: &Told<'_>) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], told.to_json()).into_response()
}

/// Gives what was refused before a pre-sale was looked at (no token, body too large, store down) the form that the
/// point of sale knows.
pub(super) async fn in_its_form(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(refused) = response.extensions().get::<Refused>() else { return response };
    let reason = Reason { path: "", code: refused.code, message: &refused.message };
    let told = Told { message: reason.message, errors: &[reason], ..Told::default() }.to_json();
    let (mut head, _) = response.into_parts();
    head.headers.remove(axum::http::header::CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response::from_parts(head, told.into())
}
