//! guid() and uniqueString(): hashes of the arguments joined by hyphens.

use super::arguments::{count, only_texts, unknown_call};
use crate::document::Value;
use sha1::{Digest, Sha1};

/// Namespace of the version 5 UUIDs of guid(), 11fb06fb-712d-4ddd-98c7-e71bbd588830
/// (ARMNamespaceGuid in github.com/Azure/azure-policy-linter).
const GUID_NAMESPACE: [u8; 16] =
    [0x11, 0xfb, 0x06, 0xfb, 0x71, 0x2d, 0x4d, 0xdd, 0x98, 0xc7, 0xe7, 0x1b, 0xbd, 0x58, 0x88, 0x30];

/// Calls `guid` or `uniqueString`; nothing for other names. `name` is in lower case.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    match name {
        "guid" => Some(hashed("guid", args, guid)),
        "uniquestring" => Some(hashed("uniqueString", args, unique_string)),
        _ => None,
    }
}

fn hashed(name: &str, args: &[Value], hash: fn(&str) -> String) -> Result<Value, String> {
    count(name, args, 1, None)?;
    only_texts(name, args)?;
    if let Some(unknown) = unknown_call(name, args) {
        return Ok(unknown);
    }
    let texts: Vec<&str> = args.iter().filter_map(Value::as_str).collect();
    Ok(Value::string(hash(&texts.join("-"))))
}

/// A version 5 UUID (RFC 4122, section 4.3) in the namespace of the template engine.
pub fn guid(text: &str) -> String {
    let mut sha = Sha1::new();
    sha.update(GUID_NAMESPACE);
    sha.update(text.as_bytes());
    let mut bytes = sha.finalize();
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut out = String::with_capacity(36);
    for (index, byte) in bytes.iter().take(16).enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

/// Thirteen characters of base 32 of a 64-bit hash.
pub fn unique_string(text: &str) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut rest = hash64(text.as_bytes());
    let mut out = String::with_capacity(13);
    for _ in 0..13 {
        out.push(char::from(DIGITS[(rest >> 59) as usize]));
        rest <<= 5;
    }
    out
}

/// A hash of two 32-bit lanes in the manner of Murmur3, seed 0
/// (`unique_string` in github.com/Azure/terraform-provider-azapi, pull request 653).
fn hash64(bytes: &[u8]) -> u64 {
    const A: u32 = 0x239b_961b;
    const B: u32 = 0xab0e_9789;
    let mix1 = |k: u32| k.wrapping_mul(A).rotate_left(15).wrapping_mul(B);
    let mix2 = |k: u32| k.wrapping_mul(B).rotate_left(17).wrapping_mul(A);
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0u32, |word, byte| word << 8 | u32::from(*byte));
    let (mut h1, mut h2) = (0u32, 0u32);
    let mut blocks = bytes.chunks_exact(8);
    for block in &mut blocks {
        h1 ^= mix1(word(&block[..4]));
        h1 = h1.rotate_left(19).wrapping_add(h2);
        h1 = h1.wrapping_mul(5).wrapping_add(0x561c_cd1b);
        h2 ^= mix2(word(&block[4..]));
        h2 = h2.rotate_left(13).wrapping_add(h1);
        h2 = h2.wrapping_mul(5).wrapping_add(0x0bca_a747);
    }
    let (low, high) = blocks.remainder().split_at(blocks.remainder().len().min(4));
    if !low.is_empty() {
        h1 ^= mix1(word(low));
    }
    if !high.is_empty() {
        h2 ^= mix2(word(high));
    }
    let length = bytes.len() as u32;
    h1 ^= length;
    h2 ^= length;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = finish(h1);
    h2 = finish(h2);
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    u64::from(h2) << 32 | u64::from(h1)
}

fn finish(mut hash: u32) -> u32 {
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::UnknownReason;

    #[test]
    fn unique_strings_are_those_of_the_engine() {
        assert_eq!(unique_string("snap-crackle-pop"), "byghxckddilkc");
        assert_eq!(
            unique_string("/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myRg"),
            "js26ofeqkqeve"
        );
        assert_eq!(unique_string("abc"), "cgtzqvhu4i23s");
    }

    #[test]
    fn guids_are_those_of_the_engine() {
        assert_eq!(guid("foo-bar-baz"), "2ed86837-7c7c-5eaa-9864-dd077fd19b0d");
        assert_eq!(guid("test"), "d6a5baf1-8b9b-542a-8525-2982f1f98a0c");
    }

    #[test]
    fn arguments_are_joined_by_hyphens_and_must_be_strings() {
        let call = |args: &[Value]| call("guid", args);
        let joined = call(&[Value::string("foo"), Value::string("bar"), Value::string("baz")]);
        assert_eq!(joined, Some(Ok(Value::string("2ed86837-7c7c-5eaa-9864-dd077fd19b0d"))));
        assert!(matches!(call(&[Value::int(1)]), Some(Err(_))));
        assert!(matches!(call(&[]), Some(Err(_))));
    }

    #[test]
    fn of_an_unknown_the_symbol_tells_the_arguments() {
        let id = Value::unknown(UnknownReason::Runtime("resourceGroup().id".into()), "‹resourceGroup().id›");
        let Some(Ok(value)) = call("uniquestring", &[id, Value::string("x")]) else { panic!("no value") };
        assert_eq!(value.symbol().as_deref(), Some("‹uniqueString(resourceGroup().id, 'x')›"));
    }
}
