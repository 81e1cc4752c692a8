//! A way to the server that can be disturbed.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// What becomes of bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// They go through.
    Open,
    /// They wait.
    Paused,
    /// What the server says is lost.
    Deaf,
    /// New connections are closed at once.
    Shut,
}

struct State {
    way: Way,
    sockets: Vec<TcpStream>,
}

/// A proxy on threads of its own, so that it works while a test's thread is blocked.
#[derive(Clone)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Proxy {
    /// To the server of a URL of the form that the script prints.
    pub fn to(url: &str) -> Self {
        let server = url.split(['@', '/']).nth(3).unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::new((
                Mutex::new(State {
                    way: Way::Open,
                    sockets: Vec::new(),
                }),
                Condvar::new(),
            )),
        };
        let accepting = proxy.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                accepting.connect(client, &server);
            }
        });
        proxy
    }

    /// The URL, by way of this.
    pub fn url(&self, url: &str) -> String {
        let server = url.split(['@', '/']).nth(3).unwrap();
        url.replace(server, &self.address.to_string())
    }

    pub fn set(&self, way: Way) {
        let (state, changed) = &*self.shared;
        state.lock().unwrap().way = way;
        changed.notify_all();
    }

    /// Ends every connection.
    pub fn cut(&self) {
        for socket in self.shared.0.lock().unwrap().sockets.drain(..) {
            // One that has ended already is cut too.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    fn connect(&self, client: TcpStream, server: &str) {
        let mut state = self.shared.0.lock().unwrap();
        if state.way == Way::Shut {
            return;
        }
        let Ok(server) = TcpStream::connect(server) else { return };
        for (from, to, is_answer) in [(&client, &server, false), (&server, &client, true)] {
            let (from, to, proxy) = (from.try_clone().unwrap(), to.try_clone().unwrap(), self.clone());
            thread::spawn(move || proxy.pump(from, to, is_answer));
        }
        state.sockets.extend([client, server]);
    }

    fn pump(&self, mut from: TcpStream, mut to: TcpStream, is_answer: bool) {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let (state, changed) = &*self.shared;
            let state = changed
                .wait_while(state.lock().unwrap(), |state| state.way == Way::Paused)
                .unwrap();
            let lost = is_answer && state.way == Way::Deaf;
            drop(state);
            if !lost && to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    }
}
