/** A run's nodes as bars over its time. */

import { el, svg } from "./element.js";
import { formatShare, formatNumber, t, term } from "./i18n.js";
/** @import {Step} from "./workspace_api.js" */

/** @param {Step[]} steps The oldest first. */
export function timeLine(steps) {
	const now = Date.now();
	const times = steps.map(({ started_at: start, ended_at: end }) => [Date.parse(start), end ? Date.parse(end) : now]);
	const begin = times[0][0];
	const whole = Math.max(1, ...times.map(([, end]) => end - begin));
	return el("ol", { class: "time-line" }, steps.map((step, at) => {
		const [start, end] = times[at];
		const seconds = formatNumber(Math.round((end - start) / 10) / 100);
		const bar = svg("rect", { x: percent((start - begin) / whole), width: percent(Math.max((end - start) / whole, 0.004)), height: "100%", rx: "3" });
		return el("li", { class: step.is_waiting ? "is-waiting" : step.ended_at ? null : "is-active" },
			el("span", { class: "time-line-name" }, namesOf(step)),
			svg("svg", { "aria-hidden": "true" }, bar),
			el("span", { class: "muted", title: formatShare((end - start) / whole) }, step.is_waiting ? t("thread_status.interrupted") : t("progress_page.seconds", { seconds })));
	}));
}

const percent = (share) => `${(100 * share).toFixed(2)}%`;

const namesOf = ({ nodes }) => Object.entries(nodes).map(([name, count]) => (count > 1 ? `${term("node", name)} × ${count}` : term("node", name))).join(", ");
