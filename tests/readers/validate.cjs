// SPDX-License-Identifier: BSD-2-Clause
// validate.cjs SCHEMA FILE: what ajv finds wrong.
const {readFileSync} = require("node:fs");

const [schema, data] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path)));
const Ajv = require((schema.$schema || "").includes("2020-12") ? "ajv/dist/2020" : "ajv");
const validate = new Ajv({strict: false, allErrors: true}).compile(schema);
console.log(JSON.stringify(validate(data) ? [] : validate.errors.slice(0, 20)));
