//! The addresses at which browsers reach this server: the public URL, the address of the request, or those
//! of this machine's networks. Nothing is cached, because a laptop changes its network while it serves.

use axum::http::{HeaderMap, Uri, header, uri::Authority};
use if_addrs::{IfOperStatus, Interface};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// How often the networks are polled. A list of interfaces costs the kernel some microseconds.
const POLL_EVERY: Duration = Duration::from_secs(2);

type Networks = dyn Fn() -> Vec<Interface> + Send + Sync;

/// Cheap to clone.
#[derive(Clone)]
pub struct Addresses {
    public: Option<Arc<str>>,
    listening: SocketAddr,
    networks: Arc<Networks>,
}

/// The beginnings of links, such as `http://10.0.0.5:3000`, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bases {
    pub likeliest: String,
    /// For this machine's other networks, likeliest first.
    pub others: Vec<String>,
    pub reach: Reach,
}

/// Who can open the links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Devices on the same network, or everybody who can open the public URL.
    Others,
    /// No network has an address for this machine.
    NoNetwork,
    /// The host chose a loopback address.
    KeptIn,
}

impl Reach {
    /// What to tell the host and the presenter. `None` if others can open the links.
    pub const fn warning(self) -> Option<&'static str> {
        match self {
            Self::Others => None,
            Self::NoNetwork => Some(
                "Only this computer can open these links: it is on no network. Connect it to the \
                 network of the phones; the links are then shown again.",
            ),
            Self::KeptIn => Some("Only this computer can open these links: --listen says so."),
        }
    }
}

impl Addresses {
    /// `public` is the public URL, if the host gave one; `listening` is where the server listens.
    pub fn new(listening: SocketAddr, public: Option<&Uri>) -> Self {
        let networks = || if_addrs::get_if_addrs().unwrap_or_default();
        Self::with_networks(listening, public, networks)
    }

    fn with_networks(
        listening: SocketAddr,
        public: Option<&Uri>,
        networks: impl Fn() -> Vec<Interface> + Send + Sync + 'static,
    ) -> Self {
        let public = public.map(|url| url.to_string().trim_end_matches('/').into());
        Self {
            public,
            listening,
            networks: Arc::new(networks),
        }
    }

    /// The current addresses.
    pub fn now(&self) -> Bases {
        if let Some(public) = &self.public {
            return Bases {
                likeliest: public.to_string(),
                others: Vec::new(),
                reach: Reach::Others,
            };
        }
        let (listening, port) = (self.listening.ip(), self.listening.port());
        let (found, nowhere) = if listening.is_unspecified() {
            (
                likeliest_first(&(self.networks)(), listening.is_ipv6()),
                Reach::NoNetwork,
            )
        } else if listening.to_canonical().is_loopback() {
            (Vec::new(), Reach::KeptIn)
        } else {
            (vec![listening], Reach::Others)
        };
        let mut bases = found
            .into_iter()
            .map(|ip| format!("http://{}", SocketAddr::new(ip, port)));
        match bases.next() {
            Some(likeliest) => Bases {
                likeliest,
                others: bases.collect(),
                reach: Reach::Others,
            },
            None => Bases {
                likeliest: self.on_this_machine(),
                others: Vec::new(),
                reach: nowhere,
            },
        }
    }

    /// The address for a browser on this machine.
    pub fn own(&self) -> String {
        let public = self.public.as_ref();
        public.map_or_else(|| self.on_this_machine(), ToString::to_string)
    }

    fn on_this_machine(&self) -> String {
        let mut address = self.listening;
        if address.ip().is_unspecified() {
            // Also for `[::]`, whose socket takes IPv4, too.
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        format!("http://{address}")
    }

    /// The addresses for a page. The one that the page was requested at comes first, because it led at least
    /// one browser here, unless it is a loopback address.
    pub fn of_page(&self, headers: &HeaderMap, is_secure: bool) -> Bases {
        let now = self.now();
        if self.public.is_some() {
            return now;
        }
        let Some(requested) = requested(headers) else {
            return now;
        };
        let scheme = if is_secure { "https" } else { "http" };
        let likeliest = format!("{scheme}://{requested}");
        let all = [now.likeliest].into_iter().chain(now.others);
        Bases {
            others: if now.reach == Reach::Others {
                all.filter(|base| *base != likeliest).collect()
            } else {
                Vec::new()
            },
            likeliest,
            reach: Reach::Others,
        }
    }

    /// Whether a page stays open while this machine changes its network, because a browser on this machine
    /// requested it.
    pub fn may_outlive_its_network(&self, headers: &HeaderMap) -> bool {
        self.public.is_none() && requested(headers).is_none()
    }

    /// Calls `changed` whenever [`now`](Self::now) changes. Never returns.
    pub async fn watch(self, mut before: Bases, mut changed: impl FnMut(&Bases)) {
        loop {
            tokio::time::sleep(POLL_EVERY).await;
            let now = self.now();
            if now != before {
                changed(&now);
                before = now;
            }
        }
    }
}

/// Whether browsers refuse to open this port because it belongs to another protocol. The list is the Fetch
/// standard's (fetch.spec.whatwg.org/#port-blocking).
pub fn refused_by_browsers(port: u16) -> bool {
    const REFUSED: [u16; 82] = [
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
        102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389,
        427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636,
        989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665,
        6666, 6667, 6668, 6669, 6679, 6697, 10080,
    ];
    REFUSED.contains(&port)
}

/// The host and port that a request was sent to. `None` for loopback addresses.
fn requested(headers: &HeaderMap) -> Option<Authority> {
    let requested: Authority = headers.get(header::HOST)?.to_str().ok()?.parse().ok()?;
    let host = requested.host().to_ascii_lowercase();
    let is_name_of_loopback = host == "localhost" || host.ends_with(".localhost");
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = bare.parse::<IpAddr>().is_ok_and(|ip| {
        let ip = ip.to_canonical();
        ip.is_loopback() || ip.is_unspecified()
    });
    (!is_name_of_loopback && !is_loopback).then_some(requested)
}

/// The addresses that phones in the room may reach, one for each interface.
fn likeliest_first(interfaces: &[Interface], with_v6: bool) -> Vec<IpAddr> {
    let mut ranked: Vec<_> = interfaces
        .iter()
        .filter(|interface| interface.oper_status == IfOperStatus::Up)
        .filter(|interface| is_usable(interface.ip(), with_v6))
        .map(|interface| (rank(interface), &interface.name, interface.ip()))
        .collect();
    // Stable: the system's order decides between addresses of the same rank.
    ranked.sort_by_key(|(rank, _, _)| *rank);
    let mut named: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for (_, name, ip) in ranked {
        if !named.contains(&name.as_str()) {
            named.push(name);
            found.push(ip);
        }
    }
    found
}

/// Not link-local ones: a URL can't name the interface of a v6 one, and a v4 one means that the network gave
/// this machine no address.
fn is_usable(ip: IpAddr, with_v6: bool) -> bool {
    match ip {
        IpAddr::V4(ip) => !ip.is_loopback() && !ip.is_link_local(),
        IpAddr::V6(ip) => with_v6 && !ip.is_loopback() && !ip.is_unicast_link_local(),
    }
}

/// Smaller is likelier to be reachable for phones in the room: a physical interface rather than a container's
/// bridge or a tunnel, IPv4 because people can type it, and a private address.
fn rank(interface: &Interface) -> u8 {
    let starts = |names: &[&str]| names.iter().any(|name| interface.name.starts_with(name));
    let virtual_ones = [
        "docker",
        "br-",
        "bridge",
        "veth",
        "virbr",
        "vmnet",
        "vboxnet",
        "lxc",
        "lxd",
        "cni",
        "flannel",
        "podman",
        "tun",
        "tap",
        "wg",
        "utun",
        "tailscale",
        "zt",
        "ppp",
    ];
    let kind = if interface.is_p2p || starts(&virtual_ones) {
        2
    } else if starts(&["en", "eth", "wl"]) {
        0
    } else {
        1
    };
    let (is_v6, is_private) = match interface.ip() {
        IpAddr::V4(ip) => (false, ip.is_private()),
        IpAddr::V6(ip) => (true, Ipv6Addr::is_unique_local(&ip)),
    };
    kind * 4 + u8::from(is_v6) * 2 + u8::from(!is_private)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use if_addrs::{IfAddr, Ifv4Addr, Ifv6Addr};
    use std::sync::Mutex;

    fn interface(name: &str, ip: &str) -> Interface {
        let addr = match ip.parse().expect("an address") {
            IpAddr::V4(ip) => IfAddr::V4(Ifv4Addr {
                ip,
                netmask: Ipv4Addr::UNSPECIFIED,
                prefixlen: 24,
                broadcast: None,
            }),
            IpAddr::V6(ip) => IfAddr::V6(Ifv6Addr {
                ip,
                netmask: Ipv6Addr::UNSPECIFIED,
                prefixlen: 64,
                broadcast: None,
            }),
        };
        Interface {
            name: name.to_owned(),
            addr,
            index: Some(1),
            oper_status: IfOperStatus::Up,
            is_p2p: false,
        }
    }

    fn addresses(listening: &str, interfaces: &[(&str, &str)]) -> Addresses {
        let interfaces: Vec<_> = interfaces
            .iter()
            .map(|(name, ip)| interface(name, ip))
            .collect();
        let listening = listening.parse().expect("an address");
        Addresses::with_networks(listening, None, move || interfaces.clone())
    }

    fn check(interfaces: &[(&str, &str)], expected: &[&str]) {
        let bases = addresses("[::]:3000", interfaces).now();
        let mut found = vec![bases.likeliest];
        found.extend(bases.others);
        assert_eq!(found, expected, "{interfaces:?}");
    }

    fn asked(host: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))])
    }

    #[test]
    fn every_network_is_named_and_the_likeliest_first() {
        check(
            &[
                ("lo", "127.0.0.1"),
                ("docker0", "172.17.0.1"),
                ("tun0", "10.8.0.2"),
                ("wlp3s0", "fe80::1"),
                ("wlp3s0", "2001:db8::2"),
                ("wlp3s0", "192.168.1.7"),
                ("eth0", "10.0.0.5"),
            ],
            &[
                "http://192.168.1.7:3000",
                "http://10.0.0.5:3000",
                "http://172.17.0.1:3000",
                "http://10.8.0.2:3000",
            ],
        );
        check(
            &[("en0", "8.8.8.8"), ("en1", "192.168.0.2")],
            &["http://192.168.0.2:3000", "http://8.8.8.8:3000"],
        );
    }

    #[test]
    fn a_network_of_ipv6_only_has_an_address() {
        check(
            &[("wlan0", "fe80::1"), ("wlan0", "fd00::7")],
            &["http://[fd00::7]:3000"],
        );
        let v4_only = addresses("0.0.0.0:3000", &[("wlan0", "fd00::7")]).now();
        assert_eq!(v4_only.reach, Reach::NoNetwork, "it does not listen there");
    }

    #[test]
    fn an_interface_without_a_link_is_no_network() {
        let mut unplugged = interface("eth0", "192.168.1.7");
        unplugged.oper_status = IfOperStatus::Unknown;
        assert_eq!(likeliest_first(&[unplugged], true), Vec::<IpAddr>::new());
    }

    #[test]
    fn links_that_only_this_computer_can_open_are_said_to_be() {
        let alone = addresses("[::]:3000", &[("lo", "127.0.0.1"), ("eth0", "169.254.3.4")]).now();
        assert_eq!(alone.reach, Reach::NoNetwork);
        assert_eq!(alone.likeliest, "http://127.0.0.1:3000");
        let kept_in = addresses("127.0.0.1:3000", &[("eth0", "10.0.0.5")]).now();
        assert_eq!(kept_in.reach, Reach::KeptIn);
        assert_eq!(kept_in.likeliest, "http://127.0.0.1:3000");
    }

    #[test]
    fn a_page_shows_the_address_that_it_was_requested() {
        let addresses = addresses("[::]:3000", &[("eth0", "10.0.0.5")]);
        let by_name = addresses.of_page(&asked("laptop.local:3000"), false);
        assert_eq!(by_name.likeliest, "http://laptop.local:3000");
        assert_eq!(by_name.others, ["http://10.0.0.5:3000"]);
        let by_number = addresses.of_page(&asked("10.0.0.5:3000"), false);
        assert_eq!(by_number, addresses.now());
        let by_proxy = addresses.of_page(&asked("slides.example"), true);
        assert_eq!(by_proxy.likeliest, "https://slides.example");
    }

    #[test]
    fn a_page_that_its_own_machine_asked_for_shows_what_others_can_reach() {
        let addresses = addresses("[::]:3000", &[("eth0", "10.0.0.5")]);
        for host in [
            "localhost:3000",
            "LOCALHOST",
            "webslides.localhost",
            "127.0.0.1:3000",
            "[::1]:3000",
            "[::ffff:127.0.0.1]:3000",
            "0.0.0.0:3000",
            "no host",
        ] {
            assert_eq!(
                addresses.of_page(&asked(host), false),
                addresses.now(),
                "{host}"
            );
            assert!(addresses.may_outlive_its_network(&asked(host)), "{host}");
        }
    }

    #[test]
    fn what_the_host_says_comes_before_all() {
        let public = Uri::from_static("https://slides.example/");
        let listening = "127.0.0.1:3000".parse().expect("an address");
        let addresses = Addresses::with_networks(listening, Some(&public), Vec::new);
        let bases = addresses.of_page(&asked("10.0.0.5:3000"), false);
        assert_eq!(bases.likeliest, "https://slides.example");
        assert_eq!(
            (bases.others, bases.reach),
            (Vec::<String>::new(), Reach::Others)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn another_network_is_noticed_and_the_same_one_is_not() {
        let network = Arc::new(Mutex::new(vec![]));
        let seen = network.clone();
        let listening = "[::]:3000".parse().expect("an address");
        let addresses = Addresses::with_networks(listening, None, move || {
            seen.lock().expect("no panic").clone()
        });
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let before = addresses.now();
        assert_eq!(before.reach, Reach::NoNetwork);
        tokio::spawn(addresses.watch(before, move |now| {
            let _ = tell.send(now.likeliest.clone());
        }));
        for ip in ["192.168.1.7", "192.168.1.7", "10.0.0.5"] {
            *network.lock().expect("no panic") = vec![interface("wlan0", ip)];
            tokio::time::sleep(2 * POLL_EVERY).await;
        }
        assert_eq!(told.try_recv().as_deref(), Ok("http://192.168.1.7:3000"));
        assert_eq!(told.try_recv().as_deref(), Ok("http://10.0.0.5:3000"));
        assert!(told.try_recv().is_err(), "nothing else changed");
    }
}
