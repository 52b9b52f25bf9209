//! Which fields show personal data: what the entities say of their columns, in the words of the schema.

use std::str::FromStr;

use entity::{
    address, customer, interaction, mail, mfa_factor, note, order_activity, order_link, order_transfer, passkey,
    personal_data::{Classified, DataClass},
    provider_identity, saved_query, session, staff_user, timeline_entry,
};

/// The fields that show personal data under another name than its column has, or put together from several.
const UNDER_OTHER_NAMES: [(&str, &str); 7] = [
    ("Address", "formatted"),
    ("Customer", "displayName"),
    ("FieldChange", "after"),
    ("FieldChange", "before"),
    ("LoginMethod", "subjectHint"),
    ("OrderTransfer", "newOwnerHint"),
    ("OrderTransferOffer", "newOwnerHint"),
];

/// Whether a field of an object shows something about a person beyond a random id.
pub(super) fn is_personal(object: &str, field: &str) -> bool {
    is_of_personal_column(object, field) || UNDER_OTHER_NAMES.contains(&(object, field))
}

/// A field has the name of the column that it shows.
fn is_of_personal_column(object: &str, field: &str) -> bool {
    match object {
        "Address" => is_personal_column::<address::Entity>(field),
        "Customer" => is_personal_column::<customer::Entity>(field),
        "Interaction" => is_personal_column::<interaction::Entity>(field),
        "LoginMethod" => is_personal_column::<provider_identity::Entity>(field),
        "Mail" => is_personal_column::<mail::Entity>(field),
        "MfaFactor" => is_personal_column::<mfa_factor::Entity>(field),
        "Note" => is_personal_column::<note::Entity>(field),
        "OrderActivity" => is_personal_column::<order_activity::Entity>(field),
        "OrderLink" => is_personal_column::<order_link::Entity>(field),
        "OrderTransfer" => is_personal_column::<order_transfer::Entity>(field),
        "Passkey" => is_personal_column::<passkey::Entity>(field),
        "SavedQuery" => is_personal_column::<saved_query::Entity>(field),
        "Session" => is_personal_column::<session::Entity>(field),
        "StaffUser" => is_personal_column::<staff_user::Entity>(field),
        "TimelineEntry" => is_personal_column::<timeline_entry::Entity>(field),
        _ => false,
    }
}

fn is_personal_column<E: Classified>(name: &str) -> bool
where
    E::Column: FromStr,
{
    name.parse::<E::Column>()
        .is_ok_and(|column| E::class(&column) == DataClass::Personal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]
    use async_graphql::parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    };
    use sea_orm::{IdenStatic, Iterable};

    use super::*;

    /// Fields, each with the object that it belongs to.
    type Fields = Vec<(String, String)>;

    /// Those with the tag, and all.
    fn fields() -> (Fields, Fields) {
        let (mut tagged, mut all) = (Vec::new(), Vec::new());
        for definition in parse_schema(crate::schema::sdl()).unwrap().definitions {
            let TypeSystemDefinition::Type(kind) = definition else {
                continue;
            };
            let TypeKind::Object(object) = &kind.node.kind else {
                continue;
            };
            for field in &object.fields {
                let name = (kind.node.name.node.to_string(), field.node.name.node.to_string());
                let is_tagged = field.node.directives.iter().any(|directive| {
                    let directive = &directive.node;
                    directive.name.node == "tag"
                        && directive
                            .arguments
                            .iter()
                            .any(|(_, value)| value.node.to_string() == "\"pii\"")
                });
                if is_tagged {
                    tagged.push(name.clone());
                }
                all.push(name);
            }
        }
        (tagged, all)
    }

    /// The personal columns of an entity that no field of the type has the name of.
    fn without_field<E: Classified>(object: &str, all: &[(String, String)]) -> Vec<&'static str> {
        let columns = E::Column::iter().filter(|column| E::class(column) == DataClass::Personal);
        let mut names: Vec<&str> = columns
            .filter(|column| {
                let has_it = |(kind, field): &(String, String)| {
                    kind == object
                        && field
                            .parse::<E::Column>()
                            .is_ok_and(|it| it.as_str() == column.as_str())
                };
                !all.iter().any(has_it)
            })
            .map(|column| column.as_str())
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn every_personal_column_is_shown_under_the_tag_or_not_at_all() {
        let (tagged, all) = fields();
        for (object, field) in UNDER_OTHER_NAMES {
            assert!(all.contains(&(object.to_owned(), field.to_owned())), "{object}.{field}");
        }
        for (object, field) in &all {
            let is_tagged = tagged.contains(&(object.clone(), field.clone()));
            assert_eq!(is_tagged, is_personal(object, field), "{object}.{field}");
        }
        // What is left is compared and searched by, or is shown under another name, or nowhere.
        assert_eq!(without_field::<address::Entity>("Address", &all), [""; 0]);
        assert_eq!(
            without_field::<customer::Entity>("Customer", &all),
            [
                "company_name_folded",
                "email_normalized",
                "first_name_folded",
                "last_name_folded",
                "search_text"
            ]
        );
        let login_method = without_field::<provider_identity::Entity>("LoginMethod", &all);
        assert_eq!(login_method, ["data", "subject"]);
        assert_eq!(without_field::<interaction::Entity>("Interaction", &all), [""; 0]);
        assert_eq!(without_field::<order_activity::Entity>("OrderActivity", &all), [""; 0]);
        assert_eq!(without_field::<mail::Entity>("Mail", &all), ["data"]);
        assert_eq!(without_field::<mfa_factor::Entity>("MfaFactor", &all), [""; 0]);
        assert_eq!(without_field::<note::Entity>("Note", &all), [""; 0]);
        assert_eq!(
            without_field::<order_link::Entity>("OrderLink", &all),
            ["email_normalized"]
        );
        assert_eq!(without_field::<order_transfer::Entity>("OrderTransfer", &all), [""; 0]);
        assert_eq!(
            without_field::<passkey::Entity>("Passkey", &all),
            ["credential", "credential_id"]
        );
        assert_eq!(
            without_field::<saved_query::Entity>("SavedQuery", &all),
            ["name_folded"]
        );
        assert_eq!(
            without_field::<session::Entity>("Session", &all),
            ["impersonation_reason"]
        );
        assert_eq!(
            without_field::<staff_user::Entity>("StaffUser", &all),
            ["email_normalized"]
        );
        let timeline = without_field::<timeline_entry::Entity>("TimelineEntry", &all);
        assert_eq!(timeline, [""; 0]);
    }
}
