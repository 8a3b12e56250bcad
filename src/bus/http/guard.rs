//! Who may call.

use super::Reception;
use super::reply::Refused;
use super::settings::{May, Token};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;

/// Lets a call pass whose bearer may do this. Where no tokens are set everybody may: then we listen on loopback
/// only.
pub(super) async fn admit(State((reception, may)): State<(Reception, May)>, request: Request, next: Next) -> Response {
    let tokens = &reception.settings.tokens;
    if tokens.is_empty() {
        return next.run(request).await;
    }
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer);
    match given.and_then(|given| holder(tokens, given)) {
        Some(token) if token.may.contains(&may) => next.run(request).await,
        Some(token) => {
            tracing::info!(caller = token.name, path = request.uri().path(), "not allowed");
            let text = "Este token não permite esta operação.";
            Refused::new(StatusCode::FORBIDDEN, "not_allowed", text).into_response()
        }
        None => {
            let refused = Refused::new(
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "Falta um token válido (Authorization: Bearer …).",
            );
            ([(WWW_AUTHENTICATE, "Bearer realm=\"eaid\"")], refused).into_response()
        }
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whose token it is. Every token is compared, and each as a whole: the time tells nothing of where they differ.
fn holder<'t>(tokens: &'t [Token], given: &str) -> Option<&'t Token> {
    let mut found = None;
    for token in tokens {
        if is_same(token.token.expose_secret().as_bytes(), given.as_bytes()) {
            found = Some(token);
        }
    }
    found
}

/// Compares in a time that depends on the length of `given` only.
fn is_same(secret: &[u8], given: &[u8]) -> bool {
    let mut difference = usize::from(secret.len() != given.len());
    for (at, byte) in given.iter().enumerate() {
        // Beyond its end the secret is compared from its start, so that the work stays the same.
        let other = secret.get(at % secret.len().max(1)).copied().unwrap_or(0);
        difference |= usize::from(std::hint::black_box(other ^ byte));
    }
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_the_token() {
        assert!(is_same(b"secret", b"secret"));
        for wrong in [&b"secre"[..], b"secrets", b"secretsecret", b"", b"Secret", b"secreT"] {
            assert!(!is_same(b"secret", wrong));
        }
        assert!(!is_same(b"", b"x"));
    }

    #[test]
    fn the_scheme_is_read_without_case() {
        assert_eq!(bearer("bearer  abc "), Some("abc"));
        assert_eq!(bearer("Basic abc"), None);
        assert_eq!(bearer("abc"), None);
    }
}
