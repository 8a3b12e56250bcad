//! HTTP: the EAI endpoint for envelopes, order events, pre-sales of PDVSync, the fate of a message, health and metrics.
//!
//! A call is one more transport: its body goes into the same channel as a delivery of RabbitMQ, and the call is
//! answered when its message is kept. What is answered later can be fetched by UUID.

mod batch;
mod caller;
mod clerk;
mod connections;
mod gravabatch;
mod guard;
mod health;
mod intake;
mod listen;
pub mod login;
mod messages;
pub mod openapi;
mod order_events;
mod pdvsync;
mod receipt;
mod reply;
mod settings;
#[cfg(test)]
mod tests;
pub mod tls;
mod transactions;

pub use caller::Caller;
pub use clerk::{Clerk, Readiness};
pub use gravabatch::{Done, Report};
pub use listen::{Door, ListenError, bind, serve};
pub use pdvsync::{Found, Sought, States};
pub use settings::{HttpSettings, May, Token, User};

use super::Delivery;
use super::cep::PostalCodes;
use crate::weight::Weight;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use eaid_adapters::pdvsync::RequireLogin;
use eaid_schemas::envelope::Limits;
use eaid_schemas::envelope::response::Identity;
use login::Gate;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What the calls are received with.
#[derive(Clone)]
pub struct Reception {
    settings: Arc<HttpSettings>,
    limits: Limits,
    identity: Arc<Identity>,
    deliveries: mpsc::Sender<Delivery>,
    clerk: Arc<dyn Clerk>,
    /// Bytes of bodies that are in hand.
    weight: Weight,
    /// Wrong logins of late.
    gate: Arc<Gate>,
    require_login: RequireLogin,
    /// Who knows which postal codes exist, if anybody is asked.
    postal_codes: Option<Arc<dyn PostalCodes>>,
    /// Whether it can be reached from outside this machine.
    is_open: bool,
}

impl Reception {
    /// Puts it together. `require_login` is of PDVSync, `limits` are those of a message, `identity` is who we are in
    /// Receipts.
    pub fn new(
        settings: HttpSettings,
        require_login: RequireLogin,
        limits: Limits,
        identity: Identity,
        deliveries: mpsc::Sender<Delivery>,
        clerk: Arc<dyn Clerk>,
    ) -> Reception {
        let weight = Weight::new(settings.unsettled.bytes().max(limits.body));
        Reception {
            settings: Arc::new(settings),
            limits,
            identity: Arc::new(identity),
            deliveries,
            clerk,
            weight,
            gate: Arc::default(),
            require_login,
            postal_codes: None,
            is_open: true,
        }
    }

    /// With somebody who knows which postal codes exist.
    pub fn asking(self, postal_codes: Option<Arc<dyn PostalCodes>>) -> Reception {
        Reception { postal_codes, ..self }
    }
}

/// The paths of the contract, for other pages to be merged with.
pub fn router(reception: Reception) -> Router {
    let guarded = |may: May| from_fn_with_state((reception.clone(), may), guard::admit);
    let send = Router::new()
        .route("/totvseai/standardmessage/v1/transactions", post(transactions::receive))
        .route_layer(guarded(May::Send));
    let events = Router::new()
        .route("/api/v1/order-events", post(order_events::receive))
        .route("/api/v1/gravabatch/done", post(gravabatch::receive))
        .route_layer(guarded(May::Events));
    let read = Router::new()
        .route("/api/v1/messages/{uuid}", get(messages::show))
        .route("/metrics", get(health::metrics))
        .route_layer(guarded(May::Read));
    let pre_sales = pdvsync::writing().merge(pdvsync::reading()).route_layer(guarded(May::Pdvsync));
    let pre_sales = pre_sales.layer(from_fn(pdvsync::in_its_form));
    Router::new()
        .route("/api/openapi.json", get(openapi::show))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/winthor/autenticacao/v1/login", post(login::receive))
        .merge(send)
        .merge(events)
        .merge(read)
        .merge(pre_sales)
        .fallback(reply::no_such_page)
        .method_not_allowed_fallback(reply::no_such_method)
        .with_state(reception)
}
