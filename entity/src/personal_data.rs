//! Which columns hold personal data, said by the entity that owns them.

use sea_orm::EntityTrait;

/// What a column holds, as far as a person's rights over their data are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataClass {
    /// Something about a person: goes into their export and is removed by an erase.
    Personal,
    /// Something about a person's secrets, such as a password hash: removed by an erase, never exported.
    Secret,
    /// Nothing about a person beyond a random id.
    Impersonal,
}

/// An entity that classifies each of its columns.
pub trait Classified: EntityTrait {
    /// The class of one column; implemented by an exhaustive match.
    fn class(column: &Self::Column) -> DataClass;
}
