//! `/healthz`, `/readyz`, `/metrics`.

use super::Reception;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Alive: this process answers.
pub(super) async fn alive() -> Response {
    Json(json!({ "status": "alive" })).into_response()
}

/// Able to work: database, broker, folders. 503 where not, with what to do.
pub(super) async fn ready(State(reception): State<Reception>) -> Response {
    let readiness = reception.clerk.readiness();
    let status = if readiness.is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": readiness.is_ready, "checks": readiness.checks }))).into_response()
}

/// Prometheus text.
pub(super) async fn metrics(State(reception): State<Reception>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], reception.clerk.metrics()).into_response()
}
