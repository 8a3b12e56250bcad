//! Working days: Monday to Friday, without the holidays of `holidays.csv` (`domain/README.md`, Payments).

use crate::books::Books;
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// More days than any run of weekends and holidays has.
const LONGEST: usize = 60;

/// The day itself where people work on it, else the next one on which they do.
pub(super) fn on_or_after(day: NaiveDate, books: &Books) -> NaiveDate {
    let works = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !books.is_holiday(*day);
    day.iter_days().take(LONGEST).find(works).unwrap_or(day)
}

/// A day some days later; the last one of the calendar where it ends.
pub(super) fn after(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::on_or_after;
    use crate::ljgrvbatch::house::Shop;

    /// `domain/README.md`, Payments: weekends and national holidays move to the next working day.
    #[test]
    fn a_day_on_which_nobody_works_moves_on() {
        let books = Shop::new().books;
        for (from, to) in [
            ("2024-06-07", "2024-06-07"),
            ("2024-06-08", "2024-06-10"),
            ("2024-06-09", "2024-06-10"),
            // Good Friday and its weekend.
            ("2026-04-03", "2026-04-06"),
            // A Friday that is a holiday.
            ("2026-11-20", "2026-11-23"),
            // New Year on a Thursday.
            ("2026-01-01", "2026-01-02"),
            // Christmas on a Friday.
            ("2026-12-25", "2026-12-28"),
            // All Souls' Day on the Monday after a weekend.
            ("2026-10-31", "2026-11-03"),
        ] {
            assert_eq!(on_or_after(from.parse().unwrap(), &books).to_string(), to, "{from}");
        }
    }
}
