//! Passkeys: keys on people's devices, with which they log in without a password and without typing who they are.
//!
//! A browser asks for a challenge, a device of its owner answers it, and what the device signed is checked in one
//! place, [`assertion`]. Of a challenge nothing is kept in the process: it is a row that is good once, for five minutes,
//! on every server process ([`challenge`]).
//!
//! **One passkey is both factors.** A device is only asked with user verification required (a fingerprint, a face or
//! the PIN of the device), and what it signs without it is refused, whoever signs it; so a passkey is something that
//! one has together with something that one is or knows, bound to the site, which a password and a code are not. Who
//! has an app as a second factor is therefore not asked for its code (the session counts as proven by two), and a
//! passkey proves again who somebody is where a sensitive write asks for it. Having one does not make it the only way
//! in: the password opens the account as before, and the app is asked for after the password as before.
//!
//! **A passkey is a way to log in** like a password or a provider: setting one up asks for a recent log-in and a proven
//! e-mail address, its owner is told by mail, and the last way to log in stays. So an account that waits for its owner
//! has none, and a passkey stays the owner's when staff put another address in the place of the proven one. A new
//! password takes no passkey away, as it takes no second factor away: the mail that sets it proves less than the passkey does, and who
//! only lost the password would lose the better key with it. All sessions end, the passkeys are there to be looked at,
//! and support can take them away.
//!
//! **A device that counts backwards** may be a copy. It is refused, the timeline says so, and its owner is told.

pub mod assertion;
mod challenge;
mod customer_passkeys_revoke;
mod loader;
mod object;
mod passkey_change;
mod passkey_register;
pub mod service;
mod session_create_by_passkey;
pub mod visibility;

pub use object::Passkey;
pub(crate) use object::{own_passkeys, passkeys_of};

/// The mutations of this room.
#[derive(Debug, Default, async_graphql::MergedObject)]
pub struct PasskeyMutation(
    passkey_register::PasskeyRegisterMutation,
    passkey_change::PasskeyChangeMutation,
    customer_passkeys_revoke::CustomerPasskeysRevokeMutation,
    session_create_by_passkey::SessionCreateByPasskeyMutation,
);
