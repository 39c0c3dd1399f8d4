//! The ways to the outside, as the settings want them.

use gate::Outside;
use ground::fault::{Fault, Kind};

use crate::settings::Settings;

pub fn of(settings: &Settings) -> Result<Outside, Fault> {
    let roots = match &settings.outbound_ca {
        Some(path) => Some(std::fs::read(path).map_err(|fault| {
            Fault::new(Kind::Invalid, "ca-file").arg("path", path.display()).arg("said", fault)
        })?),
        None => None,
    };
    let mail = settings.mail();
    if let Some(server) = mail.as_ref().filter(|server| server.is_readable_on_the_way()) {
        let host = &server.address.host;
        if server.user.is_some() {
            tracing::warn!(
                host,
                "the password for the mail server crosses the network in the clear (mail.tls)"
            );
        } else {
            tracing::warn!(
                host,
                "letters cross the network in the clear on their way to the mail server (mail.tls)"
            );
        }
    }
    Ok(Outside {
        private_too: settings.outbound_private,
        roots,
        mail,
        agent: concat!("machiya/", env!("CARGO_PKG_VERSION")).to_owned(),
        lookup: None,
    })
}
