//! The fictional city has LINE and the national app set up as drafts. It cannot open them: a client id is the makers'
//! to give, and a demonstration has no outside.

use ground::action::Boxed;
use ground::cx::Cx;
use ground::fault::Fault;
use ground::who::Who;

use super::actions::set_up::{SAVE_PROVIDER, SaveProvider};
use super::model::Preset;
use super::{presets, store};

pub(super) fn fill(cx: Cx) -> Boxed<'static, Result<(), Fault>> {
    Box::pin(async move {
        if !cx.city().facts().demo {
            return Err(Fault::refused());
        }
        let acting = cx.acting_as(Who::operator());
        cx.city()
            .db
            .write(move |tx| {
                if !store::all(tx)?.is_empty() {
                    return Ok(());
                }
                for (place, preset, client_id) in
                    [(1, Preset::Line, "2000000000"), (2, Preset::National, "RP00000000")]
                {
                    let input =
                        SaveProvider { place, client_id: client_id.to_owned(), ..presets::drafted(preset) };
                    SAVE_PROVIDER.within(tx, &acting, &input)?;
                }
                Ok(())
            })
            .await
    })
}
