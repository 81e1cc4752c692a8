//! Putting large bytes back into what was read.

use std::collections::{HashMap, HashSet};

use antiphon_interaction::InteractionId;
use antiphon_store::{Error, ProjectId};
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};

use crate::keys::Owner;
use crate::objects::Objects;
use crate::reference::{Hash, Meaning, meaning};
use crate::slots::Slots;

/// How many objects are fetched at once for one reader.
const AT_ONCE: usize = 8;

type Place = (InteractionId, Hash);

/// What has to be fetched for `read`, once for each place.
pub fn wanted(read: &mut impl Slots) -> HashSet<Place> {
    let mut wanted = HashSet::new();
    read.visit(&mut |id, slot| {
        if let Meaning::Large(hash) = meaning(&slot) {
            wanted.insert((id.clone(), hash));
        }
    });
    wanted
}

/// Fetches what is wanted.
pub async fn fetch(
    objects: Objects,
    project: ProjectId,
    wanted: HashSet<Place>,
) -> Result<HashMap<Place, String>, Error> {
    iter(wanted)
        .map(|(id, hash)| {
            let (objects, project) = (objects.clone(), project.clone());
            async move {
                let text = objects.get(&folder(&project, &id), &hash).await?;
                Ok(((id, hash), text))
            }
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// Puts everything back in its place.
pub fn put_back(
    objects: &Objects,
    project: &ProjectId,
    read: &mut impl Slots,
    fetched: &HashMap<Place, String>,
) -> Result<(), Error> {
    let mut outcome = Ok(());
    read.visit(&mut |id, slot| {
        let text = match meaning(&slot) {
            Meaning::Itself => return,
            Meaning::Escaped(text) => Some(text),
            Meaning::Large(hash) => fetched.get(&(id.clone(), hash)).cloned(),
            Meaning::Broken => None,
        };
        if text.and_then(|text| slot.replace(text).ok()).is_none() {
            outcome = Err(objects.broken(&folder(project, id)));
        }
    });
    outcome
}

/// The folder to look in; one that has no name has no objects.
fn folder(project: &ProjectId, id: &InteractionId) -> String {
    let owner = Owner {
        project: project.clone(),
        id: id.clone(),
    };
    owner.folder().unwrap_or_default()
}
