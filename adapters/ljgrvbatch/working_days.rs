//! Working days: Monday to Friday (`domain/README.md`, Finer decisions, Numbers: holidays come later).

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The day itself where people work on it, else the next one on which they do.
pub(super) fn on_or_after(day: NaiveDate) -> NaiveDate {
    let wait = match day.weekday() {
        Weekday::Sat => 2,
        Weekday::Sun => 1,
        _ => 0,
    };
    after(day, wait)
}

/// A day some days later; the last one of the calendar where it ends.
pub(super) fn after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::on_or_after;
    use chrono::NaiveDate;

    #[test]
    fn weekends_move_to_monday() {
        let day = |day| NaiveDate::from_ymd_opt(2024, 6, day).unwrap();
        for (from, to) in [(7, 7), (8, 10), (9, 10), (10, 10)] {
            assert_eq!(on_or_after(day(from)), day(to), "{from}");
        }
    }
}
