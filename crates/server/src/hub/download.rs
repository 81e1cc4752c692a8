use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Response, StatusCode};

use super::listing::{Hub, HubFile};
use super::name::ModelName;
use super::part::{self, Part};
use crate::terminal;

/// After so many breaks without a byte in between, a download gives up.
const MAX_FRUITLESS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);

/// Told how a download goes.
pub(crate) trait Progress {
    /// So many bytes of the file are there now.
    fn at(&self, bytes: u64);
    /// The connection broke; it is tried again.
    fn broken(&self, why: &anyhow::Error);
}

/// What one connection came to.
enum Transfer {
    Whole,
    /// The connection broke, or its reply was of no use; another may do better.
    Broken(anyhow::Error),
}

impl Hub {
    /// Files with what the hub says of each, as [`Hub::fetch`] takes them, and the bytes that are still to come.
    pub(crate) async fn plan(
        &self,
        name: &ModelName,
        files: Vec<HubFile>,
        folder: &Path,
    ) -> anyhow::Result<(Vec<HubFile>, u64)> {
        let mut described = Vec::with_capacity(files.len());
        let mut missing: u64 = 0;
        for file in files {
            let file = self.described(name, &file).await?;
            let there = part::length_so_far(&folder.join(&file.path));
            missing = missing.saturating_add(file.size.unwrap_or(0).saturating_sub(there));
            described.push(file);
        }
        Ok((described, missing))
    }

    /// Fetches one file to `destination`, which is there only when it is whole and, where the hub tells its checksum, the
    /// right one. Goes on with what an earlier call left in `FILE.part`, when the checksum will tell whether that was right.
    ///
    /// # Errors
    /// The hub refuses, the disk is full, the checksum is wrong, or the connection breaks again and again. What came stays
    /// for the next call, unless it was wrong.
    pub(crate) async fn fetch(
        &self,
        name: &ModelName,
        file: &HubFile,
        destination: &Path,
        progress: &impl Progress,
    ) -> anyhow::Result<()> {
        let mut part = Part::open(destination, file.sha256.is_some())?;
        let mut resumed = part.length() > 0;
        loop {
            self.complete(name, file, &mut part, progress).await?;
            let (Some(expected), found) = (&file.sha256, part.sha256()) else {
                break;
            };
            if *expected == found {
                break;
            }
            part.clear()?;
            if !resumed {
                bail!(
                    "{} came with the checksum {found} and the hub says {expected}: it was changed on its way and is not kept; run the same command again",
                    file.path
                );
            }
            // The beginning may be that of an older version of the file.
            resumed = false;
        }
        part.finish()
    }

    async fn complete(
        &self,
        name: &ModelName,
        file: &HubFile,
        part: &mut Part,
        progress: &impl Progress,
    ) -> anyhow::Result<()> {
        let mut fruitless = 0;
        loop {
            let before = part.length();
            match self.transfer(name, file, part, progress).await? {
                Transfer::Whole => return Ok(()),
                Transfer::Broken(why) => {
                    fruitless = if part.length() > before { 0 } else { fruitless + 1 };
                    if fruitless >= MAX_FRUITLESS {
                        return Err(why.context(format!(
                            "{} could not be fetched; run the same command again, it goes on where it stopped",
                            file.path
                        )));
                    }
                    progress.broken(&why);
                    if fruitless > 1 {
                        tokio::time::sleep(PAUSE * fruitless).await;
                    }
                }
            }
        }
    }

    /// One connection: what is missing, or as much of it as comes.
    async fn transfer(
        &self,
        name: &ModelName,
        file: &HubFile,
        part: &mut Part,
        progress: &impl Progress,
    ) -> anyhow::Result<Transfer> {
        if file.size.is_some_and(|size| part.length() > size) {
            part.clear()?;
        }
        progress.at(part.length());
        if file.size == Some(part.length()) {
            return Ok(Transfer::Whole);
        }
        let mut request = self.content(name, &file.path);
        if part.length() > 0 {
            request = request.header(RANGE, format!("bytes={}-", part.length()));
        }
        let response = match self.send(request).await {
            Ok(response) if self.is_passing(&response) => {
                return Ok(Transfer::Broken(anyhow::anyhow!(
                    "the hub answered {}",
                    response.status()
                )));
            }
            Ok(response) => self.accepted(response, name)?,
            Err(error) => return Ok(Transfer::Broken(error)),
        };
        if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            part.clear()?;
            return Ok(Transfer::Broken(anyhow::anyhow!(
                "the file at the hub is shorter than what is here of it"
            )));
        }
        if begin_of(&response) != part.length() {
            part.clear()?;
            if response.status() == StatusCode::PARTIAL_CONTENT {
                return Ok(Transfer::Broken(anyhow::anyhow!(
                    "the hub sent another part of the file than it was asked for"
                )));
            }
        }
        let size = file.size.or_else(|| Some(part.length() + response.content_length()?));
        receive(response, size, part, progress).await
    }
}

async fn receive(
    mut response: Response,
    size: Option<u64>,
    part: &mut Part,
    progress: &impl Progress,
) -> anyhow::Result<Transfer> {
    loop {
        match response.chunk().await {
            Ok(Some(bytes)) => {
                if size.is_some_and(|size| part.length() + bytes.len() as u64 > size) {
                    part.clear()?;
                    return Ok(Transfer::Broken(anyhow::anyhow!("the hub sent more than the file has")));
                }
                part.append(&bytes)?;
                progress.at(part.length());
            }
            Ok(None) if size.is_none_or(|size| size == part.length()) => return Ok(Transfer::Whole),
            Ok(None) => {
                return Ok(Transfer::Broken(anyhow::anyhow!(
                    "the connection ended before the file did"
                )));
            }
            Err(error) => {
                let broken = Err(error.without_url()).context("the connection broke");
                return broken.or_else(|error| Ok(Transfer::Broken(error)));
            }
        }
    }
}

/// At which byte the reply begins.
fn begin_of(response: &Response) -> u64 {
    if response.status() != StatusCode::PARTIAL_CONTENT {
        return 0;
    }
    let range = response
        .headers()
        .get(CONTENT_RANGE)
        .and_then(|range| range.to_str().ok());
    let begin = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse().ok());
    begin.unwrap_or(u64::MAX)
}

/// Whether `missing` bytes fit beside `folder`.
///
/// # Errors
/// They do not; the message says what to do.
pub(crate) fn check_room(folder: &Path, missing: u64) -> anyhow::Result<()> {
    // A file system that does not tell is tried.
    match fs4::available_space(folder) {
        Ok(free) if free < missing => bail!(
            "{} more are needed and the disk of {} has {} free; make room, or name a folder on another disk with --data-dir",
            terminal::bytes(missing),
            folder.display(),
            terminal::bytes(free)
        ),
        Ok(_) | Err(_) => Ok(()),
    }
}
