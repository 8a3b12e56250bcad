//! What was read of a period becomes lines and differences.

use super::{Difference, Facts, Figures, Forms, Kind, Line, Message, NONE, Place, Reconciliation, Sale, Title, words};
use crate::store::State;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap, HashSet};

/// One sale from all sides.
pub(super) struct Account {
    pub message: Option<Message>,
    pub sale: Option<Sale>,
    /// What its titles say; empty without any.
    pub titles: Forms,
    /// The document of titles that belong to no sale.
    pub document: String,
    place: Place,
    day: NaiveDate,
}

/// Compares.
pub(super) fn compare(facts: Facts) -> Reconciliation {
    let is_outside = facts.is_batched_outside;
    let mut accounts = accounts(facts);
    accounts.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut found = Reconciliation::default();
    let mut lines: BTreeMap<(Place, NaiveDate, String), Figures> = BTreeMap::new();
    for account in &mut accounts {
        if is_outside {
            account.believe();
        }
        count(account, &mut lines, &mut found.total);
        found.differences.extend(account.differences());
    }
    found.lines = lines.into_iter().map(|((place, day, form), figures)| Line { place, day, form, figures }).collect();
    found
}

/// Brings messages, sales and titles together.
fn accounts(facts: Facts) -> Vec<Account> {
    let mut titles: HashMap<(Place, String), Vec<Title>> = HashMap::new();
    for title in facts.titles {
        titles.entry((title.place.clone(), title.sale.clone())).or_default().push(title);
    }
    let mut messages = heard(facts.messages);
    let mut accounts = Vec::with_capacity(facts.sales.len());
    for sale in facts.sales {
        let message = messages.staged.remove(&(sale.partner.clone(), sale.uuid.clone(), sale.internal_id.clone()));
        let titles = titles.remove(&(sale.place.clone(), sale.number.clone())).unwrap_or_default();
        let (place, day) = (sale.place.clone(), sale.day);
        accounts.push(Account {
            message,
            titles: by_form(&titles),
            document: String::new(),
            place,
            day,
            sale: Some(sale),
        });
    }
    for message in messages.staged.into_values().chain(messages.others) {
        let (place, day) = (message.place.clone(), message.day);
        let (titles, document) = (Forms::new(), String::new());
        accounts.push(Account { message: Some(message), sale: None, titles, document, place, day });
    }
    for ((place, _), titles) in titles {
        let Some(first) = titles.first() else { continue };
        let (day, document, titles) = (first.day, first.document.clone(), by_form(&titles));
        accounts.push(Account { message: None, sale: None, titles, document, place, day });
    }
    accounts
}

struct Heard {
    /// By partner, UUID and id of the sale.
    staged: HashMap<(String, String, String), Message>,
    /// Of sales that no message staged, the newest message each.
    others: Vec<Message>,
}

/// Each sale once: what was refused first and staged later was received once.
fn heard(messages: Vec<Message>) -> Heard {
    let key = |message: &Message| (message.partner.clone(), message.internal_id.clone());
    let is_staged = |message: &Message| message.state == State::Staged;
    let known: HashSet<_> = messages.iter().filter(|message| is_staged(message)).map(key).collect();
    let (staged, others): (Vec<Message>, Vec<Message>) = messages.into_iter().partition(is_staged);
    let mut newest: HashMap<(String, String), Message> = HashMap::new();
    let mut nameless = Vec::new();
    for message in others {
        if message.internal_id.is_empty() {
            nameless.push(message);
        } else if !known.contains(&key(&message)) {
            newest.insert(key(&message), message);
        }
    }
    nameless.extend(newest.into_values());
    let by_uuid =
        |message: Message| ((message.partner.clone(), message.uuid.clone(), message.internal_id.clone()), message);
    Heard { staged: staged.into_iter().map(by_uuid).collect(), others: nameless }
}

fn by_form(titles: &[Title]) -> Forms {
    let mut forms = Forms::new();
    for title in titles {
        *forms.entry(title.form.clone()).or_default() += title.value;
    }
    forms
}

impl Account {
    fn order(&self) -> (&Place, NaiveDate, &str, &str) {
        let number = self.sale.as_ref().map_or("", |sale| sale.number.as_str());
        let id = self.message.as_ref().map_or(self.document.as_str(), |message| message.internal_id.as_str());
        (&self.place, self.day, number, id)
    }

    /// Titles that somebody else made are not here: that he is done with a sale is his word for them.
    fn believe(&mut self) {
        if let Some(sale) = self.sale.as_ref().filter(|sale| matches!(sale.situa.as_str(), "OK" | "FR"))
            && self.titles.is_empty()
            && !sale.is_cancelled()
        {
            self.titles = sale.forms.clone();
        }
    }

    /// What of it counts in which column.
    fn columns(&self) -> [Option<&Forms>; 5] {
        let received = self.message.as_ref().map(|message| &message.forms);
        let staged = self.sale.as_ref().map(|sale| &sale.forms);
        let titles = Some(&self.titles).filter(|titles| !titles.is_empty());
        let cancelled = self.sale.as_ref().filter(|sale| sale.is_cancelled()).map(|sale| &sale.forms);
        let answered = self.message.as_ref().filter(|message| message.is_answered).map(|message| &message.forms);
        [received, staged, titles, cancelled, answered]
    }

    fn differences(&self) -> Vec<Difference> {
        let mut kinds = Vec::new();
        match (&self.message, &self.sale) {
            (None, None) => kinds.push(Kind::WithoutSale),
            (Some(_), None) => kinds.push(Kind::NotStaged),
            (None, Some(_)) => kinds.push(Kind::WithoutMessage),
            (Some(message), Some(sale)) if message.forms != sale.forms => kinds.push(Kind::StagedOtherwise),
            (Some(_), Some(_)) => {}
        }
        if let Some(sale) = &self.sale {
            kinds.extend(self.after_staging(sale));
        }
        if self.message.as_ref().is_some_and(|message| !message.is_answered && message.is_settled()) {
            kinds.push(Kind::NotAnswered);
        }
        kinds.into_iter().map(|kind| self.difference(kind)).collect()
    }

    fn after_staging(&self, sale: &Sale) -> Option<Kind> {
        if sale.is_cancelled() {
            return (!self.titles.is_empty()).then_some(Kind::TitlesLeft);
        }
        match sale.situa.as_str() {
            "OK" | "FR" => (self.titles != sale.forms).then_some(Kind::TitlesDiffer),
            "ER" => Some(Kind::Failed),
            _ => Some(Kind::NotBatched),
        }
    }

    fn difference(&self, kind: Kind) -> Difference {
        let (message, sale) = (self.message.as_ref(), self.sale.as_ref());
        let id = message.map(|message| &message.internal_id).or(sale.map(|sale| &sale.internal_id));
        let document = sale.map(|sale| &sale.document).or(message.map(|message| &message.document));
        Difference {
            kind,
            place: self.place.clone(),
            day: self.day,
            internal_id: id.cloned().unwrap_or_default(),
            sale: sale.map_or_else(String::new, Sale::id),
            document: document.unwrap_or(&self.document).clone(),
            uuid: message.map(|message| &message.uuid).or(sale.map(|sale| &sale.uuid)).cloned().unwrap_or_default(),
            received: message.map(|message| message.forms.clone()),
            staged: sale.map(|sale| sale.forms.clone()),
            titles: Some(self.titles.clone()).filter(|titles| !titles.is_empty()),
            text: words::text(kind, self),
            command: words::command(kind, self),
        }
    }
}

impl Message {
    /// What waits is not answered yet, and that is as it should be.
    fn is_settled(&self) -> bool {
        !matches!(self.state, State::Waiting | State::Woken | State::Discarded)
    }
}

impl Sale {
    /// `company|branch|number`.
    pub(super) fn id(&self) -> String {
        [self.place.company.as_str(), &self.place.branch, &self.number].join("|")
    }

    /// It has, rightly, no titles: cancelled afterwards, or before it came.
    fn is_cancelled(&self) -> bool {
        self.storc == "C" || (self.storc == "E" && self.situa == "OK")
    }
}

/// Counts a sale in its lines, and once in the total.
fn count(account: &Account, lines: &mut BTreeMap<(Place, NaiveDate, String), Figures>, total: &mut Figures) {
    for (column, forms) in account.columns().into_iter().enumerate() {
        let Some(forms) = forms else { continue };
        total.column(column).add(forms.values().sum());
        let none = [(NONE.to_owned(), Decimal::ZERO)].into();
        for (form, value) in if forms.is_empty() { &none } else { forms } {
            let key = (account.place.clone(), account.day, form.clone());
            lines.entry(key).or_default().column(column).add(*value);
        }
    }
}

impl Figures {
    /// By the place in [`Account::columns`].
    fn column(&mut self, column: usize) -> &mut super::Figure {
        match column {
            0 => &mut self.received,
            1 => &mut self.staged,
            2 => &mut self.titles,
            3 => &mut self.cancelled,
            _ => &mut self.answered,
        }
    }
}
