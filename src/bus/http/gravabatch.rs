//! `POST /api/v1/gravabatch/done`: what an outside GravaBatch reports of a sale (`contract.md`, Database).

use super::Reception;
use super::reply::Refused;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use eaid_schemas::violation::{Code, Violation};
use serde::Deserialize;
use serde_json::json;

/// A report.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Company; asked for only where branches of several companies have the same code.
    pub company: Option<String>,
    /// Branch.
    pub branch: String,
    /// Number of the sale.
    pub number: String,
    /// How it ended: OK, FR or ER.
    pub situa: String,
    /// Why, for ER.
    #[serde(default)]
    pub error: String,
}

/// What became of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// The sale changed; `false`: the same was reported before.
    Taken(bool),
    /// No such sale, or several.
    Unknown(usize),
    /// It cannot be taken.
    Refused(Violation),
}

/// Takes a report: 200 with whether it changed the sale, 404 no such sale, 409 not in RX, 422 unreadable.
pub(super) async fn receive(State(reception): State<Reception>, request: Request) -> Result<Response, Refused> {
    let received = reception.read(request).await?;
    let report: Report = serde_json::from_slice(&received.body).map_err(|error| {
        let text = format!("Esperado {{\"branch\", \"number\", \"situa\", \"error\"}}: {error}.");
        Refused::new(StatusCode::UNPROCESSABLE_ENTITY, Code::NotJson.as_str(), text)
    })?;
    match reception.clerk.gravabatch_done(&report).await? {
        Done::Taken(changed) => Ok(Json(json!({ "changed": changed })).into_response()),
        Done::Unknown(count) => {
            let text = format!("Há {count} vendas {} na filial {}.", report.number, report.branch);
            Err(Refused::new(StatusCode::NOT_FOUND, Code::NotFound.as_str(), text))
        }
        Done::Refused(violation) => {
            let status = match violation.code {
                Code::NotAllowed => StatusCode::CONFLICT,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            Err(Refused::new(status, violation.code.as_str(), violation.text))
        }
    }
}
