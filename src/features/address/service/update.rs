//! Changes of addresses.

use std::collections::{HashMap, HashSet};

use entity::{
    address::{Column, Model},
    id::{AddressId, CustomerId, OrganizationUnitId, PrefixedId},
};
use sea_orm::{Condition, DbErr, QueryFilter, QueryOrder, QuerySelect};

use super::{
    super::visibility,
    AddressChange, AddressUpdate, Rows,
    default::{Claims, Kind, touch},
    owner::{LockedOwners, Owner},
    save::save,
};
use crate::{
    config::Limits,
    features::{
        address::rules::{Finding, findings, postal_address, province_code},
        customer::service::duplicated,
    },
    graphql::check_metadata,
    text::e164,
    work::{Change, ErrorCode, UnitOfWork, UserError, WriteError, dialect},
};

/// Changes addresses; several statements for any number of rows and owners.
///
/// # Errors
/// Faults; what is wrong with a row stands in its result.
pub async fn update(unit: &mut UnitOfWork, updates: Vec<AddressUpdate>) -> Result<Rows, WriteError> {
    let ids: Vec<AddressId> = updates.iter().map(|update| update.id).collect();
    let (owners, before) = find(unit, &ids).await?;
    let mut claims = Claims::default();
    let mut seen = HashSet::new();
    let mut rows: Rows = Vec::with_capacity(updates.len());
    for update in updates {
        let Some((old, owner)) = before.get(&update.id).and_then(|old| Some((old, Owner::of(old)?))) else {
            rows.push(Err(vec![UserError::not_found("id", "address")]));
            continue;
        };
        if !seen.insert(update.id) {
            rows.push(Err(vec![duplicated("id")]));
            continue;
        }
        let mut errors = Vec::new();
        if update.expected_version.is_some_and(|expected| expected != old.version) {
            errors.push(UserError::conflict(old.version));
        }
        let asked = [update.change.is_default_shipping, update.change.is_default_billing];
        let new = changed(old, update.change, &unit.call().limits, &mut errors);
        for (kind, asked) in Kind::ALL.into_iter().zip(asked) {
            if asked == Some(true)
                && let Err(error) = claims.claim(owner, kind, new.id)
            {
                errors.push(error);
            }
        }
        rows.push(if errors.is_empty() {
            Ok(new)
        } else {
            claims.withdraw(new.id);
            Err(errors)
        });
    }
    for new in rows.iter_mut().flatten() {
        claims.displace(new);
        if before.get(&new.id).is_some_and(|old| old != new) {
            touch(new, unit.now());
        }
    }
    let right: HashSet<AddressId> = rows.iter().flatten().map(|row| row.id).collect();
    let displaced = claims.displaced(unit, |id| right.contains(&id)).await?;
    let mut changed: Vec<(&Model, &Model)> = displaced.iter().map(|(before, after)| (before, after)).collect();
    changed.extend(
        rows.iter()
            .flatten()
            .filter_map(|row| Some((before.get(&row.id)?, row)))
            .filter(|(before, after)| before.version != after.version),
    );
    save(unit, &owners, changed).await?;
    Ok(rows)
}

/// The ids of the addresses that match a condition and that the viewer may change, at most `most`.
///
/// # Errors
/// `SELECTOR_TOO_BROAD` when there are more.
pub async fn select(unit: &UnitOfWork, condition: Condition, most: u64) -> Result<Vec<AddressId>, WriteError> {
    let ids: Vec<AddressId> = visibility::writable_by(unit.viewer())
        .select_only()
        .column(Column::Id)
        .filter(condition)
        .order_by_asc(Column::Id)
        .limit(most + 1)
        .into_tuple()
        .all(unit.db())
        .await?;
    if ids.len() as u64 > most {
        return Err(UserError::new(
            ErrorCode::SelectorTooBroad,
            "where",
            format!("More than {most} addresses match. Narrow the selector or raise maxAffected."),
        )
        .into());
    }
    Ok(ids)
}

/// Locks the owners of these addresses, then the addresses, those that the viewer may change.
pub(super) async fn find(
    unit: &UnitOfWork,
    ids: &[AddressId],
) -> Result<(LockedOwners, HashMap<AddressId, Model>), DbErr> {
    let these = || {
        visibility::writable_by(unit.viewer()).filter(dialect::any_of(
            unit.call().database.backend(),
            dialect::column(Column::Id),
            ids.iter().map(|id| id.uuid()),
        ))
    };
    let owners: Vec<(Option<CustomerId>, Option<OrganizationUnitId>)> = these()
        .select_only()
        .columns([Column::CustomerId, Column::OrganizationUnitId])
        .distinct()
        .into_tuple()
        .all(unit.db())
        .await?;
    if owners.is_empty() {
        return Ok((LockedOwners::default(), HashMap::new()));
    }
    let owners = owners
        .into_iter()
        .filter_map(|(customer, organization_unit)| Owner::from_columns(customer, organization_unit));
    let locked = LockedOwners::lock(unit, owners).await?;
    let rows = these().order_by_asc(Column::Id).lock_exclusive().all(unit.db()).await?;
    Ok((locked, rows.into_iter().map(|row| (row.id, row)).collect()))
}

/// The address as it will be after the change; what is wrong with that is added to `errors`.
fn changed(old: &Model, change: AddressChange, limits: &Limits, errors: &mut Vec<UserError>) -> Model {
    let touched = touched(&change);
    let country_changes = change
        .country_code
        .as_ref()
        .is_some_and(|code| *code != old.country_code);
    let phone_changes = !change.phone.is_keep();
    let mut new = old.clone();
    change.address_name.apply(&mut new.address_name);
    change.first_name.apply(&mut new.first_name);
    change.last_name.apply(&mut new.last_name);
    change.company.apply(&mut new.company);
    change.phone.apply(&mut new.phone);
    change.address1.apply(&mut new.address1);
    change.address2.apply(&mut new.address2);
    change.city.apply(&mut new.city);
    change.province.apply(&mut new.province);
    change.postal_code.apply(&mut new.postal_code);
    if let Some(country_code) = change.country_code {
        new.country_code = country_code;
    }
    if country_changes || phone_changes {
        new.phone_e164 = new
            .phone
            .as_deref()
            .and_then(|phone| e164(phone, Some(&new.country_code)));
    }
    if country_changes || touched.contains(&"province") {
        new.province_code = province_code(&new.country_code, new.province.as_deref());
    }
    if let Some(is_default) = change.is_default_shipping {
        new.is_default_shipping = is_default;
    }
    if let Some(is_default) = change.is_default_billing {
        new.is_default_billing = is_default;
    }
    for (path, patch, metadata) in [
        ("metadata", change.metadata, &mut new.metadata),
        ("privateMetadata", change.private_metadata, &mut new.private_metadata),
    ] {
        if let Some(patch) = patch {
            *metadata = patch.apply(metadata);
            errors.extend(check_metadata(path, metadata, limits));
        }
    }
    if country_changes || !touched.is_empty() {
        // What was accepted with a finding may keep it until the field it is about, or the country, changes.
        let (refused, kept): (Vec<Finding>, Vec<Finding>) =
            findings(&postal_address(&new)).into_iter().partition(|finding| {
                finding.is_fatal()
                    || (!change.skip_validation && (country_changes || touched.contains(&finding.field.as_str())))
            });
        errors.extend(refused.into_iter().map(UserError::from));
        new.validation = serde_json::to_value(kept).unwrap_or_default();
    }
    new
}

/// The fields that the change touches and the postal rules may have something to say about.
fn touched(change: &AddressChange) -> Vec<&'static str> {
    let fields: [(&'static str, &Change<String>); 8] = [
        ("firstName", &change.first_name),
        ("lastName", &change.last_name),
        ("company", &change.company),
        ("address1", &change.address1),
        ("address2", &change.address2),
        ("city", &change.city),
        ("province", &change.province),
        ("postalCode", &change.postal_code),
    ];
    fields
        .into_iter()
        .filter(|(_, change)| !change.is_keep())
        .map(|(name, _)| name)
        .collect()
}
