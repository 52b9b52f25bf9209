//! `kill -9` of a process in the middle of a job.

use std::time::Duration;

use customer_graph::{
    features::job::service::{self, NewJob},
    work::UnitOfWork,
};
use serde_json::json;

use crate::{harness::TestApp, on_both, security::kill};

/// So many rows that a sweep of them takes several steps.
const ROWS: usize = 12_000;

on_both! {
    async fn a_killed_processs_job_is_taken_up_again_and_goes_on(app: TestApp) {
        let (_folder, key_file) = kill::key_file();
        let values: Vec<String> = (0..ROWS)
            .map(|row| format!("('A:{row}', 'k', 'customerCreate', 'h', '2020-01-01 00:00:00+00:00', '2020-01-02 00:00:00+00:00')"))
            .collect();
        for values in values.chunks(2_000) {
            app.execute(&format!("insert into idempotency_record (actor, key, mutation, input_hash, created_at, expires_at) values {}", values.join(", "))).await;
        }
        // Each step waits a little, so that there is a middle.
        slow_down(&app).await;
        app.write(async |unit: &mut UnitOfWork| {
            let mut new = vec![NewJob { kind: "sweep.idempotency", input: json!({}), ..NewJob::default() }];
            // No other job removes these rows meanwhile.
            let slot = unit.now().timestamp() / 600 * 10;
            new.extend((0..4).map(|later| NewJob {
                kind: "nobodys",
                input: json!({}),
                schedule_key: Some(format!("sweep.idempotency@{}", slot + later * 10)),
                ..NewJob::default()
            }));
            Ok(service::enqueue(unit, new).await?)
        }).await;
        let (mut child, _) = kill::serve(&app, &key_file).await;
        let kept = i64::try_from(ROWS).unwrap();
        // Some of it is done, and not all.
        let started = std::time::Instant::now();
        while app.count("job where schedule_key is null and succeeded > 0").await == 0 {
            assert!(started.elapsed() < Duration::from_secs(60), "the job is not begun");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        child.kill().await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let left = app.count("idempotency_record").await;
        let done = app.count("job where schedule_key is null and state = 'RUNNING'").await;
        assert!(left > 0 && left < kept && done == 1, "killed too late or too early: {left} left, {done} running");
        // Whatever its steps did is noted, and nothing else was done.
        assert_eq!(sum(&app).await, kept - left);
        app.clock.advance(Duration::from_secs(31));
        app.app.runner.work_off().await.unwrap();
        assert_eq!(app.count("idempotency_record").await, 0);
        assert_eq!(app.count("job where schedule_key is null and state = 'SUCCEEDED' and attempts = 2").await, 1);
        assert_eq!(sum(&app).await, kept);
    }
}

async fn sum(app: &TestApp) -> i64 {
    use sea_orm::ConnectionTrait;
    let db = app.app.parts.database.for_migration();
    let sql = "select succeeded from job where schedule_key is null";
    let row = db
        .query_one_raw(sea_orm::Statement::from_string(db.get_database_backend(), sql))
        .await
        .unwrap();
    row.unwrap().try_get::<i32>("", "succeeded").unwrap().into()
}

/// Makes the database slow to note how far a job is.
async fn slow_down(app: &TestApp) {
    if app.is_postgres() {
        app.execute(
            "create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.1); return new; end $$",
        )
        .await;
        app.execute("create trigger slowly before update on job for each row execute function slowly()")
            .await;
    } else {
        let rows = "(select 1 from idempotency_record limit 2000)";
        app.execute(&format!(
            "create trigger slowly before update on job begin select count(*) from {rows} as a, {rows} as b; end"
        ))
        .await;
    }
}
