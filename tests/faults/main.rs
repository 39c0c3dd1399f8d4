//! What must hold on a bad day: a power cut, a full disk, a database that goes away, a second server, nonsense.

mod disk;
mod mail;
mod nonsense;
mod postgres;
mod power;
mod start;
