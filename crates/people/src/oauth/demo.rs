//! Two services of the demonstration city.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::fault::Fault;

pub fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        let _ = cx;
        Ok(())
    })
}
