// The rules that the schema keeps, and where it does not, with the reason.
import graphql from "@graphql-eslint/eslint-plugin";

const { configs, parser } = graphql;
const rule = (name) => `@graphql-eslint/${name}`;

export function configuration(schema) {
  return [
    {
      files: ["**/*.graphql"],
      languageOptions: { parser, parserOptions: { graphQLConfig: { schema } } },
      plugins: { "@graphql-eslint": graphql },
      rules: {
        ...configs["flat/schema-recommended"].rules,
        ...configs["flat/schema-relay"].rules,
        // Besides edges there are lists of plain values, of rows of a bulk write, of complaints, and `nodes`, the short
        // way around the edges.
        [rule("relay-edge-types")]: ["error", { listTypeCanWrapOnlyEdgeType: false }],
        // What has no id is not an object to come back to: answers of mutations, rows of bulk writes, pages and their
        // edges, complaints.
        [rule("strict-id-in-types")]: [
          "error",
          { exceptions: { suffixes: ["Payload", "Result", "Connection", "Edge", "Error"] } },
        ],
        [rule("require-description")]: [
          "error",
          {
            types: true,
            DirectiveDefinition: true,
            EnumValueDefinition: true,
            FieldDefinition: true,
            InputValueDefinition: true,
          },
        ],
        [rule("input-name")]: "error",
        [rule("no-scalar-result-type-on-mutation")]: "error",
        [rule("require-deprecation-date")]: "error",
        [rule("require-nullable-fields-with-oneof")]: "error",
        [rule("require-nullable-result-in-root")]: "error",
      },
    },
  ];
}

/**
 * Where a rule is broken on purpose: `Type`, `Type.field`, or `*.field`; `saying` narrows it down to one complaint. One
 * that nobody needs any more is a finding, too.
 */
export const EXCEPTIONS = [
  {
    rule: "relay-arguments",
    at: ["Query.changes"],
    reason: "The feed of changes is read forward alone: what comes before a cursor was told.",
  },
  {
    rule: "relay-edge-types",
    at: ["ChangeEventEdge"],
    reason: "An event is told and not kept for ever: nobody comes back to it by its id.",
  },
  {
    rule: "naming-convention",
    at: ["*.AND", "*.OR", "*.NOT"],
    reason: "In capitals they cannot be taken for fields of the object that is filtered.",
  },
  {
    rule: "naming-convention",
    at: ["Query.savedQuery"],
    reason: "It gives one `SavedQuery`: the word is the name of the object.",
  },
  {
    rule: "no-typename-prefix",
    at: ["Address.address1", "Address.address2", "Address.addressName"],
    reason: "So they are called in every commerce system that an address comes from or goes to.",
  },
  {
    rule: "require-description",
    at: ["Mutation"],
    saying: 'input value "input"',
    reason: "There is one argument, and its type is described.",
  },
  {
    rule: "require-description",
    at: ["*.metadata", "*.privateMetadata"],
    saying: 'input value "keys"',
    reason: "The description of the field says what the keys are.",
  },
  {
    rule: "require-nullable-result-in-root",
    at: ["Query.viewer"],
    reason: "Everybody gets an answer, strangers, too, and nothing is looked up that could fail.",
  },
  {
    rule: "strict-id-in-types",
    at: [
      "ActorRef",
      "AddressFinding",
      "AddressRules",
      "AddressValidation",
      "FieldChange",
      "GroupMembershipChange",
      "GroupOwner",
      "GuestOrder",
      "JobStep",
      "Money",
      "OrderStats",
      "OrderStatsInCurrency",
      "OrderTransferNotification",
      "OrderTransferOffer",
      "PageInfo",
      "PermissionExplanation",
      "PermissionSource",
      "Province",
      "SavedQueryAudience",
      "Viewer",
      "WorkflowStep",
    ],
    reason: "They are values, parts of the object around them, and not objects to come back to.",
  },
  {
    rule: "strict-id-in-types",
    at: ["AddressChange", "CustomerChange", "OrderLinkChange"],
    reason: "They are news, told once; the object that changed has its id.",
  },
];
