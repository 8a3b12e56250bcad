//! Certificates that are right, and every way in which they are not.

use super::super::tests::Server;
use super::*;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A folder with a certificate for localhost, its key, and what is none.
struct Files {
    folder: TempDir,
    certificate: CertificateDer<'static>,
}

impl Files {
    fn new() -> Files {
        let folder = tempfile::tempdir().unwrap();
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let files = Files { folder, certificate: cert.der().clone() };
        files.write("cert.pem", &cert.pem());
        files.write("key.pem", &signing_key.serialize_pem());
        let other = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        files.write("other-key.pem", &other.signing_key.serialize_pem());
        files.write("text", "secret");
        files.write("broken.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
        files.write("no-certificate.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        files
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn settings(&self, certificate: &str, key: &str) -> HttpSettings {
        let path = |name: &str| if name.is_empty() { PathBuf::new() } else { self.folder.path().join(name) };
        HttpSettings { certificate: path(certificate), key: path(key), ..HttpSettings::default() }
    }
}

#[test]
fn what_is_wrong_with_the_files_is_named() {
    let files = Files::new();
    assert!(read(&files.settings("", "")).unwrap().is_none());
    let good = read(&files.settings("cert.pem", "key.pem")).unwrap().unwrap();
    assert!(good.until > Utc::now());
    for (certificate, key, says) in [
        ("cert.pem", "", "[http] key: falta"),
        ("", "key.pem", "[http] certificate: falta"),
        ("absent.pem", "key.pem", "absent.pem: No such file"),
        ("cert.pem", "absent.pem", "absent.pem: No such file"),
        ("text", "key.pem", "text: não há certificado"),
        ("key.pem", "key.pem", "key.pem: não há certificado"),
        ("broken.pem", "key.pem", "broken.pem: não é PEM"),
        ("no-certificate.pem", "key.pem", "no-certificate.pem: o primeiro certificado"),
        ("cert.pem", "cert.pem", "cert.pem: não há chave privada"),
        ("cert.pem", "other-key.pem", "other-key.pem: a chave não é a do certificado"),
    ] {
        let error = read(&files.settings(certificate, key)).err().unwrap_or_default();
        assert!(error.contains(says), "{certificate} {key}: {error}");
    }
}

#[tokio::test]
async fn calls_are_answered_over_tls_and_only_over_tls() {
    let files = Files::new();
    let server = Server::with(files.settings("cert.pem", "key.pem"), |_| None).await;
    let mut roots = RootCertStore::empty();
    roots.add(files.certificate.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let mut stream =
        TlsConnector::from(Arc::new(config)).connect("localhost".try_into().unwrap(), stream).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK") && text.ends_with("{\"status\":\"alive\"}"), "{text}");
    let mut plain = TcpStream::connect(&server.address).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    drop(plain.read_to_end(&mut said).await);
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
}

#[tokio::test]
async fn nobody_listens_with_a_wrong_certificate() {
    let files = Files::new();
    let settings = HttpSettings { listen: "127.0.0.1:0".to_owned(), ..files.settings("cert.pem", "other-key.pem") };
    let error = super::super::bind(&settings).await.unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("a chave não é a do certificado"), "{error}");
}
