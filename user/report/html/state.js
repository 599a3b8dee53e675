// SPDX-License-Identifier: BSD-2-Clause
// What the reader has chosen. It is all in the address, so a link or a test leads to the same view:
// #search=tcp&sort=bytes&row=3f2a91c0d4e7

const DEFAULTS = {
  search: "", sort: "importance", order: "", show: looks === 0 ? "all" : "look", class: "", verdict: "",
  frame: "", row: "", metric: "bytes", theme: "",
};
const state = {...DEFAULTS};

function readState() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const key of Object.keys(DEFAULTS))
    state[key] = given.has(key) ? given.get(key) : DEFAULTS[key];
  if (!SORTS[state.sort])
    state.sort = DEFAULTS.sort;
  if (!METRICS[state.metric])
    state.metric = DEFAULTS.metric;
}

function stateAsHash() {
  const said = new URLSearchParams();
  for (const key of Object.keys(DEFAULTS))
    if (state[key] !== DEFAULTS[key])
      said.set(key, state[key]);
  return said.toString();
}

function sayState() {
  const hash = stateAsHash();
  if (location.hash.slice(1) !== hash)
    history.replaceState(null, "", "#" + hash);
}

// Draws what depends on it, and puts it into the address: not for each row that a held key passes,
// which browsers take for an attack.
const address = {timer: 0};

function choose(changes) {
  const before = {...state};
  Object.assign(state, changes);
  clearTimeout(address.timer);
  address.timer = setTimeout(sayState, 150);
  draw(before);
}
