/** A run's or thread's status as a word with a mark. */

import { el } from "./element.js";
import { formatDuration, term } from "./i18n.js";

/** @param {string} status @param {string} [group] Of its words. */
export const statusMark = (status, group = "status") => el("span", { class: `status status-${status}` }, term(group, status));

/** How long something took, or has taken until now. */
export const duration = (start, end) => (start ? formatDuration((end ? Date.parse(end) : Date.now()) - Date.parse(start)) : "");
