//! Answers that are no message: errors as `{"code", "message"}`.

use crate::fault::Fault;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use eaid_schemas::violation::Code;
use serde_json::json;

/// A call that is not answered with what it asked for.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    /// In Portuguese.
    pub(super) message: String,
}

impl Refused {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refused {
        Refused { status, code, message: message.into() }
    }

    /// The caller's fault.
    pub(super) fn bad(code: Code, message: impl Into<String>) -> Refused {
        Refused::new(StatusCode::BAD_REQUEST, code.as_str(), message)
    }

    /// Ours, and it passes: the same call again is safe, since the same message is recognised.
    pub(super) fn later() -> Refused {
        let text = "O eaid não consegue receber agora; repita a mesma chamada em alguns segundos.";
        Refused::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", text)
    }

    /// A body that is larger than the limit.
    pub(super) fn too_large(limit: usize) -> Refused {
        let text = format!("O corpo passa do limite de {limit} bytes.");
        Refused::new(StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge.as_str(), text)
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        tracing::warn!(%fault, "a call is put off");
        Refused::later()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = Json(json!({ "code": self.code, "message": self.message }));
        // A door whose answers have another form finds there what is to be told.
        let told = Extension(self.clone());
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            return (self.status, [(RETRY_AFTER, "2")], told, body).into_response();
        }
        (self.status, told, body).into_response()
    }
}

/// Any path that is not ours.
pub(super) async fn no_such_page() -> Refused {
    Refused::new(StatusCode::NOT_FOUND, "not_found", "Este endereço não existe no eaid.")
}

/// A path of ours, asked in another way.
pub(super) async fn no_such_method() -> Refused {
    Refused::new(StatusCode::METHOD_NOT_ALLOWED, "not_allowed", "Este endereço não aceita este método HTTP.")
}
