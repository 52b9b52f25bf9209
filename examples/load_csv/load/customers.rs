//! Customers, their addresses and their organizations.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Journal, LoadError,
    mapping::{AddressMapping, Fields, Mapping},
    service::Service,
    table::{Place, Row, Table},
};

const UPSERT: &str = "mutation LoadCustomers($input: CustomerBulkUpsertInput!) {
  customerBulkUpsert(input: $input) {
    results {
      customer { id addresses(first: 1) { nodes { id } } }
      isCreated
      userErrors { path message }
    }
    userErrors { path message }
  }
}";

const CREATE_ADDRESSES: &str = "mutation LoadAddresses($input: AddressBulkCreateInput!) {
  addressBulkCreate(input: $input) {
    results { userErrors { path message } }
    userErrors { path message }
  }
}";

const UPSERT_ORGANIZATIONS: &str = "mutation LoadOrganizations($input: OrganizationBulkUpsertInput!) {
  organizationBulkUpsert(input: $input) {
    results { isCreated userErrors { path message } }
    userErrors { path message }
  }
}";

/// A customer of the file.
struct Draft {
    place: Place,
    customer: Value,
    address: Option<Result<Map<String, Value>, String>>,
    organization: Option<(String, Value)>,
}

/// A row to send, and where it stands.
type Placed = (Place, Value);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Upserted {
    customer: Option<Customer>,
    is_created: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Customer {
    id: String,
    addresses: Addresses,
}

#[derive(Debug, Deserialize)]
struct Addresses {
    nodes: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Written {}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpsertedOrganization {
    is_created: Option<bool>,
}

/// Loads them, and answers the external ids of the organizations.
pub async fn load(
    service: &Service,
    mapping: &Mapping,
    table: &Table,
    journal: &mut Journal<'_>,
) -> Result<HashSet<String>, LoadError> {
    let drafts = read(mapping, table, journal);
    let (addresses, organizations) = load_customers(service, drafts, journal).await?;
    load_addresses(service, addresses, journal).await?;
    load_organizations(service, organizations, journal).await
}

/// Reads the rows; what no request can say is refused here.
fn read(mapping: &Mapping, table: &Table, journal: &mut Journal<'_>) -> Vec<Draft> {
    let mut seen = HashSet::new();
    let mut drafts = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let name = mapping.organizations.as_ref().and_then(|known| row.cell(&known.name));
        let column = &mapping.customers.external_id;
        let place = table.place(row, [row.cell(column), name]);
        match row.required(column) {
            Err(reason) => journal.refuse(&place, &reason),
            Ok(external_id) if !seen.insert(external_id) => {
                journal.refuse(&place, &format!("An earlier row has the same {column}."));
            }
            Ok(external_id) => drafts.push(draft(mapping, row, place, external_id)),
        }
    }
    drafts
}

fn draft(mapping: &Mapping, row: &Row, place: Place, external_id: &str) -> Draft {
    let mut customer = texts(&mapping.customers.fields, row);
    let mut names = Map::new();
    if let Some((given, family)) = mapping.customers.name.as_ref().map(|name| name.split(row)) {
        names.extend(given.map(|given| ("firstName".to_owned(), given.into())));
        names.extend(family.map(|family| ("lastName".to_owned(), family.into())));
    }
    customer.extend(names.clone());
    let metadata = texts(&mapping.customers.metadata, row);
    if !metadata.is_empty() {
        customer.insert("metadata".to_owned(), json!({ "set": metadata }));
    }
    customer.insert("identifier".to_owned(), json!({ "externalId": external_id }));
    let organization = mapping.organizations.as_ref().and_then(|organizations| {
        let id = row.cell(&organizations.external_id)?;
        let input = json!({
            "externalId": id,
            "name": row.cell(&organizations.name)?,
            "members": [{ "customerExternalId": external_id, "roles": [organizations.role] }],
        });
        Some((id.to_owned(), input))
    });
    Draft {
        place,
        customer: customer.into(),
        address: mapping
            .addresses
            .as_ref()
            .and_then(|addresses| address(mapping, addresses, row, names)),
        organization,
    }
}

/// The address of a row, if there is one; or why it cannot be sent.
fn address(
    mapping: &Mapping,
    addresses: &AddressMapping,
    row: &Row,
    names: Map<String, Value>,
) -> Option<Result<Map<String, Value>, String>> {
    let mut address = texts(&addresses.fields, row);
    let country = row.cell(&addresses.country);
    if address.is_empty() && country.is_none() {
        return None;
    }
    address.extend(names);
    if let Some(country) = country {
        let code = mapping.countries.get(country).map_or(country, String::as_str);
        if code.len() != 2 {
            return Some(Err(format!(
                "The country {country} is unknown: give it a code under [countries] of the mapping. The customer is in without an address."
            )));
        }
        address.insert("countryCode".to_owned(), code.into());
    }
    address.insert("isDefaultShipping".to_owned(), addresses.default_shipping.into());
    address.insert("isDefaultBilling".to_owned(), addresses.default_billing.into());
    Some(Ok(address))
}

/// The fields that a row fills.
pub(super) fn texts(fields: &Fields, row: &Row) -> Map<String, Value> {
    fields
        .iter()
        .filter_map(|(name, field)| Some((name.clone(), field.text(row)?.into())))
        .collect()
}

/// Changes or creates the customers. Answers the addresses of those who have none, and the organizations of all.
async fn load_customers(
    service: &Service,
    drafts: Vec<Draft>,
    journal: &mut Journal<'_>,
) -> Result<(Vec<Placed>, Vec<(Place, String, Value)>), LoadError> {
    journal.watcher.stage("customers", drafts.len());
    let (mut addresses, mut organizations) = (Vec::new(), Vec::new());
    let rows: Vec<Value> = drafts.iter().map(|draft| draft.customer.clone()).collect();
    let mut drafts = drafts.into_iter();
    for batch in service.batches(&rows) {
        let results = service.send::<Upserted>(UPSERT, "customers", &rows[batch]).await?;
        journal.watcher.advance(results.len());
        for (result, draft) in results.into_iter().zip(drafts.by_ref()) {
            let reason = result.reason();
            let Some(customer) = result.value.customer else {
                journal.refuse(&draft.place, &reason.unwrap_or_default());
                continue;
            };
            journal
                .report
                .customers
                .add(result.value.is_created.unwrap_or_default());
            organizations.extend(
                draft
                    .organization
                    .map(|(id, organization)| (draft.place.clone(), id, organization)),
            );
            match draft.address {
                _ if !customer.addresses.nodes.is_empty() => journal.report.addresses.add(false),
                None => {}
                Some(Err(reason)) => journal.refuse(&draft.place, &reason),
                Some(Ok(mut address)) => {
                    address.insert("customerId".to_owned(), customer.id.into());
                    addresses.push((draft.place, address.into()));
                }
            }
        }
    }
    Ok((addresses, organizations))
}

/// Creates the addresses; those against the postal rules once more, with what is wrong with them kept beside them.
async fn load_addresses(service: &Service, addresses: Vec<Placed>, journal: &mut Journal<'_>) -> Result<(), LoadError> {
    journal.watcher.stage("addresses", addresses.len());
    let refused = create_addresses(service, addresses, journal).await?;
    if refused.is_empty() {
        return Ok(());
    }
    let (again, reasons): (Vec<Placed>, Vec<String>) = refused
        .into_iter()
        .map(|((place, mut address), reason)| {
            address["skipValidation"] = true.into();
            ((place, address), reason)
        })
        .unzip();
    journal.watcher.stage("addresses again", again.len());
    let places: Vec<Place> = again.iter().map(|(place, _)| place.clone()).collect();
    let still_refused = create_addresses(service, again, journal).await?;
    let lost: HashSet<String> = still_refused.iter().map(|((place, _), _)| place.to_string()).collect();
    for ((place, _), reason) in &still_refused {
        journal.refuse(place, &format!("{reason} The customer is in without an address."));
    }
    for (place, reason) in places.iter().zip(reasons) {
        if !lost.contains(&place.to_string()) {
            journal.keep_unchecked(place, &reason);
        }
    }
    Ok(())
}

/// Creates addresses, and answers those that were refused with their reasons.
async fn create_addresses(
    service: &Service,
    addresses: Vec<Placed>,
    journal: &mut Journal<'_>,
) -> Result<Vec<(Placed, String)>, LoadError> {
    let (places, rows): (Vec<Place>, Vec<Value>) = addresses.into_iter().unzip();
    let mut refused = Vec::new();
    for batch in service.batches(&rows) {
        let results = service
            .send::<Written>(CREATE_ADDRESSES, "addresses", &rows[batch.clone()])
            .await?;
        journal.watcher.advance(results.len());
        for (result, position) in results.iter().zip(batch) {
            match result.reason() {
                None => journal.report.addresses.add(true),
                Some(reason) => refused.push(((places[position].clone(), rows[position].clone()), reason)),
            }
        }
    }
    Ok(refused)
}

/// Changes or creates the organizations, with the customers as members.
async fn load_organizations(
    service: &Service,
    organizations: Vec<(Place, String, Value)>,
    journal: &mut Journal<'_>,
) -> Result<HashSet<String>, LoadError> {
    journal.watcher.stage("organizations", organizations.len());
    let rows: Vec<Value> = organizations.iter().map(|(_, _, row)| row.clone()).collect();
    let mut organizations = organizations.into_iter();
    let mut known = HashSet::new();
    for batch in service.batches(&rows) {
        let results = service
            .send::<UpsertedOrganization>(UPSERT_ORGANIZATIONS, "organizations", &rows[batch])
            .await?;
        journal.watcher.advance(results.len());
        for (result, (place, id, _)) in results.iter().zip(organizations.by_ref()) {
            if let Some(reason) = result.reason() {
                journal.refuse(&place, &format!("organization: {reason}"));
            } else {
                journal
                    .report
                    .organizations
                    .add(result.value.is_created.unwrap_or_default());
                known.insert(id);
            }
        }
    }
    Ok(known)
}
