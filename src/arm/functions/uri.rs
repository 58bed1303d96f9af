//! URI functions, by RFC 3986 and the normal form of .NET's `Uri.AbsoluteUri`.

use super::arguments::{count, has_unknown, only_texts, text, text_result, unknown_call, unknown_result, wrong_type};
use crate::document::{Kind, Member, Object, Value};
use crate::source::Location;

/// Calls a URI function; nothing for other names. `name` is in lower case.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    Some(match name {
        "uri" => of_texts("uri", args, 2, |texts| resolve(texts[0], texts[1])),
        "uricomponent" => of_texts("uriComponent", args, 1, |texts| Ok(encode(texts[0]))),
        "uricomponenttostring" => of_texts("uriComponentToString", args, 1, |texts| Ok(url_decode(texts[0]))),
        "parseuri" => parse_uri(args),
        "builduri" => build_uri(args),
        _ => return None,
    })
}

/// A function of so many texts.
fn of_texts(
    name: &str,
    args: &[Value],
    arguments: usize,
    work: impl Fn(&[&str]) -> Result<String, String>,
) -> Result<Value, String> {
    count(name, args, arguments, Some(arguments))?;
    only_texts(name, args)?;
    if let Some(unknown) = unknown_call(name, args) {
        return Ok(unknown);
    }
    let texts: Vec<&str> = args.iter().filter_map(Value::as_str).collect();
    text_result(name, work(&texts)?)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn is_reserved(byte: u8) -> bool {
    b":/?#[]@!$&'()*+,;=".contains(&byte)
}

/// Escapes everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        push_byte(&mut out, byte, is_unreserved(byte));
    }
    out
}

fn push_byte(out: &mut String, byte: u8, plain: bool) {
    if plain {
        out.push(char::from(byte));
    } else {
        out.push_str(&format!("%{byte:02X}"));
    }
}

/// The byte of an escape that stands at the start, `%41`.
fn escaped(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [b'%', high, low, ..] => {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
        }
        _ => None,
    }
}

/// Text of a form-encoded one: `+` is a space, escapes are UTF-8, what is no escape stays.
pub fn url_decode(text: &str) -> String {
    let mut bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    while let [byte, rest @ ..] = bytes {
        if let Some(byte) = escaped(bytes) {
            out.push(byte);
            bytes = &bytes[3..];
        } else {
            out.push(if *byte == b'+' { b' ' } else { *byte });
            bytes = rest;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Escapes what may not stand in a URI; escapes of unreserved characters are undone. `more` is escaped as well.
fn normal(text: &str, more: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    while let [byte, rest @ ..] = bytes {
        match escaped(bytes) {
            Some(byte) => {
                push_byte(&mut out, byte, is_unreserved(byte));
                bytes = &bytes[3..];
            }
            None => {
                push_byte(&mut out, *byte, (is_unreserved(*byte) || is_reserved(*byte)) && !more.contains(byte));
                bytes = rest;
            }
        }
    }
    out
}

/// The parts of a URI reference as they stand (RFC 3986, appendix B).
#[derive(Clone, Copy)]
struct Parts<'t> {
    scheme: Option<&'t str>,
    authority: Option<&'t str>,
    path: &'t str,
    query: Option<&'t str>,
    fragment: Option<&'t str>,
}

fn parts(text: &str) -> Parts<'_> {
    let (rest, fragment) = cut(text, '#');
    let (rest, query) = cut(rest, '?');
    let (scheme, rest) = match rest.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme), rest),
        _ => (None, rest),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find('/').unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
        None => (None, rest),
    };
    Parts { scheme, authority, path, query, fragment }
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(head, tail)| (head, Some(tail)))
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// An absolute URI in normal form.
struct Uri {
    scheme: String,
    user: Option<String>,
    host: Option<String>,
    /// Only where it is not the default one of the scheme.
    port: Option<u16>,
    /// The port as it was written, be it the default one.
    written_port: Option<u16>,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}

impl Uri {
    /// Nothing when a part is malformed, the scheme is missing, or a host is where the scheme needs one.
    fn of(parts: Parts) -> Option<Self> {
        let scheme = parts.scheme?.to_ascii_lowercase();
        let (mut user, mut host, mut written_port) = (None, None, None);
        if let Some(authority) = parts.authority {
            let (user_text, host_port) = match authority.rsplit_once('@') {
                Some((user, rest)) => (Some(user), rest),
                None => (None, authority),
            };
            user = user_text.map(|user| normal(user, b""));
            let colon = host_port.rfind(':').filter(|colon| !host_port[*colon..].contains(']'));
            let (name, port) = match colon {
                Some(colon) => (&host_port[..colon], &host_port[colon + 1..]),
                None => (host_port, ""),
            };
            if !port.is_empty() {
                written_port = Some(port.parse().ok().filter(|_| !port.starts_with('+'))?);
            }
            let illegal = |c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`%/?#@".contains(c);
            if name.contains(illegal) {
                return None;
            }
            host = Some(name.to_lowercase());
        }
        if default_port(&scheme).is_some() && host.as_deref().unwrap_or_default().is_empty() {
            return None;
        }
        let mut path = normal(parts.path, b"");
        if host.is_some() || path.starts_with('/') {
            path = without_dots(&path);
        }
        if host.is_some() && path.is_empty() {
            path.push('/');
        }
        Some(Uri {
            port: written_port.filter(|port| default_port(&scheme) != Some(*port)),
            scheme,
            user,
            host,
            written_port,
            path,
            query: parts.query.map(|query| normal(query, b"")),
            fragment: parts.fragment.map(|fragment| normal(fragment, b"")),
        })
    }

    fn text(&self) -> String {
        let mut out = format!("{}:", self.scheme);
        if let Some(host) = &self.host {
            out.push_str("//");
            if let Some(user) = &self.user {
                out.push_str(user);
                out.push('@');
            }
            out.push_str(host);
            if let Some(port) = self.port {
                out.push_str(&format!(":{port}"));
            }
        }
        out.push_str(&self.path);
        if let Some(query) = &self.query {
            out.push('?');
            out.push_str(query);
        }
        if let Some(fragment) = &self.fragment {
            out.push('#');
            out.push_str(fragment);
        }
        out
    }
}

/// A path without `.` and `..` segments (RFC 3986, section 5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                // The first segment is the empty one before the leading slash.
                if segment == ".." && kept.len() > 1 {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    kept.join("/")
}

/// Characters with which .NET holds a base URI for malformed.
fn is_malformed(base: &str) -> bool {
    base.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
}

/// RFC 3986, section 5.2.
fn resolve(base_text: &str, relative_text: &str) -> Result<String, String> {
    let malformed = || format!("the function 'uri' wants an absolute URI as argument 1, not '{base_text}'");
    let base = Some(parts(base_text)).filter(|_| !is_malformed(base_text)).ok_or_else(malformed)?;
    let base_uri = Uri::of(base).ok_or_else(malformed)?;
    let mut relative_text = relative_text.trim().to_string();
    if default_port(&base_uri.scheme).is_some() {
        relative_text = relative_text.replace('\\', "/");
    }
    let mut target = parts(&relative_text);
    let merged;
    if target.scheme.is_none() {
        target.scheme = base.scheme;
        if target.authority.is_none() {
            target.authority = base.authority;
            if target.path.is_empty() {
                target.path = base.path;
                target.query = target.query.or(base.query);
            } else if !target.path.starts_with('/') {
                let folder = base.path.rfind('/').map_or("", |slash| &base.path[..=slash]);
                let folder = if folder.is_empty() && base.authority.is_some() { "/" } else { folder };
                merged = format!("{folder}{}", target.path);
                target.path = &merged;
            }
        }
    }
    let uri =
        Uri::of(target).ok_or_else(|| format!("the function 'uri' cannot join '{relative_text}' to '{base_text}'"))?;
    Ok(uri.text())
}

fn parse_uri(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "parseUri";
    count(NAME, args, 1, Some(1))?;
    only_texts(NAME, args)?;
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    let text = text(NAME, args, 0)?;
    let uri = Some(parts(text.trim()))
        .filter(|_| !is_malformed(text.trim()))
        .and_then(Uri::of)
        .ok_or_else(|| format!("the function '{NAME}' wants an absolute URI, not '{text}'"))?;
    let query = uri.query.filter(|query| !query.is_empty()).map(|query| format!("?{query}"));
    let port = uri.written_port.map_or_else(Value::default, |port| Value::int(i64::from(port)));
    let member = |key: &str, value| Member { key: key.into(), key_at: Location::default(), value };
    Ok(Value::object(vec![
        member("scheme", Value::string(uri.scheme)),
        member("host", Value::string(uri.host.unwrap_or_default())),
        member("port", port),
        member("path", Value::string(uri.path)),
        member("query", Value::string(query.unwrap_or_default())),
    ]))
}

fn build_uri(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "buildUri";
    count(NAME, args, 1, Some(1))?;
    let object = match &args[0].kind {
        Kind::Object(object) => object,
        Kind::Unknown(_) => return unknown_result(NAME, args),
        _ => return Err(wrong_type(NAME, 0, "an object", &args[0])),
    };
    if has_unknown(&args[0]) {
        return unknown_result(NAME, args);
    }
    let scheme = component(object, "scheme")?;
    let host = component(object, "host")?;
    let port = match object.get("port").map(|port| &port.kind) {
        None | Some(Kind::Null) => String::new(),
        Some(Kind::Int(port)) => format!(":{port}"),
        Some(_) => return Err(format!("the function '{NAME}' wants an integer or null as port")),
    };
    let path = component(object, "path")?;
    let query = component(object, "query")?;
    let slash = if path.starts_with('/') { "" } else { "/" };
    let authority = format!("{host}{port}");
    // In a path these two would begin the next part.
    let path = format!("{slash}{}", normal(path, b"?#"));
    let query = query.strip_prefix('?').unwrap_or(query);
    let query = normal(query, b"#");
    let uri = Uri::of(Parts {
        scheme: Some(scheme).filter(|scheme| is_scheme(scheme)),
        authority: Some(&authority).filter(|_| !host.is_empty()).map(String::as_str),
        path: &path,
        query: Some(query.as_str()).filter(|query| !query.is_empty()),
        fragment: None,
    });
    let uri = uri.filter(|uri| uri.host.is_some());
    let uri = uri.ok_or_else(|| format!("the function '{NAME}' wants a scheme and a host that make a URI"))?;
    text_result(NAME, uri.text())
}

/// A text member of buildUri's object; the empty text where it is missing or null.
fn component<'v>(object: &'v Object, key: &str) -> Result<&'v str, String> {
    match object.get(key).map(|value| &value.kind) {
        None | Some(Kind::Null) => Ok(""),
        Some(Kind::String(text)) => Ok(text),
        Some(_) => Err(format!("the function 'buildUri' wants a string as {key}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;
    use crate::document::UnknownReason;

    fn run(name: &str, args: &[Value]) -> String {
        match call(name, args) {
            Some(Ok(value)) => value.symbol().map_or_else(|| json::compact(&value), |text| text.to_string()),
            Some(Err(_)) => "error".to_string(),
            None => "not mine".to_string(),
        }
    }

    fn on(name: &str, texts: &[&str]) -> String {
        run(name, &texts.iter().copied().map(Value::string).collect::<Vec<_>>())
    }

    #[test]
    fn relative_references_are_resolved() {
        let base = "http://a/b/c/d;p?q";
        // RFC 3986, sections 5.4.1 and 5.4.2; an empty path of a host gets its slash.
        let cases = [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"),
        ];
        for (relative, expected) in cases {
            assert_eq!(on("uri", &[base, relative]), expected, "{relative}");
        }
    }

    #[test]
    fn results_are_in_normal_form() {
        assert_eq!(on("uri", &["HTTPS://User@A.com:443", "c d%41%2f%é"]), "https://User@a.com/c%20dA%2F%25%C3%A9");
        assert_eq!(on("uri", &["https://a.com:8443/x", "y\\z"]), "https://a.com:8443/y/z");
        assert_eq!(on("uri", &["http://[::1]:80/", "x"]), "http://[::1]/x");
        for bad in ["", "a/b", "/a", "http://", "https://a b/", "http:///x", "http://a:b/", "http://a:99999/"] {
            assert_eq!(on("uri", &[bad, "x"]), "error", "{bad}");
        }
        assert_eq!(on("uri", &["http://a.com", "http://"]), "error");
    }

    #[test]
    fn components_are_escaped_and_read_back() {
        assert_eq!(on("uricomponent", &["~-_. !*'()/日"]), "~-_.%20%21%2A%27%28%29%2F%E6%97%A5");
        assert_eq!(on("uricomponenttostring", &["a+b%2B%C3%a9%"]), "a b+é%");
        assert_eq!(on("uricomponenttostring", &["%zz%FF%4"]), "%zz\u{fffd}%4");
    }

    #[test]
    fn uris_are_taken_apart_and_put_together() {
        let whole = r#"{"scheme":"https","host":"example.com","port":1234,"path":"/foo/bar","query":"?a=1"}"#;
        assert_eq!(on("parseuri", &["https://Example.com:1234/foo/bar?a=1#x"]), whole);
        let bare = r#"{"scheme":"http","host":"a","port":null,"path":"/","query":""}"#;
        assert_eq!(on("parseuri", &["http://a"]), bare);
        assert_eq!(on("parseuri", &["a/b"]), "error");
        let build = |text: &str| json::read(text).map_or("bad test".to_string(), |value| run("builduri", &[value]));
        assert_eq!(build(whole), "https://example.com:1234/foo/bar?a=1");
        assert_eq!(build(bare), "http://a/");
        assert_eq!(
            build("{scheme:'https',host:'a',port:443,path:'b c?#',query:'x=1#'}"),
            "https://a/b%20c%3F%23?x=1%23"
        );
        for bad in [
            "{}",
            "{scheme:'https'}",
            "{host:'a'}",
            "{scheme:1,host:'a'}",
            "{scheme:'https',host:'a',port:'1'}",
            "{scheme:'https',host:'a/b'}",
            "{scheme:'h t',host:'a'}",
            "1",
        ] {
            assert_eq!(build(bad), "error", "{bad}");
        }
    }

    #[test]
    fn of_an_unknown_base_the_symbol_tells_the_call() {
        let base =
            Value::unknown(UnknownReason::Runtime("deployment()".into()), "‹deployment().properties.templateLink.uri›");
        assert_eq!(
            run("uri", &[base, Value::string("a.json")]),
            "‹uri(deployment().properties.templateLink.uri, 'a.json')›"
        );
    }
}
