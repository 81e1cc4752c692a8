//! What must not be reached is not connected to, however it is written, resolved or redirected to.

use std::sync::atomic::Ordering;

use crate::support::{Names, Server, get, ok, redirect, rules};
use antiphon_outbound::{Error, Outbound, OutboundRules, Rule, Schemes};
use url::Url;

/// The loopback address and its like, in every notation that a URL parser or a network stack takes.
const LOCAL: &[&str] = &[
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.255.255.254",
    "%31%32%37.0.0.1",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "0",
    "0.0.0.0",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0.0.0.0]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::]",
    "localhost",
    "LocalHost",
    "localhost.",
    "localhost..",
    "me.localhost",
    "ⓛocalhost",
    "printer.local",
    "metadata.google.internal",
    "metadata.google.internal.",
];

/// Hosts of other networks that nobody outside may reach.
const PRIVATE: &[&str] = &[
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "3232235777",
    "169.254.169.254",
    "0xa9fea9fe",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[fd00:ec2::254]",
    "[fc00::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
];

async fn counting() -> Server {
    Server::start("127.0.0.1:0", |_| ok("secret")).await
}

#[tokio::test]
async fn an_address_that_is_not_public_is_refused_in_every_notation() {
    let server = counting().await;
    let port = server.address.port();
    // Whatever is asked of the resolver leads to the server, so that only a rule can keep a request away.
    let here: &[&[&str]] = &[&["127.0.0.1"]];
    let anywhere: Vec<(&str, &[&[&str]])> = LOCAL.iter().map(|name| (*name, here)).collect();
    let outbound = Outbound::new(rules(&[], Names::new(&anywhere))).unwrap();
    for host in LOCAL.iter().chain(PRIVATE) {
        let url = format!("http://{host}:{port}/");
        // A name with an empty label may not even be a URL.
        let Ok(parsed) = Url::parse(&url) else { continue };
        assert!(outbound.check(&parsed).is_err(), "{host} passed the check");
        match get(&outbound, &url).await {
            Err(Error::Refused(refusal)) => {
                assert!(
                    matches!(refusal.rule(), Rule::Address(_) | Rule::LocalName),
                    "{host}: {refusal}"
                );
            }
            other => panic!("{host}: {other:?}"),
        }
        // A request built by hand is judged too.
        let by_hand = outbound.client().get(parsed);
        assert!(
            matches!(outbound.send(by_hand).await, Err(Error::Refused(_))),
            "{host} by hand"
        );
    }
    assert_eq!(server.connections().await, 0);
}

#[tokio::test]
async fn public_addresses_are_not_refused() {
    let outbound = Outbound::new(OutboundRules::default()).unwrap();
    for host in [
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "[2606:4700::1111]",
        "[::ffff:1.1.1.1]",
        "[64:ff9b::1.1.1.1]",
        "localhost.example.com",
        "notlocalhost",
        "internal.example",
    ] {
        let url = Url::parse(&format!("https://{host}/")).unwrap();
        assert!(outbound.check(&url).is_ok(), "{host}: {:?}", outbound.check(&url));
    }
}

#[tokio::test]
async fn a_name_is_refused_for_any_private_address_it_resolves_to() {
    let server = counting().await;
    let port = server.address.port();
    let answers: &[(&str, &[&[&str]])] = &[
        ("loopback.test", &[&["127.0.0.1"]]),
        ("mapped.test", &[&["::ffff:127.0.0.1"]]),
        ("nat64.test", &[&["64:ff9b::7f00:1"]]),
        ("mixed.test", &[&["1.1.1.1", "127.0.0.1"]]),
        ("metadata.test", &[&["169.254.169.254"]]),
        ("unique-local.test", &[&["fd00:ec2::254"]]),
    ];
    let outbound = Outbound::new(rules(&[], Names::new(answers))).unwrap();
    for (name, _) in answers {
        match get(&outbound, &format!("http://{name}:{port}/")).await {
            Err(Error::Refused(refusal)) => {
                assert!(matches!(refusal.rule(), Rule::Address(_)), "{name}");
                // Whoever asks learns the rule, not what is behind the name.
                assert_eq!(
                    refusal.to_string(),
                    format!(
                        "{name} is refused: its address is not a public one; the server's operator can allow it with `--outbound-allow`"
                    )
                );
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(server.connections().await, 0);
    let unknown = get(&outbound, &format!("http://unknown.test:{port}/")).await;
    assert!(matches!(unknown, Err(Error::Dns { .. })), "{unknown:?}");
}

#[tokio::test]
async fn a_name_that_resolves_differently_the_second_time_gains_nothing() {
    // 127.0.0.2 stands for the public address: the list allows it, and nothing else.
    let public = Server::start("127.0.0.2:0", |_| ok("public")).await;
    let port = public.address.port();
    let private = Server::start(&format!("127.0.0.1:{port}"), |_| ok("secret")).await;
    let names = Names::new(&[("rebind.test", &[&["127.0.0.2"], &["127.0.0.1"]])]);
    let outbound = Outbound::new(rules(&["127.0.0.2/32"], names.clone())).unwrap();
    let url = format!("http://rebind.test:{port}/");

    assert_eq!(get(&outbound, &url).await.unwrap().body, "public");
    // Were a name judged by one answer and connected to by another, the next would already have been asked for.
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    assert!(matches!(get(&outbound, &url).await, Err(Error::Refused(_))));
    assert_eq!(private.connections().await, 0);
    assert_eq!(public.connections().await, 1);
}

#[tokio::test]
async fn a_redirect_is_judged_like_the_first_url() {
    let private = counting().await;
    let port = private.address.port();
    let public = Server::start("127.0.0.2:0", move |path| match path {
        "/literal" => redirect(&format!("http://127.0.0.1:{port}/")),
        "/decimal" => redirect(&format!("http://2130706433:{port}/")),
        "/mapped" => redirect(&format!("http://[::ffff:7f00:1]:{port}/")),
        "/local" => redirect(&format!("http://localhost:{port}/")),
        "/name" => redirect(&format!("//private.test:{port}/")),
        "/credentials" => redirect("http://user:secret@1.1.1.1/"),
        "/ssh" => redirect("http://1.1.1.1:22/"),
        "/loop" => redirect("/loop"),
        "/once" => redirect("/there"),
        _ => ok("there"),
    })
    .await;
    let names = Names::new(&[("private.test", &[&["127.0.0.1"]])]);
    let outbound = Outbound::new(rules(&["127.0.0.2"], names)).unwrap();
    let base = format!("http://{}", public.address);
    for path in ["literal", "decimal", "mapped", "local", "name", "credentials", "ssh"] {
        let outcome = get(&outbound, &format!("{base}/{path}")).await;
        assert!(matches!(outcome, Err(Error::Refused(_))), "{path}: {outcome:?}");
    }
    assert_eq!(private.connections().await, 0);

    let before = public.connections().await;
    let looped = get(&outbound, &format!("{base}/loop")).await;
    assert!(matches!(looped, Err(Error::TooManyRedirects { .. })), "{looped:?}");
    assert_eq!(public.connections().await - before, 6);
    let fetched = get(&outbound, &format!("{base}/once")).await.unwrap();
    assert_eq!(
        (fetched.url.path(), fetched.body.as_ref()),
        ("/there", b"there".as_slice())
    );
}

#[tokio::test]
async fn no_redirect_is_followed_where_none_is_allowed() {
    let elsewhere = counting().await;
    let location = format!("http://{}/", elsewhere.address);
    let server = Server::start("127.0.0.1:0", move |_| redirect(&location)).await;
    let outbound = Outbound::new(OutboundRules {
        max_redirects: 0,
        ..rules(&["127.0.0.1"], Names::new(&[]))
    })
    .unwrap();
    let fetched = get(&outbound, &format!("http://{}/", server.address)).await.unwrap();
    assert_eq!(fetched.status, 302);
    assert!(matches!(fetched.error_for_status(), Err(Error::Status { .. })));
    assert_eq!(elsewhere.connections().await, 0);
}

#[tokio::test]
async fn a_url_is_refused_for_its_scheme_its_credentials_and_its_port() {
    let server = counting().await;
    let port = server.address.port();
    let allow = format!("127.0.0.1:{port}");
    let outbound = Outbound::new(rules(&[&allow, "mail.test:25"], Names::new(&[]))).unwrap();
    let rule = |url: String| {
        outbound
            .check(&Url::parse(&url).unwrap())
            .map_err(|refusal| refusal.rule().clone())
    };
    assert_eq!(rule("file:///etc/passwd".into()), Err(Rule::Scheme));
    assert_eq!(rule("ftp://example.com/".into()), Err(Rule::Scheme));
    assert_eq!(rule("gopher://127.0.0.1:6379/_FLUSHALL".into()), Err(Rule::Scheme));
    assert_eq!(rule("data:text/plain,hello".into()), Err(Rule::Scheme));
    for user in ["user:secret@", "user@", ":secret@"] {
        let url = format!("http://{user}127.0.0.1:{port}/");
        assert_eq!(rule(url.clone()), Err(Rule::Credentials));
        assert!(matches!(get(&outbound, &url).await, Err(Error::Refused(_))));
    }
    assert_eq!(server.connections().await, 0);
    assert_eq!(rule("http://example.com:25/".into()), Err(Rule::Port(25)));
    assert_eq!(rule("http://mail.test:25/".into()), Ok(()));
    assert_eq!(rule("http://mail.test:26/".into()), Err(Rule::Port(26)));

    let secure = Outbound::new(OutboundRules {
        schemes: Schemes::HttpsOnly,
        ..OutboundRules::default()
    })
    .unwrap();
    assert!(secure.check(&Url::parse("http://example.com/").unwrap()).is_err());
    assert!(secure.check(&Url::parse("https://example.com/").unwrap()).is_ok());
}

#[tokio::test]
async fn what_the_operator_lists_may_be_private_and_nothing_beside_it() {
    let server = counting().await;
    let port = server.address.port();
    let names = Names::new(&[
        ("intranet.test", &[&["127.0.0.1"]]),
        ("a.intranet.test", &[&["127.0.0.1"]]),
        ("wiki.corp.test", &[&["127.0.0.1"]]),
        ("corp.test", &[&["127.0.0.1"]]),
        ("evilcorp.test", &[&["127.0.0.1"]]),
        ("other.test", &[&["127.0.0.1"]]),
    ]);
    let cases: &[(&str, &[&str], &[&str])] = &[
        (
            "127.0.0.1:PORT",
            &["127.0.0.1"],
            &["other.test", "localhost", "127.0.0.2"],
        ),
        (
            "127.0.0.0/8",
            &["127.0.0.1", "other.test", "[::ffff:127.0.0.1]"],
            &["localhost", "[::1]"],
        ),
        (
            "Intranet.Test",
            &["intranet.test", "INTRANET.test"],
            &["other.test", "127.0.0.1", "a.intranet.test"],
        ),
        ("intranet.test:PORT", &["intranet.test"], &["other.test"]),
        ("*.corp.test", &["wiki.corp.test"], &["corp.test", "evilcorp.test"]),
        ("*.corp.test:1", &[], &["wiki.corp.test"]),
    ];
    for (entry, reached, refused) in cases {
        let entry = entry.replace("PORT", &port.to_string());
        let outbound = Outbound::new(rules(&[&entry], names.clone())).unwrap();
        for host in *reached {
            let before = server.connections().await;
            let fetched = get(&outbound, &format!("http://{host}:{port}/")).await;
            assert_eq!(fetched.unwrap().body, "secret", "{entry}: {host}");
            assert_eq!(server.connections().await, before + 1);
        }
        let before = server.connections().await;
        for host in *refused {
            let outcome = get(&outbound, &format!("http://{host}:{port}/")).await;
            assert!(
                matches!(outcome, Err(Error::Refused(_))),
                "{entry}: {host}: {outcome:?}"
            );
        }
        assert_eq!(server.connections().await, before);
    }
    for wrong in [
        "",
        "http://host",
        "host/path",
        "host:port",
        "host:70000",
        "10.0.0.0/40",
        "*",
        "*.",
        "a*.test",
        "[::1",
    ] {
        assert!(wrong.parse::<antiphon_outbound::Allowed>().is_err(), "{wrong}");
    }
}
