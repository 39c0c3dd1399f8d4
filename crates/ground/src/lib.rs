//! The floor every room stands on: data, events, jobs, actions, doors, pages, words, and the Html kit.
//!
//! Words: a *house* holds *rooms* and *cities*; a *room* declares *actions*, *pages*, *doors*, *panels*, *jobs*,
//! *readers* of the event log, *grants*, tables and words; a *city* has three stores (`city`, `context`, `files`);
//! `Cx` is who acts, where, in which language and when; `Tx` is a transaction in one store of one city; a *fault* is
//! what went wrong, said so that somebody can act on it.
//!
//! Invariants: `?1` is the city in every statement. An action writes to one store. What an action leaves behind
//! (events, jobs, audit, kept answers) is written in its own transaction.
#![recursion_limit = "256"]

pub mod action;
pub mod aside;
pub mod audit;
pub mod city;
pub mod clock;
pub mod csv_in;
pub mod csv_out;
pub mod cx;
pub mod db;
pub mod door;
pub mod dump;
pub mod events;
pub mod fault;
pub mod files;
pub mod floor;
pub mod form;
pub mod house;
pub mod html;
pub mod id;
pub mod jobs;
pub mod list;
pub mod once;
pub mod page;
pub mod ports;
pub mod retention;
pub mod room;
pub mod rounds;
pub mod seal;
pub mod search;
pub mod secrets;
pub mod selection;
pub mod session;
pub mod text;
pub mod validate;
pub mod who;
pub mod words;

pub use inventory;
