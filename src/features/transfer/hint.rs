//! What the owner of an order learns of whom it shall go to.

use entity::customer;

/// `a…@example.com`, where the e-mail address is proven: nobody is shown what a stranger typed.
pub fn of(customer: &customer::Model) -> Option<String> {
    customer.email_verified_at?;
    let (local, domain) = customer.email.as_deref()?.rsplit_once('@')?;
    let first: String = local.chars().take(1).collect();
    Some(format!("{first}…@{domain}"))
}
