/** All runs, the newest first, those under way with their progress. */

import { isUnderWay, listGraphs } from "./api.js";
import { button, el, refill, select } from "./element.js";
import { formatInstant, t, term } from "./i18n.js";
import { ListTable } from "./list_table.js";
import { Page } from "./page.js";
import { progressAddress, resultAddress } from "./places.js";
import { stageText } from "./progress_view.js";
import { followRun } from "./run_feed.js";
import { RunProgress } from "./run_progress.js";
import { duration, statusMark } from "./status_mark.js";
import { cancelRun, listRuns, retryRun } from "./workspace_api.js";
/** @import {RunRow} from "./workspace_api.js" */

const PAGE = 50; // runs
const FOLLOWED = 3; // At once: a browser has six connections to a host.
const STATUSES = ["pending", "running", "success", "error", "interrupted", "timeout"];

export class HistoryPage extends Page {
	#filter = { status: "", graph: "" };
	#graphs = [];
	/** @type {RunRow[]} */ #runs = [];
	#older = [];
	/** @type {Map<string, RunProgress>} */ #followed = new Map();

	constructor() {
		super("history", 3);
	}

	async load(signal) {
		if (!this.#graphs.length) {
			this.#graphs = await listGraphs();
			refill(this.choices, this.#choices());
		}
		this.#runs = await listRuns({ ...this.#filter, limit: String(PAGE) }, signal);
		for (const run of this.#runs.filter(isUnderWay)) this.#follow(run);
	}

	body() {
		this.table = new ListTable(this.title, ["job", "status", "started", "duration", ""]);
		this.choices = el("div", { class: "panel-tools" }, this.#choices());
		this.more = el("p", { class: "actions" });
		return [this.choices, this.table.element, this.more];
	}

	#choices() {
		const choice = (name, values, wordOf) => el("label", { class: "choice" }, t(`col.${name === "graph" ? "job" : name}`),
			select({ id: `run-${name}`, onchange: (event) => this.#choose(name, event.target.value) },
				[["", t("history.all")], ...values.map((value) => [value, wordOf(value)])], this.#filter[name]));
		return [choice("status", STATUSES, (status) => term("status", status)),
			choice("graph", this.#graphs.map(({ graph_id: id }) => id), (id) => term("job_title", id))];
	}

	#choose(name, value) {
		this.#filter[name] = value;
		this.#older = [];
		this.refresh();
	}

	update() {
		const known = new Set(this.#runs.map(({ run_id: id }) => id));
		const runs = [...this.#runs, ...this.#older.filter(({ run_id: id }) => !known.has(id))];
		this.table.show(runs.map((run) => ({ ...run, took: duration(run.started_at, run.ended_at) })), ({ run_id: id }) => id,
			(run) => this.#cells(run), t("history.empty"));
		const isFull = runs.length > 0 && runs.length % PAGE === 0;
		refill(this.more, isFull && button({ class: "button", onclick: () => this.#showMore(runs.at(-1).run_id) }, t("work.more")));
		for (const [id, progress] of this.#followed) this.#showProgress(id, progress);
	}

	#cells(run) {
		const result = run.status === "success" && resultAddress(run);
		return [
			el("a", { href: result || progressAddress(run) }, term("job_title", run.graph_id)),
			[statusMark(run.status), isUnderWay(run) && el("span", { class: "live", "data-run": run.run_id })],
			run.started_at ? formatInstant(run.started_at) : "",
			run.took,
			el("span", { class: "row-actions" },
				el("a", { href: progressAddress(run) }, t("history.line")),
				isUnderWay(run)
					? button({ class: "link", onclick: () => this.act(() => cancelRun(run.thread_id, run.run_id)) }, t("work.cancel"))
					: button({ class: "link", onclick: () => this.act(() => retryRun(run.run_id)) }, t("history.retry"))),
		];
	}

	#showMore(before) {
		this.attempt(async () => {
			this.#older = [...this.#older, ...await listRuns({ ...this.#filter, before, limit: String(PAGE) })];
			this.update();
		});
	}

	async #follow(run) {
		if (this.#followed.has(run.run_id) || this.#followed.size >= FOLLOWED) return;
		const progress = new RunProgress([]);
		this.#followed.set(run.run_id, progress);
		try {
			for await (const { type, data } of followRun(run.thread_id, run.run_id, this.leaving.signal)) {
				if (type === "custom") progress.apply(data);
				this.#showProgress(run.run_id, progress);
			}
		} catch {
			// The list itself tells what becomes of the run.
		}
		this.#followed.delete(run.run_id);
	}

	#showProgress(id, { active }) {
		const place = this.element.querySelector(`[data-run="${CSS.escape(id)}"]`);
		if (!place || !active) return;
		const [bar, words] = place.children.length ? place.children : refill(place, el("progress"), el("small")).children;
		bar.max = active.total || 1;
		bar.value = active.done;
		bar.setAttribute("aria-label", term("stage", active.name));
		words.textContent = stageText(active);
	}
}
