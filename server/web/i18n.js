/** The page's words, numbers and times in the reader's language. */

import words from "./i18n/words.js";
import { recall, remember } from "./storage.js";

const PLACES = { en: 0, zh: 1 };

let current = recall("language", navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
if (!(current in PLACES)) current = "en";

/** @type {Record<string, string> | undefined} What the service's codes mean; in English it says so itself. */
let failures;
await loadFailures();

/** @returns {"en" | "zh"} */
export const language = () => current;

export function switchLanguage() {
	current = current === "en" ? "zh" : "en";
	remember("language", current);
	loadFailures().then((isNew) => isNew && dispatchEvent(new Event("looks-changed")));
}

/** Only one language needs them. @returns Whether they have come now. */
async function loadFailures() {
	if (current !== "zh" || failures) return false;
	failures = (await import("./i18n/failures.js")).default;
	return true;
}

/** What a code of the service means, where the reader's language is not the service's. @returns {string | undefined} */
export const meaningOf = (code) => current === "zh" && code && Object.hasOwn(failures ?? {}, code) ? failures[code] : undefined;

/** @param {string} key Its group, a dot, and its name there. @returns {string | undefined} */
function textOf(key) {
	const [, group, name] = key.match(/^(\w*)\.?(.*)$/s);
	if (Object.hasOwn(words, group) && Object.hasOwn(words[group], name)) return words[group][name][PLACES[current]];
}

/** The text of a key; `{name}` in it takes the value of that name. An unknown key shows itself.
 * @param {string} key @param {Record<string, string | number>} [values] */
export function t(key, values = {}) {
	const text = textOf(key) ?? key;
	return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The text for a name out of the service's open vocabulary; without one, other words or the name itself. */
export function term(group, name, otherwise = name.replaceAll("_", " ")) {
	return textOf(`${group}.${name}`) ?? otherwise;
}

/** Translate what the HTML file holds. */
export function translatePage() {
	document.documentElement.lang = current === "zh" ? "zh-Hans" : "en";
	for (const element of document.querySelectorAll("[data-i18n]")) element.textContent = t(element.dataset.i18n);
	for (const element of document.querySelectorAll("[data-i18n-label]")) element.setAttribute("aria-label", t(element.dataset.i18nLabel));
}

export const formatNumber = (value) => new Intl.NumberFormat(current).format(value);

/** @param {number} value @param {string} currency ISO 4217 */
export const formatCost = (value, currency) =>
	new Intl.NumberFormat(current, { style: "currency", currency, maximumSignificantDigits: 2 }).format(value);

/** @param {number} share 0 to 1 */
export const formatShare = (share) => new Intl.NumberFormat(current, { style: "percent", maximumFractionDigits: 1 }).format(share);

/** @param {number | string | Date} instant */
export const formatInstant = (instant) =>
	new Intl.DateTimeFormat(current, { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));

/** @returns {string} minutes:seconds, from an hour on hours:minutes:seconds */
export function formatDuration(milliseconds) {
	const seconds = Math.max(0, Math.floor(milliseconds / 1000));
	const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
	const padded = (part) => String(part).padStart(2, "0");
	return `${hours ? `${hours}:${padded(minutes)}` : minutes}:${padded(seconds % 60)}`;
}

export function formatSize(bytes) {
	const [size, unit] = bytes < 1e6 ? [Math.ceil(bytes / 1e3), "kB"] : bytes < 1e9 ? [bytes / 1e6, "MB"] : [bytes / 1e9, "GB"];
	return `${formatNumber(Math.round(10 * size) / 10)} ${unit}`;
}
