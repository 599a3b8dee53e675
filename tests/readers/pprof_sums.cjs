// SPDX-License-Identifier: BSD-2-Clause
// What pprof-format reads of a profile.
const {readFileSync} = require("node:fs");
const {gunzipSync} = require("node:zlib");
const {Profile} = require("pprof-format");

const profile = Profile.decode(gunzipSync(readFileSync(process.argv[2])));
const text = (index) => profile.stringTable.strings[Number(index)];
const sums = profile.sampleType.map((_, i) => profile.sample.reduce((sum, one) => sum + Number(one.value[i]), 0));
const verdicts = new Set(profile.sample.flatMap((one) => one.label.filter((label) => text(label.key) === "verdict")
  .map((label) => text(label.str))));
console.log(JSON.stringify({
  types: profile.sampleType.map((type) => text(type.type) + "/" + text(type.unit)),
  sums,
  verdicts: [...verdicts].sort(),
  locationsWithoutFunction: profile.location.filter((one) => one.line.length === 0).length,
}));
