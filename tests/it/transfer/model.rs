//! Random walks: whatever happens to one order in whatever sequence, the service does what a small model of it does.

use std::time::Duration;

use customer_graph::auth::AccountPolicy;
use serde_json::{Value, json};

use super::*;
use crate::{harness::Setup, on_both_with};

/// How many walks there are, and how long each is.
const WALKS: u64 = 6;
const STEPS: usize = 45;

/// How long a wish stays open.
const LIFETIME: u64 = 7;

fn setup() -> Setup {
    let setup = Setup::default();
    Setup {
        accounts: AccountPolicy {
            // Between two steps of a walk no day passes by itself.
            mail_cooldown: Duration::from_secs(60 * 60),
            ..setup.accounts
        },
        ..setup
    }
}

/// The same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % sides
    }
}

/// A wish as the model knows it.
#[derive(Clone, Debug)]
struct Wish {
    id: String,
    from: Option<usize>,
    to: usize,
    state: &'static str,
    asked_on: u64,
    ends_on: u64,
    /// The tokens that went out, the newest last.
    tokens: Vec<String>,
}

/// One order as the model knows it. People are numbered; the clock counts days.
#[derive(Debug, Default)]
struct Model {
    owner: Option<usize>,
    /// Whom the source named last; whom it names again it has no news of.
    named: Option<usize>,
    is_canceled: bool,
    today: u64,
    wishes: Vec<Wish>,
    /// The last day on which old tokens were removed.
    swept_on: Option<u64>,
}

impl Model {
    /// The source names the customer.
    fn name(&mut self, customer: Option<usize>) {
        if self.named != customer {
            self.owner = customer;
            self.named = customer;
        }
    }

    fn open(&mut self) -> Option<&mut Wish> {
        self.wishes.iter_mut().find(|wish| wish.state == "REQUESTED")
    }

    /// What the service says to a wish; "done" when it asks.
    fn request(&mut self, to: usize) -> &'static str {
        if self.owner == Some(to) {
            return "ALREADY_OWNER";
        }
        if self.is_canceled {
            return "ORDER_CANCELED";
        }
        let (today, owner) = (self.today, self.owner);
        if let Some(open) = self.open() {
            if open.ends_on <= today {
                open.state = "EXPIRED";
            } else if open.from != owner {
                open.state = "CANCELLED";
            } else {
                return "ACTIVE_TRANSFER_EXISTS";
            }
        }
        self.wishes.push(Wish {
            id: String::new(),
            from: owner,
            to,
            state: "REQUESTED",
            asked_on: today,
            ends_on: today + LIFETIME,
            tokens: Vec::new(),
        });
        "done"
    }

    /// What everybody hears who does something to a wish that is decided, too old, or asks the wrong person.
    fn touch(&mut self, wish: usize, may_be_of_another: bool) -> Option<&'static str> {
        let (today, owner) = (self.today, self.owner);
        let wish = &mut self.wishes[wish];
        match wish.state {
            "REQUESTED" => {}
            "EXPIRED" => return Some("TRANSFER_EXPIRED"),
            _ => return Some("INVALID_TRANSITION"),
        }
        if wish.ends_on <= today {
            wish.state = "EXPIRED";
            return Some("TRANSFER_EXPIRED");
        }
        if wish.from != owner && !may_be_of_another {
            wish.state = "CANCELLED";
            return Some("INVALID_STATE");
        }
        None
    }

    fn accept(&mut self, wish: usize) -> &'static str {
        if let Some(code) = self.touch(wish, false) {
            return code;
        }
        if self.is_canceled {
            self.wishes[wish].state = "CANCELLED";
            return "ORDER_CANCELED";
        }
        self.wishes[wish].state = "ACCEPTED";
        self.owner = Some(self.wishes[wish].to);
        "done"
    }

    fn decline(&mut self, wish: usize) -> &'static str {
        if let Some(code) = self.touch(wish, false) {
            return code;
        }
        self.wishes[wish].state = "DECLINED";
        "done"
    }

    fn cancel(&mut self, wish: usize) -> &'static str {
        if let Some(code) = self.touch(wish, true) {
            return code;
        }
        self.wishes[wish].state = "CANCELLED";
        "done"
    }

    fn resend(&mut self, wish: usize) -> &'static str {
        if let Some(code) = self.touch(wish, false) {
            return code;
        }
        if self.is_canceled {
            self.wishes[wish].state = "CANCELLED";
            return "ORDER_CANCELED";
        }
        if self.wishes[wish].asked_on == self.today {
            return "COOLDOWN";
        }
        self.wishes[wish].asked_on = self.today;
        "done"
    }

    /// Whether a token is found at all, and is the newest of its wish.
    fn is_good(&self, wish: usize, token: usize) -> bool {
        let wish = &self.wishes[wish];
        let is_kept = self.swept_on.is_none_or(|day| wish.ends_on + 1 > day);
        is_kept && token + 1 == wish.tokens.len()
    }

    fn sweep(&mut self) {
        let today = self.today;
        self.swept_on = Some(today);
        if let Some(open) = self.open()
            && open.ends_on <= today
        {
            open.state = "EXPIRED";
        }
    }
}

/// The service beside the model.
struct Walk<'a> {
    app: &'a TestApp,
    people: &'a [Persona],
    admin: &'a Persona,
    number: String,
    link: String,
    model: Model,
    log: Vec<String>,
}

impl Walk<'_> {
    fn address(&self, person: Option<usize>) -> String {
        match person {
            Some(person) => format!("{}@example.com", self.people[person].name),
            None => format!("order{}@example.com", self.number),
        }
    }

    /// What the service says: a code, or "done".
    async fn say(&mut self, persona: &Persona, mutation: &str, input: Value) -> (String, Answer) {
        let answer = run(self.app, persona, mutation, input).await;
        let code = answer.data()[mutation]["userErrors"][0]["code"]
            .as_str()
            .unwrap_or("done")
            .to_owned();
        self.log.push(format!("day {} {mutation} {code}", self.model.today));
        (code, answer)
    }

    async fn keep_token(&mut self, wish: usize) {
        let token = token(self.app, &self.address(self.model.wishes[wish].from)).await;
        self.model.wishes[wish].tokens.push(token);
    }

    async fn step(&mut self, dice: &mut Dice) {
        let admin = self.admin;
        let some = self.model.wishes.len();
        let wish = if some == 0 {
            None
        } else if dice.roll(3) == 0 {
            Some(dice.roll(some))
        } else {
            Some(some - 1)
        };
        match (dice.roll(12), wish) {
            (0 | 1, _) | (_, None) => {
                let to = dice.roll(self.people.len());
                let wanted = self.model.request(to);
                let input = json!({ "orderLinkId": self.link, "toCustomerId": self.people[to].id() });
                let (code, answer) = self.say(admin, "orderTransferRequest", input).await;
                assert_eq!(code, wanted, "{:#?}", self.log);
                if wanted == "done" {
                    let wish = self.model.wishes.len() - 1;
                    let id = &answer.data()["orderTransferRequest"]["orderTransfer"]["id"];
                    self.model.wishes[wish].id = id.as_str().unwrap().to_owned();
                    self.keep_token(wish).await;
                }
            }
            (way @ 2..=5, Some(wish)) => {
                let (mutation, is_accept) = if way < 4 {
                    ("orderTransferAccept", true)
                } else {
                    ("orderTransferDecline", false)
                };
                let by_account = self.model.wishes[wish].from.filter(|_| dice.roll(2) == 0);
                let (persona, input, is_good) = match by_account {
                    Some(owner) => (
                        self.app.on_another_device(&self.people[owner]).await,
                        json!({ "id": self.model.wishes[wish].id }),
                        true,
                    ),
                    None => {
                        let sent = self.model.wishes[wish].tokens.len();
                        let token = if dice.roll(4) == 0 { dice.roll(sent) } else { sent - 1 };
                        let input = json!({ "token": self.model.wishes[wish].tokens[token] });
                        (Persona::anonymous(), input, self.model.is_good(wish, token))
                    }
                };
                let wanted = match (is_good, is_accept) {
                    (false, _) => "TOKEN_INVALID",
                    (true, true) => self.model.accept(wish),
                    (true, false) => self.model.decline(wish),
                };
                let (code, _) = self.say(&persona, mutation, input).await;
                assert_eq!(code, wanted, "{:#?}", self.log);
            }
            (6, Some(wish)) => {
                let wanted = self.model.cancel(wish);
                let input = json!({ "id": self.model.wishes[wish].id });
                let (code, _) = self.say(admin, "orderTransferCancel", input).await;
                assert_eq!(code, wanted, "{:#?}", self.log);
            }
            (7, Some(wish)) => {
                let wanted = self.model.resend(wish);
                let input = json!({ "id": self.model.wishes[wish].id });
                let (code, _) = self.say(admin, "orderTransferResend", input).await;
                assert_eq!(code, wanted, "{:#?}", self.log);
                if wanted == "done" {
                    self.keep_token(wish).await;
                }
            }
            (8, _) => {
                let days = [1, 1, 2, 7][dice.roll(4)];
                self.model.today += days;
                self.app.clock.advance(DAY * u32::try_from(days).unwrap());
            }
            (9, _) => {
                self.model.sweep();
                self.app.sweep().await;
                self.log.push(format!("day {} sweep", self.model.today));
            }
            _ => {
                // The source says something: another owner, or that the order is canceled, or not any more, of the owner
                // whom it knows.
                if dice.roll(2) == 0 {
                    let owner = dice.roll(self.people.len() + 1);
                    self.model.name((owner < self.people.len()).then_some(owner));
                } else {
                    self.model.is_canceled = dice.roll(3) == 0;
                }
                self.tell().await;
            }
        }
    }

    /// Tells the service what the source knows of the order.
    async fn tell(&mut self) {
        let named = self.model.named.map(|named| self.people[named].id());
        let status = if self.model.is_canceled { "canceled" } else { "paid" };
        let fields = json!({ "customerId": named, "email": self.address(None), "status": status });
        source_says(self.app, &self.number, fields).await;
        let (today, now) = (self.model.today, (self.model.named, self.model.is_canceled));
        self.log.push(format!("day {today} source {now:?}"));
    }

    /// Whether both know the same.
    async fn compare(&self) {
        let query = "query($id: ID!, $where: OrderTransferWhere) {
          orderLink(id: $id) { customer { id } }
          orderTransfers(last: 100, where: $where) { nodes { id state from { id } to { id } } totalCount }
        }";
        let variables = json!({ "id": self.link, "where": { "orderLinkId": { "eq": self.link } } });
        let answer = self.app.ask(self.admin, query, variables).await;
        let id = |person: Option<usize>| person.map(|person| json!({ "id": self.people[person].id() }));
        assert_eq!(
            answer.data()["orderLink"]["customer"],
            json!(id(self.model.owner)),
            "{:#?}",
            self.log
        );
        let wanted: Vec<Value> = self
            .model
            .wishes
            .iter()
            .rev()
            .map(|wish| json!({ "id": wish.id, "state": wish.state, "from": id(wish.from), "to": id(Some(wish.to)) }))
            .collect();
        assert_eq!(
            answer.data()["orderTransfers"]["nodes"],
            json!(wanted),
            "{:#?}",
            self.log
        );
    }
}

on_both_with! { setup();
    async fn the_service_does_what_the_model_does(app: TestApp) {
        let people = [app.customer("ada").await, app.customer("bob").await, app.customer("cleo").await];
        let admin = app.admin().await;
        let mut codes = std::collections::BTreeMap::<String, usize>::new();
        for seed in 0..WALKS {
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (seed + 1));
            let number = format!("walk{seed}");
            let link = order_of(&app, &number, json!({ "email": format!("order{number}@example.com") })).await;
            let mut walk = Walk { app: &app, people: &people, admin: &admin, number, link, model: Model::default(), log: Vec::new() };
            walk.model.name(Some(dice.roll(people.len())));
            walk.tell().await;
            for _ in 0..STEPS {
                walk.step(&mut dice).await;
                walk.compare().await;
            }
            for line in &walk.log {
                *codes.entry(line.rsplit(' ').next().unwrap().to_owned()).or_default() += 1;
            }
        }
        // The walks come by everything that can be.
        for code in ["done", "ALREADY_OWNER", "ACTIVE_TRANSFER_EXISTS", "ORDER_CANCELED", "INVALID_TRANSITION", "TRANSFER_EXPIRED", "INVALID_STATE", "TOKEN_INVALID"] {
            assert!(codes.contains_key(code), "{code} never: {codes:?}");
        }
    }
}
