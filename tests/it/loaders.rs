//! Loaders: who asks at the same moment is answered together, whatever becomes of the others.

use std::{collections::HashMap, sync::Arc};

use customer_graph::{
    auth::Viewer,
    graphql::{Batch, Loaders},
    work::Call,
};
use sea_orm::DbErr;

use crate::on_both;

struct Same;

impl Batch for Same {
    type Key = u32;
    type Value = u32;

    async fn load(_: &Call, keys: &[u32]) -> Result<HashMap<u32, u32>, DbErr> {
        tokio::task::yield_now().await;
        Ok(keys.iter().filter(|key| **key < 10).map(|key| (*key, *key)).collect())
    }
}

on_both! {
    async fn who_waits_is_answered_although_the_one_who_leads_is_given_up(app: TestApp) {
        let call = Call::new(app.app.parts.clone(), Viewer::Anonymous, String::new(), None);
        let loaders = Loaders::new(Arc::new(call));
        for turns in 0..8 {
            let mut leads = Box::pin(futures_util::future::maybe_done(loaders.load::<Same>(1)));
            let mut waits = Box::pin(futures_util::future::maybe_done(loaders.load::<Same>(2)));
            for _ in 0..turns {
                let _ = futures_util::poll!(&mut leads);
                let _ = futures_util::poll!(&mut waits);
                tokio::task::yield_now().await;
            }
            drop(leads);
            let ((), nothing) = futures_util::future::join(&mut waits, loaders.load::<Same>(11)).await;
            assert_eq!(waits.as_mut().take_output().unwrap().unwrap(), Some(2));
            assert_eq!(nothing.unwrap(), None);
        }
    }
}
