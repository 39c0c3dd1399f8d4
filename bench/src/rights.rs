//! Rights: how long a decision takes with 300 policies of the city's own beside the declared ones.

use std::sync::Arc;
use std::time::Instant;

use ground::action::allow;
use ground::cx::{Cx, Via};
use ground::id::Id;
use ground::room::Room;
use ground::who::{Object, Role, Who};
use ground::words::Lang;
use serde_json::json;

use crate::inside::{self, Folder};
use crate::ways::Spread;

pub struct Rights {
    /// An action that no policy of the city speaks of: decided from what is kept.
    pub kept: Spread,
    /// An action that one policy in three hundred speaks of, and one about everything.
    pub asked: Spread,
}

const POLICIES: usize = 300;

pub async fn measure(decisions: usize) -> Result<Rights, Box<dyn std::error::Error>> {
    let folder = Folder::new("rights")?;
    let rooms: Vec<&'static Room> =
        [&ground::floor::ROOM, &gate::ROOM].into_iter().chain(people::PARTS).collect();
    let (house, city) = inside::open(folder.path(), rooms, people::keeper())?;
    let cx = |who: Who| Cx::new(&house, &city, who, Lang::Ja, Via::Api);
    let call = async |who: Who, action: &'static str, input: serde_json::Value| {
        let action = house.action(action).cloned().ok_or("there is no such action")?;
        action.call(&cx(who), input, None).await.map_err(|fault| fault.to_string())
    };
    // Spread over the actions of the house, as a large city would write them; one is about all of them.
    let names: Vec<&str> =
        house.actions().map(|action| action.name).filter(|name| *name != "ground.desk").collect();
    for nth in 0..POLICIES {
        let action = names[nth % names.len()];
        let cedar = if nth == 0 {
            "forbid (principal, action in Action::\"people\", resource) when { principal has client };"
                .to_owned()
        } else {
            let role = ["editor", "clerk", "auditor"][nth % 3];
            format!(
                "forbid (principal in Role::\"{role}\", action == Action::\"{action}\", resource)
                 when {{ resource has department && principal has department
                        && resource.department != principal.department }}
                 unless {{ principal.strong && principal.level >= 1 }};"
            )
        };
        let saved =
            call(Who::operator(), "people.save_policy", json!({"name": format!("{nth:03}"), "cedar": cedar}))
                .await?;
        let this = json!({"id": saved["policy"]["id"], "rev": saved["policy"]["rev"]});
        // The command line writes and proposes, an administrator approves.
        let proposed = call(Who::operator(), "people.propose_policy", this).await?;
        let decide =
            json!({"id": proposed["policy"]["id"], "rev": proposed["policy"]["rev"], "approve": true});
        call(admin(), "people.decide_policy", decide).await?;
    }
    call(admin(), "people.teams", json!({})).await?;
    let spread = |action: &str| {
        let mut took = Vec::with_capacity(decisions);
        for nth in 0..decisions {
            let who = Who {
                account: Some(Id::from_parts(1, (nth % 200) as u128)),
                roles: Arc::from([Role::Staff, [Role::Editor, Role::Clerk, Role::Admin][nth % 3]]),
                department: Some(Id::from_parts(2, (nth % 20) as u128)),
                strong: nth % 2 == 0,
                ..Who::default()
            };
            let object = Object::new("thing", nth).department(Some(Id::from_parts(2, (nth % 7) as u128)));
            let asking = cx(who);
            let begun = Instant::now();
            let _ = std::hint::black_box(allow(&asking, action, &object));
            took.push(begun.elapsed().as_secs_f64());
        }
        Spread::of(took)
    };
    Ok(Rights { kept: spread("ground.desk"), asked: spread("people.save_staff") })
}

fn admin() -> Who {
    Who {
        account: Some(Id::from_parts(1, 1)),
        roles: Arc::from([Role::Staff, Role::Admin]),
        strong: true,
        ..Who::default()
    }
}
