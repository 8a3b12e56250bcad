//! Who calls, once that is known.

use super::Reception;
use super::login::{self, Unknown};
use super::reply::Refused;
use super::settings::{May, Token, User};
use axum::http::StatusCode;
use eaid_adapters::pdvsync::RequireLogin;
use secrecy::ExposeSecret;

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Anybody, where nobody is asked.
    Anybody,
    /// The holder of a token of the configuration, by its name.
    Holder(String),
    /// A user who logged in.
    User {
        /// Its name.
        name: String,
        /// Branches that it may work for.
        branches: Vec<String>,
    },
}

impl Caller {
    /// Whether it may work for a branch.
    pub fn may_serve(&self, branch: &str) -> bool {
        match self {
            Caller::Anybody | Caller::Holder(_) => true,
            Caller::User { branches, .. } => branches.iter().any(|own| own == "*" || own.trim() == branch.trim()),
        }
    }

    /// Whether there are branches that it may not work for.
    pub(super) fn is_bound(&self) -> bool {
        matches!(self, Caller::User { branches, .. } if !branches.iter().any(|own| own == "*"))
    }

    /// Refuses what it may not work for.
    pub(super) fn must_serve(&self, branch: &str) -> Result<(), Refused> {
        if self.may_serve(branch) {
            return Ok(());
        }
        let text = format!("idLojaRetaguarda {branch}: este usuário não trabalha para esta filial.");
        Err(Refused::new(StatusCode::FORBIDDEN, "not_allowed", text))
    }
}

impl From<&User> for Caller {
    fn from(user: &User) -> Self {
        Caller::User { name: user.name.clone(), branches: user.branches.clone() }
    }
}

/// What the word of a caller comes to.
pub(super) enum Known {
    /// It may.
    Yes(Caller),
    /// It is known, and may not.
    No(String),
    /// It is not known.
    Not(Unknown),
}

impl Reception {
    /// Whether a call needs to say who makes it. Without tokens everybody may who can reach us, unless we listen
    /// beyond this machine.
    pub(super) fn asks_who(&self, may: May) -> bool {
        let settings = &self.settings;
        let is_kept = self.is_open || !settings.tokens.is_empty();
        match (may, self.require_login) {
            (May::Pdvsync, RequireLogin::Always) => true,
            (May::Pdvsync, RequireLogin::Never) => false,
            (May::Pdvsync, RequireLogin::Auto) => is_kept || !settings.users.is_empty(),
            (May::Send | May::Events | May::Read, _) => is_kept,
        }
    }

    /// Whose bearer token it is, and whether it opens this door. A login opens PDVSync and nothing else.
    pub(super) fn know(&self, given: &str, may: May) -> Known {
        if let Some(token) = holder(&self.settings.tokens, given) {
            let is_pre_sale = may == May::Pdvsync && token.may.contains(&May::Send);
            return match is_pre_sale || token.may.contains(&may) {
                true => Known::Yes(Caller::Holder(token.name.clone())),
                false => Known::No(token.name.clone()),
            };
        }
        match login::read(&self.settings.users, given, self.clerk.now().timestamp()) {
            Ok(user) if may == May::Pdvsync => Known::Yes(user.into()),
            Ok(user) => Known::No(user.name.clone()),
            Err(unknown) => Known::Not(unknown),
        }
    }
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
    fn a_user_works_for_its_branches_only() {
        let user = |branches: &[&str]| Caller::User {
            name: "loja".to_owned(),
            branches: branches.iter().map(|&branch| branch.to_owned()).collect(),
        };
        assert!(user(&["1", "2"]).may_serve("2") && user(&["*"]).may_serve("9"));
        assert!(!user(&["1", "2"]).may_serve("3") && !user(&["1"]).may_serve("") && !user(&["1"]).may_serve("11"));
        assert!(Caller::Anybody.may_serve("3") && Caller::Holder("hub".to_owned()).may_serve("3"));
    }
}
