//! From where a request comes.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, X_FORWARDED_FOR};

/// The address of whoever calls through so many trusted proxies; `None` where there is no network between.
///
/// Each proxy adds the address that called it at the end of `X-Forwarded-For`. What stands before the entries of the trusted ones is the
/// caller's own word. Where an entry is missing or says no address, the last hop that is known is the answer.
pub(crate) fn client_address(
    headers: &HeaderMap,
    peer: Option<SocketAddr>,
    trusted_proxies: usize,
) -> Option<IpAddr> {
    let peer = peer.map(|peer| peer.ip().to_canonical());
    if trusted_proxies == 0 {
        return peer;
    }
    let lists: Vec<_> = headers.get_all(X_FORWARDED_FOR).collect();
    let lists = lists.iter().rev().map(|list| list.as_bytes());
    let hops = lists.flat_map(|list| list.rsplit(|byte| *byte == b','));
    let known = hops.take(trusted_proxies).map_while(address);
    known.last().or(peer)
}

/// An address as proxies write it: bare, or with a port, and with brackets about IPv6.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']'));
    let address = bare.unwrap_or(hop).parse().ok();
    let with_port = || Some(hop.parse::<SocketAddr>().ok()?.ip());
    Some(address.or_else(with_port)?.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn seen(lists: &[&str], trusted_proxies: usize) -> String {
        let mut headers = HeaderMap::new();
        for list in lists {
            let list = HeaderValue::from_bytes(list.as_bytes()).unwrap();
            headers.append(X_FORWARDED_FOR, list);
        }
        let peer = Some("10.0.0.1:4711".parse().unwrap());
        client_address(&headers, peer, trusted_proxies)
            .unwrap()
            .to_string()
    }

    #[test]
    fn only_what_trusted_proxies_have_added_is_believed() {
        let forged = ["6.6.6.6, 203.0.113.7, 10.0.0.2"];
        for (trusted, expected) in [
            (0, "10.0.0.1"),
            (1, "10.0.0.2"),
            (2, "203.0.113.7"),
            (3, "6.6.6.6"),
        ] {
            assert_eq!(seen(&forged, trusted), expected, "{trusted}");
        }
        assert_eq!(
            seen(&["6.6.6.6, 203.0.113.7", "10.0.0.2"], 2),
            "203.0.113.7"
        );
    }

    #[test]
    fn where_an_entry_is_missing_or_no_address_the_last_known_hop_is_told() {
        assert_eq!(seen(&[], 2), "10.0.0.1");
        assert_eq!(seen(&["203.0.113.7"], 2), "203.0.113.7");
        assert_eq!(seen(&["unknown, 10.0.0.2"], 2), "10.0.0.2");
        assert_eq!(seen(&["203.0.113.7, "], 2), "10.0.0.1");
        // A list of which a part cannot be read does not give its place to another, which the caller made up.
        assert_eq!(seen(&["6.6.6.6", "\u{ff}, 10.0.0.2"], 1), "10.0.0.2");
        assert_eq!(seen(&["6.6.6.6", "\u{ff}"], 1), "10.0.0.1");
    }

    #[test]
    fn addresses_are_read_with_ports_and_brackets() {
        for (written, read) in [
            ("203.0.113.7:443", "203.0.113.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            (" 2001:db8::7 ", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
        ] {
            assert_eq!(seen(&[written], 1), read, "{written}");
        }
    }

    #[test]
    fn without_a_network_there_is_no_address() {
        assert_eq!(client_address(&HeaderMap::new(), None, 0), None);
    }
}
