//! Who may call.

use super::Reception;
use super::caller::{Caller, Known};
use super::login::Unknown;
use super::reply::Refused;
use super::settings::May;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Lets a call pass whose bearer may do this, and tells it who that is ([`Caller`]).
pub(super) async fn admit(
    State((reception, may)): State<(Reception, May)>,
    mut request: Request,
    next: Next,
) -> Response {
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer);
    let known = given.map_or(Known::Not(Unknown::Wrong), |given| reception.know(given, may));
    let caller = match known {
        Known::Yes(caller) => caller,
        _ if !reception.asks_who(may) => Caller::Anybody,
        Known::No(name) => {
            tracing::info!(caller = name, path = request.uri().path(), "not allowed");
            let text = "Este token não permite esta operação.";
            return Refused::new(StatusCode::FORBIDDEN, "not_allowed", text).into_response();
        }
        Known::Not(unknown) => return challenge(unknown),
    };
    request.extensions_mut().insert(caller);
    next.run(request).await
}

fn challenge(unknown: Unknown) -> Response {
    let text = match unknown {
        Unknown::Wrong => "Falta um token válido (Authorization: Bearer …).",
        Unknown::Ended => "O token venceu; faça login de novo.",
    };
    let refused = Refused::new(StatusCode::UNAUTHORIZED, "unauthorized", text);
    ([(WWW_AUTHENTICATE, "Bearer realm=\"eaid\"")], refused).into_response()
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_read_without_case() {
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("abc"), None);
    }
}
