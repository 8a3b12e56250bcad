//! Whom a route calls, and as who.

use axum::http::header::InvalidHeaderValue;
use axum::http::{HeaderValue, Uri};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use secrecy::{ExposeSecret, SecretString};

/// Whom a route calls.
#[derive(Clone, Debug)]
pub struct Callee {
    /// Where messages are posted; without user and password.
    pub url: Uri,
    /// As who.
    pub credentials: Credentials,
}

/// What a partner is shown.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Nothing.
    Nothing,
    /// A bearer token.
    Bearer(SecretString),
    /// User and password (basic).
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: SecretString,
    },
}

impl Credentials {
    /// The header `Authorization`.
    ///
    /// # Errors
    /// Where a token holds what no header can.
    pub fn header(&self) -> Result<Option<HeaderValue>, InvalidHeaderValue> {
        let text = match self {
            Credentials::Nothing => return Ok(None),
            Credentials::Bearer(token) => format!("Bearer {}", token.expose_secret()),
            Credentials::Basic { user, password } => {
                format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{}", password.expose_secret())))
            }
        };
        let mut header = HeaderValue::try_from(text)?;
        header.set_sensitive(true);
        Ok(Some(header))
    }
}
