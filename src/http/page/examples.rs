//! The examples that the query page offers: the files of `examples/queries`, each run by a test.

/// In whose name an example asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A customer.
    Storefront,
    /// A system that may do everything.
    BackOffice,
    /// A system that may read everything.
    Analyst,
}

impl Scope {
    /// Every scope, in the order of the tabs.
    pub const ALL: [Self; 3] = [Self::Storefront, Self::BackOffice, Self::Analyst];

    /// What its tab is called.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Storefront => "Storefront",
            Self::BackOffice => "Back office",
            Self::Analyst => "Analyst",
        }
    }

    /// Who that is.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Storefront => "A customer, who sees nothing but their own.",
            Self::BackOffice => "Staff or a system that may do everything.",
            Self::Analyst => "Somebody who may read everything and change nothing.",
        }
    }
}

/// An operation to begin with.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// In whose name it asks.
    pub scope: Scope,
    /// The name of its file, without the ending.
    pub name: &'static str,
    /// The operation; its first line is a comment that says what it does.
    pub query: &'static str,
    /// Its variables as JSON.
    pub variables: Option<&'static str>,
}

impl Example {
    /// What it does.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.query
            .lines()
            .next()
            .and_then(|line| line.strip_prefix('#'))
            .unwrap_or(self.name)
            .trim()
    }
}

macro_rules! example {
    ($scope:ident, $name:literal) => {
        Example {
            scope: Scope::$scope,
            name: $name,
            query: include_str!(concat!("../../../examples/queries/", $name, ".graphql")),
            variables: None,
        }
    };
    ($scope:ident, $name:literal, variables) => {
        Example {
            variables: Some(include_str!(concat!(
                "../../../examples/queries/",
                $name,
                ".variables.json"
            ))),
            ..example!($scope, $name)
        }
    };
}

/// The examples, in the order in which they are offered.
pub const EXAMPLES: &[Example] = &[
    example!(Storefront, "storefront-me"),
    example!(Storefront, "storefront-change-profile", variables),
    example!(Storefront, "storefront-address-form", variables),
    example!(BackOffice, "back-office-search", variables),
    example!(BackOffice, "back-office-customer", variables),
    example!(BackOffice, "back-office-support-view", variables),
    example!(BackOffice, "back-office-organizations"),
    example!(BackOffice, "back-office-create-customer", variables),
    example!(Analyst, "analyst-loyal-customers", variables),
    example!(Analyst, "analyst-refunds", variables),
    example!(Analyst, "analyst-addresses", variables),
];
