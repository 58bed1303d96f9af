//! Base64, JSON and data URI functions.

use super::arguments::{count, only_texts, scalar_text, text, text_result, unknown_call};
use super::{json, uri};
use crate::document::{Kind, Value};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::GeneralPurposeConfig;

/// Padding is wanted, but unused bits of the last character may be set, as .NET has it.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Calls a function of this family; nothing for other names. `name` is in lower case.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    Some(match name {
        "base64" => of_text("base64", args, |text| text_result("base64", BASE64.encode(text))),
        "base64tostring" => of_text("base64ToString", args, |text| decode("base64ToString", text).map(Value::string)),
        "base64tojson" => of_text("base64ToJson", args, |text| json::read(&decode("base64ToJson", text)?)),
        "json" => of_text("json", args, json::read),
        "datauri" => data_uri(args),
        "datauritostring" => of_text("dataUriToString", args, |text| data_uri_to_string(text).map(Value::string)),
        _ => return None,
    })
}

/// A function of one text.
fn of_text(name: &str, args: &[Value], work: impl Fn(&str) -> Result<Value, String>) -> Result<Value, String> {
    count(name, args, 1, Some(1))?;
    only_texts(name, args)?;
    match unknown_call(name, args) {
        Some(unknown) => Ok(unknown),
        None => work(text(name, args, 0)?),
    }
}

/// The text of a base64 text. White space in it is passed over; bytes that are not UTF-8 become U+FFFD.
fn decode(name: &str, text: &str) -> Result<String, String> {
    let packed: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).collect();
    match BASE64.decode(packed) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => Err(format!("the function '{name}' wants base64: {error}")),
    }
}

fn data_uri(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "dataUri";
    count(NAME, args, 1, Some(1))?;
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    let media = if matches!(args[0].kind, Kind::String(_)) { "text/plain" } else { "application/json" };
    let data = scalar_text(&args[0]).map_or_else(|| json::compact(&args[0]), |text| text.to_string());
    text_result(NAME, format!("data:{media};charset=utf-8;base64,{}", BASE64.encode(data)))
}

/// The text of a data URI (RFC 2397) whose character set is UTF-8.
fn data_uri_to_string(text: &str) -> Result<String, String> {
    let malformed = || format!("the function 'dataUriToString' wants a data URI, not '{text}'");
    let scheme = text.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:"));
    let (meta, data) = scheme.and_then(|scheme| text[scheme.len()..].split_once(',')).ok_or_else(malformed)?;
    let mut parts = meta.split(';');
    let media = parts.next().unwrap_or_default();
    let parts: Vec<&str> = parts.collect();
    let base64 = parts.last().is_some_and(|last| last.eq_ignore_ascii_case("base64"));
    // Without a media type nothing but `;base64` may stand there.
    let bare = media.is_empty() && !parts.is_empty() && !(parts.len() == 1 && base64);
    if bare || parts.iter().any(|part| part.trim().is_empty()) {
        return Err(malformed());
    }
    for part in &parts {
        if let Some((key, charset)) = part.split_once('=')
            && key.eq_ignore_ascii_case("charset")
            && !["utf-8", "utf8"].iter().any(|known| charset.eq_ignore_ascii_case(known))
        {
            return Err(format!("the function 'dataUriToString' takes UTF-8 only, not '{charset}'"));
        }
    }
    if base64 { decode("dataUriToString", data) } else { Ok(uri::url_decode(data)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnknownReason;

    fn run(name: &str, arg: Value) -> String {
        match call(name, &[arg]) {
            Some(Ok(value)) => json::compact(&value),
            Some(Err(_)) => "error".to_string(),
            None => "not mine".to_string(),
        }
    }

    fn on(name: &str, text: &str) -> String {
        run(name, Value::string(text))
    }

    #[test]
    fn base64_is_that_of_utf8_with_padding() {
        assert_eq!(on("base64", "é日本"), "\"w6nml6XmnKw=\"");
        assert_eq!(on("base64tostring", "w6nml6Xm\nnKw="), "\"é日本\"");
        assert_eq!(on("base64tostring", "YR=="), "\"a\"", "unused bits may be set");
        assert_eq!(on("base64tostring", "/w=="), "\"\u{fffd}\"");
        for bad in ["abc", "not*base64", "YQ=", "YQ==="] {
            assert_eq!(on("base64tostring", bad), "error", "{bad}");
        }
        assert_eq!(run("base64", Value::int(1)), "error");
    }

    #[test]
    fn json_is_read_from_text_and_base64() {
        assert_eq!(on("base64tojson", "eydvbmUnOiAnYScsICd0d28nOiAnYid9"), r#"{"one":"a","two":"b"}"#);
        assert_eq!(on("base64tojson", "ew=="), "error");
        assert_eq!(on("json", "null"), "null");
        assert_eq!(on("json", "{\"n\":9223372036854775807}"), "{\"n\":9223372036854775807}");
        let unknown = Value::unknown(UnknownReason::Parameter("p".into()), "‹parameters('p')›");
        assert_eq!(run("json", unknown), "‹json(parameters('p'))›");
    }

    #[test]
    fn data_uris_go_both_ways() {
        assert_eq!(on("datauri", " Fizz "), "\"data:text/plain;charset=utf-8;base64,IEZpenog\"");
        assert_eq!(run("datauri", Value::array(vec![])), "\"data:application/json;charset=utf-8;base64,W10=\"");
        let back = |text: &str| on("datauritostring", text);
        assert_eq!(back("data:text/plain;charset=UTF8;base64,SGVsbG8="), "\"Hello\"");
        assert_eq!(back("DATA:;base64,SGVsbG8="), "\"Hello\"");
        assert_eq!(back("data:,a%20b+c,d"), "\"a b c,d\"");
        for bad in [
            "data:nocomma",
            "data:;base64,***",
            "http://a,b",
            "data:;charset=utf-8,a",
            "data:text/plain;,a",
            "data",
            "dätä:,a",
            "data:text/plain;charset=latin1,a",
        ] {
            assert_eq!(back(bad), "error", "{bad}");
        }
    }
}
