//! What people see counted: statements that both engines read alike, each giving the rows to be counted, oldest first.

use super::State;

/// The words of view `xx3` and the messages of each, oldest first.
pub(super) fn messages() -> Vec<(&'static str, String)> {
    let of = |condition: &str| format!("select i.received_at as since from inbox i where {condition} order by i.id");
    let answered = "select i.received_at as since from inbox i left join sending s on s.id = i.answer
        where i.state = 'staged' and (i.answer is null or s.sent_at is not null) order by i.id";
    // Found by what is still to be sent.
    let unanswered = "select i.received_at as since from unsent s
        join outbox o on o.id = s.id join inbox i on i.id = o.message and i.answer = o.id
        where i.state = 'staged' order by s.id";
    let mut all = vec![("answered", answered.to_owned()), ("staged", unanswered.to_owned())];
    all.push(("waiting", of("i.state in ('waiting', 'woken')")));
    let others = State::ALL.iter().filter(|state| !matches!(state, State::Staged | State::Waiting | State::Woken));
    all.extend(others.map(|state| (state.as_str(), of(&format!("i.state = '{}'", state.as_str())))));
    all
}

/// What became of what is to be sent, and the rows of each.
pub(super) fn outbox() -> Vec<(&'static str, String)> {
    let of =
        |rows: &str| format!("select o.created_at as since from {rows} join outbox o on o.id = s.id order by s.id");
    let unsent = |condition: &str| of(&format!("(select id from unsent where {condition}) as s"));
    vec![
        ("due", unsent("unroutable = ''")),
        ("sent", of("(select id from sending where sent_at is not null) as s")),
        ("unroutable", unsent("unroutable <> ''")),
    ]
}
