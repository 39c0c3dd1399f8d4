//! Things and places of a demonstration city: gauges, shelters, parking lots.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::fault::{Fault, Kind};
use ground::who::Who;

use crate::actions::classes::SetClass;
use crate::actions::{BATCH_CREATE, SET_CLASS};
use crate::ask::Ask;
use crate::model::Class;

const ENTITIES: &str = include_str!("../demo/entities.json");
/// Types that everybody may see.
const PUBLIC: [&str; 3] = ["水位計", "避難所", "駐車場"];

pub fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if !cx.city().facts().demo {
            return Err(Fault::refused());
        }
        // A broker that is open for trials begins empty.
        if cx.house().is_context_open() {
            return Ok(());
        }
        let cx = cx.acting_as(Who::operator());
        // What stands already stays as it is: the answer tells of it, and that is all.
        BATCH_CREATE.call(&cx, Ask { body: ENTITIES.to_owned(), ..Ask::default() }, None).await?;
        for name in PUBLIC {
            let input =
                SetClass { kind: format!("{}{name}", ngsi::ld::DEFAULT_VOCAB), class: Class::Public, rev: 0 };
            match SET_CLASS.call(&cx, input, None).await {
                // Somebody has decided already.
                Err(fault) if fault.kind() == Kind::Outdated => {}
                other => {
                    other?;
                }
            }
        }
        Ok(())
    })
}
