//! Tokens of organisations: what is booked at once is never more than there is.

use arbitragevault_persistence::organisation_quotas::{self, OrganisationQuotas};
use arbitragevault_persistence::organisation_spend::{self, Purchase};
use arbitragevault_persistence::organisations::DEFAULT_ORGANISATION;
use arbitragevault_persistence::{PersistenceError, Pool};
use uuid::Uuid;

use crate::support::{now, pool};

/// Products at three tokens each.
fn purchase(products: i64) -> Purchase {
    Purchase {
        organisation_id: DEFAULT_ORGANISATION,
        day: now().date_naive(),
        products,
        price: 3,
    }
}

async fn spent(pool: &Pool) -> i64 {
    let mut connection = pool.get().await.unwrap();
    let day = now().date_naive();
    organisation_spend::spent(&mut connection, DEFAULT_ORGANISATION, day)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_book_at_once_get_what_the_limit_pays_for_and_nothing_more() {
    let pool = pool().await;
    let mut bookings = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let pool = pool.clone();
        bookings.spawn(async move {
            let mut connection = pool.get().await.unwrap();
            organisation_spend::book(&mut connection, purchase(7), Some(100))
                .await
                .unwrap()
        });
    }
    let booked: i64 = bookings.join_all().await.iter().sum();
    // A hundred tokens pay for 33 products at three each.
    assert_eq!((booked, spent(&pool).await), (33, 99));

    let mut connection = pool.get().await.unwrap();
    let nothing = organisation_spend::book(&mut connection, purchase(1), Some(100)).await;
    assert_eq!(nothing.unwrap(), 0);
    organisation_spend::take_back(&mut connection, purchase(3))
        .await
        .unwrap();
    let rest = organisation_spend::book(&mut connection, purchase(7), Some(100)).await;
    assert_eq!(rest.unwrap(), 3);
    let unlimited = organisation_spend::book(&mut connection, purchase(100), None).await;
    assert_eq!(unlimited.unwrap(), 100);
    drop(connection);
    assert_eq!(spent(&pool).await, 399);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_has_the_quotas_that_were_set_last_and_one_that_is_gone_has_none() {
    let pool = pool().await;
    let mut connection = pool.get().await.unwrap();
    let of = DEFAULT_ORGANISATION;
    let none = organisation_quotas::get(&mut connection, of).await.unwrap();
    assert_eq!(none, OrganisationQuotas::default());
    for tokens_per_day in [Some(5), None] {
        let quotas = OrganisationQuotas {
            tokens_per_day,
            items_per_batch: Some(0),
            ..OrganisationQuotas::default()
        };
        organisation_quotas::set(&mut connection, of, quotas, now())
            .await
            .unwrap();
        let stored = organisation_quotas::get(&mut connection, of).await.unwrap();
        assert_eq!(stored, quotas);
    }
    let gone = Uuid::nil();
    let set = organisation_quotas::set(&mut connection, gone, OrganisationQuotas::default(), now());
    assert!(matches!(set.await, Err(PersistenceError::Conflict(_))));
    let purchase = Purchase {
        organisation_id: gone,
        ..purchase(1)
    };
    let booked = organisation_spend::book(&mut connection, purchase, None).await;
    assert!(matches!(booked, Err(PersistenceError::Conflict(_))));
}
