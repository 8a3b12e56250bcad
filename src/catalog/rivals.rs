//! Registrations that lay claim to the same message. What differs in partner, branch, version or operation is
//! told apart; the rest is a mistake, and the line says which.

use super::{Operation, Registration, Route};

/// The line and the reason of every registration that an earlier one rivals.
pub(super) fn rivals(all: &[Registration], routes: &[Route]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, later) in all.iter().enumerate() {
        for earlier in &all[..index] {
            if let Some(reason) = rival(earlier, later, routes) {
                found.push((later.line, reason));
                break;
            }
        }
    }
    found
}

fn rival(earlier: &Registration, later: &Registration, routes: &[Route]) -> Option<String> {
    let (message, line) = (later.routine.message, earlier.line);
    if !earlier.routine.message.eq_ignore_ascii_case(message) || earlier.execution_branch != later.execution_branch {
        return None;
    }
    let place = match later.execution_branch.as_str() {
        "" => "any branch".to_owned(),
        branch => format!("branch {branch}"),
    };
    if earlier.receive && later.receive {
        let is_same = earlier.route == later.route && earlier.version == later.version;
        return (is_same && overlap(earlier.operation, later.operation)).then(|| {
            let (version, route) = (later.version, &later.route);
            format!(
                "{message} {version} of route {route} for {place} is registered in line {line} already; \
                 lines of one message differ in route, version, operation or execution_branch"
            )
        });
    }
    let product = |code: &str| routes.iter().find(|route| route.code == code).map(|route| route.product.as_str());
    let is_same = earlier.route == later.route || product(&earlier.route) == product(&later.route);
    (earlier.send && later.send && is_same).then(|| {
        let partner = product(&later.route).unwrap_or(&later.route);
        format!(
            "{message} is sent to {partner} for {place} by line {line} already; only one can be: \
             they may differ in partner or execution_branch"
        )
    })
}

fn overlap(one: Operation, other: Operation) -> bool {
    one == other || one == Operation::All || other == Operation::All
}
