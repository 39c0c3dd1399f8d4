//! Looking for something in everything that the rooms have published.

use ground::action::Action;
use ground::list::List;
use ground::search::{self, Hit, Query};

use super::whole_city;

/// Finds what this person may see: pages for everybody, and for staff what is theirs.
pub const SEARCH: Action<Query, List<Hit>> = Action::reads("messages.search", whole_city, search::find);
