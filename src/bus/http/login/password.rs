//! Passwords are kept as argon2 hashes, in the usual text form (`$argon2id$…`).

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::LazyLock;

/// The hash of a new password, with a salt of its own.
///
/// # Errors
/// A text for a person: no randomness, or a password of more than 4 GB.
pub fn hash(password: &str) -> Result<String, String> {
    let hash: PasswordHash = Argon2::default().hash_password(password.as_bytes()).map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

/// Whether a text is a hash that a password can be compared with.
pub(in crate::bus::http) fn is_hash(text: &str) -> bool {
    PasswordHash::new(text).is_ok_and(|hash| {
        hash.algorithm.as_str().starts_with("argon2")
            && hash.salt.is_some()
            && hash.hash.is_some()
            && argon2::Params::try_from(&hash).is_ok()
    })
}

/// Whether it is the password. Without a hash, where the user is unknown, it takes as long and is wrong. Takes
/// tens of milliseconds of a processor and about 20 MB, as it is meant to.
pub(super) fn is_right(password: &str, hash: Option<&str>) -> bool {
    /// Of no password that anybody has.
    static NOBODY: LazyLock<String> = LazyLock::new(|| hash_of_nobody().unwrap_or_default());
    let against = hash.unwrap_or(&NOBODY);
    let Ok(parsed) = PasswordHash::new(against) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
}

fn hash_of_nobody() -> Result<String, String> {
    hash(&uuid::Uuid::new_v4().to_string())
}

#[cfg(test)]
pub(in crate::bus::http) mod tests {
    use super::*;
    use argon2::{Algorithm, Params, Version};

    /// As weak as it can be, so that tests do not wait.
    pub(in crate::bus::http) fn weak(password: &str) -> String {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        let hash: PasswordHash = argon2.hash_password(password.as_bytes()).unwrap();
        hash.to_string()
    }

    #[test]
    fn only_the_password_is_right() {
        let kept = weak("abre-te");
        assert!(kept.starts_with("$argon2id$") && is_hash(&kept), "{kept}");
        assert!(is_right("abre-te", Some(&kept)));
        for wrong in ["", "abre-t", "Abre-te", "abre-te ", &kept] {
            assert!(!is_right(wrong, Some(&kept)), "{wrong}");
        }
        assert!(!is_right("abre-te", None));
        assert_ne!(kept, weak("abre-te"), "each has a salt of its own");
    }

    #[test]
    fn what_is_no_hash_is_told() {
        let no_output = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0";
        for wrong in [
            "",
            "secret",
            "$2b$10$abcdefghijklmnopqrstuv",
            no_output,
            "$argon2id$v=19$m=1,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo",
        ] {
            assert!(!is_hash(wrong), "{wrong}");
        }
    }
}
