//! https with a certificate of our own making.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncWriteExt as _;
use tokio_rustls::TlsConnector;

use super::site::{Site, read_all};

#[tokio::test(flavor = "multi_thread")]
async fn https_is_spoken_where_a_certificate_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    let made =
        rcgen::generate_simple_self_signed(["localhost".to_owned(), "kirino.localhost".to_owned()]).unwrap();
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let site = Site::open_with(
        |settings| {
            settings.tls_certificate = Some(certificate);
            settings.tls_key = Some(key);
        },
        true,
    )
    .await;
    for (protocol, h2) in [(b"http/1.1".to_vec(), false), (b"h2".to_vec(), true)] {
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
        config.alpn_protocols = vec![protocol];
        let stream = site.connect().await;
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        if h2 {
            let (mut sender, connection) =
                hyper::client::conn::http2::handshake::<_, _, http_body_util::Empty<bytes::Bytes>>(
                    hyper_util::rt::TokioExecutor::new(),
                    hyper_util::rt::TokioIo::new(stream),
                )
                .await
                .unwrap();
            let speaking = tokio::spawn(connection);
            let request = http::Request::get("https://kirino.localhost/note/x")
                .body(http_body_util::Empty::new())
                .unwrap();
            let said = sender.send_request(request).await.unwrap();
            assert_eq!((said.status(), said.version()), (http::StatusCode::OK, http::Version::HTTP_2));
            speaking.abort();
        } else {
            stream
                .write_all(b"GET /note/x HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                .await
                .unwrap();
            let said = read_all(stream).await;
            assert_eq!((said.status, said.header("strict-transport-security")), (200, "max-age=31536000"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_certificate_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("c.pem");
    std::fs::write(&broken, "nonsense").unwrap();
    let site = Site::open_with(
        |settings| {
            settings.tls_certificate = Some(broken.clone());
            settings.tls_key = Some(broken);
        },
        true,
    )
    .await;
    assert_eq!(site.served.await.unwrap().unwrap_err().code(), "tls-file");
}
