// SPDX-License-Identifier: BSD-2-Clause
// Elements, text and numbers. What comes from the traced host is hostile: it becomes text by show(),
// and nothing else; there is no markup made of strings in this page.

const byId = (id) => document.getElementById(id);

// What moves the cursor, changes the direction of what follows, cannot be seen, or is piled on one
// letter: the escapes of base/utf8.h, for a browser.
const UNSEEN = new RegExp(
  "[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f" +
  "\\u3164\\uffa0\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]|(?<=\\p{M}{2})\\p{M}", "gu");

function show(value) {
  return String(value).replace(UNSEEN, (c) => "\\u{" + c.codePointAt(0).toString(16) + "}");
}

// A number stays with its unit and its next three digits.
const unbroken = (text) => text.replace(/(\d) (?=\d{3}\b|[KMGTPE]?i?B\b|(?:m|n|u)?s\b|%)/g, "$1\u00a0");

// Children are nodes or what becomes text; null and "" are left out.
function el(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className)
    element.className = className;
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === "")
      continue;
    element.append(child instanceof Node ? child : document.createTextNode(show(child)));
  }
  return element;
}

function replace(element, ...children) {
  element.replaceChildren();
  return add(element, children);
}

function button(text, className, act) {
  const made = el("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

// Attributes are numbers and words of this page.
function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes))
    element.setAttribute(name, String(value));
  return add(element, children);
}

const known = (value) => value !== null && value !== undefined && Number.isFinite(value);
const UNKNOWN = "\u2013";
const THIN = "\u202f"; // no line is broken here

function count(value) {
  if (!known(value))
    return UNKNOWN;
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, THIN);
}

const plural = (value, one, many) => count(value) + " " + (value === 1 ? one : many);

function signed(value, format) {
  if (!known(value))
    return UNKNOWN;
  return value === 0 ? format(0) : (value > 0 ? "+" : "\u2212") + format(Math.abs(value));
}

const short = (value) => (value < 9.95 ? value.toFixed(1) : value.toFixed(0));

function bytes(value) {
  if (!known(value))
    return UNKNOWN;
  if (value < 0)
    return "\u2212" + bytes(-value);
  if (value < 1024)
    return Math.round(value) + THIN + "B";
  const units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  let unit = 0;
  let size = value / 1024;
  for (; size >= 1023.5 && unit + 1 < units.length; ++unit)
    size /= 1024;
  return short(size) + THIN + units[unit];
}

// Cut, not rounded: an age of 9.99 s is not 10 s yet.
function duration(ns) {
  if (!known(ns))
    return UNKNOWN;
  if (ns < 1e9)
    return ns < 1e6 ? Math.floor(ns / 1e3) + THIN + "us" : Math.floor(ns / 1e6) + THIN + "ms";
  const s = Math.floor(ns / 1e9);
  const tenths = Math.floor((ns % 1e9) / 1e8);
  if (s < 10 && tenths !== 0)
    return s + "." + tenths + THIN + "s";
  const two = (value) => String(value).padStart(2, "0");
  if (s < 60)
    return s + THIN + "s";
  if (s < 3600)
    return Math.floor(s / 60) + "m" + THIN + two(s % 60) + "s";
  if (s < 86400)
    return Math.floor(s / 3600) + "h" + THIN + two(Math.floor(s / 60) % 60) + "m";
  return Math.floor(s / 86400) + "d" + THIN + two(Math.floor(s / 3600) % 24) + "h";
}

function rate(perSecond) {
  if (!known(perSecond))
    return UNKNOWN;
  const units = [[1, "s"], [60, "min"], [3600, "h"], [86400, "day"]];
  const size = Math.abs(perSecond);
  if (size * 86400 < 0.05)
    return "0/s";
  const [seconds, name] = units.find(([each]) => size * each >= 0.995) || units[3];
  const value = size * seconds;
  return (perSecond < 0 ? "\u2212" : "+") + (value < 99.95 ? value.toFixed(1) : count(value)) +
    "/" + name;
}

const percent = (part) => (known(part) ? (part * 100).toFixed(0) + THIN + "%" : UNKNOWN);
const about = (yes) => (yes ? "\u2248" + THIN : "");
