//! https with a certificate from files; renewed files are taken over without a restart.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use ground::fault::{Fault, Kind};
use ground::jobs::Stop;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::settings::Settings;

const LOOK: Duration = Duration::from_secs(60);

pub struct Tls {
    acceptor: TlsAcceptor,
}

#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Tls {
    pub fn of(settings: &Settings, stop: &Stop) -> Result<Option<Tls>, Fault> {
        let (Some(certificate), Some(key)) = (&settings.tls_certificate, &settings.tls_key) else {
            return Ok(None);
        };
        let files = Files { certificate: certificate.clone(), key: key.clone() };
        let current = Arc::new(Current(ArcSwap::from_pointee(files.read()?)));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(Fault::internal)?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        tokio::spawn(renew(files, current, stop.clone()));
        Ok(Some(Tls { acceptor: TlsAcceptor::from(Arc::new(config)) }))
    }

    pub async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn read(&self) -> Result<CertifiedKey, Fault> {
        let wrong = |path: &Path, said: &dyn std::fmt::Display| {
            Fault::new(Kind::Invalid, "tls-file").arg("path", path.display()).arg("said", said)
        };
        let certificates = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|said| wrong(&self.certificate, &said))?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|said| wrong(&self.key, &said))?;
        CertifiedKey::from_der(certificates, key, &ring::default_provider())
            .map_err(|said| wrong(&self.certificate, &said))
    }

    /// When the files last changed.
    fn changed(&self) -> Option<(SystemTime, SystemTime)> {
        let of = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified()).ok();
        of(&self.certificate).zip(of(&self.key))
    }
}

/// Takes renewed files over. Broken ones are reported, and the old certificate stays.
async fn renew(files: Files, current: Arc<Current>, stop: Stop) {
    let mut known = files.changed();
    while !stop.is_set() {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.wait() => return,
        }
        let changed = files.changed();
        if changed.is_none() || changed == known {
            continue;
        }
        match files.read() {
            Ok(fresh) => {
                current.0.store(Arc::new(fresh));
                known = changed;
                tracing::info!("the renewed certificate is in use");
            }
            Err(fault) => tracing::error!(%fault, "the renewed certificate cannot be used"),
        }
    }
}
