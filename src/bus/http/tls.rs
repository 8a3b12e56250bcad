//! TLS, with a certificate and its key from files. They are read at the start.

#[cfg(test)]
mod tests;

use super::settings::HttpSettings;
use chrono::{DateTime, Utc};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{Error as PemError, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{Error as TlsError, ServerConfig};

/// What a handshake is done with.
#[derive(Clone)]
pub struct Tls {
    pub(super) acceptor: TlsAcceptor,
    /// When the certificate ends.
    pub until: DateTime<Utc>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Reads certificate and key, where they are set.
///
/// # Errors
/// A text that names the key of the configuration, the file, and what to do.
pub fn read(settings: &HttpSettings) -> Result<Option<Tls>, String> {
    let (certificate, key) = (settings.certificate.as_path(), settings.key.as_path());
    match (certificate.as_os_str().is_empty(), key.as_os_str().is_empty()) {
        (true, true) => Ok(None),
        (false, true) => Err("[http] key: falta a chave do certificado".to_owned()),
        (true, false) => Err("[http] certificate: falta o certificado da chave".to_owned()),
        (false, false) => tls(certificate, key).map(Some),
    }
}

fn tls(certificate: &Path, key: &Path) -> Result<Tls, String> {
    let of_certificate = |text: String| format!("[http] certificate: {}: {text}", certificate.display());
    let of_key = |text: String| format!("[http] key: {}: {text}", key.display());
    let chain = pieces(certificate).map_err(&of_certificate)?;
    let chain = chain.collect::<Result<Vec<CertificateDer<'_>>, _>>().map_err(|error| of_certificate(unread(error)))?;
    let Some(first) = chain.first() else {
        return Err(of_certificate("não há certificado em formato PEM (-----BEGIN CERTIFICATE-----)".to_owned()));
    };
    let until = end_of(first).ok_or_else(|| of_certificate("o primeiro certificado não pode ser lido".to_owned()))?;
    let key = match pieces::<PrivateKeyDer<'_>>(key).map_err(&of_key)?.next() {
        Some(key) => key.map_err(|error| of_key(unread(error)))?,
        None => {
            let text = "não há chave privada sem senha em formato PEM (-----BEGIN PRIVATE KEY-----)";
            return Err(of_key(text.to_owned()));
        }
    };
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
    let mut config = config.map_err(|error| match error {
        TlsError::InconsistentKeys(_) => of_key("a chave não é a do certificado".to_owned()),
        other => of_key(other.to_string()),
    })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), until })
}

/// The pieces of one kind in a PEM file.
fn pieces<T: PemObject>(path: &Path) -> Result<impl Iterator<Item = Result<T, PemError>>, String> {
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    let all: Vec<_> = T::pem_slice_iter(&text).collect();
    Ok(all.into_iter())
}

fn unread(error: PemError) -> String {
    format!("não é PEM: {error}")
}

/// When a certificate ends.
fn end_of(certificate: &CertificateDer<'_>) -> Option<DateTime<Utc>> {
    let (_, read) = x509_parser::parse_x509_certificate(certificate).ok()?;
    DateTime::from_timestamp(read.validity().not_after.timestamp(), 0)
}
