import type { CodegenConfig } from "@graphql-codegen/cli";

// Reads every graphql(`…`) in the sources and writes `gql/`: the types, and the manifest of the documents that this
// shop asks (`gql/persisted-documents.json`, SHA-256 → document).
const config: CodegenConfig = {
  schema: "../../schema.graphql",
  documents: ["{app,components,lib}/**/*.{ts,tsx}"],
  generates: {
    "./gql/": {
      preset: "client",
      presetConfig: {
        // Not a hook, so it is not called one.
        fragmentMasking: { unmaskFunctionName: "readFragment" },
        // The browser sends the hash and never the text.
        persistedDocuments: { mode: "replaceDocumentWithHash", hashAlgorithm: "sha256" },
      },
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          CountryCode: "string",
          CurrencyCode: "string",
          DateTime: "string",
          Decimal: "string",
          Email: "string",
          JSON: "unknown",
          JSONObject: "Record<string, unknown>",
          LanguageTag: "string",
          PhoneNumber: "string",
        },
      },
    },
  },
};

export default config;
