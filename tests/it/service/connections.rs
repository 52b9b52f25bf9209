//! Connections to the database: what is given up in the middle, and a server that ends them.

use std::sync::Arc;

use customer_graph::{
    auth::Viewer,
    work::{Call, Plain, UnitOfWork, WriteError, WriteOptions},
};
use entity::{channel, id::ChannelId};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde_json::json;
use tokio::sync::Notify;

use crate::{harness::TestApp, on_both};

/// More than there are connections.
const MANY: usize = 20;

fn call(app: &TestApp) -> Arc<Call> {
    Arc::new(Call::new(
        app.app.parts.clone(),
        Viewer::System,
        "req_test".to_owned(),
        None,
    ))
}

on_both! {
    async fn a_write_that_is_given_up_leaves_nothing_behind(app: TestApp) {
        let call = call(&app);
        for number in 0..MANY {
            let written = Notify::new();
            let write = call.write(WriteOptions::default(), async |unit: &mut UnitOfWork| {
                channel::Entity::insert(channel::ActiveModel {
                    id: Set(unit.new_id::<ChannelId>()),
                    handle: Set(format!("c{number}")),
                    name: Set("Never".to_owned()),
                    version: Set(1),
                    created_at: Set(unit.now()),
                    updated_at: Set(unit.now()),
                })
                .exec_without_returning(unit.db())
                .await?;
                written.notify_one();
                std::future::pending::<()>().await;
                Ok::<_, WriteError>(Plain(()))
            });
            tokio::select! {
                _ = write => panic!("nothing ends it"),
                () = written.notified() => {}
            }
        }
        // The connections are all there again, and the rows are not.
        let admin = app.admin().await;
        let asked = (0..MANY).map(|_| app.ask(&admin, "{ customers { totalCount } }", json!({})));
        for answer in futures_util::future::join_all(asked).await {
            assert_eq!(answer.data()["customers"]["totalCount"], 0);
        }
        // What were left open would be committed together with what is written next.
        let create = "mutation { customerCreate(input: { email: \"ada@example.com\" }) { userErrors { code } } }";
        let written = (0..MANY).map(|_| app.ask(&admin, create, json!({})));
        for answer in futures_util::future::join_all(written).await {
            assert_eq!(answer.user_errors("customerCreate"), [""; 0]);
        }
        assert_eq!(app.count("customer").await, MANY as i64);
        assert_eq!(app.count("channel where name = 'Never'").await, 0);
    }

    async fn a_read_that_is_given_up_disturbs_nobody(app: TestApp) {
        let call = call(&app);
        let slow = if app.is_postgres() {
            "select pg_sleep(0.2)"
        } else {
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000) select count(*) from n"
        };
        for _ in 0..MANY {
            let statement = sea_orm::Statement::from_string(app.app.parts.database.backend(), slow);
            let read = call.db().query_all_raw(statement);
            tokio::select! {
                biased;
                _ = read => {}
                () = tokio::task::yield_now() => {}
            }
        }
        let admin = app.admin().await;
        let asked = (0..MANY).map(|_| app.ask(&admin, "{ customers { totalCount } }", json!({})));
        for answer in futures_util::future::join_all(asked).await {
            assert_eq!(answer.data()["customers"]["totalCount"], 0);
        }
    }

    async fn connections_that_the_server_has_ended_are_replaced(app: TestApp) {
        if !app.is_postgres() {
            return;
        }
        let admin = app.admin().await;
        let asked = (0..MANY).map(|_| app.ask(&admin, "{ customers { totalCount } }", json!({})));
        futures_util::future::join_all(asked).await;
        let end = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()";
        app.app.parts.database.for_migration().execute_unprepared(end).await.unwrap();
        // The first may meet a connection that is no more; what broke it has broken the others, so they go, too.
        app.ask(&admin, "{ customers { totalCount } }", json!({})).await;
        for _ in 0..MANY {
            let answer = app.ask(&admin, "{ customers { totalCount } }", json!({})).await;
            assert_eq!(answer.data()["customers"]["totalCount"], 0);
        }
        app.app.parts.database.ping().await.unwrap();
    }
}
