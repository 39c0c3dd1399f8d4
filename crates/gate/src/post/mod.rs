//! The way out for letters: SMTP.

mod message;
mod server;
mod smtp;

pub use server::{MailServer, ServerAddress, Tls};
pub use smtp::Smtp;
