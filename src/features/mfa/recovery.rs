//! Recovery codes: for the day on which the app is lost.

use entity::{
    id::AuthIdentityId,
    recovery_code::{self, Column, Entity},
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};

use crate::{auth::secret_hash, work::UnitOfWork};

/// How many there are.
const COUNT: usize = 10;

/// Their characters: none that looks like another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Uses a code up, if the identity has it.
pub(super) async fn use_up(unit: &UnitOfWork, identity: AuthIdentityId, code: &str) -> Result<bool, DbErr> {
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::val(unit.now()))
        .filter(Column::AuthIdentityId.eq(identity))
        .filter(Column::CodeHash.eq(hash(code)))
        .filter(Column::UsedAt.is_null())
        .exec(unit.db())
        .await?;
    Ok(used.rows_affected == 1)
}

/// New recovery codes, of 80 random bits each.
pub(super) fn new() -> Vec<String> {
    let code = || {
        let bits: [u8; 16] = rand::random();
        let characters: Vec<u8> = bits.iter().map(|bits| ALPHABET[usize::from(bits % 32)]).collect();
        let groups: Vec<String> = characters
            .chunks(4)
            .map(|group| group.iter().map(|character| char::from(*character)).collect())
            .collect();
        groups.join("-")
    };
    (0..COUNT).map(|_| code()).collect()
}

/// Case, spaces and hyphens do not matter.
fn hash(code: &str) -> String {
    let code: String = code
        .chars()
        .take(64)
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_uppercase())
        .collect();
    secret_hash(&code)
}

/// Puts these codes in the place of those that an identity has.
pub(super) async fn replace(
    unit: &UnitOfWork,
    identity: AuthIdentityId,
    recovery_codes: &[String],
) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::AuthIdentityId.eq(identity))
        .exec(unit.db())
        .await?;
    if recovery_codes.is_empty() {
        return Ok(());
    }
    let rows = recovery_codes.iter().map(|code| {
        recovery_code::Model {
            id: unit.new_id(),
            auth_identity_id: identity,
            code_hash: hash(code),
            created_at: unit.now(),
            used_at: None,
        }
        .into_active_model()
    });
    Entity::insert_many(rows).exec_without_returning(unit.db()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_codes_have_eighty_bits_and_are_read_as_people_type_them() {
        let codes = new();
        assert_eq!(codes.len(), COUNT);
        for code in &codes {
            assert_eq!(code.replace('-', "").len(), 16, "{code}");
            let typed = code.to_lowercase().replace('-', " ");
            assert_eq!(hash(&typed), hash(code));
        }
        assert_ne!(hash(&codes[0]), hash(&codes[1]));
    }
}
