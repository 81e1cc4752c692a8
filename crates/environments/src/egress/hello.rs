//! The beginning of a TLS connection, read without taking part in it.

use std::io;

use rustls::server::Acceptor;
use tokio::io::{AsyncRead, AsyncReadExt};

/// More than a first message has, also with the large keys of newer key exchanges.
const LIMIT: usize = 32 * 1024;

/// What a client said first.
#[derive(Debug)]
pub struct Hello {
    /// Everything that was read, to be passed on.
    pub bytes: Vec<u8>,
    /// The name that it asks for.
    pub server_name: Option<String>,
}

/// Reads a client's first message; an error when it is not TLS or longer than any is.
pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Hello> {
    let mut acceptor = Acceptor::default();
    let mut bytes = Vec::new();
    loop {
        let begin = bytes.len();
        let room = LIMIT.saturating_sub(begin) as u64;
        if room == 0 || (&mut *stream).take(room.min(4096)).read_buf(&mut bytes).await? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        }
        let mut unread = &bytes[begin..];
        while !unread.is_empty() {
            if acceptor.read_tls(&mut unread)? == 0 {
                return Err(io::Error::from(io::ErrorKind::InvalidData));
            }
            let accepted = acceptor
                .accept()
                .map_err(|(error, _)| io::Error::new(io::ErrorKind::InvalidData, error))?;
            if let Some(accepted) = accepted {
                let server_name = accepted.client_hello().server_name().map(str::to_ascii_lowercase);
                return Ok(Hello { bytes, server_name });
            }
        }
    }
}
