/** One run of any job: how far it is, its time line of nodes, what models consumed, what it made. */

import { ApiError, isUnderWay } from "./api.js";
import { fileLink } from "./download.js";
import { button, el, refill, section } from "./element.js";
import { failureOf, failurePanel } from "./failure_panel.js";
import { formatCost, formatInstant, formatNumber, t, term } from "./i18n.js";
import { ListTable } from "./list_table.js";
import { Page } from "./page.js";
import { progressAddress, resultAddress } from "./places.js";
import { ProgressView } from "./progress_view.js";
import { followRun } from "./run_feed.js";
import { RunProgress } from "./run_progress.js";
import { duration, statusMark } from "./status_mark.js";
import { timeLine } from "./time_line.js";
import { cancelRun, getRunRow, getRunUsage, getSteps, retryRun } from "./workspace_api.js";

export class ProgressPage extends Page {
	#row = null;
	/** @type {import("./workspace_api.js").Step[]} */ #steps = [];
	#usage = null;
	/** @type {Map<string, {file_id: string, name: string}>} */ #files = new Map();
	#progress = new RunProgress([]);
	#stages = new ProgressView(this.#progress);
	#isFollowing = false;

	constructor(threadId, runId) {
		super("progress_page", 2);
		this.threadId = threadId;
		this.runId = runId;
	}

	get title() {
		return this.#row ? term("job_title", this.#row.graph_id) : super.title;
	}

	get #isOver() {
		return this.#row !== null && !isUnderWay(this.#row);
	}

	async load(signal) {
		if (this.#isOver && this.#usage) return;
		const isFirst = this.#row === null;
		this.#row = await getRunRow(this.runId, signal);
		[this.#steps, this.#usage] = await Promise.all([getSteps(this.runId, signal), getRunUsage(this.runId, signal)]);
		if (isFirst) this.render();
		this.#follow(signal);
	}

	async #follow(signal) {
		if (this.#isFollowing) return;
		this.#isFollowing = true;
		try {
			for await (const { type, data } of followRun(this.threadId, this.runId, signal, { isWhole: true })) {
				if (type === "run" && data.status === "success") this.#progress.finish();
				if (type === "custom") this.#progress.apply(data);
				if (data.type === "artifact") this.#files.set(data.file_id, data);
				this.#stages.update();
			}
			this.update();
		} catch (error) {
			if (!signal.aborted && !(error instanceof ApiError)) throw error; // The row tells what a refusal would.
		}
	}

	head() {
		this.status = el("p", { class: "run-meta" });
		return this.status;
	}

	body() {
		this.actions = el("p", { class: "actions" });
		this.outcome = el("div", {});
		this.line = el("section", { class: "work-part" });
		this.made = el("section", { class: "work-part" });
		this.spent = new ListTable(t("progress_page.usage"), ["node", "model", "calls", "tokens_in", "tokens_out", "cost"]);
		this.#stages.render();
		this.spentBox = section(t("progress_page.usage"), this.spent.element);
		this.stageBox = section(t("progress.title"), this.#stages.element);
		this.spentBox.hidden = this.stageBox.hidden = true;
		return [this.actions, this.outcome, this.stageBox, this.line, this.made, this.spentBox];
	}

	update() {
		if (!this.#row) return;
		const { status, started_at: started, ended_at: ended, attempt, queue, error } = this.#row;
		refill(this.status, statusMark(status),
			started && el("span", {}, t("run.started", { time: formatInstant(started) })),
			started && el("span", {}, t("col.duration"), " ", duration(started, ended)),
			attempt > 1 && el("span", {}, t("progress_page.attempt", { n: attempt })),
			queue && el("span", {}, t("progress_page.queued", { n: queue.position })));
		this.#showActions();
		refill(this.outcome, error && failurePanel(failureOf(error)));
		this.spentBox.hidden = false;
		this.stageBox.hidden = !this.#progress.stages.length;
		refill(this.line, this.#steps.length > 0 && [el("h2", {}, t("progress_page.line")), timeLine(this.#steps)]);
		refill(this.made, this.#files.size > 0 && [el("h2", {}, t("app.files")),
			el("ul", { class: "file-links" }, [...this.#files.values()].map((file) => el("li", {}, fileLink(file, this.attempt))))]);
		this.spent.show(this.#usage?.calls ?? [], (call) => `${call.node} ${call.model} ${call.role} ${call.prompt}`, (call) => [
			call.node, call.model, formatNumber(call.calls), formatNumber(call.input_tokens), formatNumber(call.output_tokens),
			call.cost == null ? t("progress.cost_unknown") : formatCost(call.cost, call.currency),
		], t("progress_page.no_usage"));
	}

	#showActions() {
		const result = this.#row.status === "success" && resultAddress(this.#row);
		const again = async () => { location.hash = progressAddress(await retryRun(this.runId)); };
		refill(this.actions,
			result && el("a", { class: "button", href: result }, t("progress_page.result")),
			this.#isOver
				? button({ class: "button", onclick: () => this.attempt(again) }, t("history.retry"))
				: button({ class: "button", onclick: () => this.act(() => cancelRun(this.threadId, this.runId)) }, t("work.cancel")));
	}
}
