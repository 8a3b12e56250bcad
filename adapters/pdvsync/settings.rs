//! `[pdvsync]`: what WinThor keeps in parameters.

use serde::{Deserialize, Serialize};

/// Rules of `[pdvsync]`; most stand for a parameter of WinThor.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PdvSync {
    /// Whether pre-sales are taken at all.
    pub enabled: bool,
    /// 4012: the salesman of orders that name none.
    pub default_seller: String,
    /// The customer of orders whose own cannot be registered: the final consumer.
    pub consumer_customer: String,
    /// Whether what the customer takes along makes a TV8, too.
    pub immediate_pickup_tv8: bool,
    /// 4532: a paid order changes what is known of its customer.
    pub update_customers: bool,
    /// 4672: how the postal code of a customer is checked.
    pub check_cep: CheckCep,
    /// Whether the door asks who calls.
    pub require_login: RequireLogin,
}

/// How postal codes are checked: `"off"`, `"format"`, or the address of a service with `{cep}` in it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum CheckCep {
    /// Not at all.
    Off,
    /// Eight digits that can be one.
    Format,
    /// That, and whether it exists: asked of an HTTP service before the call is decided.
    Service(String),
}

impl TryFrom<String> for CheckCep {
    type Error = String;

    fn try_from(said: String) -> Result<CheckCep, String> {
        let is_address = (said.starts_with("http://") || said.starts_with("https://")) && said.contains("{cep}");
        match said.as_str() {
            "off" => Ok(CheckCep::Off),
            "format" => Ok(CheckCep::Format),
            _ if is_address => Ok(CheckCep::Service(said)),
            _ => Err(format!("`{said}` is neither \"off\" nor \"format\" nor an address with {{cep}} in it")),
        }
    }
}

impl From<CheckCep> for String {
    fn from(check: CheckCep) -> String {
        match check {
            CheckCep::Off => "off".to_owned(),
            CheckCep::Format => "format".to_owned(),
            CheckCep::Service(address) => address,
        }
    }
}

/// Whether PDVSync asks who calls: `"auto"`, `true` or `false`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "YesNoAuto", into = "YesNoAuto")]
pub enum RequireLogin {
    /// Where HTTP can be reached from outside this machine, and where tokens or users are set.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
enum YesNoAuto {
    YesNo(bool),
    Text(String),
}

impl TryFrom<YesNoAuto> for RequireLogin {
    type Error = String;

    fn try_from(said: YesNoAuto) -> Result<RequireLogin, String> {
        match said {
            YesNoAuto::YesNo(true) => Ok(RequireLogin::Always),
            YesNoAuto::YesNo(false) => Ok(RequireLogin::Never),
            YesNoAuto::Text(text) if text == "auto" => Ok(RequireLogin::Auto),
            YesNoAuto::Text(text) => Err(format!("`{text}` is neither \"auto\" nor true nor false")),
        }
    }
}

impl From<RequireLogin> for YesNoAuto {
    fn from(require: RequireLogin) -> YesNoAuto {
        match require {
            RequireLogin::Auto => YesNoAuto::Text("auto".to_owned()),
            RequireLogin::Always => YesNoAuto::YesNo(true),
            RequireLogin::Never => YesNoAuto::YesNo(false),
        }
    }
}
