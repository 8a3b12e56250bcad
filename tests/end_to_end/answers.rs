//! Reads the Responses of eaid.

use serde_json::Value;

use crate::messages::text;

/// `OK` or `ERROR`.
pub fn status(response: &Value) -> String {
    text(response, "/Content/ProcessingInformation/Status")
}

/// The id that a successful Response gives to the message's record.
pub fn our_id(response: &Value) -> String {
    assert_eq!(status(response), "OK", "{response:#}");
    text(response, "/Content/ReturnContent/ListOfInternalID/0/Destination")
}

/// Code and path of every message of type ERROR in a Response.
pub fn reasons(response: &Value) -> Vec<(String, String)> {
    messages(response, "ERROR")
}

/// The same of one type.
pub fn messages(response: &Value, kind: &str) -> Vec<(String, String)> {
    let list = response.pointer("/Content/ProcessingInformation/ListOfMessages");
    let list = list.and_then(Value::as_array).cloned().unwrap_or_default();
    list.iter()
        .filter(|message| text(message, "/type").eq_ignore_ascii_case(kind))
        .map(|message| (text(message, "/code"), text(message, "/path")))
        .collect()
}
