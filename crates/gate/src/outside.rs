//! The ways to the outside, put together from what the operator set.

use std::sync::Arc;

use ground::fault::Fault;
use ground::ports::Ports;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::post::{MailServer, Smtp};
use crate::web::{Client, Lookup, machines_lookup};

/// What the operator set.
#[derive(Clone, Default)]
pub struct Outside {
    /// Whether addresses inside private networks may be asked.
    pub private_too: bool,
    /// Certificates (PEM) of authorities that are trusted besides the public ones.
    pub roots: Option<Vec<u8>>,
    pub mail: Option<MailServer>,
    /// What we call ourselves.
    pub agent: String,
    /// How names are looked up; the machine's own way when there is none.
    pub lookup: Option<Lookup>,
}

impl Outside {
    pub fn ports(&self) -> Result<Ports, Fault> {
        let lookup = self.lookup.clone().unwrap_or_else(machines_lookup);
        let mut ports = Ports::closed();
        ports.web = Arc::new(Client::new(&self.tls()?, &self.agent, self.private_too, &lookup)?);
        if let Some(post) = self.post()? {
            ports.post = Arc::new(post);
        }
        Ok(ports)
    }

    pub fn post(&self) -> Result<Option<Smtp>, Fault> {
        self.mail.clone().map(|server| Smtp::new(server, self.roots.as_deref())).transpose()
    }

    pub(crate) fn tls(&self) -> Result<ClientConfig, Fault> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for certificate in self.roots.iter().flat_map(|pem| CertificateDer::pem_slice_iter(pem)) {
            roots.add(certificate.map_err(Fault::internal)?).map_err(Fault::internal)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Fault::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(tls)
    }
}
