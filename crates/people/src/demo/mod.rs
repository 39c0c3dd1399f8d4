//! A fictional city to try things out in: departments, staff in all roles, districts, and three thousand residents in
//! their households. The same people every time; only their ids differ.

mod names;
mod organisation;
mod town;

use ground::action::Boxed;
use ground::cx::Cx;
use ground::fault::Fault;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parts that a visitor of a demonstration city can play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DemoPart {
    Resident,
    Editor,
    Approver,
    Clerk,
    Auditor,
    Admin,
}

impl DemoPart {
    pub const ALL: [DemoPart; 6] = [
        DemoPart::Resident,
        DemoPart::Editor,
        DemoPart::Approver,
        DemoPart::Clerk,
        DemoPart::Auditor,
        DemoPart::Admin,
    ];

    pub fn name(self) -> &'static str {
        match self {
            DemoPart::Resident => "resident",
            DemoPart::Editor => "editor",
            DemoPart::Approver => "approver",
            DemoPart::Clerk => "clerk",
            DemoPart::Auditor => "auditor",
            DemoPart::Admin => "admin",
        }
    }

    pub fn from_name(name: &str) -> Option<DemoPart> {
        DemoPart::ALL.into_iter().find(|part| part.name() == name)
    }

    /// The address of the account that plays this part. `.example` belongs to nobody.
    pub fn mail(self) -> &'static str {
        match self {
            DemoPart::Resident => "resident@machiya.example",
            DemoPart::Editor => "editor@machiya.example",
            DemoPart::Approver => "approver@machiya.example",
            DemoPart::Clerk => "clerk@machiya.example",
            DemoPart::Auditor => "auditor@machiya.example",
            DemoPart::Admin => "admin@machiya.example",
        }
    }

    pub fn is_staff(self) -> bool {
        self != DemoPart::Resident
    }
}

/// Fills the city. Each step looks whether it was done, so that an interrupted filling can be taken up again.
pub fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if !cx.city().facts().demo {
            return Err(Fault::refused());
        }
        organisation::departments(&cx).await?;
        organisation::staff(&cx).await?;
        town::districts(&cx).await?;
        town::residents(&cx).await
    })
}

/// A small dice that always falls the same way: the city looks alike each time it is made.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number from 0 up to, and without, `below`.
    pub(crate) fn below(&mut self, below: usize) -> usize {
        // xorshift64*: good enough for names and birthdays, and for nothing else.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).unwrap_or(0) % below.max(1)
    }

    pub(crate) fn pick<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        list.get(self.below(list.len()))
    }
}
