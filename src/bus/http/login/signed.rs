//! What a login gives: who, and until when, signed.
//!
//! The key is the user's own password hash. So nothing is stored: any process with the same configuration knows the
//! token, also after a restart; and it ends early where the password is changed or the user removed. Whoever reads
//! the configuration could sign one, as he could read the tokens of `[http] tokens` that stand there.

use super::super::settings::User;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::hmac::{HMAC_SHA256, Key, sign as seal, verify};
use secrecy::ExposeSecret;

const MARK: &str = "eaid1";

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bus::http) enum Unknown {
    /// It is none of ours, or of a user who is gone, or of another password.
    Wrong,
    /// It was one.
    Ended,
}

/// A token for a user, good until a second of Unix time.
pub(super) fn sign(user: &User, until: i64) -> String {
    let said = format!("{MARK}.{}.{until}", BASE64_URL_SAFE_NO_PAD.encode(&user.name));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(seal(&key(user), said.as_bytes()));
    format!("{said}.{signature}")
}

/// Whose token it is, now.
pub(in crate::bus::http) fn read<'u>(users: &'u [User], token: &str, now: i64) -> Result<&'u User, Unknown> {
    let (said, signature) = token.rsplit_once('.').ok_or(Unknown::Wrong)?;
    let mut parts = said.split('.');
    let (Some(MARK), Some(name), Some(until), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(Unknown::Wrong);
    };
    let name = BASE64_URL_SAFE_NO_PAD.decode(name).map_err(|_| Unknown::Wrong)?;
    let until: i64 = until.parse().map_err(|_| Unknown::Wrong)?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| Unknown::Wrong)?;
    let user = users.iter().find(|user| user.name.as_bytes() == name).ok_or(Unknown::Wrong)?;
    verify(&key(user), said.as_bytes(), &signature).map_err(|_| Unknown::Wrong)?;
    if now < until { Ok(user) } else { Err(Unknown::Ended) }
}

fn key(user: &User) -> Key {
    Key::new(HMAC_SHA256, user.password.expose_secret().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str, password: &str) -> User {
        User { name: name.to_owned(), password: password.into(), branches: vec!["1".to_owned()] }
    }

    #[test]
    fn a_token_is_good_for_its_user_until_its_end() {
        let users = [user("loja1", "$one"), user("João.2", "$two")];
        for user in &users {
            let token = sign(user, 1000);
            assert_eq!(read(&users, &token, 999).unwrap().name, user.name, "{token}");
            assert_eq!(read(&users, &token, 1000).unwrap_err(), Unknown::Ended);
            assert!(token.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)), "{token}");
        }
        let token = sign(&users[0], 1000);
        assert_eq!(read(&users[1..], &token, 0).unwrap_err(), Unknown::Wrong, "the user is removed");
        assert_eq!(read(&[user("loja1", "$new")], &token, 0).unwrap_err(), Unknown::Wrong, "the password is changed");
    }

    #[test]
    fn no_part_of_a_token_can_be_changed() {
        let users = [user("loja1", "$one"), user("loja2", "$one")];
        let token = sign(&users[0], 1000);
        for at in 0..token.len() {
            let mut other = token.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(read(&users, &other, 0).unwrap_err(), Unknown::Wrong, "{other}");
        }
        let later = token.replace(".1000.", ".9000.");
        assert_eq!(read(&users, &later, 0).unwrap_err(), Unknown::Wrong);
        for none in ["", ".", "...", "eaid1.a.b.c", "eaid1....", "eaid1.bG9qYTE.1000", "eaid1.bG9qYTE.1000."] {
            assert_eq!(read(&users, none, 0).unwrap_err(), Unknown::Wrong, "{none}");
        }
    }
}
