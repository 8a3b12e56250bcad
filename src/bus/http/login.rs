//! `POST /winthor/autenticacao/v1/login`: a user's name and password for a bearer token with an end
//! (`domain/pdvsync.md` 1).

mod brake;
mod password;
mod signed;
#[cfg(test)]
mod tests;

pub use password::hash;
pub(super) use password::is_hash;
pub(super) use signed::{Unknown, read};

use super::Reception;
use super::connections::Peer;
use super::intake::collect;
use super::reply::Refused;
use super::settings::User;
use axum::extract::{Extension, Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use axum::{Json, body};
use brake::{Brake, Who};
use chrono::{SecondsFormat, TimeDelta};
use eaid_schemas::violation::Code;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// The longest body: a name and a password.
const LONGEST: usize = 8 * 1024;
/// Passwords that are compared at once: each takes about 20 MB.
const AT_ONCE: usize = 2;
/// How long a login waits for its turn.
const TURN: Duration = Duration::from_secs(5);

/// What logins are judged with.
pub(super) struct Gate {
    brake: Brake,
    turns: Semaphore,
}

impl Default for Gate {
    fn default() -> Self {
        Gate { brake: Brake::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

/// A name and a password, as they were sent.
struct Login {
    name: String,
    password: SecretString,
}

/// Gives a token: 200; 400 unreadable, 401 wrong, 429 too many wrong ones.
pub(super) async fn receive(
    State(reception): State<Reception>,
    Extension(Peer(address)): Extension<Peer>,
    request: Request,
) -> Result<Response, Refused> {
    let login = login(request.into_body()).await?;
    let users = &reception.settings.users;
    if users.is_empty() {
        let text = "Nenhum usuário está cadastrado neste eaid (eaid users add).";
        return Err(Refused::new(StatusCode::UNAUTHORIZED, "unauthorized", text));
    }
    let user = users.iter().find(|user| user.name == login.name);
    let who = Who::new(user.map(|user| user.name.as_str()), address);
    match reception.gate.judge(user, login.password, &who).await? {
        Judged::Right(user) => Ok(ticket(&reception, user)),
        Judged::Wrong => {
            // A name that is no user's may be a password in the wrong field.
            let name = user.map_or("(unknown)", |user| user.name.as_str());
            tracing::warn!(user = name, %address, "wrong login");
            metrics::counter!("eaid_logins_total", "outcome" => "wrong").increment(1);
            Err(Refused::new(StatusCode::UNAUTHORIZED, "unauthorized", "Usuário ou senha incorretos."))
        }
        Judged::Early(wait) => {
            metrics::counter!("eaid_logins_total", "outcome" => "early").increment(1);
            let seconds = wait.as_secs() + 1;
            let text = format!("Muitas tentativas de login; tente de novo em {seconds} s.");
            let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, "too_many_logins", text);
            Ok(([(RETRY_AFTER, seconds.to_string())], refused).into_response())
        }
    }
}

/// The answer of a login that was right.
fn ticket(reception: &Reception, user: &User) -> Response {
    metrics::counter!("eaid_logins_total", "outcome" => "right").increment(1);
    let life = reception.settings.login_life.0;
    let end = reception.clerk.now() + TimeDelta::from_std(life).unwrap_or_default();
    Json(json!({
        "accessToken": signed::sign(user, end.timestamp()),
        "tokenType": "Bearer",
        "expiresIn": life.as_secs(),
        "expiresAt": end.to_rfc3339_opts(SecondsFormat::Secs, false),
        "branches": user.branches,
    }))
    .into_response()
}

enum Judged<'u> {
    Right(&'u User),
    Wrong,
    /// It is not even looked at.
    Early(Duration),
}

impl Gate {
    /// Compares the password, unless too many were wrong of late.
    async fn judge<'u>(
        &self,
        user: Option<&'u User>,
        password: SecretString,
        who: &Who,
    ) -> Result<Judged<'u>, Refused> {
        if let Some(wait) = self.brake.wait(who, Instant::now()) {
            return Ok(Judged::Early(wait));
        }
        let turn = tokio::time::timeout(TURN, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else { return Err(Refused::later()) };
        // Those before it may have been wrong meanwhile: many at once are no way around the wait.
        if let Some(wait) = self.brake.wait(who, Instant::now()) {
            return Ok(Judged::Early(wait));
        }
        let hash = user.map(|user| user.password.clone());
        let compared = tokio::task::spawn_blocking(move || {
            password::is_right(password.expose_secret(), hash.as_ref().map(ExposeSecret::expose_secret))
        });
        match (compared.await, user) {
            (Ok(true), Some(user)) => {
                self.brake.right(who);
                Ok(Judged::Right(user))
            }
            (Ok(_), _) => {
                self.brake.wrong(who.clone(), Instant::now());
                Ok(Judged::Wrong)
            }
            (Err(error), _) => {
                tracing::error!(%error, "a password could not be compared");
                Err(Refused::later())
            }
        }
    }
}

/// Reads `{"login", "senha"}`: names without case, the password exactly as it was sent.
async fn login(body: body::Body) -> Result<Login, Refused> {
    let text = collect(body, LONGEST).await?;
    let expected = || Refused::bad(Code::Missing, "Esperado {\"login\": \"…\", \"senha\": \"…\"}.");
    let mut fields: Map<String, Value> = serde_json::from_slice(&text).map_err(|_| expected())?;
    let mut take = |names: &[&str]| {
        let (_, value) =
            fields.iter_mut().find(|(field, _)| names.iter().any(|name| name.eq_ignore_ascii_case(field)))?;
        match value.take() {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    };
    let name = take(&["login", "usuario", "username"]).ok_or_else(expected)?;
    let password = take(&["senha", "password"]).ok_or_else(expected)?;
    Ok(Login { name: name.trim().to_owned(), password: password.into() })
}
