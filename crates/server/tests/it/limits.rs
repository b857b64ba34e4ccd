//! Requests a minute: who may do how many, what answers tell of it, and what becomes of it when Redis goes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, PATIENCE, TestKey, TestRedis, TestServer, World, eventually};

/// A request that costs nothing but the look for who calls.
const CHEAP: &str = "/api/v1/organisations/current";

/// A server without a worker, with limits.
async fn limited(world: &mut World, per_key: u32, per_address: u32) -> TestServer {
    world.set("worker.concurrency", "0");
    world.set("limits.per_key", &per_key.to_string());
    world.set("limits.per_address", &per_address.to_string());
    world.start().await
}

/// How many of many answers there are of each status.
fn by_status(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut statuses = BTreeMap::new();
    for answer in answers {
        *statuses.entry(answer.status).or_default() += 1;
    }
    statuses
}

/// Asks so often at once.
async fn burst(servers: &[&TestServer], requests: usize, key: &str) -> Vec<Answer> {
    let servers = servers.iter().cycle().take(requests);
    let asked = servers.map(async |server| {
        let request = server.anonymous(Method::GET, CHEAP).bearer_auth(key);
        Answer::of(request.send().await.unwrap()).await
    });
    join_all(asked).await
}

/// Asks sixty times at once servers that count in Redis, with a new key. A machine that is so busy that Redis seems to hang is asked again.
async fn shared_burst(world: &World, servers: &[&TestServer]) -> (Vec<Answer>, Duration) {
    let lost = async || {
        let mut lost = 0;
        for server in servers {
            let metrics = server.get("/metrics").await.text;
            let lines = metrics.lines();
            lost += lines
                .filter_map(|line| {
                    line.strip_prefix("arbitragevault_redis_errors_total{kind=\"slow\"} ")
                })
                .map(|count| count.parse::<u32>().unwrap())
                .sum::<u32>();
        }
        lost
    };
    eventually("a burst is counted in Redis alone", async || {
        for server in servers {
            counted_in(server, "REDIS").await;
        }
        let before = lost().await;
        let text = format!("avk_{:?}", Instant::now());
        let key = TestKey {
            text: &text,
            ..TestKey::default()
        };
        world.make_key(&key).await;
        let began = Instant::now();
        let answers = burst(servers, 60, key.text).await;
        let took = began.elapsed();
        (lost().await == before).then_some((answers, took))
    })
    .await
}

/// Holds that as many of the requests passed as a quota allows that was whole when they began.
#[track_caller]
fn assert_passed(answers: &[Answer], quota: u32, took: Duration) {
    let statuses = by_status(answers);
    let passed = u32::try_from(statuses.get(&200).copied().unwrap_or(0)).unwrap();
    // What came back while they were asked; nothing, on a machine that is not very slow.
    let came_back = (took * quota).as_secs() / 60;
    let allowed = quota..=quota + u32::try_from(came_back).unwrap();
    assert!(allowed.contains(&passed), "{statuses:?} in {took:?}");
    let others = answers.iter().filter(|answer| answer.status != 200);
    for answer in others {
        assert_eq!(answer.problem(), (429, "RATE_LIMITED".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_requests_at_once_exactly_as_many_pass_as_are_allowed() {
    let mut world = World::new().await;
    let server = limited(&mut world, 10, 0).await;
    // Looked up before, so that the burst is one.
    assert_eq!(server.get(CHEAP).await.status, 200);
    let began = Instant::now();
    let answers = burst(&[&server], 60, TestKey::default().text).await;
    assert_passed(&answers, 9, began.elapsed());

    // Another key has a quota of its own.
    let other = TestKey {
        text: "avk_another",
        ..TestKey::default()
    };
    world.make_key(&other).await;
    let request = server.anonymous(Method::GET, CHEAP).bearer_auth(other.text);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let metrics = server.get("/metrics").await.text;
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    let line = format!("arbitragevault_requests_refused_total{{policy=\"key\"}} {refused}");
    assert!(metrics.contains(&line), "{line}\n{metrics}");
}

#[tokio::test]
async fn every_answer_tells_what_is_left_and_a_refusal_when_to_come_back() {
    let mut world = World::new().await;
    world.set("server.allowed_origins", "[\"https://app.example.com\"]");
    let server = limited(&mut world, 3, 5).await;
    let told = |answer: &Answer| {
        (
            answer.status,
            answer.header("ratelimit-policy").to_owned(),
            answer.header("ratelimit").to_owned(),
        )
    };
    let both = r#""key";q=3;w=60, "address";q=5;w=60"#.to_owned();
    let address = r#""address";q=5;w=60"#.to_owned();
    let left = |text: &str| text.to_owned();
    let first = server.get(CHEAP).await;
    let shown = left(r#""key";r=2;t=20, "address";r=4;t=12"#);
    assert_eq!(told(&first), (200, both.clone(), shown));
    let missing = server
        .get("/api/v1/batches/01900000-0000-7000-8000-000000000001")
        .await;
    let shown = left(r#""key";r=1;t=40, "address";r=3;t=24"#);
    assert_eq!(told(&missing), (404, both, shown));
    let unknown = server.anonymous(Method::GET, CHEAP).bearer_auth("avk_none");
    let unknown = unknown.header("origin", "https://app.example.com");
    let unknown = Answer::of(unknown.send().await.unwrap()).await;
    let shown = left(r#""address";r=2;t=36"#);
    assert_eq!(told(&unknown), (401, address.clone(), shown));
    let exposed = unknown.header("access-control-expose-headers");
    assert!(exposed.contains("ratelimit") && exposed.contains("ratelimit-policy"));
    let no_path = Answer::of(
        server
            .anonymous(Method::GET, "/api/v1/nothing")
            .send()
            .await
            .unwrap(),
    );
    let shown = left(r#""address";r=1;t=48"#);
    assert_eq!(told(&no_path.await), (404, address.clone(), shown));
    // The last one of the address, and one more of whoever it is.
    assert_eq!(server.get(CHEAP).await.status, 200);
    let refused = server.get(CHEAP).await;
    assert_eq!(refused.problem(), (429, "RATE_LIMITED".to_owned()));
    assert_eq!(
        told(&refused),
        (429, address, left(r#""address";r=0;t=60"#))
    );
    let after: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=12).contains(&after), "{after}");

    // What probes and people ask is not limited, and tells nothing.
    for path in [
        "/health",
        "/health/detailed",
        "/metrics",
        "/openapi.json",
        "/docs/",
    ] {
        let answer = server.get(path).await;
        assert_eq!(told(&answer), (200, String::new(), String::new()), "{path}");
    }
}

#[tokio::test]
async fn an_address_is_the_peer_or_what_trusted_proxies_tell_and_never_what_a_caller_makes_up() {
    let mut world = World::new().await;
    let ask = async |server: &TestServer, forwarded: &str| {
        let request = server.anonymous(Method::GET, CHEAP);
        let request = request.header("x-forwarded-for", forwarded);
        Answer::of(request.send().await.unwrap()).await.status
    };
    let server = limited(&mut world, 0, 2).await;
    for (forwarded, status) in [
        ("203.0.113.1", 401),
        ("203.0.113.2", 401),
        ("203.0.113.3", 429),
    ] {
        assert_eq!(ask(&server, forwarded).await, status, "{forwarded}");
    }
    world.set("server.trusted_proxies", "1");
    let server = limited(&mut world, 0, 2).await;
    for (forwarded, status) in [
        ("203.0.113.1", 401),
        ("6.6.6.6, 203.0.113.1", 401),
        ("7.7.7.7, 203.0.113.1", 429),
        ("203.0.113.1, 203.0.113.2", 401),
    ] {
        assert_eq!(ask(&server, forwarded).await, status, "{forwarded}");
    }
}

async fn dependencies(server: &TestServer) -> Value {
    server.get("/health/dependencies").await.json(200)
}

/// Waits until a server counts where it should.
async fn counted_in(server: &TestServer, place: &str) -> Value {
    server
        .eventually_answers("/health/dependencies", |health| health["limits"] == place)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_share_limits_by_redis_count_alone_while_it_is_gone_and_together_when_it_is_back() {
    let Some(mut redis) = TestRedis::start().await else {
        return;
    };
    let mut world = World::new().await;
    world.set("redis.url", &redis.url());
    let one = limited(&mut world, 10, 0).await;
    let other = world.start().await;
    for server in [&one, &other] {
        let health = counted_in(server, "REDIS").await;
        assert_eq!(health["redis"]["status"], "OK", "{health:#}");
        assert!(health["redis"]["latency_ms"].is_number());
        assert!(health["redis"]["last_success"].is_string());
        assert_eq!(health["redis"]["error"], Value::Null);
        assert_eq!(health["status"], "OK", "{health:#}");
    }
    let (answers, took) = shared_burst(&world, &[&one, &other]).await;
    assert_passed(&answers, 10, took);

    // Gone: each has the quota by itself, from the next request on, and nobody waits.
    redis.kill().await;
    for server in [&one, &other] {
        let began = Instant::now();
        let answers = burst(&[server], 30, TestKey::default().text).await;
        let took = began.elapsed();
        assert_passed(&answers, 10, took);
        assert!(took < Duration::from_secs(5), "{took:?}");
        let health = dependencies(server).await;
        assert_eq!(health["limits"], "PROCESS", "{health:#}");
        assert_eq!(health["redis"]["status"], "DOWN");
        assert_eq!(health["redis"]["error"], "it cannot be reached");
        assert_eq!(health["status"], "DEGRADED");
        let warnings = server.said();
        let warnings = warnings
            .iter()
            .filter(|line| line.contains("Redis is away"));
        assert_eq!(warnings.count(), 1);
        let metrics = server.get("/metrics").await.text;
        assert!(
            metrics.contains("arbitragevault_redis_errors_total{kind=\"unreachable\"}"),
            "{metrics}"
        );
    }

    // Back, and empty: the quota is whole, and theirs together.
    redis.restart().await;
    for server in [&one, &other] {
        counted_in(server, "REDIS").await;
    }
    let (answers, took) = shared_burst(&world, &[&one, &other]).await;
    assert_passed(&answers, 10, took);
    let keys = redis.run(&["KEYS", "arbitragevault:limit:key:*"]).await;
    assert!(!keys.is_empty());
    for key in keys.lines() {
        let left: i64 = redis.run(&["PTTL", key]).await.parse().unwrap();
        assert!((1..=60_000).contains(&left), "{left}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_hangs_delays_one_request_for_a_moment_and_no_other() {
    let Some(redis) = TestRedis::start().await else {
        return;
    };
    let mut world = World::new().await;
    world.set("redis.url", &redis.url());
    let server = limited(&mut world, 1_000_000, 1_000_000).await;
    counted_in(&server, "REDIS").await;
    assert_eq!(server.get(CHEAP).await.status, 200);
    redis.hang();
    let mut times = Vec::new();
    let began = Instant::now();
    // Long enough that the connection is tried again meanwhile.
    while began.elapsed() < Duration::from_secs(4) {
        let asked = Instant::now();
        assert_eq!(server.get(CHEAP).await.status, 200);
        times.push(asked.elapsed());
    }
    let slow = times
        .iter()
        .filter(|took| **took >= Duration::from_millis(100));
    let slow: Vec<_> = slow.collect();
    // The first waits for Redis; a busy machine may hold up others.
    assert!(
        slow.len() <= 1 + times.len() / 20,
        "{slow:?} of {}",
        times.len()
    );
    let health = dependencies(&server).await;
    assert_eq!(health["limits"], "PROCESS", "{health:#}");
    redis.go_on();
    counted_in(&server, "REDIS").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_not_there_at_the_start_or_refuses_hinders_nothing() {
    let mut world = World::new().await;
    world.set("redis.url", "redis://127.0.0.1:1");
    let server = limited(&mut world, 1_000, 1_000).await;
    let health = server
        .eventually_answers("/health/dependencies", |health| {
            health["redis"]["error"] == "it cannot be reached"
        })
        .await;
    assert_eq!(health["redis"]["last_success"], Value::Null, "{health:#}");
    assert!(
        server
            .get(CHEAP)
            .await
            .header("ratelimit")
            .contains("\"key\";r=999")
    );

    let Some(redis) = TestRedis::start().await else {
        return;
    };
    redis
        .run(&["CONFIG", "SET", "requirepass", "hunter2"])
        .await;
    world.set("redis.url", &redis.url());
    let server = world.start().await;
    let health = server
        .eventually_answers("/health/dependencies", |health| {
            health["redis"]["error"] == "it does not accept the user or the password"
        })
        .await;
    assert_eq!(health["limits"], "PROCESS", "{health:#}");
    assert_eq!(server.get(CHEAP).await.status, 200);
}

#[tokio::test]
async fn without_redis_health_says_that_each_process_counts_by_itself() {
    let world = World::new().await;
    let server = world.start().await;
    let health = dependencies(&server).await;
    assert_eq!(health["redis"], Value::Null, "{health:#}");
    assert_eq!(health["limits"], "PROCESS", "{health:#}");
    assert_eq!(health["status"], "OK", "{health:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_tell_each_other_of_events_by_redis_besides_postgresql() {
    let Some(redis) = TestRedis::start().await else {
        return;
    };
    let mut world = World::new().await;
    world.set("redis.url", &redis.url());
    let server = limited(&mut world, 0, 0).await;
    counted_in(&server, "REDIS").await;
    let channel = "arbitragevault:batch_events";
    eventually("the server listens", async || {
        let listeners = redis.run(&["PUBSUB", "NUMSUB", channel]).await;
        listeners.ends_with('1').then_some(())
    })
    .await;

    // What one server writes is announced to the others.
    let mut listener = redis.client();
    let mut listener = listener
        .args(["SUBSCRIBE", channel])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    eventually("the test listens too", async || {
        let listeners = redis.run(&["PUBSUB", "NUMSUB", channel]).await;
        listeners.ends_with('2').then_some(())
    })
    .await;
    let id = server.submit(&[Value::from("9789999500005")]).await;
    let mut heard = tokio::io::BufReader::new(listener.stdout.take().unwrap());
    let is_heard = async {
        let mut line = String::new();
        while !line.contains(&id) {
            line.clear();
            tokio::io::AsyncBufReadExt::read_line(&mut heard, &mut line)
                .await
                .unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, is_heard).await.unwrap();

    // Of what PostgreSQL announces to nobody, who follows a batch hears by Redis, long before he would look by himself.
    let path = format!("/api/v1/batches/{id}/events");
    let mut follower = server.request(Method::GET, &path).send().await.unwrap();
    let mut seen = String::new();
    while !seen.contains("event: SUBMITTED") {
        let chunk = follower.chunk().await.unwrap().unwrap();
        seen.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    world
        .change(&format!(
            "INSERT INTO events (batch_id, sequence, kind, payload, created_at) VALUES ('{id}', 2, 'COMPLETED', '{{\"status\": \"COMPLETED\"}}', now())"
        ))
        .await;
    let began = Instant::now();
    redis.run(&["PUBLISH", channel, &id]).await;
    while let Some(chunk) = follower.chunk().await.unwrap() {
        seen.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert!(seen.contains("event: COMPLETED"), "{seen}");
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}
