//! A way to the database that can be disturbed.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of connections and bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// They go through.
    Open,
    /// Bytes wait, in both directions.
    Paused,
    /// Every connection is ended, and new ones are closed at once.
    Shut,
}

/// Ends with the test's runtime.
pub(crate) struct Proxy {
    address: String,
    server: String,
    way: watch::Sender<Way>,
}

impl Proxy {
    /// To the server of `url`: `postgres://USER@HOST:PORT/DATABASE`.
    pub(crate) async fn to(url: &str) -> Self {
        let server = url.split(['@', '/']).nth(3).unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap().to_string(),
            server: server.clone(),
            way: watch::Sender::new(Way::Open),
        };
        let way = proxy.way.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *way.borrow() == Way::Shut {
                    continue;
                }
                tokio::spawn(connect(client, server.clone(), way.clone()));
            }
        });
        proxy
    }

    /// The URL, by way of this.
    pub(crate) fn by(&self, url: &str) -> String {
        url.replace(&self.server, &self.address)
    }

    /// Ends every connection; new ones are welcome.
    pub(crate) async fn cut(&self) {
        self.disturb(Way::Shut, Duration::from_millis(20)).await;
    }

    /// Is in this way for a while.
    pub(crate) async fn disturb(&self, way: Way, length: Duration) {
        self.way.send_replace(way);
        tokio::time::sleep(length).await;
        self.way.send_replace(Way::Open);
    }
}

async fn connect(client: TcpStream, server: String, mut way: watch::Receiver<Way>) {
    let Ok(server) = TcpStream::connect(&server).await else {
        return;
    };
    let (mut client_reads, mut client_writes) = client.into_split();
    let (mut server_reads, mut server_writes) = server.into_split();
    let (one, other) = (way.clone(), way.clone());
    tokio::select! {
        () = pump(&mut client_reads, &mut server_writes, one) => {}
        () = pump(&mut server_reads, &mut client_writes, other) => {}
        _ = way.wait_for(|way| *way == Way::Shut) => {}
    }
}

async fn pump(
    from: &mut (impl tokio::io::AsyncRead + Unpin),
    to: &mut (impl tokio::io::AsyncWrite + Unpin),
    mut way: watch::Receiver<Way>,
) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if way.wait_for(|way| *way != Way::Paused).await.is_err() || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
