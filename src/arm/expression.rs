//! Template expressions: text in brackets to a syntax tree.
//! Grammar: learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions

use std::fmt;
use std::sync::Arc;

/// Longest expression Azure takes, in characters (learn.microsoft.com/azure/azure-resource-manager/templates/best-practices).
pub const MAX_EXPRESSION_LENGTH: usize = 24_576;

/// Deepest nesting of calls and indices in one expression.
pub const MAX_EXPRESSION_DEPTH: usize = 128;

/// The syntax tree of one expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Text(Arc<str>),
    Integer(i64),
    Call(Call),
    /// `base.name`
    Property(Box<Expression>, Arc<str>),
    /// `base[index]`
    Index(Box<Expression>, Box<Expression>),
}

/// A function with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Of a user function.
    pub namespace: Option<Arc<str>>,
    /// As spelled.
    pub name: Arc<str>,
    /// Lower case, for look-up.
    pub folded: Arc<str>,
    pub arguments: Vec<Expression>,
}

/// What a string of a template is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'t> {
    /// Plain text.
    Literal(&'t str),
    /// `[[…]`: plain text that starts with a bracket (given without the first).
    Escaped(&'t str),
    /// What stands between the brackets.
    Expression(&'t str),
}

/// Tells expressions from plain text by their brackets.
pub fn classify(text: &str) -> Text<'_> {
    match text.strip_prefix('[').filter(|_| text.ends_with(']')) {
        None => Text::Literal(text),
        Some(rest) if rest.starts_with('[') => Text::Escaped(rest),
        Some(rest) => Text::Expression(&rest[..rest.len() - 1]),
    }
}

/// Reads the inside of an expression's brackets; the error is a sentence for people.
pub fn parse(inside: &str) -> Result<Expression, String> {
    if inside.len() > MAX_EXPRESSION_LENGTH && inside.chars().count() > MAX_EXPRESSION_LENGTH {
        return Err(format!("the expression is longer than {MAX_EXPRESSION_LENGTH} characters"));
    }
    let mut parser = Parser { text: inside, at: 0, depth: 0 };
    let expression = parser.expression()?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.unexpected("the end of the expression")),
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn unexpected(&self, wanted: &str) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match rest.chars().next() {
            Some(found) => format!("the expression is not valid: expected {wanted}, found '{found}'"),
            None => format!("the expression is not valid: expected {wanted}, found its end"),
        }
    }

    fn expression(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > MAX_EXPRESSION_DEPTH {
            return Err(format!("the expression nests deeper than {MAX_EXPRESSION_DEPTH} levels"));
        }
        let mut base = self.primary()?;
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'.') => {
                    self.at += 1;
                    self.skip_space();
                    let name = self.identifier("a property name")?;
                    base = Expression::Property(Box::new(base), name.into());
                }
                Some(b'[') => {
                    self.at += 1;
                    let index = self.expression()?;
                    self.expect(b']', "']'")?;
                    base = Expression::Index(Box::new(base), Box::new(index));
                }
                _ => break,
            }
        }
        self.depth -= 1;
        Ok(base)
    }

    fn expect(&mut self, byte: u8, wanted: &str) -> Result<(), String> {
        self.skip_space();
        if self.peek() != Some(byte) {
            return Err(self.unexpected(wanted));
        }
        self.at += 1;
        Ok(())
    }

    fn primary(&mut self) -> Result<Expression, String> {
        self.skip_space();
        match self.peek() {
            Some(b'\'') => self.string(),
            Some(b'-' | b'+' | b'0'..=b'9') => self.integer(),
            Some(byte) if byte == b'_' || byte.is_ascii_alphabetic() => self.call(),
            _ => Err(self.unexpected("a function, a string or a number")),
        }
    }

    fn string(&mut self) -> Result<Expression, String> {
        let mut content = String::new();
        let mut from = self.at + 1;
        loop {
            let Some(length) = memchr::memchr(b'\'', self.text.as_bytes().get(from..).unwrap_or_default()) else {
                return Err("the expression is not valid: a string in it has no closing quote".to_owned());
            };
            let quote = from + length;
            content.push_str(&self.text[from..quote]);
            if self.text.as_bytes().get(quote + 1) == Some(&b'\'') {
                content.push('\'');
                from = quote + 2;
            } else {
                self.at = quote + 1;
                return Ok(Expression::Text(content.into()));
            }
        }
    }

    fn integer(&mut self) -> Result<Expression, String> {
        let start = self.at;
        self.at += 1;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        text.parse()
            .map(Expression::Integer)
            .map_err(|_| format!("the expression is not valid: '{text}' is not an integer"))
    }

    fn identifier(&mut self, wanted: &str) -> Result<&str, String> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte == b'_' || byte == b'$' || byte.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        if start == self.at {
            return Err(self.unexpected(wanted));
        }
        Ok(&self.text[start..self.at])
    }

    fn call(&mut self) -> Result<Expression, String> {
        let mut name: Arc<str> = self.identifier("a function name")?.into();
        self.skip_space();
        let mut namespace = None;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.skip_space();
            namespace = Some(name);
            name = self.identifier("a function name")?.into();
            self.skip_space();
        }
        if self.peek() != Some(b'(') {
            return Err(self.unexpected(&format!("'(' after '{name}'")));
        }
        self.at += 1;
        let mut arguments = Vec::new();
        self.skip_space();
        if self.peek() == Some(b')') {
            self.at += 1;
        } else {
            loop {
                arguments.push(self.expression()?);
                self.skip_space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b')') => {
                        self.at += 1;
                        break;
                    }
                    _ => return Err(self.unexpected("',' or ')'")),
                }
            }
        }
        let folded = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            name.to_ascii_lowercase().into()
        } else {
            name.clone()
        };
        Ok(Expression::Call(Call { namespace, name, folded, arguments }))
    }
}

/// The canonical spelling: no blanks but after commas.
impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Text(text) => write!(out, "'{}'", text.replace('\'', "''")),
            Expression::Integer(number) => write!(out, "{number}"),
            Expression::Property(base, name) => write!(out, "{base}.{name}"),
            Expression::Index(base, index) => write!(out, "{base}[{index}]"),
            Expression::Call(call) => {
                if let Some(namespace) = &call.namespace {
                    write!(out, "{namespace}.")?;
                }
                write!(out, "{}(", call.name)?;
                for (index, argument) in call.arguments.iter().enumerate() {
                    if index > 0 {
                        out.write_str(", ")?;
                    }
                    write!(out, "{argument}")?;
                }
                out.write_str(")")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_tell_what_a_string_is() {
        assert_eq!(classify("plain"), Text::Literal("plain"));
        assert_eq!(classify("[[x]"), Text::Escaped("[x]"));
        assert_eq!(classify("[x] tail"), Text::Literal("[x] tail"));
        assert_eq!(classify("[concat('a')]"), Text::Expression("concat('a')"));
        assert_eq!(classify("["), Text::Literal("["));
    }

    #[test]
    fn trees_print_canonically() {
        let tree = parse(" a.B( 'it''s' ,-1 ) .x [ c( ) ] ").expect("valid");
        assert_eq!(tree.to_string(), "a.B('it''s', -1).x[c()]");
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}1{}", "f(".repeat(5000), ")".repeat(5000));
        assert_eq!(parse(&deep), Err("the expression nests deeper than 128 levels".to_owned()));
    }
}
