//! What the door itself has to know of a call before it is decided: whose branch it is for, and whether its postal code
//! exists.

use super::super::Reception;
use super::super::caller::Caller;
use super::super::reply::Refused;
use eaid_schemas::envelope::{Document, Limits, decode};
use eaid_schemas::pdvsync::{Call, Customer, PreSale, UNKNOWN_POSTAL_CODE};
use eaid_schemas::read::Reading;
use eaid_schemas::violation::Code;

/// What is seen of a call. Of a body that cannot be read nothing is: it is refused where it is decided.
#[derive(Default)]
struct Seen {
    branch: Option<String>,
    needs_branch: bool,
    postal_code: Option<String>,
}

impl Seen {
    fn of(body: &[u8], call: Call, limits: &Limits) -> Seen {
        let Ok(Document::PreSale(sheet)) = decode(body, Some(call.content_type()), limits) else {
            return Seen::default();
        };
        let mut cx = Reading::of_any_spelling(limits.items);
        if call == Call::Customer {
            return Seen { postal_code: postal_code(&sheet.read(&mut cx)), ..Seen::default() };
        }
        let order: PreSale = sheet.read(&mut cx);
        Seen {
            branch: order.branch.as_ref().map(|branch| branch.as_str().to_owned()),
            needs_branch: true,
            postal_code: order.customer.as_deref().and_then(postal_code),
        }
    }
}

fn postal_code(customer: &Customer) -> Option<String> {
    let code = customer.postal_code.as_ref()?.as_str();
    (code.len() == 8).then(|| code.to_owned())
}

impl Reception {
    /// Refuses a call for a branch that its caller may not work for; gives the content type under which it is handed
    /// over.
    pub(super) async fn look_at(&self, caller: &Caller, body: &[u8], call: Call) -> Result<String, Refused> {
        let mut content_type = call.content_type().to_owned();
        if !caller.is_bound() && self.postal_codes.is_none() {
            return Ok(content_type);
        }
        let seen = Seen::of(body, call, &self.limits);
        match &seen {
            Seen { branch: Some(branch), .. } => caller.must_serve(branch)?,
            // An order is of the branch that the call names, or is not found: without one all would be reached.
            Seen { needs_branch: true, .. } if caller.is_bound() => {
                let text = "idLojaRetaguarda não informado: este usuário só trabalha para as suas filiais.";
                return Err(Refused::bad(Code::Missing, text));
            }
            Seen { .. } => {}
        }
        if let (Some(codes), Some(code)) = (&self.postal_codes, &seen.postal_code)
            && codes.exists(code).await == Some(false)
        {
            content_type.push_str(UNKNOWN_POSTAL_CODE);
        }
        Ok(content_type)
    }
}
