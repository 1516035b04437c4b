/** The runs that this browser remembers, as links. */

import { button, el } from "./element.js";
import { formatInstant, t, term } from "./i18n.js";
import { forgetRun, recentRuns } from "./recent_runs.js";
import { statusMark } from "./status_mark.js";

/** The jobs whose runs have the page of translations. */
export const TRANSLATING = new Set(["translate", "subtitles"]);

/** Tasks of one kind, as links with how far they are. @param {string} title @param {[string, string, string][]} tasks Address, name, status. */
export const taskList = (title, tasks) => tasks.length > 0 && [el("h2", {}, title),
	el("ul", {}, tasks.map(([href, name, status]) => el("li", {}, el("a", { href }, name), el("small", {}, status))))];

export function recentList(onForgotten) {
	const runs = recentRuns();
	if (!runs.length) return null;
	const forget = (run) => { forgetRun(run.runId); onForgotten(); };
	return el("section", { class: "recent", "aria-labelledby": "recent-title" },
		el("h2", { id: "recent-title" }, t("recent.title")),
		el("ul", {}, runs.map((run) => el("li", {},
			el("a", { href: `#/${TRANSLATING.has(run.graphId) ? "translations" : "runs"}/${run.threadId}/${run.runId}` }, run.title || t("recent.untitled")),
			el("span", { class: "muted" }, `${term("job_title", run.graphId)} · ${formatInstant(run.startedAt)}`),
			run.status && statusMark(run.status),
			button({ class: "quiet", "aria-label": t("recent.forget_named", { title: run.title }), onclick: () => forget(run) }, t("recent.forget"))))));
}
