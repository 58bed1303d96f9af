//! CIDR functions (learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-cidr).

use super::arguments::{count, integer, integer_if_known, only_texts, text, unknown_call};
use crate::document::{Member, Value};
use crate::source::Location;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Calls `parseCidr`, `cidrSubnet` or `cidrHost`; nothing for other names. `name` is in lower case.
pub fn call(name: &str, args: &[Value]) -> Option<Result<Value, String>> {
    match name {
        "parsecidr" => Some(parse_cidr(args)),
        "cidrsubnet" => Some(cidr_subnet(args)),
        "cidrhost" => Some(cidr_host(args)),
        _ => None,
    }
}

/// A network: its first address, right-aligned in 128 bits, and the length of its prefix.
struct Network {
    first: u128,
    prefix: u32,
    /// Bits of an address: 32 or 128.
    bits: u32,
}

impl Network {
    /// Reads `address/prefix`; bits of the address beyond the prefix are dropped.
    fn read(name: &str, text: &str) -> Result<Self, String> {
        let network = || {
            let (address, prefix) = text.split_once('/')?;
            let (address, bits) = match address.parse().ok()? {
                IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
                IpAddr::V6(address) => (address.to_bits(), 128),
            };
            let digits = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
            let prefix = prefix.parse().ok().filter(|prefix| digits && *prefix <= bits)?;
            let mut network = Network { first: address, prefix, bits };
            network.first &= network.mask();
            Some(network)
        };
        network()
            .ok_or_else(|| format!("the function '{name}' wants an address range such as 10.0.0.0/16, not '{text}'"))
    }

    fn host_bits(&self) -> u32 {
        self.bits - self.prefix
    }

    /// All bits set that vary within the network.
    fn host_mask(&self) -> u128 {
        u128::MAX.checked_shr(128 - self.host_bits()).unwrap_or(0)
    }

    fn mask(&self) -> u128 {
        u128::MAX.checked_shr(128 - self.bits).unwrap_or(0) & !self.host_mask()
    }

    fn last(&self) -> u128 {
        self.first | self.host_mask()
    }

    fn address(&self, bits: u128) -> String {
        match u32::try_from(bits) {
            Ok(bits) if self.bits == 32 => Ipv4Addr::from_bits(bits).to_string(),
            _ => Ipv6Addr::from_bits(bits).to_string(),
        }
    }
}

fn parse_cidr(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "parseCidr";
    count(NAME, args, 1, Some(1))?;
    only_texts(NAME, args)?;
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    let network = Network::read(NAME, text(NAME, args, 0)?)?;
    let (mut first, mut last) = (network.first, network.last());
    let text = |bits| Value::string(network.address(bits));
    let mut members = vec![("network", text(first)), ("netmask", text(network.mask()))];
    if network.bits == 32 {
        members.push(("broadcast", text(last)));
        if network.host_bits() >= 2 {
            first += 1;
            last -= 1;
        } else {
            // A network of one or two addresses has none that are only hosts.
            last = first;
        }
    }
    members.push(("firstUsable", text(first)));
    members.push(("lastUsable", text(last)));
    members.push(("cidr", Value::int(i64::from(network.prefix))));
    let member = |(key, value): (&str, Value)| Member { key: key.into(), key_at: Location::default(), value };
    Ok(Value::object(members.into_iter().map(member).collect()))
}

fn cidr_subnet(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "cidrSubnet";
    count(NAME, args, 3, Some(3))?;
    only_texts(NAME, &args[..1])?;
    integer_if_known(NAME, args, 1)?;
    integer_if_known(NAME, args, 2)?;
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    let network = Network::read(NAME, text(NAME, args, 0)?)?;
    let (wanted, index) = (integer(NAME, args, 1)?, integer(NAME, args, 2)?);
    let prefix = u32::try_from(wanted)
        .ok()
        .filter(|prefix| (network.prefix..=network.bits).contains(prefix))
        .ok_or_else(|| {
            let (least, most) = (network.prefix, network.bits);
            format!("the function '{NAME}' wants a prefix length of {least} to {most} here, not {wanted}")
        })?;
    let subnets = 1u128.checked_shl(prefix - network.prefix).unwrap_or(u128::MAX);
    let index = u128::try_from(index)
        .ok()
        .filter(|index| *index < subnets)
        .ok_or_else(|| format!("the function '{NAME}' finds no subnet {index}: there are {subnets}, counted from 0"))?;
    let first = network.first | index.checked_shl(network.bits - prefix).unwrap_or(0);
    Ok(Value::string(format!("{}/{prefix}", network.address(first))))
}

fn cidr_host(args: &[Value]) -> Result<Value, String> {
    const NAME: &str = "cidrHost";
    count(NAME, args, 2, Some(2))?;
    only_texts(NAME, &args[..1])?;
    integer_if_known(NAME, args, 1)?;
    if let Some(unknown) = unknown_call(NAME, args) {
        return Ok(unknown);
    }
    let network = Network::read(NAME, text(NAME, args, 0)?)?;
    let index = integer(NAME, args, 1)?;
    // The first and the last address are not hosts, in IPv6 either; index 0 is the one after the first.
    let hosts = network.host_mask().saturating_sub(1);
    let offset = u128::try_from(index)
        .ok()
        .filter(|index| *index < hosts)
        .ok_or_else(|| format!("the function '{NAME}' finds no host {index}: there are {hosts}, counted from 0"))?;
    Ok(Value::string(network.address(network.first + offset + 1)))
}

#[cfg(test)]
mod tests {
    use super::super::json;
    use super::*;
    use crate::document::UnknownReason;

    fn run(name: &str, args: &[Value]) -> String {
        match call(name, args) {
            Some(Ok(value)) => json::compact(&value),
            Some(Err(_)) => "error".to_string(),
            None => "not mine".to_string(),
        }
    }

    fn on(name: &str, network: &str, numbers: &[i64]) -> String {
        let numbers = numbers.iter().map(|number| Value::int(*number));
        run(name, &std::iter::once(Value::string(network)).chain(numbers).collect::<Vec<_>>())
    }

    #[test]
    fn networks_are_taken_apart() {
        assert_eq!(
            on("parsecidr", "10.144.0.5/20", &[]),
            r#"{"network":"10.144.0.0","netmask":"255.255.240.0","broadcast":"10.144.15.255","firstUsable":"10.144.0.1","lastUsable":"10.144.15.254","cidr":20}"#
        );
        assert_eq!(
            on("parsecidr", "fdad:3236:5555::/48", &[]),
            r#"{"network":"fdad:3236:5555::","netmask":"ffff:ffff:ffff::","firstUsable":"fdad:3236:5555::","lastUsable":"fdad:3236:5555:ffff:ffff:ffff:ffff:ffff","cidr":48}"#
        );
        assert_eq!(
            on("parsecidr", "0.0.0.0/0", &[]),
            r#"{"network":"0.0.0.0","netmask":"0.0.0.0","broadcast":"255.255.255.255","firstUsable":"0.0.0.1","lastUsable":"255.255.255.254","cidr":0}"#
        );
        assert!(on("parsecidr", "::/0", &[]).contains(r#""netmask":"::","firstUsable":"::""#));
        for bad in [
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0",
            "10.0.0/8",
            "10.0.0.0/+8",
            "10.0.0.0/",
            "fdad:nnnn::/48",
            "256.0.0.0/8",
        ] {
            assert_eq!(on("parsecidr", bad, &[]), "error", "{bad}");
        }
    }

    #[test]
    fn networks_of_one_or_two_addresses_have_no_other_usable_ones() {
        let of = |text| on("parsecidr", text, &[]);
        assert!(
            of("10.0.0.4/32").contains(r#""broadcast":"10.0.0.4","firstUsable":"10.0.0.4","lastUsable":"10.0.0.4""#)
        );
        assert!(of("10.0.0.4/31").contains(r#""firstUsable":"10.0.0.4","lastUsable":"10.0.0.4""#));
        assert!(of("10.0.0.4/30").contains(r#""firstUsable":"10.0.0.5","lastUsable":"10.0.0.6""#));
    }

    #[test]
    fn subnets_are_counted_from_zero() {
        assert_eq!(on("cidrsubnet", "10.144.0.0/20", &[24, 4]), "\"10.144.4.0/24\"");
        assert_eq!(on("cidrsubnet", "10.144.0.0/20", &[20, 0]), "\"10.144.0.0/20\"");
        assert_eq!(on("cidrsubnet", "fdad:3236:5555::/48", &[52, 4]), "\"fdad:3236:5555:4000::/52\"");
        assert_eq!(on("cidrsubnet", "::/0", &[128, 1]), "\"::1/128\"");
        assert_eq!(on("cidrsubnet", "0.0.0.0/0", &[0, 0]), "\"0.0.0.0/0\"");
        assert_eq!(on("cidrsubnet", "::/0", &[0, 0]), "\"::/0\"");
        for bad in [[24, 16], [24, -1], [19, 0], [33, 0], [-1, 0]] {
            assert_eq!(on("cidrsubnet", "10.144.0.0/20", &bad), "error", "{bad:?}");
        }
    }

    #[test]
    fn hosts_begin_after_the_network_address_and_end_before_the_last() {
        assert_eq!(on("cidrhost", "10.144.3.0/24", &[0]), "\"10.144.3.1\"");
        assert_eq!(on("cidrhost", "10.144.3.0/24", &[253]), "\"10.144.3.254\"");
        assert_eq!(on("cidrhost", "10.144.3.0/24", &[254]), "error");
        assert_eq!(on("cidrhost", "10.144.3.0/24", &[-1]), "error");
        assert_eq!(on("cidrhost", "10.144.3.0/32", &[0]), "error");
        assert_eq!(on("cidrhost", "fdad:3236:5555:3000::/52", &[4]), "\"fdad:3236:5555:3000::5\"");
    }

    #[test]
    fn of_an_unknown_network_the_symbol_tells_the_call() {
        let network = Value::unknown(UnknownReason::Parameter("p".into()), "‹parameters('p')›");
        assert_eq!(
            run("cidrsubnet", &[network.clone(), Value::int(24), Value::int(0)]),
            "‹cidrSubnet(parameters('p'), 24, 0)›"
        );
        assert_eq!(run("cidrsubnet", &[network, Value::string("24"), Value::int(0)]), "error");
    }
}
