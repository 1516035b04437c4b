/**
 * What went wrong, what the service calls it, and what to do about it.
 *
 * @typedef {{message?: string, code?: string, hint?: string}} Failure
 */

import { el } from "./element.js";
import { meaningOf, t } from "./i18n.js";

/** A run's error as a failure. @param {{message?: string, code?: string, error?: string, hint?: string} | string} told @returns {Failure} */
export const failureOf = (told) => ({ message: told.message ?? String(told), code: told.code ?? told.error, hint: told.hint });

/** What is wrong with an answer, as the service says it. */
export const problemList = (problems) => problems.length > 0 && el("ul", { class: "failure", role: "alert" }, problems.map((problem) => el("li", {}, problem)));

/** @param {Failure} failure @param {Node | false} [action] */
export function failurePanel({ message, code, hint }, action = false) {
	const isOffline = code === "connection";
	const meaning = isOffline ? t("failure.connection") : meaningOf(code);
	return el("div", { class: "failure", role: "alert" },
		el("p", { class: "failure-message" }, meaning ?? (message || t("failure.unexplained"))),
		meaning && message && el("p", { lang: "en" }, message),
		isOffline ? el("p", {}, t("failure.connection_hint")) : hint && el("p", { lang: "en" }, hint),
		code && el("p", { class: "muted" }, `${t("failure.code")} `, el("code", {}, code)),
		action && el("p", { class: "actions" }, action));
}
