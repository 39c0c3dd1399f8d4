//! Pure decisions: how an incident goes up, who may close it, what a check counts, and which results may be shown.

use super::model::{Question, Severity, Stage};

const HOUR_MS: i64 = 3_600_000;

/// With whom an incident begins: what is bad enough does not wait on the way.
pub fn first_stage(severity: Severity) -> Stage {
    match severity {
        Severity::Low => Stage::Information,
        Severity::Middle => Stage::System,
        Severity::High => Stage::Ciso,
    }
}

/// One up; nobody is above the CISO.
pub fn above(stage: Stage) -> Option<Stage> {
    match stage {
        Stage::Information => Some(Stage::System),
        Stage::System => Some(Stage::Ciso),
        Stage::Ciso | Stage::Closed => None,
    }
}

/// When an incident goes up by itself if nobody does anything. With the CISO it waits.
pub fn due_ms(severity: Severity, stage: Stage, now_ms: i64) -> i64 {
    let hours = match severity {
        Severity::Low => 72,
        Severity::Middle => 24,
        Severity::High => 4,
    };
    if above(stage).is_some() { now_ms + hours * HOUR_MS } else { 0 }
}

/// Whether somebody who stands there may close it: the worse, the higher.
pub fn may_close(severity: Severity, stands: Stage) -> bool {
    stands != Stage::Closed && stands >= first_stage(severity)
}

/// How many answers are right. A place that was left out is wrong.
pub fn right_answers(questions: &[Question], answers: &[usize]) -> i64 {
    let right = questions.iter().zip(answers).filter(|(question, answer)| question.right == **answer).count();
    i64::try_from(right).unwrap_or(i64::MAX)
}

/// Whether so many right ones are enough. Counted in whole numbers, so that 80 % of five are four.
pub fn is_passed(right: i64, asked: i64, pass_percent: i64) -> bool {
    asked > 0 && right.saturating_mul(100) >= asked.saturating_mul(pass_percent)
}

/// People of a group at least, for its figures to say nothing of any one of them.
pub const GROUP_MIN: i64 = 5;

/// What is known of a section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    pub name: String,
    pub people: i64,
    pub taken: i64,
    pub passed: i64,
    pub right: i64,
    pub asked: i64,
}

impl Section {
    fn with(mut self, other: &Section) -> Section {
        self.people += other.people;
        self.taken += other.taken;
        self.passed += other.passed;
        self.right += other.right;
        self.asked += other.asked;
        self
    }
}

/// Sections of one branch (部) each by itself where each is large enough, and else the branch as a whole.
pub fn by_branch(sections: Vec<(String, Section)>) -> Vec<Section> {
    let mut branches: std::collections::BTreeMap<String, Vec<Section>> = std::collections::BTreeMap::new();
    for (branch, section) in sections.into_iter().filter(|(_, section)| section.people > 0) {
        branches.entry(branch).or_default().push(section);
    }
    let told = |(branch, sections): (String, Vec<Section>)| {
        if sections.iter().all(|section| section.taken >= GROUP_MIN) {
            sections
        } else {
            let whole = Section { name: branch, ..Section::default() };
            vec![sections.iter().fold(whole, Section::with)]
        }
    };
    branches.into_iter().flat_map(told).collect()
}

/// Sections as they may be shown: the small ones together under one name, and, when all small ones together are still
/// few, the smallest of the others with them, so that nobody is found by taking the rest away from the whole. Results of
/// a city hall that is too small altogether are not shown at all.
pub fn shown(sections: Vec<Section>, together: &str) -> Vec<Section> {
    let whole: i64 = sections.iter().map(|section| section.taken).sum();
    if whole < GROUP_MIN {
        return Vec::new();
    }
    let (mut large, small): (Vec<_>, Vec<_>) = sections
        .into_iter()
        .filter(|section| section.people > 0)
        .partition(|section| section.taken >= GROUP_MIN);
    if small.is_empty() {
        return large;
    }
    let mut rest =
        small.iter().fold(Section { name: together.to_owned(), ..Section::default() }, Section::with);
    while rest.taken < GROUP_MIN {
        let smallest = large.iter().enumerate().min_by_key(|(_, section)| section.taken).map(|(at, _)| at);
        let Some(at) = smallest else { break };
        rest = rest.with(&large.remove(at));
    }
    large.push(rest);
    large
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SEVERITIES: [Severity; 3] = [Severity::Low, Severity::Middle, Severity::High];

    #[test]
    fn every_incident_reaches_somebody_who_may_close_it() {
        for severity in SEVERITIES {
            let mut stage = first_stage(severity);
            assert!(may_close(severity, stage));
            while let Some(next) = above(stage) {
                assert!(due_ms(severity, stage, 0) > 0, "nothing lies where it is for ever");
                assert!(next > stage);
                stage = next;
            }
            assert_eq!((stage, due_ms(severity, stage, 0)), (Stage::Ciso, 0));
            assert!(may_close(severity, Stage::Ciso) && !may_close(severity, Stage::Closed));
        }
        assert!(
            !may_close(Severity::High, Stage::System) && !may_close(Severity::Middle, Stage::Information)
        );
    }

    #[test]
    fn enough_is_counted_in_whole_numbers() {
        assert!(is_passed(4, 5, 80) && !is_passed(3, 5, 80) && !is_passed(0, 0, 0));
        assert!(is_passed(2, 3, 66) && !is_passed(2, 3, 67));
    }

    fn sections() -> impl Strategy<Value = Vec<Section>> {
        let one = (0i64..12, 0i64..12, 0i64..12).prop_map(|(people, taken, passed)| {
            let people = people.max(taken);
            Section {
                name: "課".to_owned(),
                people,
                taken,
                passed: passed.min(taken),
                right: taken,
                asked: taken,
            }
        });
        prop::collection::vec(one, 0..20)
    }

    proptest! {
        #[test]
        fn no_shown_figure_speaks_of_few_people(sections in sections(), branches in 1usize..5) {
            let sum = |rows: &[Section]| rows.iter().map(|row| (row.taken, row.people)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
            let before = sum(&sections);
            let branched = sections.into_iter().enumerate().map(|(at, one)| ((at % branches).to_string(), one)).collect();
            let shown = shown(by_branch(branched), "ほか");
            for row in &shown {
                prop_assert!(row.taken >= GROUP_MIN, "{row:?}");
            }
            prop_assert!(shown.is_empty() || sum(&shown) == before, "nobody is lost");
            prop_assert_eq!(shown.is_empty(), before.0 < GROUP_MIN);
        }

        #[test]
        fn answers_that_are_too_many_or_too_few_are_counted_without_a_crash(
            right in prop::collection::vec(0usize..6, 0..8), answers in prop::collection::vec(any::<usize>(), 0..12),
        ) {
            let questions: Vec<Question> = right.iter().map(|right| Question {
                ask: String::new(), choices: Vec::new(), right: *right, because: String::new(),
            }).collect();
            let counted = right_answers(&questions, &answers);
            prop_assert!((0..=i64::try_from(questions.len()).unwrap()).contains(&counted));
        }
    }
}
