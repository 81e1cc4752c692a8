//! Gemma's notation of values, which is JSON but for bare keys and strings between quote marks of their own. JSON
//! itself is read too.

/// How deep values may nest.
const MAX_DEPTH: usize = 64;

/// Turns an object into JSON text.
pub(super) fn object(text: &str, quote: &str) -> Result<String, String> {
    let mut reader = Values {
        rest: text,
        quote,
        json: String::new(),
    };
    reader.object(0)?;
    if reader.rest.trim().is_empty() {
        Ok(reader.json)
    } else {
        Err(format!("are followed by `{}`", shown(reader.rest)))
    }
}

struct Values<'a> {
    rest: &'a str,
    quote: &'a str,
    json: String,
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

impl<'a> Values<'a> {
    fn take(&mut self, mark: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, mark: &str) -> Result<(), String> {
        if self.take(mark) {
            Ok(())
        } else {
            Err(format!("lack a `{mark}` before `{}`", shown(self.rest)))
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), String> {
        self.expect("{")?;
        self.json.push('{');
        if !self.take("}") {
            loop {
                self.key()?;
                self.expect(":")?;
                self.json.push(':');
                self.value(depth + 1)?;
                if self.take("}") {
                    break;
                }
                self.expect(",")?;
                self.json.push(',');
            }
        }
        self.json.push('}');
        Ok(())
    }

    fn list(&mut self, depth: usize) -> Result<(), String> {
        self.expect("[")?;
        self.json.push('[');
        if !self.take("]") {
            loop {
                self.value(depth + 1)?;
                if self.take("]") {
                    break;
                }
                self.expect(",")?;
                self.json.push(',');
            }
        }
        self.json.push(']');
        Ok(())
    }

    fn key(&mut self) -> Result<(), String> {
        self.rest = self.rest.trim_start();
        if self.rest.starts_with(['"']) || self.rest.starts_with(self.quote) {
            return self.string();
        }
        let end = self
            .rest
            .find(':')
            .ok_or_else(|| format!("have no value for `{}`", shown(self.rest)))?;
        let key = self.split(end).trim_end();
        self.push_string(key);
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("nest deeper than {MAX_DEPTH}"));
        }
        self.rest = self.rest.trim_start();
        if self.rest.starts_with('{') {
            self.object(depth)
        } else if self.rest.starts_with('[') {
            self.list(depth)
        } else if self.rest.starts_with('"') || self.rest.starts_with(self.quote) {
            self.string()
        } else {
            let end = self.rest.find([',', '}', ']']).unwrap_or(self.rest.len());
            let word = self.split(end).trim();
            if word.is_empty() {
                return Err("have an empty value".to_owned());
            }
            let is_json = serde_json::from_str::<&serde_json::value::RawValue>(word).is_ok();
            if is_json {
                self.json.push_str(word)
            } else {
                self.push_string(word)
            }
            Ok(())
        }
    }

    fn string(&mut self) -> Result<(), String> {
        if let Some(rest) = self.rest.strip_prefix(self.quote) {
            let end = rest.find(self.quote).ok_or("have a string without an end")?;
            self.push_string(&rest[..end]);
            self.rest = &rest[end + self.quote.len()..];
            return Ok(());
        }
        let mut stream = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
        match stream.next() {
            Some(Ok(text)) => {
                let end = stream.byte_offset();
                self.rest = &self.rest[end..];
                self.push_string(&text);
                Ok(())
            }
            Some(Err(error)) => Err(format!("are not readable: {error}")),
            None => Err("have an empty value".to_owned()),
        }
    }

    fn split(&mut self, at: usize) -> &'a str {
        let (before, after) = self.rest.split_at(at);
        self.rest = after;
        before
    }

    fn push_string(&mut self, text: &str) {
        self.json.push_str(&serde_json::Value::from(text).to_string());
    }
}
