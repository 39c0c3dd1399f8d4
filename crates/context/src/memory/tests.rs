//! The index against a plain model: whatever comes and goes, it names the same entities in the same order.

use std::collections::BTreeMap;

use ngsi::query::q::{Op, Simple, SimpleTest};
use proptest::prelude::*;

use super::*;

const ATTRIBUTE: &str = "https://town.example/level";

fn body(value: &str) -> Arc<str> {
    format!("{{\"id\":\"urn:a:1\",\"{ATTRIBUTE}\":{{\"type\":\"Property\",\"value\":{value}}}}}").into()
}

fn above(limit: f64) -> Simple {
    Simple {
        attribute: ATTRIBUTE.to_owned(),
        test: SimpleTest::Number(Op::Gt, limit),
        in_arrays: false,
        exact: true,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Put { rid: i64, shape: i64, value: i32 },
    Remove { rid: i64 },
    AddColumn,
    Fill,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..4_000i64, 1..4i64, -5..5i32).prop_map(|(rid, shape, value)| Step::Put { rid, shape, value }),
        3 => (0..4_000i64).prop_map(|rid| Step::Remove { rid }),
        1 => Just(Step::AddColumn),
        1 => Just(Step::Fill),
    ]
}

fn memory() -> Memory {
    let memory = Memory::default();
    let state = memory.begin("").unwrap();
    *state.write().unwrap() = State::Ready(Index::default());
    memory
}

fn with(memory: &Memory, run: impl FnOnce(&mut Index)) {
    let state = memory.tenant("").unwrap();
    match &mut *state.write().unwrap() {
        State::Ready(index) => run(index),
        _ => unreachable!("it was made ready"),
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_index_names_what_stands_in_the_order_in_which_it_was_made(steps in prop::collection::vec(step(), 1..3_000)) {
        let memory = memory();
        let mut model: BTreeMap<i64, (i64, i32)> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Put { rid, shape, value } => {
                    let before = model.insert(rid, (shape, value)).map(|(shape, _)| shape);
                    let after = Some(Stands { shape, body: body(&value.to_string()), expires_us: 0 });
                    memory.changed("", "urn:a:1", Note { rid, before, after });
                }
                Step::Remove { rid } => {
                    if let Some((shape, _)) = model.remove(&rid) {
                        memory.changed("", "urn:a:1", Note { rid, before: Some(shape), after: None });
                    }
                }
                Step::AddColumn => with(&memory, |index| index.tables.values_mut().for_each(|one| one.add_column(ATTRIBUTE))),
                Step::Fill => with(&memory, |index| {
                    for (rid, (shape, value)) in &model {
                        if let Some(table) = index.tables.get_mut(shape) {
                            table.fill(ATTRIBUTE, *rid, f64::from(*value));
                        }
                    }
                }),
            }
        }
        let shapes = [1, 3];
        let standing: Vec<i64> = model.iter().filter(|(_, (shape, _))| shapes.contains(shape)).map(|(rid, _)| *rid).collect();
        for (skip, rows) in [(0, 10), (standing.len() / 2, 700), (standing.len(), 5)] {
            if model.values().any(|(shape, _)| *shape == 1) {
                let own: Vec<i64> = model.iter().filter(|(_, (shape, _))| *shape == 1).map(|(rid, _)| *rid).collect();
                let window = memory.window("", &[1], skip as u64, rows, 0).unwrap();
                prop_assert_eq!(&window.rids, &own.iter().skip(skip).take(rows).copied().collect::<Vec<_>>());
                prop_assert_eq!(window.count, own.len() as u64);
            }
            let window = memory.window("", &shapes, skip as u64, rows, 0).unwrap();
            prop_assert_eq!(&window.rids, &standing.iter().skip(skip).take(rows).copied().collect::<Vec<_>>());
            prop_assert_eq!(window.more, standing.len() > skip + rows);
        }
        // No condition loses an entity that meets it; and pages of candidates meet without a gap.
        let all = [above(2.0)];
        let (mut found, mut after) = (Vec::new(), -1);
        loop {
            let (rids, more) = memory.candidates("", &shapes, &all, after, 37).unwrap();
            after = rids.last().copied().unwrap_or(after);
            found.extend(rids);
            if !more {
                break;
            }
        }
        prop_assert!(found.is_sorted_by(|one, other| one < other));
        let meet = model.iter().filter(|(_, (shape, value))| shapes.contains(shape) && *value > 2);
        for (rid, _) in meet {
            prop_assert!(found.contains(rid), "{} is lost", rid);
        }
    }
}

#[test]
fn a_column_leaves_out_what_cannot_meet_and_nothing_else() {
    let bodies = ["1", "2.6", "\"2.7\"", "[3,4]", "null", "1e308", "{\"a\":3}", "true"];
    let values: Vec<f64> = bodies.iter().map(|value| cell::of(&body(value), ATTRIBUTE)).collect();
    let test = SimpleTest::Number(Op::Gt, 2.5);
    let may: Vec<bool> = values.iter().map(|value| cell::may_meet(*value, &test)).collect();
    assert_eq!(may, [false, true, true, true, true, true, true, true]);
    let text = SimpleTest::Text(Op::Eq, "2.7".to_owned());
    assert!(cell::may_meet(cell::of(&body("\"2.7\""), ATTRIBUTE), &text));
    assert!(!cell::may_meet(cell::of(&body("\"2.8\""), ATTRIBUTE), &text));
    // Two instances, and one that nobody has looked at.
    let two = format!("{{\"{ATTRIBUTE}\":[{{\"value\":1}},{{\"value\":9}}]}}");
    assert!(cell::may_meet(cell::of(&two, ATTRIBUTE), &test));
    assert!(cell::may_meet(cell::UNFILLED, &test));
}

#[test]
fn what_is_read_while_it_changes_ends_as_it_stands() {
    let memory = Memory::default();
    let state = memory.begin("").unwrap();
    assert!(memory.begin("").is_none());
    // Read in another shape than it has now, and one that is gone since.
    let mut index = Index::default();
    index.tables.entry(1).or_default().put_unseen(7);
    index.tables.entry(1).or_default().put_unseen(8);
    let stands = Stands { shape: 2, body: body("1"), expires_us: 0 };
    memory.changed("", "urn:a:7", Note { rid: 7, before: Some(1), after: Some(stands) });
    memory.changed("", "urn:a:8", Note { rid: 8, before: Some(1), after: None });
    assert!(memory.window("", &[1, 2], 0, 10, 0).is_none());
    let State::Loading(notes) = std::mem::take(&mut *state.write().unwrap()) else { unreachable!() };
    notes.iter().for_each(|note| index.note(note));
    *state.write().unwrap() = State::Ready(index);
    let window = memory.window("", &[1, 2], 0, 10, 0).unwrap();
    assert_eq!((window.rids, window.count), (vec![7], 1));
}

#[test]
fn an_entity_that_ends_by_itself_is_left_to_the_store_once_it_is_over() {
    let memory = memory();
    let stands = Stands { shape: 1, body: body("1"), expires_us: 1_000 };
    memory.changed("", "urn:a:1", Note { rid: 1, before: None, after: Some(stands) });
    assert!(memory.window("", &[1], 0, 10, 999).is_some());
    assert!(memory.window("", &[1], 0, 10, 1_000).is_none());
}
