//! The results as JUnit XML: a suite a routine, a case a sample.

use super::{Ran, difference};
use eaid_adapters::samples::Failed;
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

pub(super) fn report(ran: &[Ran]) -> Result<String, SerializeError> {
    let mut report = Report::new("eaid adapters test");
    for of_routine in ran.chunk_by(|one, next| one.sample.routine == next.sample.routine) {
        let mut suite = TestSuite::new(of_routine[0].sample.routine);
        suite.add_test_cases(of_routine.iter().map(case));
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn case(ran: &Ran) -> TestCase {
    let status = match &ran.result {
        Ok(()) => TestCaseStatus::success(),
        Err(why) => {
            let kind = match why {
                Failed::Broken(_) => NonSuccessKind::Error,
                Failed::Differs(_) => NonSuccessKind::Failure,
            };
            let mut status = TestCaseStatus::non_success(kind);
            status.set_message(why.to_string()).set_description(difference(why));
            status
        }
    };
    let mut case = TestCase::new(ran.sample.name, status);
    case.set_classname(ran.sample.routine).set_time(ran.took);
    case
}
