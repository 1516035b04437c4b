/**
 * What went wrong, what the service calls it, and what to do about it.
 *
 * @typedef {{message?: string, code?: string, hint?: string}} Failure
 */

import { el } from "./element.js";
import { t } from "./i18n.js";

/** @param {Failure} failure @param {...Node} actions */
export function failurePanel({ message, code, hint }, ...actions) {
	const isOffline = code === "connection";
	return el("div", { class: "failure", role: "alert" },
		el("p", { class: "failure-message" }, isOffline ? t("failure.connection") : message || t("failure.unexplained")),
		(hint || isOffline) && el("p", {}, isOffline ? t("failure.connection_hint") : hint),
		code && el("p", { class: "muted" }, `${t("failure.code")} `, el("code", {}, code)),
		actions.length > 0 && el("p", { class: "actions" }, actions));
}
